//! One row becomes a record, or changes the one that is there. Empty cells
//! leave what is there; memberships and roles are added, never taken away.

use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_people::items::{self, ItemChange, NewItem};
use steward_people::persons::{self, NewPerson, PersonChange};
use steward_people::{Call, Role, grants, resolve, teams};

use super::List;
use super::row::Cells;
use crate::fact::Unmapped;
use crate::store::{by_login, by_name};

type Problems = Vec<Unmapped>;

/// The record a row is about, if it is there.
pub fn find(tx: &mut Tx, list: List, key: &str) -> Result<Option<Uuid>> {
    match list {
        List::People => by_login(tx, key),
        List::Teams => by_name(tx, "team", key),
        List::Services => by_name(tx, "service", key),
        List::ConfigurationItems => by_name(tx, "configuration_item", key),
    }
}

/// Makes or changes the record; its id.
pub fn apply(
    tx: &mut Tx,
    call: &Call,
    list: List,
    default_organisation: Uuid,
    found: Option<Uuid>,
    cells: &Cells,
    problems: &mut Problems,
) -> Result<Uuid> {
    let organisation = match cells.get("organisation") {
        None => None,
        Some(text) => Some(resolve(tx, &call.actor, "organisation", "organisation", text)?.id),
    };
    let place = organisation.unwrap_or(default_organisation);
    match (list, found) {
        (List::People, None) => new_person(tx, call, place, cells, problems),
        (List::People, Some(id)) => {
            change_person(tx, call, id, organisation, cells, problems)?;
            Ok(id)
        }
        (List::Teams, None) => {
            let name = cells.get("name").unwrap_or_default();
            let team = teams::create(tx, call, name, cells.get("email"), Some(place))?;
            add_members(tx, call, team.id, cells, problems)?;
            Ok(team.id)
        }
        (List::Teams, Some(id)) => {
            let email = cells.get("email").map(Some);
            teams::update(tx, call, id, cells.get("name"), email, None)?;
            stay(tx, id, organisation, cells, problems)?;
            add_members(tx, call, id, cells, problems)?;
            Ok(id)
        }
        (List::Services, found) => item(tx, call, "service", place, found, cells, problems),
        (List::ConfigurationItems, found) => {
            item(tx, call, "configuration_item", place, found, cells, problems)
        }
    }
}

fn new_person(
    tx: &mut Tx,
    call: &Call,
    organisation: Uuid,
    cells: &Cells,
    problems: &mut Problems,
) -> Result<Uuid> {
    let new = NewPerson {
        login: cells.text("login").unwrap_or_default(),
        name: cells.text("name").unwrap_or_default(),
        email: cells.text("email"),
        phone: cells.text("phone"),
        zone: cells.text("zone"),
        language: cells.text("language").unwrap_or_default(),
        vip: vip(cells, problems).unwrap_or(false),
        organisation: Some(organisation),
        teams: references(tx, call, "team", "teams", cells, problems)?,
        roles: roles(cells, problems),
        ..NewPerson::default()
    };
    Ok(persons::create(tx, call, &new)?.id)
}

fn change_person(
    tx: &mut Tx,
    call: &Call,
    id: Uuid,
    organisation: Option<Uuid>,
    cells: &Cells,
    problems: &mut Problems,
) -> Result<()> {
    let change = PersonChange {
        name: cells.text("name"),
        email: cells.text("email").map(Some),
        phone: cells.text("phone").map(Some),
        zone: cells.text("zone").map(Some),
        language: cells.text("language"),
        vip: vip(cells, problems),
        organisation,
        ..PersonChange::default()
    };
    let person = persons::update(tx, call, id, &change, None)?;
    for team in references(tx, call, "team", "teams", cells, problems)? {
        teams::add_member(tx, call, team, id, None)?;
    }
    let held = grants::held_by(tx, id)?;
    for role in roles(cells, problems) {
        let reach = grants::reach(role, person.organisation);
        let has = held.iter().any(|g| g.holder == id && g.role == role && g.organisation == reach);
        if !has {
            grants::create(tx, call, id, role, reach)?;
        }
    }
    Ok(())
}

fn vip(cells: &Cells, problems: &mut Problems) -> Option<bool> {
    match cells.get("vip") {
        Some("true") => Some(true),
        Some("false") => Some(false),
        None => None,
        Some(_) => {
            problems.push(cells.problem("vip", "is neither true nor false"));
            None
        }
    }
}

fn roles(cells: &Cells, problems: &mut Problems) -> Vec<Role> {
    let mut roles = Vec::new();
    for word in cells.list("roles") {
        match Role::parse(word) {
            Some(role) if !roles.contains(&role) => roles.push(role),
            Some(_) => {}
            None => problems.push(cells.problem_with("roles", word, "is no role")),
        }
    }
    roles
}

/// The records a cell names; those that are not there are reported.
fn references(
    tx: &mut Tx,
    call: &Call,
    kind: &str,
    column: &str,
    cells: &Cells,
    problems: &mut Problems,
) -> Result<Vec<Uuid>> {
    let mut found = Vec::new();
    for text in cells.list(column) {
        match resolve(tx, &call.actor, kind, column, text) {
            Ok(name) if !found.contains(&name.id) => found.push(name.id),
            Ok(_) => {}
            Err(Error::Invalid(errors)) => {
                let reason = errors.first().map_or("is unknown", |e| &e.message);
                problems.push(cells.problem_with(column, text, reason));
            }
            Err(other) => return Err(other),
        }
    }
    Ok(found)
}

fn add_members(
    tx: &mut Tx,
    call: &Call,
    team: Uuid,
    cells: &Cells,
    problems: &mut Problems,
) -> Result<()> {
    for person in references(tx, call, "person", "members", cells, problems)? {
        teams::add_member(tx, call, team, person, None)?;
    }
    Ok(())
}

/// Notes that only persons move to another organisation by an import.
fn stay(
    tx: &mut Tx,
    id: Uuid,
    organisation: Option<Uuid>,
    cells: &Cells,
    problems: &mut Problems,
) -> Result<()> {
    let Some(organisation) = organisation else { return Ok(()) };
    if organisation != steward_history::head(tx, id)?.organisation {
        let reason = "is another than that of the record, which stays where it is";
        problems.push(cells.problem("organisation", reason));
    }
    Ok(())
}

fn item(
    tx: &mut Tx,
    call: &Call,
    kind: &'static str,
    organisation: Uuid,
    found: Option<Uuid>,
    cells: &Cells,
    problems: &mut Problems,
) -> Result<Uuid> {
    let owner = references(tx, call, "person", "owner", cells, problems)?.first().copied();
    let Some(id) = found else {
        let new = NewItem {
            name: cells.text("name").unwrap_or_default(),
            class: cells.text("class").unwrap_or_default(),
            life_cycle_status: cells.text("life_cycle_status").unwrap_or_default(),
            owner,
            organisation: Some(organisation),
        };
        return Ok(items::create(tx, call, kind, &new)?.id);
    };
    let change = ItemChange {
        name: cells.text("name"),
        class: cells.text("class"),
        life_cycle_status: cells.text("life_cycle_status"),
        owner: owner.map(Some),
    };
    items::update(tx, call, kind, id, &change, None)?;
    let named = cells.get("organisation").is_some().then_some(organisation);
    stay(tx, id, named, cells, problems)?;
    Ok(id)
}
