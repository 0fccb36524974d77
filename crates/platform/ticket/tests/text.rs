//! Full text: whole words, phrases, prefixes, never across entries.

mod common;

use common::World;
use serde_json::json;
use steward_schema::testing::on_both;
use steward_ticket::journal::EntryKind;

#[track_caller]
fn check(world: &World, cases: &[(&str, bool)]) {
    for (q, found) in cases {
        let hits = world.finds("agent", q);
        assert_eq!(!hits.is_empty(), *found, "{q}: {hits:?}");
    }
}

#[test]
fn words_phrases_and_prefixes_are_found() {
    on_both(|test| {
        let world = World::new(test);
        world.ticket(&world.by("agent", 10), |t| {
            t.short_description = "Drucker im Großraumbüro: kein Papier".into();
            t.description = Some("Fehler 0x8007, node.js hängt. O'Neill's \"quoted\" words".into());
            t.close_notes = Some("new toner".into());
            t.custom.insert("room".into(), json!("B-12/3"));
            t.custom.insert("story".into(), json!("once upon a time"));
            t.custom.insert("grade".into(), json!("b"));
        });
        check(
            &world,
            &[
                ("drucker", true),
                ("DRUCKER", true),
                ("druck", false),
                ("druck*", true),
                ("grossraumburo", true),
                ("grossraum*", true),
                ("großraumbüro", true),
                ("raumburo", false),
                ("\"kein papier\"", true),
                ("\"papier kein\"", false),
                ("\"im grossraumburo kein\"", true),
                ("\"kein pap*\"", true),
                ("papier drucker", true),
                ("papier scanner", false),
                ("papier or scanner", true),
                ("-scanner", true),
                ("-papier", false),
                ("0x8007", true),
                ("node.js", true),
                ("js.node", false),
                ("o'neill", true),
                ("\"o neill s quoted words\"", true),
                // A phrase does not reach from one field into the next.
                ("\"papier fehler\"", false),
                ("\"words new\"", false),
                ("toner", true),
                ("\"b 12 3\"", true),
                ("\"upon a t*\"", true),
                ("\"3 once\"", false),
                ("short_description:toner", false),
                ("close_notes:toner", true),
                ("short_description:\"kein papier\"", true),
                ("description:hangt", true),
                ("description:papier", false),
                ("inc0000001", true),
                ("inc*", true),
            ],
        );
    });
}

#[test]
fn a_phrase_never_reaches_across_entries() {
    on_both(|test| {
        let world = World::new(test);
        let agent = world.by("agent", 10);
        let ticket = world.ticket(&agent, |_| {});
        for (kind, text) in [
            (EntryKind::Comment, "alpha beta"),
            (EntryKind::Comment, "gamma delta"),
            (EntryKind::WorkNote, "delta alpha"),
            (EntryKind::WorkNote, "epsilon"),
        ] {
            world.say(&agent, &ticket, kind, text).expect("says");
        }
        check(
            &world,
            &[
                ("\"alpha beta\"", true),
                ("\"gamma delta\"", true),
                ("\"delta alpha\"", true),
                ("\"beta gamma\"", false),
                ("\"delta gamma\"", false),
                ("\"delta delta\"", false),
                ("\"alpha epsilon\"", false),
                ("\"epsilon delta\"", false),
                ("alpha gamma epsilon", true),
                ("\"alpha b*\"", true),
                ("\"beta g*\"", false),
            ],
        );
    });
}

#[test]
fn what_is_changed_is_found_anew_and_no_longer_as_before() {
    on_both(|test| {
        let world = World::new(test);
        let ticket = world.ticket(&world.by("agent", 10), |t| {
            t.short_description = "first".into();
            t.external_vendor = Some("oldvendor".into());
            t.custom.insert("room".into(), json!("oldroom"));
        });
        check(&world, &[("first", true), ("oldvendor", true), ("oldroom", true)]);
        world.change(&world.by("agent", 20), &ticket, |t| {
            t.short_description = "second".into();
            t.external_vendor = Some("newvendor".into());
            t.custom.insert("room".into(), json!("newroom"));
        });
        check(
            &world,
            &[
                ("first", false),
                ("oldvendor", false),
                ("oldroom", false),
                ("second", true),
                ("newvendor", true),
                ("newroom", true),
                ("external_vendor:newvendor", true),
                ("external_vendor:oldvendor", false),
                ("room=newroom", true),
                ("room=oldroom", false),
            ],
        );
        world.change(&world.by("agent", 30), &ticket, |t| t.external_vendor = None);
        check(&world, &[("newvendor", false), ("external_vendor:none", true)]);
    });
}

#[test]
fn a_very_long_journal_is_still_written_and_its_newest_words_found() {
    on_both(|test| {
        let world = World::new(test);
        let agent = world.by("agent", 10);
        let ticket = world.ticket(&agent, |_| {});
        // Words as long and as different as can be: more than 1 MiB of them.
        for n in 0..20 {
            let word = |i: usize| format!("{}{n:02}{i:04}", "w".repeat(58));
            let text: Vec<String> = (0..1000).map(word).collect();
            let then = world.by("agent", 20 + n);
            world.say(&then, &ticket, EntryKind::Comment, &text.join(" ")).expect("says");
        }
        let last = world.by("agent", 60);
        world.say(&last, &ticket, EntryKind::Comment, "the newest").expect("says");
        check(&world, &[("newest", true), ("something", true)]);
    });
}

#[test]
fn html_is_searched_by_its_words() {
    on_both(|test| {
        let world = World::new(test);
        let agent = world.by("agent", 10);
        let ticket = world.ticket(&agent, |_| {});
        let (call, registry, id) = (agent, world.registry.clone(), ticket.head.id);
        let html = "<p>bold <b>word</b></p><p>next&nbsp;line &amp; more</p><script>evil()</script>";
        let entry =
            steward_ticket::journal::NewEntry::new(call.new_id(), EntryKind::Comment, html, true)
                .expect("an entry");
        world
            .write(move |tx| {
                let before = steward_ticket::store::by_id(tx, id)?;
                let mut after = before.clone();
                let entries = vec![(entry.clone(), vec![])];
                let effect = steward_ticket::Effect { entries, ..Default::default() };
                steward_ticket::save(tx, &call, &registry, &before, &mut after, effect)
            })
            .expect("says");
        check(
            &world,
            &[
                ("\"bold word\"", true),
                ("\"next line more\"", true),
                ("evil", false),
                ("script", false),
                ("nbsp", false),
                ("p", false),
            ],
        );
    });
}
