//! From rows to what the API shows, with all that hangs on them in a few
//! statements, however many rows there are.

use std::collections::HashMap;

use steward_base::{Result, Uuid};
use steward_database::Tx;

use super::names::in_list;
use super::persons::Person;
use super::teams::Team;
use super::{Names, items, names};
use crate::actor::{Actor, Role};
use crate::permission::{Target, allowed};
use crate::views::{Holdings, ItemView, PersonView, TeamView};

/// One person as shown.
pub fn person(tx: &mut Tx, person: Person) -> Result<PersonView> {
    persons(tx, vec![person])?.pop().ok_or(steward_base::Error::NotFound)
}

/// Persons as shown, in the same order.
pub fn persons(tx: &mut Tx, persons: Vec<Person>) -> Result<Vec<PersonView>> {
    let ids: Vec<Uuid> = persons.iter().map(|p| p.id).collect();
    let held = holdings(tx, &ids)?;
    let pointed = persons.iter().flat_map(|p| [Some(p.organisation), p.location]).flatten();
    let pointed: Vec<Uuid> =
        pointed.chain(held.values().flat_map(|h| h.teams.iter().copied())).collect();
    let names = names(tx, &pointed)?;
    let nothing = Holdings::default();
    let view = |p: Person| {
        let held = held.get(&p.id).unwrap_or(&nothing);
        PersonView::of(p, held, &names)
    };
    Ok(persons.into_iter().map(view).collect())
}

/// Teams and roles of many persons: one statement for every 256.
fn holdings(tx: &mut Tx, persons: &[Uuid]) -> Result<HashMap<Uuid, Holdings>> {
    let mut held: HashMap<Uuid, Holdings> = HashMap::new();
    for chunk in persons.chunks(256) {
        let (places, args) = in_list(chunk);
        let sql = format!(
            "select m.person, m.team, null from team_member m where m.person in ({places})
             union all
             select g.holder, null, g.role from grant_row g where g.holder in ({places})
             union all
             select m.person, null, g.role from team_member m
             join grant_row g on g.holder = m.team where m.person in ({places})"
        );
        let rows = tx.rows(&sql, &args, |r| {
            Ok((r.get::<Uuid>(0)?, r.opt::<Uuid>(1)?, r.opt::<String>(2)?))
        })?;
        for (person, team, role) in rows {
            let entry = held.entry(person).or_default();
            entry.teams.extend(team);
            entry.roles.extend(role.as_deref().and_then(Role::parse));
        }
    }
    Ok(held)
}

/// One team as shown to this actor.
pub fn team(tx: &mut Tx, actor: &Actor, team: Team) -> Result<TeamView> {
    teams(tx, actor, vec![team])?.pop().ok_or(steward_base::Error::NotFound)
}

/// Teams as shown to this actor, in the same order: members and e-mail only
/// where it may read more than the name.
pub fn teams(tx: &mut Tx, actor: &Actor, teams: Vec<Team>) -> Result<Vec<TeamView>> {
    let open = |t: &Team| {
        let own = actor.teams.contains(&t.id);
        let target = Target { organisation: t.organisation, called: false, own, team: false };
        allowed(actor, "team", "read", &target)
    };
    let readable: Vec<Uuid> = teams.iter().filter(|t| open(t)).map(|t| t.id).collect();
    let members = members(tx, &readable)?;
    let mut pointed: Vec<Uuid> = teams.iter().map(|t| t.organisation).collect();
    pointed.extend(members.values().flatten());
    let names: Names = names(tx, &pointed)?;
    let view = |t: Team| {
        let none = Vec::new();
        let members = open(&t).then(|| members.get(&t.id).unwrap_or(&none).as_slice());
        TeamView::of(t, members, &names)
    };
    Ok(teams.into_iter().map(view).collect())
}

fn members(tx: &mut Tx, teams: &[Uuid]) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    let mut members: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for chunk in teams.chunks(256) {
        let (places, args) = in_list(chunk);
        let sql = format!(
            "select m.team, m.person from team_member m join record r on r.id = m.person
             where m.team in ({places}) order by r.name_key, r.id"
        );
        for (team, person) in tx.rows(&sql, &args, |r| Ok((r.get::<Uuid>(0)?, r.get(1)?)))? {
            members.entry(team).or_default().push(person);
        }
    }
    Ok(members)
}

/// One item as shown.
pub fn item(tx: &mut Tx, item: items::Item) -> Result<ItemView> {
    let pointed: Vec<Uuid> = [Some(item.organisation), item.owner].into_iter().flatten().collect();
    let names = names(tx, &pointed)?;
    Ok(ItemView::of(item, &names))
}
