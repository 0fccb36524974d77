//! An erased person's words are gone from everywhere, and the chain verifies.

mod common;

use std::process::Command;

use common::World;
use serde_json::json;
use steward_database::Options;
use steward_schema::testing::on_both;
use steward_ticket::journal::EntryKind;
use steward_ticket::{forget_person, forget_texts, store};

/// A word that stands nowhere but in what is erased.
const WORD: &str = "quetzalcoatl";

/// Everything the database holds on its disk (SQLite), or gives away in a dump.
fn all_bytes(world: &World) -> Vec<u8> {
    match &world.test.options {
        Options::Sqlite(path) => {
            let files = std::fs::read_dir(path.parent().expect("a folder")).expect("a folder");
            let read = |file: std::io::Result<std::fs::DirEntry>| {
                std::fs::read(file.expect("a file").path()).expect("is read")
            };
            files.flat_map(read).collect()
        }
        Options::Postgres(url) => {
            let dump = Command::new("pg_dump").arg(url).output().expect("pg_dump runs");
            assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
            dump.stdout
        }
    }
}

fn holds(world: &World, word: &str) -> bool {
    let bytes = all_bytes(world).to_ascii_lowercase();
    let word = word.to_ascii_lowercase();
    bytes.windows(word.len()).any(|w| w == word.as_bytes())
}

#[test]
fn an_erased_persons_words_are_gone_from_the_disk() {
    on_both(|test| {
        let world = World::new(test);
        let rita = world.by("rita", 10);
        let ticket = world.ticket(&rita, |t| {
            t.short_description = format!("{WORD} one");
            t.description = Some(format!("{WORD} two"));
            t.close_notes = Some(format!("{WORD} three"));
            t.priority_reason = Some(format!("{WORD} four"));
            t.external_number = Some(format!("{WORD} five"));
            t.external_problem = Some(format!("{WORD} six"));
            t.external_change = Some(format!("{WORD} seven"));
            t.external_cause = Some(format!("{WORD} eight"));
            t.external_vendor = Some(format!("{WORD} nine"));
            t.custom.insert("room".into(), json!(format!("{WORD} ten")));
            t.custom.insert("story".into(), json!(format!("{WORD} eleven")));
            t.custom.insert("floor".into(), json!(3));
        });
        world.say(&rita, &ticket, EntryKind::Comment, &format!("{WORD} twelve")).expect("says");
        // Much else in between, so that its words stand in segments of their own.
        let agent = world.by("agent", 20);
        for n in 0..40 {
            let other = world.ticket(&agent, move |t| t.short_description = format!("other {n}"));
            world.say(&agent, &other, EntryKind::WorkNote, "some note").expect("notes");
        }
        let again = world.change(&agent, &ticket, |t| t.state = "in_progress".into());
        world.say(&agent, &ticket, EntryKind::Comment, "stays").expect("says");
        assert!(holds(&world, WORD) && holds(&world, "rita@example.org"));

        let (call, registry, id) = (world.by("admin", 30), world.registry.clone(), rita.actor.id);
        world
            .write(move |tx| {
                steward_people::erase(tx, &call, id, "asked for it")?;
                forget_person(tx, &call, &registry, id)
            })
            .expect("is erased");
        let id = again.head.id;
        let left = world.read(move |tx| store::by_id(tx, id));
        assert_eq!(left.short_description, "Erased");
        assert_eq!((&left.description, &left.close_notes), (&None, &None));
        assert_eq!((&left.external_number, &left.external_vendor), (&None, &None));
        assert_eq!(left.custom.get("floor"), Some(&json!(3)));
        assert_eq!(left.custom.len(), 1);
        assert_eq!(world.facts(id).last().map(String::as_str), Some("incident.texts_erased"));
        for q in [WORD, "twelve", "room:any", "external_vendor:any"] {
            assert_eq!(world.finds("agent", q), Vec::<String>::new(), "{q}");
        }
        assert_eq!(world.finds("agent", "stays"), ["Erased"]);

        world.db().scrub_blocking().expect("scrubs");
        assert!(!holds(&world, WORD), "the words are still there");
        assert!(!holds(&world, "rita@example.org"), "the address is still there");
        assert!(!holds(&world, "Name of rita\0") && holds(&world, "Erased person 1"));
        world.verifies();
        let report = world.read(|tx| steward_history::verify(tx, None));
        assert!(report.erased >= 12, "{report:?}");
    });
}

#[test]
fn one_redacted_text_is_gone_and_the_others_stay() {
    on_both(|test| {
        let world = World::new(test);
        let agent = world.by("agent", 10);
        let ticket = world.ticket(&agent, |t| t.description = Some("harmless".into()));
        let told = world.say(&agent, &ticket, EntryKind::WorkNote, &format!("password {WORD}"));
        told.expect("notes");
        let (call, registry, id) = (world.by("admin", 20), world.registry.clone(), ticket.head.id);
        assert_eq!(world.finds("agent", WORD), ["Something"]);
        world
            .write(move |tx| {
                steward_history::redact(tx, id, 2, 1)?;
                forget_texts(tx, &call, &registry, id)
            })
            .expect("is redacted");
        assert_eq!(world.finds("agent", WORD), Vec::<String>::new());
        assert_eq!(world.finds("agent", "harmless"), ["Something"]);
        world.db().scrub_blocking().expect("scrubs");
        assert!(!holds(&world, WORD));
        assert!(holds(&world, "harmless"));
        world.verifies();
    });
}
