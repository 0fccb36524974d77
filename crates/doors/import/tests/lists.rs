//! Plain lists on both engines: made once, changed by a changed row, left
//! alone where Steward has changed them.

mod support;

use std::path::Path;

use steward_import::Show;
use steward_import::Summary;
use steward_import::simple::{List, Options, import_list};
use steward_people::{DEFAULT_ORGANISATION, persons, teams};
use steward_schema::testing::{TestDb, on_both};
use support::{call, counts, found, run};

const PEOPLE: &str = "login,name,email,roles,vip,shoe size\n\
    ann,Ann Example,ann@example.org,agent,true,39\n\
    bob,Bob Example,not an address,,,\n\
    cyd,Cyd Example,,agent;king,maybe,\n\
    ann,Ann Again,,,,\n";

fn import(db: &TestDb, list: List, text: &str, dry_run: bool) -> (Summary, String) {
    let dir = tempfile::tempdir().expect("a directory");
    let (file, report) = (dir.path().join("list.csv"), dir.path().join("report.csv"));
    std::fs::write(&file, text).expect("written");
    let options = Options {
        list,
        file: &file,
        report: &report,
        organisation: DEFAULT_ORGANISATION,
        dry_run,
        show: Show::Nothing,
    };
    let summary = run(import_list(&db.db, &call(), &options)).expect("imports");
    (summary, read(&report))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

#[test]
fn people_are_made_once_and_flaws_are_reported() {
    on_both(|db| {
        found(&db);
        let before = counts(&db);
        let (dry, dry_report) = import(&db, List::People, PEOPLE, true);
        assert_eq!(counts(&db), before, "a dry run writes nothing");
        let (summary, report) = import(&db, List::People, PEOPLE, false);
        assert_eq!(report, dry_report);
        assert_eq!((dry.created, summary.created, summary.written), (2, 2, 2));
        assert_eq!(summary.ignored.len(), 1, "{:?}", summary.ignored);
        for line in [
            "3,email,not an address,this is not an e-mail address; the row is left out",
            "4,roles,king,is no role",
            "4,vip,maybe,is neither true nor false",
            "5,login,ann,stands in row 2 already; this row is left out",
        ] {
            assert!(report.contains(line), "{line} in {report}");
        }
        let after = counts(&db);
        let (again, _) = import(&db, List::People, PEOPLE, false);
        assert_eq!((again.known, again.written), (2, 0));
        assert_eq!(counts(&db), after, "the second import writes nothing");
    });
}

#[test]
fn what_has_no_place_is_kept_with_the_record() {
    on_both(|db| {
        found(&db);
        let list = |name: &str, roles: &str| format!("login,name,roles\ncyd,{name},{roles}\n");
        import(&db, List::People, &list("Cyd", "agent;king;queen"), false);
        let cyd = db.db.read_blocking(|tx| persons::by_login(tx, "cyd")).expect("is there").id;
        let kept = || {
            let sql = "select c.field, c.subject, c.body from content c join fact f
                       on f.record = c.record and f.seq = c.seq
                       where c.record = $1 and f.kind = 'person.imported' order by c.seq";
            let row = |r: &steward_database::Row| Ok((r.get(0)?, r.opt(1)?, r.get(2)?));
            let found = db.db.read_blocking(move |tx| tx.rows(sql, &[cyd.into()], row));
            found.expect("reads")
        };
        let one = |text: &str| (String::from("unmapped.roles"), Some(cyd), text.to_owned());
        assert_eq!(kept(), [one("king; queen")]);
        // The note is no change of ours: a changed row still changes the record.
        let (same, report) = import(&db, List::People, &list("Cyd", "agent;king;queen"), false);
        assert_eq!((same.known, same.conflicts, &*report), (1, 0, ""));
        let (changed, _) = import(&db, List::People, &list("Cyd E.", "agent;king"), false);
        assert_eq!((changed.changed, changed.conflicts), (1, 0));
        assert_eq!(kept(), [one("king; queen"), one("king")]);
        let found = db.db.read_blocking(|tx| steward_history::verify(tx, None)).expect("reads");
        assert!(found.findings.is_empty(), "{:?}", found.findings);
    });
}

#[test]
fn an_administrator_of_a_list_is_one_of_every_organisation() {
    on_both(|db| {
        found(&db);
        let list = |name: &str| format!("login,name,roles\ncyd,{name},administrator\n");
        import(&db, List::People, &list("Cyd"), false);
        // Once: the second time the role is there already.
        let (changed, _) = import(&db, List::People, &list("Cyd E."), false);
        assert_eq!((changed.changed, changed.unmapped), (1, 0));
        let held = db.db.read_blocking(|tx| {
            let cyd = persons::by_login(tx, "cyd")?.id;
            steward_people::grants::held_by(tx, cyd)
        });
        let held: Vec<_> = held.expect("reads").iter().map(|g| g.organisation).collect();
        assert_eq!(held, [None]);
    });
}

#[test]
fn nothing_new_is_no_new_report() {
    on_both(|db| {
        found(&db);
        let dir = tempfile::tempdir().expect("a directory");
        let (file, report) = (dir.path().join("list.csv"), dir.path().join("report.csv"));
        let options = |dry_run| Options {
            list: List::People,
            file: &file,
            report: &report,
            organisation: DEFAULT_ORGANISATION,
            dry_run,
            show: Show::Nothing,
        };
        std::fs::write(&file, PEOPLE).expect("written");
        for dry_run in [true, false, false, false] {
            let summary = run(import_list(&db.db, &call(), &options(dry_run))).expect("imports");
            let told = summary.to_string();
            assert!(told.contains("report.csv"), "where it stands: {told}");
            assert!(!dir.path().join("report-2.csv").exists(), "{told}");
        }
        std::fs::write(&file, format!("{PEOPLE}dan,Dan,also not,,,\n")).expect("written");
        let summary = run(import_list(&db.db, &call(), &options(false))).expect("imports");
        assert!(summary.to_string().contains("report-2.csv"), "{summary}");
    });
}

#[test]
fn a_changed_row_changes_the_record_unless_steward_did() {
    on_both(|db| {
        found(&db);
        let ann = |name: &str| format!("login,name\nann,{name}\n");
        import(&db, List::People, &ann("Ann"), false);
        let (summary, _) = import(&db, List::People, &ann("Ann B."), false);
        assert_eq!(summary.changed, 1);
        let person = db.db.read_blocking(|tx| persons::by_login(tx, "ann")).expect("is there");
        assert_eq!(person.name, "Ann B.");
        let change = persons::PersonChange { vip: Some(true), ..Default::default() };
        let here =
            db.db.write_blocking(move |tx| persons::update(tx, &call(), person.id, &change, None));
        here.expect("changed here");
        let (summary, report) = import(&db, List::People, &ann("Ann C."), false);
        assert_eq!((summary.conflicts, summary.changed), (1, 0));
        assert!(report.contains("was changed here since the last import"), "{report}");
        let person = db.db.read_blocking(|tx| persons::by_login(tx, "ann")).expect("is there");
        assert_eq!(person.name, "Ann B.");
    });
}

#[test]
fn teams_services_and_items_refer_to_what_is_there() {
    on_both(|db| {
        found(&db);
        import(&db, List::People, "login,name\nann,Ann\nbob,Bob\n", false);
        let team = "name,members,organisation\nNetwork,ann; bob; zoe,Default\n";
        let (summary, report) = import(&db, List::Teams, team, false);
        assert_eq!((summary.created, summary.unmapped), (1, 1), "{report}");
        assert!(report.contains("2,members,zoe,"), "{report}");
        let members = db.db.read_blocking(|tx| {
            let team = steward_people::resolve(tx, &call().actor, "team", "team", "Network")?;
            teams::members(tx, team.id)
        });
        assert_eq!(members.expect("reads").len(), 2);
        let things = "name,class,owner\nMail,business_service,ann\nVPN,,\n";
        assert_eq!(import(&db, List::Services, things, false).0.created, 2);
        assert_eq!(import(&db, List::ConfigurationItems, things, false).0.created, 2);
        let elsewhere = "name,organisation\nMail,Nowhere\n";
        let (summary, report) = import(&db, List::Services, elsewhere, false);
        assert_eq!(summary.written, 0);
        assert!(report.contains("organisation,Nowhere,"), "{report}");
    });
}
