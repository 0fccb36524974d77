//! Importing again: in parts, after a kill, after changes here and there.

mod support;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use steward_database::{Db, Options};
use steward_import::simple::{self, List, import_list};
use steward_import::{Show, Summary};
use steward_people::DEFAULT_ORGANISATION;
use steward_schema::testing::{TestDb, on_both, postgres, sqlite};
use steward_ticket::{Effect, store};
use support::dump::{dump, same};
use support::{call, counts, file, found, head, import, registries, run};

/// Both a fresh database and its twin, on each engine.
fn on_both_twice(test: impl Fn(TestDb, TestDb)) {
    test(sqlite(), sqlite());
    if let (Some(one), Some(other)) = (postgres(), postgres()) {
        test(one, other);
    }
}

#[test]
fn the_first_rows_and_then_the_whole_are_the_whole_at_once() {
    on_both_twice(|parts, whole| {
        found(&parts);
        found(&whole);
        // Row 10,000 stands in the midst of an incident.
        let (first, _) = import(&parts, &head(10_000), false);
        let (second, _) = import(&parts, &head(12_000), false);
        assert_eq!((first.written, second.written, second.known), (10_000, 2_000, 10_000));
        assert_eq!(second.changed, 1, "one incident goes on behind row 10,000");
        let (at_once, _) = import(&whole, &head(12_000), false);
        assert_eq!(at_once.written, 12_000);
        assert_eq!(counts(&parts), counts(&whole));
        same(&dump(&parts), &dump(&whole));
    });
}

#[test]
fn killed_and_run_again_it_completes() {
    on_both_twice(|killed, whole| {
        found(&killed);
        found(&whole);
        let rows = head(12_000);
        let before = counts(&killed)["ticket"];
        let mut child = another("import_of_another_process", &killed, &rows);
        // As soon as some incidents stand there, it is killed.
        while counts(&killed)["ticket"] == before && child.try_wait().expect("asked").is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().expect("killed");
        child.wait().expect("ended");
        let (rest, _) = import(&killed, &rows, false);
        assert!(rest.written < 12_000, "some was there: {rest:?}");
        assert!(rest.written > 0, "killed before the end: {rest:?}");
        assert_eq!((rest.written + rest.known, rest.conflicts), (12_000, 0));
        import(&whole, &rows, false);
        assert_eq!(counts(&killed), counts(&whole));
        same(&dump(&killed), &dump(&whole));
        let report = killed.db.read_blocking(|tx| steward_history::verify(tx, None));
        assert!(report.expect("verifies").findings.is_empty());
    });
}

/// A list too; it comes packed, as a log may.
#[test]
fn a_packed_list_that_was_killed_completes() {
    on_both_twice(|killed, whole| {
        found(&killed);
        found(&whole);
        let (dir, before) = (tempfile::tempdir().expect("a directory"), counts(&killed)["person"]);
        let list = dir.path().join("people.csv.gz");
        pack(&list, &people(6_000));
        let mut child = another("list_of_another_process", &killed, &list);
        while counts(&killed)["person"] == before && child.try_wait().expect("asked").is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().expect("killed");
        child.wait().expect("ended");
        let rest = import_people(&killed.db, &list);
        assert!(rest.written < 6_000, "some was there: {rest:?}");
        assert!(rest.written > 0, "killed before the end: {rest:?}");
        assert_eq!((rest.created + rest.known, rest.conflicts), (6_000, 0));
        assert_eq!(import_people(&whole.db, &list).created, 6_000);
        assert_eq!(counts(&killed), counts(&whole));
        let report = killed.db.read_blocking(|tx| steward_history::verify(tx, None));
        assert!(report.expect("verifies").findings.is_empty());
    });
}

fn people(count: usize) -> String {
    let row = |n: usize| format!("p{n},Person {n},p{n}@example.org\n");
    std::iter::once("login,name,email\n".to_owned()).chain((0..count).map(row)).collect()
}

fn pack(path: &Path, text: &str) {
    let file = std::fs::File::create(path).expect("a file");
    let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    packed.write_all(text.as_bytes()).expect("packed");
    packed.finish().expect("packed to its end");
}

fn import_people(db: &Db, file: &Path) -> Summary {
    let dir = tempfile::tempdir().expect("a directory");
    let options = simple::Options {
        list: List::People,
        file,
        report: &dir.path().join("report.csv"),
        organisation: DEFAULT_ORGANISATION,
        dry_run: false,
        show: Show::Nothing,
    };
    run(import_list(db, &call(), &options)).expect("imports")
}

/// This program once more, with one of the tests that only it runs.
fn another(test: &str, into: &TestDb, file: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env("IMPORT_INTO", url(into))
        .env("IMPORT_FILE", file)
        .stdout(Stdio::null())
        .spawn()
        .expect("a second process")
}

/// The database and the file of the process that is killed.
fn asked_of_another() -> Option<(Db, PathBuf)> {
    let (into, file) = (std::env::var("IMPORT_INTO").ok()?, std::env::var("IMPORT_FILE").ok()?);
    let options = match into.starts_with("postgres://") {
        true => Options::Postgres(into),
        false => Options::Sqlite(into.into()),
    };
    Some((Db::open(&options).expect("opens"), file.into()))
}

fn url(db: &TestDb) -> String {
    match &db.options {
        Options::Sqlite(path) => path.display().to_string(),
        Options::Postgres(url) => url.clone(),
    }
}

#[test]
#[ignore = "the process that killed_and_run_again_it_completes kills"]
fn import_of_another_process() {
    let Some((db, rows)) = asked_of_another() else { return };
    support::import_into(&db, &rows, false);
}

#[test]
#[ignore = "the process that a_packed_list_that_was_killed_completes kills"]
fn list_of_another_process() {
    let Some((db, list)) = asked_of_another() else { return };
    import_people(&db, &list);
}

#[test]
fn what_has_changed_is_left_as_it_is_and_reported() {
    on_both(|db| {
        found(&db);
        let text: Vec<String> =
            std::fs::read_to_string(head(300)).expect("reads").lines().map(Into::into).collect();
        // Of the second incident the last row is held back.
        let number = text[5].split(',').next().expect("a number").to_owned();
        let last = text.iter().rposition(|row| row.starts_with(&number)).expect("a row");
        let shorter = [&text[..last], &text[last + 1..]].concat().join("\n") + "\n";
        import(&db, &file(&shorter), false);
        let before = counts(&db);

        // At the source: a known row says something else now.
        let mut other = text.clone();
        other[2] = other[2].replace("Location 143", "Location 1");
        let (summary, report) = import(&db, &file(&(other.join("\n") + "\n")), true);
        assert_eq!((summary.conflicts, summary.changed), (1, 1));
        assert!(
            report.contains("2,number,INC0000045,has known rows that have changed"),
            "{report}"
        );
        assert_eq!(counts(&db), before);

        // Here: somebody has worked on the incident whose further row comes.
        work_on(&db, &number);
        let (summary, report) = import(&db, &file(&(text.join("\n") + "\n")), false);
        assert_eq!((summary.conflicts, summary.written), (1, 0));
        let reason = format!("6,number,{number},was changed here since the last import");
        assert!(report.contains(&reason), "{report}");
    });
}

fn work_on(db: &TestDb, number: &str) {
    let (registries, number) = (registries(), number.to_owned());
    let done = db.db.write_blocking(move |tx| {
        let registry = registries.get(tx, "incident")?;
        let before = store::by_number(tx, &number)?;
        let mut after = before.clone();
        after.impact = 1;
        let effect = Effect { fact: "incident.updated".into(), ..Effect::default() };
        steward_ticket::save(tx, &call(), &registry, &before, &mut after, effect)
    });
    done.expect("worked on");
}

#[test]
fn final_columns_may_come_later_without_a_conflict() {
    on_both(|db| {
        found(&db);
        let text = std::fs::read_to_string(head(4)).expect("reads");
        let rows: Vec<&str> = text.lines().collect();
        // An earlier export: three rows, nothing resolved or closed yet.
        let end = ",code 5,Resolved by 149,29/2/2016 11:29,5/3/2016 12:00";
        let earlier = rows[..4].join("\n").replace(end, ",?,?,?,?") + "\n";
        import(&db, &file(&earlier), false);
        let (summary, _) = import(&db, &file(&text), false);
        assert_eq!((summary.known, summary.written, summary.conflicts), (3, 1, 0));
        let ticket = db.db.read_blocking(|tx| store::by_number(tx, "INC0000045"));
        let ticket = ticket.expect("is there");
        assert_eq!(ticket.resolved_at.map(|t| t.to_string()), Some("2016-02-29T11:29:00Z".into()));
        assert_eq!(ticket.close_code.as_deref(), Some("code 5"));
        assert_eq!(ticket.state, "closed");
    });
}

/// An import brings plain text: what looks like mark-up is kept as it is, as
/// words, and never becomes an entry's HTML.
#[test]
fn mark_up_in_a_log_stays_text() {
    on_both(|db| {
        found(&db);
        let rows = std::fs::read_to_string(head(40)).expect("rows");
        assert!(rows.contains("Category 55"));
        let evil = "<script>steal()</script>";
        let (summary, _) = import(&db, &file(&rows.replace("Category 55", evil)), false);
        assert_eq!(summary.written, 40);
        let (named, entries) = db
            .db
            .read_blocking(move |tx| {
                let named = tx.rows(
                    "select short_description from ticket where short_description like $1",
                    &["<script>%".into()],
                    |r| r.get::<String>(0),
                )?;
                let entries = tx.one("select count(*) from entry", &[], |r| r.get::<i64>(0))?;
                Ok((named, entries))
            })
            .expect("reads");
        assert!(named.iter().any(|text| text.starts_with(evil)), "{named:?}");
        assert_eq!(entries, 0);
    });
}
