//! Search: ranked, and nobody finds what they may not see.

mod common;

use common::World;
use serde_json::json;
use steward_base::{Error, Result};
use steward_people::{Role, grants};
use steward_schema::testing::on_both;
use steward_ticket::Ticket;
use steward_ticket::journal::EntryKind;
use steward_ticket::search::{After, Hit, search};

fn hits(
    world: &World,
    login: &str,
    q: &str,
    limit: usize,
    after: Option<After>,
) -> Result<Vec<Hit>> {
    let call = world.by(login, 1_000_000);
    let (registry, context, q) = (world.registry.clone(), world.context(&call), q.to_owned());
    world
        .db()
        .read_blocking(move |tx| search(tx, &call.actor, &registry, &context, &q, limit, after))
}

#[track_caller]
fn names(world: &World, login: &str, q: &str) -> Vec<String> {
    let hits = hits(world, login, q, 500, None).unwrap_or_else(|e| panic!("{login} {q}: {e}"));
    hits.into_iter().map(|h| h.name).collect()
}

fn named(t: &mut Ticket, name: &str) {
    t.short_description = name.to_owned();
}

#[test]
fn the_likeliest_comes_first() {
    on_both(|test| {
        let world = World::new(test);
        let agent = world.by("agent", 10);
        world.ticket(&agent, |t| named(t, "Printer broken"));
        world.ticket(&agent, |t| {
            named(t, "Printer done");
            t.state = "resolved".into();
        });
        world.ticket(&agent, |t| {
            named(t, "No paper");
            t.description = Some("It is the same printer as in INC0000001, <b>always</b>".into());
        });
        world.ticket(&agent, |t| named(t, "The print server"));
        world.ticket(&agent, |t| named(t, "Printer again"));
        assert_eq!(
            names(&world, "agent", "printer"),
            ["Printer again", "Printer broken", "Printer done", "No paper"]
        );
        assert_eq!(
            names(&world, "agent", "print*"),
            ["The print server", "Printer again", "Printer broken", "Printer done", "No paper"]
        );
        assert_eq!(names(&world, "agent", "inc0000001"), ["Printer broken", "No paper"]);
        assert_eq!(names(&world, "agent", "printer state:resolved"), ["Printer done"]);
        assert_eq!(names(&world, "agent", "\"same printer\""), ["No paper"]);
        assert_eq!(names(&world, "agent", "printer -paper state:open").len(), 2);
        let found = hits(&world, "agent", "\"same printer\"", 5, None).expect("finds");
        let around = "It is the same printer as in INC0000001, <b>always</b>";
        assert_eq!(found[0].snippet.as_deref(), Some(around));
        assert_eq!(hits(&world, "agent", "printer", 1, None).expect("finds")[0].snippet, None);
        let refused = hits(&world, "agent", "colour:red", 5, None);
        assert!(matches!(&refused, Err(Error::Malformed(f)) if f.field == "q"), "{refused:?}");
    });
}

#[test]
fn pages_of_a_search_hold_every_hit_once() {
    on_both(|test| {
        let world = World::new(test);
        let agent = world.by("agent", 10);
        for n in 0..17 {
            world.ticket(&agent, move |t| {
                named(t, if n % 3 == 0 { "printer" } else { "printing" });
                t.description = Some("printer".into());
            });
        }
        let whole = hits(&world, "agent", "print*", 500, None).expect("finds");
        let (mut paged, mut after) = (Vec::new(), None);
        loop {
            let page = hits(&world, "agent", "print*", 4, after).expect("finds");
            let Some(last) = page.last() else { break };
            after = Some(After { score: last.score, row_no: last.row_no });
            paged.extend(page);
        }
        assert_eq!(whole.len(), 17);
        assert_eq!(paged, whole);
    });
}

#[test]
fn hidden_words_change_neither_what_is_found_nor_its_order_nor_a_snippet() {
    on_both(|test| {
        let world = World::new(test);
        let (rita, agent) = (world.actor("rita").id, world.by("agent", 10));
        let mut tickets = Vec::new();
        for name in ["Monitor flickers", "Monitor dark"] {
            tickets.push(world.ticket(&agent, move |t| {
                named(t, name);
                t.caller = Some(rita);
            }));
        }
        let before = hits(&world, "rita", "monitor", 500, None).expect("finds");
        world.say(&agent, &tickets[0], EntryKind::WorkNote, "zebra monitor").expect("notes");
        world.change(&agent, &tickets[0], |t| {
            t.external_vendor = Some("zebra vendor monitor".into());
            t.custom.insert("secret".into(), json!("zebra secret"));
        });
        assert_eq!(hits(&world, "rita", "monitor", 500, None).expect("finds"), before);
        for q in ["zebra", "zeb*", "\"zebra monitor\"", "zebra vendor", "monitor zebra"] {
            assert_eq!(names(&world, "rita", q), Vec::<String>::new(), "{q}");
            let found = hits(&world, "agent", q, 500, None).expect("finds");
            assert_eq!(found.len(), 1, "{q}");
            assert_eq!(found[0].snippet, None, "words of notes stand in no snippet: {q}");
        }
        for q in ["secret:zebra", "monitor external_vendor:any"] {
            assert!(hits(&world, "rita", q, 500, None).is_err(), "{q}");
        }
        assert_eq!(names(&world, "rita", "monitor or zebra").len(), 2);
    });
}

#[test]
fn three_organisations_find_each_their_own() {
    on_both(|test| {
        let world = World::new(test);
        for login in ["agent", "agent.north", "agent.south", "rita"] {
            let call = world.by(login, 10);
            let ticket = world.ticket(&call, move |t| named(t, &format!("Printer of {login}")));
            if login != "rita" {
                world.say(&call, &ticket, EntryKind::WorkNote, "zebra").expect("notes");
            }
        }
        for (login, q, found) in [
            ("agent", "printer", &["Printer of rita", "Printer of agent"][..]),
            ("agent.north", "printer", &["Printer of agent.north"]),
            ("agent.south", "zebra", &["Printer of agent.south"]),
            ("rita", "printer", &["Printer of rita"]),
            ("rita.north", "printer", &[]),
            ("ben", "printer or zebra", &[]),
            ("agent", "zebra", &["Printer of agent"]),
            ("agent", "south or north", &[]),
        ] {
            assert_eq!(names(&world, login, q), found, "{login} {q}");
        }
        assert_eq!(names(&world, "auditor", "printer").len(), 2);
        let (call, agent, north) = (world.by("admin", 30), world.actor("agent").id, world.north);
        world
            .write(move |tx| grants::create(tx, &call, agent, Role::Agent, Some(north)).map(drop))
            .expect("is granted");
        assert_eq!(names(&world, "agent", "zebra"), ["Printer of agent.north", "Printer of agent"]);
    });
}

#[test]
fn a_search_finds_what_a_list_finds() {
    on_both(|test| {
        let world = World::new(test);
        for login in ["agent", "agent.north", "rita", "agent", "agent.north"] {
            let call = world.by(login, 10);
            let ticket = world.ticket(&call, move |t| {
                named(t, &format!("Printer of {login}"));
                t.description = Some("paper jam".into());
            });
            if login != "rita" {
                world.say(&call, &ticket, EntryKind::WorkNote, "zebra toner").expect("notes");
                world.say(&call, &ticket, EntryKind::Comment, "toner is there").expect("says");
            }
        }
        // An agent of one organisation who asks for help in another.
        let (call, rita, north) = (world.by("admin", 30), world.actor("rita").id, world.north);
        world
            .write(move |tx| grants::create(tx, &call, rita, Role::Agent, Some(north)).map(drop))
            .expect("is granted");
        for login in ["admin", "agent", "agent.north", "agent.south", "rita", "rita.north", "ben"] {
            for q in [
                "printer",
                "zebra",
                "toner",
                "printer zebra",
                "zebra printer toner",
                "\"zebra toner\" \"paper jam\"",
                "toner zeb* paper print* jam",
                "printer -zebra",
                "printer or zebra",
                "-zebra",
                "printer (zebra or paper)",
                "state:open priority:4",
                "zebra organisation:north",
            ] {
                let mut found = names(&world, login, q);
                found.sort();
                assert_eq!(found, world.finds(login, q), "{login} {q}");
            }
        }
    });
}
