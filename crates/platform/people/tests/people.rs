//! Persons, teams, organisations and items: made, changed, found, listed,
//! erased; each write with its fact.

mod common;

use common::World;
use steward_base::{Error, Result};
use steward_database::Value;
use steward_people::items::{ItemChange, NewItem};
use steward_people::list::{self, ListQuery};
use steward_people::persons::{NewPerson, PersonChange};
use steward_people::{
    DEFAULT_ORGANISATION, EVERYONE, Role, SYSTEM, erase, items, names, needs_foundation,
    organisations, persons, resolve, resolve_any, show, teams,
};
use steward_schema::testing::on_both;

fn rules(failure: Error) -> Vec<(String, String)> {
    match failure {
        Error::Invalid(errors) => errors.into_iter().map(|e| (e.field, e.rule)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_foundation_is_made_once() {
    on_both(|db| {
        let world = World::new(db);
        assert!(!world.read(needs_foundation));
        let call = world.call(steward_people::system_actor());
        let again = world.write(move |tx| steward_people::ensure_foundation(tx, &call, None));
        assert_eq!(again, Ok(false));
        let system = world.actor("system");
        assert_eq!(system, steward_people::system_actor());
        assert_eq!(world.facts(SYSTEM), ["person.created", "person.granted"]);
        for organisation in [DEFAULT_ORGANISATION, EVERYONE] {
            assert_eq!(world.facts(organisation), ["organisation.created"]);
        }
        assert!(world.actor("admin").holds(Role::Administrator, world.north));
        world.verifies();
    });
}

#[test]
fn persons_are_made_and_changed() {
    on_both(|db| {
        let world = World::new(db);
        let ann = world.here("Ann.Example", &[Role::Agent, Role::Auditor]);
        let admin = world.by("admin");
        let taken =
            NewPerson { login: "ANN.EXAMPLE".into(), name: "x".into(), ..NewPerson::default() };
        let call = admin.clone();
        let failure = world.write(move |tx| persons::create(tx, &call, &taken)).unwrap_err();
        assert_eq!(rules(failure), [("login".into(), "unique".into())]);
        let wrong = NewPerson {
            login: "a b".into(),
            name: String::new(),
            email: Some("nowhere".into()),
            zone: Some("Mars/Base".into()),
            ..NewPerson::default()
        };
        let call = admin.clone();
        let failure = world.write(move |tx| persons::create(tx, &call, &wrong)).unwrap_err();
        let fields: Vec<String> = rules(failure).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["name", "login", "email", "zone"]);

        let change = PersonChange {
            name: Some("Ann B. Example".into()),
            email: Some(None),
            organisation: Some(world.north),
            vip: Some(true),
            ..PersonChange::default()
        };
        let (call, stale) = (admin.clone(), change.clone());
        let failure = world.write(move |tx| persons::update(tx, &call, ann, &stale, Some(7)));
        assert_eq!(failure, Err(Error::VersionConflict { expected: 7, actual: 1 }));
        let (call, again) = (admin.clone(), change.clone());
        let changed = world.write(move |tx| persons::update(tx, &call, ann, &change, Some(1)));
        let changed = changed.expect("changed");
        assert_eq!((changed.version, changed.vip, changed.email.as_deref()), (2, true, None));
        assert_eq!(changed, world.read(move |tx| persons::load(tx, ann)));
        let same = world.write(move |tx| persons::update(tx, &admin, ann, &again, None));
        assert_eq!(same.expect("nothing to do").version, 2);
        assert_eq!(world.facts(ann), ["person.created", "person.updated"]);
        let view = world.read(move |tx| {
            let person = persons::load(tx, ann)?;
            show::person(tx, person)
        });
        assert_eq!(view.organisation.name, "North");
        assert_eq!(view.roles, [Role::Agent, Role::Auditor]);
        world.verifies();
    });
}

#[test]
fn who_may_make_persons() {
    on_both(|db| {
        let world = World::new(db);
        world.here("agent", &[Role::Agent]);
        world.here("asker", &[Role::Requester]);
        for (by, organisation, roles, fits) in [
            ("agent", DEFAULT_ORGANISATION, vec![Role::Requester], true),
            ("agent", DEFAULT_ORGANISATION, vec![Role::Agent], false),
            ("agent", world.north, vec![], false),
            ("asker", DEFAULT_ORGANISATION, vec![], false),
            ("admin", world.north, vec![Role::Administrator], true),
        ] {
            let call = world.by(by);
            let new = NewPerson {
                login: format!("new-{by}-{}", roles.len()),
                name: "New".into(),
                organisation: Some(organisation),
                roles: roles.clone(),
                ..NewPerson::default()
            };
            let made = world.write(move |tx| persons::create(tx, &call, &new));
            assert_eq!(made.is_ok(), fits, "{by} {roles:?}: {made:?}");
            if !fits {
                assert!(matches!(made, Err(Error::Forbidden(_))));
            }
        }
        let (agent, stranger) = (world.actor("asker"), world.actor("agent").id);
        let hidden =
            world.db().read_blocking(move |tx| persons::get(tx, &agent, &stranger.to_string()));
        assert_eq!(hidden.map(|p| p.login), Err(Error::NotFound));
    });
}

#[test]
fn references_mean_one_thing_or_are_refused() {
    on_both(|db| {
        let world = World::new(db);
        let ann = world.here("ann", &[Role::Agent]);
        let twin = world.here("twin", &[]);
        let far = world.person("far", world.north, &[]);
        let call = world.by("admin");
        world
            .write(move |tx| {
                let same =
                    PersonChange { name: Some("Name of ann".into()), ..PersonChange::default() };
                persons::update(tx, &call, twin, &same, None).map(drop)?;
                teams::create(tx, &call, "Desk", None, None).map(drop)
            })
            .expect("made");
        let by_id = ann.to_string();
        for (text, expected) in [
            ("ann", Ok(ann)),
            ("ANN", Ok(ann)),
            ("Twin@Example.org", Ok(twin)),
            (by_id.as_str(), Ok(ann)),
            ("name of ANN", Err("ambiguous")),
            ("nobody", Err("reference")),
            ("far", Err("reference")),
            ("", Err("reference")),
            ("Desk", Err("reference")),
        ] {
            let (actor, text) = (world.actor("ann"), text.to_owned());
            let found = world.db().read_blocking({
                let text = text.clone();
                move |tx| resolve(tx, &actor, "person", "caller", &text)
            });
            match expected {
                Ok(id) => assert_eq!(found.map(|n| n.id), Ok(id), "{text}"),
                Err(rule) => {
                    assert_eq!(
                        rules(found.unwrap_err()),
                        [("caller".into(), rule.into())],
                        "{text}"
                    );
                }
            }
        }
        let admin = world.actor("admin");
        let found = world.read(move |tx| {
            let far = resolve(tx, &admin, "person", "caller", "far")?;
            let desk = resolve_any(tx, &admin, &["person", "team"], "holder", "desk")?;
            Ok((far.id, desk.kind))
        });
        assert_eq!(found, (far, "team".to_owned()));
        let named = world.read(move |tx| names(tx, &[ann, far, ann, DEFAULT_ORGANISATION]));
        assert_eq!(named.len(), 3);
        assert_eq!(named[&ann].login.as_deref(), Some("ann"));
    });
}

#[test]
fn items_and_organisations() {
    on_both(|db| {
        let world = World::new(db);
        let admin = world.by("admin");
        world.here("asker", &[Role::Requester]);
        let asker = world.by("asker");
        let owner = asker.actor.id;
        let (north, call) = (world.north, admin.clone());
        let made = world.write(move |tx| {
            let new = |name: &str, organisation, owner| NewItem {
                name: name.into(),
                class: "server".into(),
                organisation: Some(organisation),
                owner,
                ..NewItem::default()
            };
            let global = items::create(tx, &call, "service", &new("Mail", EVERYONE, None))?;
            let mine = items::create(
                tx,
                &call,
                "configuration_item",
                &new("lap-1", DEFAULT_ORGANISATION, Some(owner)),
            )?;
            items::create(tx, &call, "configuration_item", &new("srv-1", north, None))?;
            Ok((global.id, mine.id))
        });
        let (mail, laptop) = made.expect("items");
        for (call, kind, expected) in [
            (&admin, "service", vec!["Mail"]),
            (&asker, "service", vec!["Mail"]),
            (&admin, "configuration_item", vec!["lap-1", "srv-1"]),
            (&asker, "configuration_item", vec!["lap-1"]),
            (&asker, "location", vec![]),
        ] {
            let call = call.clone();
            let query =
                ListQuery { q: Some("class:SERVER".into()), limit: 9, ..ListQuery::default() };
            let found = world.read(move |tx| list::items(tx, &call, kind, &query));
            let found: Vec<String> = found.rows.into_iter().map(|(i, _)| i.name).collect();
            assert_eq!(found, expected, "{kind}");
        }
        let change =
            ItemChange { life_cycle_status: Some("retired".into()), ..ItemChange::default() };
        for (call, id, expected) in
            [(&asker, laptop, false), (&asker, mail, false), (&admin, mail, true)]
        {
            let (call, change) = (call.clone(), change.clone());
            let kind = if id == mail { "service" } else { "configuration_item" };
            let changed = world.write(move |tx| items::update(tx, &call, kind, id, &change, None));
            assert_eq!(changed.is_ok(), expected, "{changed:?}");
        }
        assert_eq!(world.facts(mail), ["service.created", "service.updated"]);
        let call = admin.clone();
        let wrong_kind = world.write(move |tx| {
            items::update(tx, &call, "location", mail, &ItemChange::default(), None)
        });
        assert_eq!(wrong_kind.map(|i| i.id), Err(Error::NotFound));
        let call = asker.clone();
        let own = world.read(move |tx| {
            list::organisations(tx, &call, &ListQuery { limit: 9, ..ListQuery::default() })
        });
        assert_eq!(own.rows.len(), 1);
        let call = asker;
        let refused = world.write(move |tx| organisations::create(tx, &call, None, "Mine", None));
        assert!(matches!(refused, Err(Error::Forbidden(_))));
        world.verifies();
    });
}

#[test]
fn an_erased_person_is_gone_and_the_chain_verifies() {
    on_both(|db| {
        let world = World::new(db);
        let ann = world.here("annabel", &[Role::Agent]);
        let admin = world.by("admin");
        let call = admin.clone();
        let team = world
            .write(move |tx| {
                let team = teams::create(tx, &call, "Friends of Name of Annabel", None, None)?;
                teams::create(tx, &call, "Annabelle and others", None, None)?;
                teams::add_member(tx, &call, team.id, ann, None)?;
                Ok(team.id)
            })
            .expect("a team");
        let call = admin.clone();
        let empty = world.write(move |tx| erase(tx, &call, ann, " "));
        assert!(matches!(empty, Err(Error::Invalid(_))));
        let call = admin.clone();
        let erasure = world.write(move |tx| erase(tx, &call, ann, "asked for it")).expect("erased");
        assert_eq!(erasure.name, "Erased person 1");
        assert_eq!(erasure.texts, 3, "name, login, e-mail");
        let mentioned: Vec<_> =
            erasure.mentions.iter().map(|m| (m.record, m.field.as_str())).collect();
        assert_eq!(mentioned, [(team, "name")], "whole words only");
        let person = world.read(move |tx| persons::load(tx, ann));
        assert_eq!(person.login, "erased-1");
        assert_eq!(
            (person.email, person.phone, person.active, person.erased),
            (None, None, false, true)
        );
        for table in ["person", "content", "record_word", "session", "token"] {
            let left = world.read(move |tx| {
                // Whole rows as text, whatever the columns are.
                let sql = match tx.engine() {
                    steward_database::Engine::Postgres => {
                        format!("select count(*) from {table} t where t::text ilike $1")
                    }
                    steward_database::Engine::Sqlite => sqlite_search(tx, table)?,
                };
                tx.one(&sql, &[Value::Text("%annabel@%".into())], |r| r.get::<i64>(0))
            });
            assert_eq!(left, 0, "{table}");
        }
        let call = admin.clone();
        let again = world.write(move |tx| erase(tx, &call, ann, "again"));
        assert!(matches!(again, Err(Error::Refused(_))));
        let bob = world.here("bob", &[]);
        let call = admin.clone();
        let second = world.write(move |tx| erase(tx, &call, bob, "too")).expect("erased");
        assert_eq!(second.name, "Erased person 2");
        world.here("annabel", &[]);
        world.verifies();
    });
}

/// A statement that looks for a text in every text column of a table.
fn sqlite_search(tx: &mut steward_database::Tx, table: &str) -> Result<String> {
    let columns = tx.rows(
        "select name from pragma_table_info($1) where lower(type) = 'text'",
        &[table.into()],
        |r| r.get::<String>(0),
    )?;
    let all: Vec<String> = columns.iter().map(|c| format!("coalesce({c}, '')")).collect();
    Ok(format!("select count(*) from {table} where {} like $1", all.join(" || ' ' || ")))
}
