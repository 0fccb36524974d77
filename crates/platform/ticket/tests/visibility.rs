//! Who sees what: a requester never sees work notes or internal fields, by
//! list, count or search; three organisations see each their own.

mod common;

use common::{World, asks};
use serde_json::json;
use steward_base::{Error, Uuid};
use steward_people::{DEFAULT_ORGANISATION, Role, grants, teams};
use steward_schema::testing::on_both;
use steward_ticket::journal::EntryKind;
use steward_ticket::list::ListQuery;
use steward_ticket::store;

fn named(t: &mut steward_ticket::Ticket, name: &str) {
    t.short_description = name.to_owned();
}

/// A ticket of rita's with words in every internal place.
fn with_secrets(world: &World) -> Uuid {
    let rita = world.actor("rita").id;
    let ticket = world.ticket(&world.by("agent", 10), move |t| {
        named(t, "Monitor flickers");
        t.caller = Some(rita);
        t.priority_override = Some(1);
        t.priority_reason = Some("zebra reason".into());
        t.external_vendor = Some("zebra vendor".into());
        t.external_problem = Some("zebra problem".into());
        t.time_worked_minutes = 17;
        t.custom.insert("secret".into(), json!("zebra secret"));
    });
    let agent = world.by("agent", 20);
    world.say(&agent, &ticket, EntryKind::WorkNote, "zebra note").expect("notes");
    world.say(&agent, &ticket, EntryKind::Comment, "we look at it").expect("comments");
    ticket.head.id
}

#[test]
fn a_requester_never_finds_internal_words() {
    on_both(|test| {
        let world = World::new(test);
        with_secrets(&world);
        let hit = vec!["Monitor flickers".to_owned()];
        for q in ["zebra", "zeb*", "\"zebra note\"", "\"zebra reason\"", "zebra vendor"] {
            assert_eq!(world.finds("agent", q), hit, "{q}");
            assert_eq!(world.finds("auditor", q), hit, "{q}");
            assert_eq!(world.finds("rita", q), Vec::<String>::new(), "{q}");
            assert_eq!(world.finds("rita", &format!("-({q})")), hit, "-({q})");
            assert_eq!(world.finds("rita", &format!("monitor or ({q})")), hit, "{q}");
        }
        assert_eq!(world.finds("rita", "look"), hit);
        assert_eq!(world.finds("rita", "\"look at\" flickers"), hit);
    });
}

#[test]
fn internal_fields_do_not_exist_for_a_requester() {
    on_both(|test| {
        let world = World::new(test);
        with_secrets(&world);
        for q in [
            "secret:zebra",
            "secret:none",
            "secret:any",
            "-secret:any",
            "external_vendor:zebra",
            "external_problem:any",
            "external_change:any",
            "external_cause:any",
            "priority_reason:zebra",
            "priority_override:1",
            "time_worked_minutes>0",
            "monitor or time_worked_minutes=17",
        ] {
            let rita = world.by("rita", 100);
            for error in [
                world.list(&rita, asks(q)).map(|_| ()).expect_err(q),
                world.count(&rita, asks(q)).map(|_| ()).expect_err(q),
            ] {
                let text = error.to_string();
                assert!(matches!(error, Error::Malformed(_) | Error::Invalid(_)), "{q}: {text}");
                assert!(text.contains("there is no field"), "{q}: {text}");
                assert!(!text.contains("Did you mean"), "{q}: {text}");
            }
            assert!(world.list(&world.by("agent", 100), asks(q)).is_ok(), "{q}");
        }
    });
}

#[test]
fn a_requester_who_works_elsewhere_asks_no_internal_field_of_own_tickets() {
    on_both(|test| {
        let world = World::new(test);
        with_secrets(&world);
        // Rita becomes an agent of North as well: of her own ticket in the
        // default organisation she still reads no internal part.
        let (call, rita, north) = (world.by("admin", 30), world.actor("rita").id, world.north);
        world
            .write(move |tx| grants::create(tx, &call, rita, Role::Agent, Some(north)).map(drop))
            .expect("is granted");
        assert_eq!(world.finds("rita", "zebra"), Vec::<String>::new());
        assert_eq!(world.finds("rita", "flickers"), ["Monitor flickers"]);
        assert!(world.list(&world.by("rita", 100), asks("secret:any")).is_err());
        let north = world.by("agent.north", 40);
        let other = world.ticket(&north, |t| named(t, "North"));
        world.say(&north, &other, EntryKind::WorkNote, "zebra north").expect("notes");
        assert_eq!(world.finds("rita", "zebra"), ["North"]);
    });
}

#[test]
fn own_is_called_opened_asked_for_or_watched() {
    on_both(|test| {
        let world = World::new(test);
        let (rita, ben) = (world.actor("rita").id, world.actor("ben").id);
        let agent = world.by("agent", 10);
        world.ticket(&agent, move |t| {
            named(t, "called");
            t.caller = Some(rita);
        });
        world.ticket(&agent, move |t| {
            named(t, "asked for");
            t.requested_for = Some(rita);
        });
        world.ticket(&world.by("rita", 20), move |t| {
            named(t, "opened");
            t.caller = Some(ben);
        });
        let watched = world.ticket(&agent, |t| named(t, "watched"));
        world.ticket(&agent, |t| named(t, "other"));
        let (id, now) = (watched.head.id, agent.now);
        assert_eq!(world.finds("rita", ""), ["asked for", "called", "opened"]);
        world.write(move |tx| store::add_watcher(tx, id, rita, now)).expect("watches");
        assert_eq!(world.finds("rita", ""), ["asked for", "called", "opened", "watched"]);
        assert_eq!(world.finds("rita", "watched or other"), ["watched"]);
        assert_eq!(world.finds("ben", ""), ["opened"]);
        assert_eq!(world.finds("agent", "").len(), 5);
        world.write(move |tx| store::remove_watcher(tx, id, rita)).expect("leaves");
        assert_eq!(world.finds("rita", "watched"), Vec::<String>::new());
    });
}

#[test]
fn three_organisations_see_each_their_own() {
    on_both(|test| {
        let world = World::new(test);
        for (login, name) in [
            ("agent", "printer here"),
            ("agent.north", "printer north"),
            ("agent.south", "printer south"),
        ] {
            let call = world.by(login, 10);
            let name = name.to_owned();
            let ticket = world.ticket(&call, move |t| named(t, &name));
            world.say(&call, &ticket, EntryKind::WorkNote, "inside words").expect("notes");
            world.say(&call, &ticket, EntryKind::Comment, "outside words").expect("comments");
        }
        for (login, expected) in [
            ("agent", vec!["printer here"]),
            ("manager", vec!["printer here"]),
            ("auditor", vec!["printer here"]),
            ("agent.north", vec!["printer north"]),
            ("agent.south", vec!["printer south"]),
            ("admin", vec!["printer here", "printer north", "printer south"]),
            ("rita", vec![]),
            ("rita.north", vec![]),
        ] {
            for q in [
                "",
                "printer",
                "\"outside words\"",
                "inside",
                "state:open",
                "-state:closed",
                "organisation:default,north,south",
                "number:inc*",
                "priority:4",
            ] {
                assert_eq!(world.finds(login, q), expected, "{login} {q}");
            }
            let past = ListQuery { as_of: Some(common::later(50)), ..asks("state:new") };
            let call = world.by(login, 100);
            let then = world.list(&call, past.clone()).expect("lists").items;
            assert_eq!(then.len(), expected.len(), "{login} in the past");
            assert_eq!(world.count(&call, past).expect("counts"), expected.len() as i64);
        }
        // A provider's agent serves several.
        let (call, agent, south) = (world.by("admin", 20), world.actor("agent").id, world.south);
        world
            .write(move |tx| grants::create(tx, &call, agent, Role::Agent, Some(south)).map(drop))
            .expect("is granted");
        assert_eq!(world.finds("agent", "inside"), ["printer here", "printer south"]);
    });
}

#[test]
fn nobody_without_a_role_sees_anything() {
    on_both(|test| {
        let world = World::new(test);
        with_secrets(&world);
        world.person("nobody", DEFAULT_ORGANISATION, &[]);
        assert_eq!(world.finds("nobody", ""), Vec::<String>::new());
        assert_eq!(world.finds("nobody", "-zebra"), Vec::<String>::new());
        // A role lent by a team counts from the next call on, and ends with it.
        let (call, desk, nobody) = (world.by("admin", 30), world.desk, world.actor("nobody").id);
        let granted = world.write({
            let call = call.clone();
            move |tx| {
                grants::create(tx, &call, desk, Role::Agent, Some(DEFAULT_ORGANISATION))?;
                teams::add_member(tx, &call, desk, nobody, None)
            }
        });
        granted.expect("is granted");
        assert_eq!(world.finds("nobody", "zebra"), ["Monitor flickers"]);
        world.write(move |tx| teams::remove_member(tx, &call, desk, nobody, None)).expect("leaves");
        assert_eq!(world.finds("nobody", ""), Vec::<String>::new());
    });
}
