//! State, fact, version and full text are written together, or not at all.

mod common;

use common::random::{Ids, apply, edits};
use common::{World, later};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value as Json, json};
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_schema::testing::on_both;
use steward_ticket::journal::{EntryKind, entries, retract};
use steward_ticket::{Effect, save, store};

const VERSIONS: &str = "select count(*) from ticket_version where ticket = $1";

#[test]
fn a_ticket_is_born_with_its_fact_its_version_and_its_words() {
    on_both(|test| {
        let world = World::new(test);
        let ticket = world.ticket(&world.by("agent", 10), |t| {
            t.short_description = "Printer is down".into();
            t.description = Some("On floor two".into());
            t.custom.insert("room".into(), json!("B 12"));
        });
        assert_eq!(ticket.number(), "INC0000001");
        assert_eq!((ticket.head.version, ticket.head.seq), (1, 1));
        assert_eq!(world.facts(ticket.head.id), ["incident.created"]);
        assert_eq!(world.number(VERSIONS, ticket.head.id), 1);
        let id = ticket.head.id;
        assert_eq!(world.read(move |tx| store::by_id(tx, id)), ticket);
        for q in ["printer", "\"floor two\"", "\"b 12\"", "inc0000001", "room=\"b 12\""] {
            assert_eq!(world.finds("agent", q), ["Printer is down"], "{q}");
        }
        world.verifies();
    });
}

#[test]
fn families_are_read_on_behind_a_row() {
    on_both(|test| {
        let world = World::new(test);
        let head = world.ticket(&world.by("agent", 10), |_| {}).head.id;
        let rows: Vec<i64> = (0..3)
            .map(|_| {
                let member = world.ticket(&world.by("agent", 20), move |t| {
                    (t.parent, t.duplicate_of) = (Some(head), Some(head));
                });
                member.head.row_no
            })
            .collect();
        type Read = fn(&mut Tx, Uuid, i64) -> Result<Vec<steward_ticket::Ticket>>;
        for read in [store::children as Read, store::duplicates as Read] {
            for (after, left) in [(0, &rows[..]), (rows[0], &rows[1..]), (rows[2], &[])] {
                let found = world.read(move |tx| read(tx, head, after));
                let found: Vec<i64> = found.iter().map(|t| t.head.row_no).collect();
                assert_eq!(found, left, "after {after}");
            }
        }
    });
}

#[test]
fn a_save_writes_everything_at_once_and_a_refused_one_nothing() {
    on_both(|test| {
        let world = World::new(test);
        let ticket = world.ticket(&world.by("agent", 10), |_| {});
        let id = ticket.head.id;
        let after = world.change(&world.by("agent", 20), &ticket, |t| {
            t.state = "in_progress".into();
            t.short_description = "Scanner".into();
        });
        assert_eq!(after.head.version, 2);
        assert_eq!(after.updated_at, later(20));
        assert_eq!(world.facts(id), ["incident.created", "incident.updated"]);
        assert_eq!(world.number(VERSIONS, id), 2);
        assert_eq!(world.finds("agent", "scanner state:in_progress"), ["Scanner"]);
        assert_eq!(world.finds("agent", "something"), Vec::<String>::new());
        let named = world.read(move |tx| steward_history::head(tx, id));
        assert_eq!(named.name, "Scanner");

        let (call, registry) = (world.by("agent", 30), world.registry.clone());
        let refused: Result<()> = world.write(move |tx| {
            let before = store::by_id(tx, id)?;
            let mut changed = before.clone();
            changed.state = "resolved".into();
            changed.description = Some("never".into());
            save(tx, &call, &registry, &before, &mut changed, Effect::default())?;
            Err(Error::Refused("after all".into()))
        });
        assert!(matches!(refused, Err(Error::Refused(_))));
        assert_eq!(world.read(move |tx| store::by_id(tx, id)), after);
        assert_eq!(world.facts(id).len(), 2);
        assert_eq!(world.finds("agent", "never"), Vec::<String>::new());
        world.verifies();
    });
}

#[test]
fn without_a_change_there_is_no_fact_and_no_version() {
    on_both(|test| {
        let world = World::new(test);
        let ticket = world.ticket(&world.by("agent", 10), |t| {
            t.custom.insert("cost".into(), json!(1e16));
            t.custom.insert("due".into(), json!("2026-09-22T02:13:20.000Z"));
            t.on_hold_until = Some(later(7));
        });
        let again = world.change(&world.by("agent", 20), &ticket, |t| {
            t.custom.insert("cost".into(), json!(1e16));
        });
        assert_eq!(again.head.version, 1);
        assert_eq!(again.updated_at, later(10));
        assert_eq!(world.facts(ticket.head.id), ["incident.created"]);
        assert_eq!(world.number(VERSIONS, ticket.head.id), 1);
        // An untracked change is a fact, but no new version of the past.
        world.change(&world.by("agent", 30), &ticket, |t| t.impact = 1);
        assert_eq!(world.facts(ticket.head.id).len(), 2);
        assert_eq!(world.number(VERSIONS, ticket.head.id), 1);
    });
}

#[test]
fn comments_and_work_notes_are_facts_of_their_own() {
    on_both(|test| {
        let world = World::new(test);
        let rita = world.by("rita", 10);
        let ticket = world.ticket(&rita, |_| {});
        let agent = world.by("agent", 20);
        world.say(&agent, &ticket, EntryKind::Comment, "hello there").expect("comments");
        world.say(&agent, &ticket, EntryKind::WorkNote, "hush now").expect("notes");
        let denied = world.say(&rita, &ticket, EntryKind::WorkNote, "me too");
        assert!(matches!(denied, Err(Error::Forbidden(_))), "{denied:?}");
        let stranger = world.by("agent.north", 20);
        let denied = world.say(&stranger, &ticket, EntryKind::Comment, "me too");
        assert_eq!(denied, Err(Error::NotFound));
        let id = ticket.head.id;
        assert_eq!(world.facts(id), ["incident.created", "incident.commented", "incident.noted"]);
        let read = world.read(move |tx| {
            let kinds = [EntryKind::Comment, EntryKind::WorkNote];
            entries(tx, id, &kinds, (later(0), Uuid::nil()), 10)
        });
        let texts: Vec<_> = read.iter().map(|e| e.body.as_deref()).collect();
        assert_eq!(texts, [Some("hello there"), Some("hush now")]);
        let version = world.read(move |tx| store::by_id(tx, id)).head.version;
        assert_eq!(version, 3);
        assert_eq!(world.finds("rita", "hello"), ["Something"]);
        assert_eq!(world.finds("agent", "hush"), ["Something"]);
        world.verifies();
    });
}

#[test]
fn a_retracted_comment_is_found_by_agents_only() {
    on_both(|test| {
        let world = World::new(test);
        let ticket = world.ticket(&world.by("rita", 10), |_| {});
        let agent = world.by("agent", 20);
        let entry = world.say(&agent, &ticket, EntryKind::Comment, "oops wrong").expect("comments");
        assert_eq!(world.finds("rita", "oops"), ["Something"]);
        let (call, registry, id) = (agent, world.registry.clone(), ticket.head.id);
        world
            .write(move |tx| {
                let mut ticket = store::by_id(tx, id)?;
                retract(tx, &call, &mut ticket, entry, "was for another ticket")?;
                steward_history::save_head(tx, &mut ticket.head)?;
                steward_ticket::text::index(tx, &ticket, &registry, false)
            })
            .expect("is retracted");
        assert_eq!(world.finds("rita", "oops"), Vec::<String>::new());
        assert_eq!(world.finds("agent", "oops"), ["Something"]);
        assert_eq!(world.facts(ticket.head.id)[2], "incident.comment_retracted");
        world.verifies();
    });
}

/// Everything but the order of columns, which is the same.
fn versions(tx: &mut Tx, ticket: Uuid) -> Result<Vec<String>> {
    tx.rows(
        "select seq, valid_from, valid_to, recorded_at, state, on_hold_reason, priority,
         assignment_group, assigned_to, service, category, custom from ticket_version
         where ticket = $1 order by seq",
        &[ticket.into()],
        |r| {
            Ok(format!(
                "{:?}",
                (
                    (r.get::<i64>(0)?, r.get::<i64>(1)?, r.opt::<i64>(2)?, r.get::<i64>(3)?),
                    (r.get::<String>(4)?, r.opt::<String>(5)?, r.get::<i64>(6)?),
                    (r.opt::<Uuid>(7)?, r.opt::<Uuid>(8)?, r.opt::<Uuid>(9)?),
                    (r.opt::<String>(10)?, r.opt::<Json>(11)?.map(|j| j.to_string())),
                )
            ))
        },
    )
}

#[test]
fn versions_made_anew_from_facts_are_the_versions_written() {
    on_both(|test| {
        let world = World::new(test);
        let ids = Ids::of(&world);
        let mut runner = TestRunner::new(Config { cases: 40, ..Config::default() });
        let runs = prop::collection::vec((edits(4), -30..60_i64), 1..8);
        let outcome = runner.run(&runs, |runs| {
            let ticket = world.ticket(&world.by("agent", 100), |_| {});
            let mut at = 100;
            for (edits, step) in runs {
                // The clock of one node may be behind another's.
                at += step;
                let ids = ids.clone();
                world.change(&world.by("agent", at), &ticket, move |t| {
                    edits.iter().for_each(|edit| apply(t, edit, &ids));
                });
            }
            let (id, registry) = (ticket.head.id, world.registry.clone());
            let (written, anew) = world
                .write(move |tx| {
                    let written = versions(tx, id)?;
                    store::rebuild_versions(tx, id, &registry)?;
                    Ok((written, versions(tx, id)?))
                })
                .expect("is rebuilt");
            prop_assert_eq!(written, anew);
            Ok(())
        });
        if let Err(failure) = outcome {
            panic!("{failure}");
        }
        world.verifies();
    });
}
