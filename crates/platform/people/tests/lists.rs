//! Lists show what one may see, and every row once.

mod common;

use common::World;
use steward_base::{Error, Result};
use steward_people::list::{self, ListQuery};
use steward_people::{Call, Role, teams};
use steward_schema::testing::on_both;

fn logins(world: &World, call: &Call, query: ListQuery) -> Result<(Vec<String>, Option<i64>)> {
    let call = call.clone();
    let found = world.db().read_blocking(move |tx| list::persons(tx, &call, &query))?;
    Ok((found.rows.into_iter().map(|(p, _)| p.login).collect(), found.count))
}

#[test]
fn lists_show_what_one_may_see() {
    on_both(|db| {
        let world = World::new(db);
        world.here("agent", &[Role::Agent]);
        world.here("asker", &[Role::Requester]);
        world.person("far-one", world.north, &[]);
        world.person("far-two", world.south, &[Role::Agent]);
        let call = world.by("admin");
        let far = world.actor("far-one").id;
        world
            .write(move |tx| {
                let team = teams::create(tx, &call, "Desk", Some("desk@example.org"), None)?;
                teams::add_member(tx, &call, team.id, far, None)
            })
            .expect("a team");
        let (admin, agent, asker) = (world.by("admin"), world.by("agent"), world.by("asker"));
        let ask = |q: &str| ListQuery {
            q: Some(q.into()),
            limit: 50,
            count: true,
            ..ListQuery::default()
        };
        for (call, q, expected) in [
            (&admin, "", vec!["admin", "agent", "asker", "far-one", "far-two", "system"]),
            (&agent, "", vec!["admin", "agent", "asker", "system"]),
            (&asker, "", vec!["asker"]),
            (&asker, "far", vec![]),
            (&admin, "far", vec!["far-one", "far-two"]),
            (&admin, "fa", vec![]),
            (&admin, "fa*", vec!["far-one", "far-two"]),
            (&admin, "example.o*", vec!["agent", "asker", "far-one", "far-two"]),
            (&admin, "name of far tw*", vec!["far-two"]),
            (&admin, "\"of far\"", vec!["far-one", "far-two"]),
            (&admin, "-far kind:person", vec!["admin", "agent", "asker"]),
            (&admin, "login=FAR-ONE", vec!["far-one"]),
            (&admin, "name:far", vec!["far-one", "far-two"]),
            (&admin, "name:fa", vec![]),
            (&admin, "name:fa*", vec!["far-one", "far-two"]),
            (&admin, "organisation:North", vec!["far-one"]),
            (&admin, "team:desk", vec!["far-one"]),
            (&admin, "team:none kind:person", vec!["admin", "agent", "asker", "far-two"]),
            (&admin, "role:agent", vec!["agent", "far-two"]),
            (&admin, "-role:any kind:person", vec!["far-one"]),
            (&admin, "active:no", vec![]),
            (&admin, "email:none", vec!["admin", "system"]),
        ] {
            let (found, count) = logins(&world, call, ask(q)).expect(q);
            assert_eq!(found, expected, "{q}");
            assert_eq!(count, Some(expected.len() as i64), "{q}");
        }
        for q in ["colour:red", "(", "active:perhaps"] {
            assert!(matches!(logins(&world, &admin, ask(q)), Err(Error::Malformed(_))), "{q}");
        }
        // A requester reads the names of teams and not who is in them.
        for (call, members) in [(&asker, None), (&agent, Some(1))] {
            let call = call.clone();
            let found = world.read(move |tx| {
                list::teams(tx, &call, &ListQuery { limit: 10, ..ListQuery::default() })
            });
            let team = &found.rows[0].0;
            assert_eq!(team.members.as_ref().map(Vec::len), members);
            assert_eq!(team.email.is_some(), members.is_some());
        }
        let call = asker.clone();
        let refused = world.db().read_blocking(move |tx| list::grants(tx, &call, 10, None, false));
        assert!(matches!(refused, Err(Error::Forbidden(_))));
        let call = admin.clone();
        let (grants, count) = world.read(move |tx| list::grants(tx, &call, 10, None, true));
        assert_eq!((grants.len(), count), (5, Some(5)));
        let for_all = grants.iter().filter(|g| g.scope == "all" && g.organisation.is_none());
        assert_eq!(for_all.count(), 2);
    });
}

#[test]
fn pages_hold_every_row_once_in_order() {
    on_both(|db| {
        let world = World::new(db);
        for n in 0..7 {
            world.here(&format!("p{n}"), &[]);
        }
        let admin = world.by("admin");
        for sort in ["name", "-name", "login", "-login"] {
            let query = ListQuery { sort: Some(sort.into()), limit: 50, ..ListQuery::default() };
            let (whole, _) = logins(&world, &admin, query.clone()).expect("a list");
            assert_eq!(whole.len(), 9);
            let (mut paged, mut after) = (Vec::new(), None);
            loop {
                let (call, query) = (admin.clone(), ListQuery { limit: 2, after, ..query.clone() });
                let mut page = world.read(move |tx| list::persons(tx, &call, &query)).rows;
                let more = page.len() > 2;
                page.truncate(2);
                after = page.last().map(|(_, key)| key.clone());
                paged.extend(page.into_iter().map(|(p, _)| p.login));
                if !more {
                    break;
                }
            }
            assert_eq!(paged, whole, "{sort}");
        }
        let query = ListQuery { sort: Some("vip".into()), limit: 5, ..ListQuery::default() };
        assert!(matches!(logins(&world, &admin, query), Err(Error::Malformed(_))));
    });
}
