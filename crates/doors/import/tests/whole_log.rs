//! The whole real log in the database, on both engines: what its README says,
//! asked by SQL; one fact for each row; the history verifies; and importing it
//! again, or in two parts, makes no difference.

mod support;

use steward_base::Result;
use steward_condition::Context;
use steward_database::{Tx, Value};
use steward_schema::testing::{TestDb, postgres, sqlite};
use steward_ticket::list::{ListQuery, count};
use support::dump::{dump, same};
use support::{counts, found, head, import, log, registries};

fn one(db: &TestDb, sql: &'static str) -> i64 {
    let ask = move |tx: &mut Tx| tx.one(sql, &[], |r| r.get::<i64>(0));
    db.db.read_blocking(ask).unwrap_or_else(|e| panic!("{sql}: {e}"))
}

fn all(db: &TestDb, sql: &'static str) -> Vec<i64> {
    let ask = move |tx: &mut Tx| tx.rows(sql, &[], |r| r.get::<i64>(0));
    db.db.read_blocking(ask).unwrap_or_else(|e| panic!("{sql}: {e}"))
}

/// Mean and median in hours of durations in microseconds, sorted.
fn mean_and_median(micros: &[i64]) -> (String, String) {
    const HOUR: f64 = 3_600.0 * 1e6;
    let half = micros.len() / 2;
    let median = match micros.len() % 2 {
        1 => micros[half] as f64,
        _ => (micros[half - 1] + micros[half]) as f64 / 2.0,
    };
    let mean = micros.iter().sum::<i64>() as f64 / micros.len() as f64;
    (format!("{:.4}", mean / HOUR), format!("{:.4}", median / HOUR))
}

const COUNTS: &[(&str, i64)] = &[
    ("select count(*) from ticket", 24_918),
    ("select count(*) from fact where door = 'import'", 141_712),
    ("select count(*) from fact where kind = 'incident.imported'", 141_712),
    ("select count(*) from ticket where state = 'closed'", 24_918),
    ("select count(*) from ticket where priority = 1", 270),
    ("select count(*) from ticket where priority = 2", 408),
    ("select count(*) from ticket where priority = 3", 23_466),
    ("select count(*) from ticket where priority = 4", 774),
    ("select count(*) from ticket where impact = 1", 421),
    ("select count(*) from ticket where impact = 2", 23_746),
    ("select count(*) from ticket where impact = 3", 751),
    ("select count(*) from ticket where urgency = 1", 531),
    ("select count(*) from ticket where urgency = 2", 23_689),
    ("select count(*) from ticket where urgency = 3", 698),
    ("select count(*) from ticket where contact_type = 'phone'", 24_688),
    ("select count(*) from ticket where contact_type = 'self_service'", 158),
    ("select count(*) from ticket where contact_type = 'email'", 59),
    ("select count(*) from ticket where contact_type = 'IVR'", 9),
    ("select count(*) from ticket where contact_type = 'Direct opening'", 4),
    ("select count(*) from field_value where field = 'made_sla' and number = 1", 15_803),
    ("select count(*) from ticket where resolved_at is not null", 23_362),
    ("select count(*) from ticket where closed_at is not null", 24_918),
    ("select cast(sum(reassignment_count) as bigint) from ticket", 23_414),
    ("select count(*) from ticket where reassignment_count = 0", 13_549),
    ("select cast(sum(reopen_count) as bigint) from ticket", 331),
    ("select count(*) from ticket where reopen_count > 0", 275),
    ("select count(*) from person where login like 'caller-%'", 5_244),
    ("select count(*) from person where login like 'resolver-%'", 234),
    ("select count(*) from record where kind = 'team'", 78),
    ("select count(*) from record where kind = 'location'", 224),
    ("select count(*) from record where kind = 'configuration_item'", 50),
    ("select count(distinct external_problem) from ticket", 244),
    ("select count(distinct external_change) from ticket", 174),
    ("select count(*) from ticket where opened_by is null", 714),
    ("select count(*) from ticket where caller is null", 3),
    ("select count(*) from content where field = 'unmapped.incident_state'", 5),
    ("select count(*) from ticket_version where valid_to is null", 24_918),
    ("select count(*) from person where password_hash is not null", 0),
];

fn check_facts(db: &TestDb) {
    for (sql, expected) in COUNTS {
        assert_eq!(one(db, sql), *expected, "{sql}");
    }
    let resolved = all(
        db,
        "select resolved_at - opened_at from ticket where resolved_at is not null order by 1",
    );
    let closed = all(db, "select closed_at - opened_at from ticket order by 1");
    assert_eq!(mean_and_median(&resolved), ("178.1716".into(), "22.1000".into()));
    assert_eq!(mean_and_median(&closed), ("315.3286".into(), "145.8667".into()));
    let within = resolved.iter().filter(|d| **d <= 24 * 3_600_000_000).count();
    assert_eq!(format!("{:.2}", within as f64 * 100.0 / resolved.len() as f64), "51.67");
    let text = "Category 55 / Subcategory 170 / Symptom 72";
    let first = db.db.read_blocking(|tx| {
        let sql = "select t.short_description from ticket t join record r on r.id = t.id where r.number = $1";
        tx.one(sql, &[Value::from("INC0000045")], |r| r.get::<String>(0))
    });
    assert_eq!(first.expect("is there"), text);
}

/// The same facts as a person asks for them.
fn check_conditions(db: &TestDb) {
    for (q, expected) in [
        ("made_sla:true", 15_803),
        ("-made_sla:true", 9_115),
        ("state:open", 0),
        ("contact_type:\"Self service\"", 158),
        ("resolved_at:none", 1_556),
        ("opened_by:none", 714),
        ("assigned_to:none", 725),
        ("u_symptom:none", 5_839),
        ("notify=\"Do Not Notify\"", 24_882),
        ("opened_by:\"Opened by  17\"", 7_214),
        ("category:\"Category 26\" priority:1..2", 22),
    ] {
        let registries = registries();
        let counted = db.db.read_blocking(move |tx| {
            let registry = registries.get(tx, "incident")?;
            let call = support::call();
            let query = ListQuery { q: q.into(), limit: 1, ..ListQuery::default() };
            count(tx, &call.actor, &registry, &Context::at(call.now), &query)
        });
        assert_eq!(counted, Ok(expected), "{q}");
    }
}

fn check_verifies(db: &TestDb) {
    let report = db.db.read_blocking(|tx| steward_history::verify(tx, None)).expect("verifies");
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

#[test]
fn the_whole_log_agrees_with_its_facts_and_a_second_import_writes_nothing() {
    let lite = sqlite();
    found(&lite);
    at_once(&lite);
    agrees(&lite);
    let Some(pg) = postgres() else {
        eprintln!("STEWARD_TEST_PG is not set: PostgreSQL is left out");
        return;
    };
    found(&pg);
    let (first, _) = import(&pg, &head(10_000), false);
    assert_eq!((first.written, first.unmapped), (10_000, 0));
    let (rest, _) = import(&pg, &log(), false);
    assert_eq!((rest.written, rest.known, rest.unmapped), (131_712, 10_000, 5));
    agrees(&pg);
    // At once on one engine, in two parts on the other: the same to the letter.
    same(&dump(&lite), &dump(&pg));
}

fn at_once(db: &TestDb) {
    let before = counts(db);
    let (dry, dry_report) = import(db, &log(), true);
    assert_eq!(counts(db), before, "a dry run writes nothing");
    let begun = std::time::Instant::now();
    let (summary, report) = import(db, &log(), false);
    eprintln!("imported in {:?} on {:?}", begun.elapsed(), db.db.engine());
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    eprintln!("{:?}", status.lines().find(|l| l.starts_with("VmHWM")));
    assert_eq!((summary.written, summary.created), (141_712, 24_918));
    assert_eq!((summary.conflicts, summary.unmapped), (0, 5));
    assert_eq!(report.lines().count(), 6, "{report}");
    assert_eq!(report, dry_report, "a dry run reports the same");
    assert_eq!((summary.written, summary.made), (dry.written, dry.made));
}

fn agrees(db: &TestDb) {
    check_facts(db);
    check_conditions(db);
    check_verifies(db);
    check_versions(db);
    let before = counts(db);
    let (again, report) = import(db, &log(), false);
    assert_eq!((again.written, again.known, again.conflicts), (0, 141_712, 0));
    assert_eq!((again.report, report.as_str()), (None, ""));
    assert_eq!(counts(db), before, "the second import writes nothing");
}

/// The versions written by the import are those that its facts rebuild.
fn check_versions(db: &TestDb) {
    let registries = registries();
    let differing = db.db.write_blocking(move |tx| {
        let registry = registries.get(tx, "incident")?;
        let some = "select id from record where kind = 'incident' and number < 'INC0002000'";
        let mut differing = 0;
        for id in tx.rows(some, &[], |r| r.get::<steward_base::Uuid>(0))? {
            let before = versions(tx, id)?;
            steward_ticket::store::rebuild_versions(tx, id, &registry)?;
            differing += i64::from(versions(tx, id)? != before);
        }
        Ok(differing)
    });
    assert_eq!(differing.expect("rebuilds"), 0);
}

fn versions(tx: &mut Tx, ticket: steward_base::Uuid) -> Result<Vec<String>> {
    let sql = "select seq, valid_from, valid_to, state, on_hold_reason, priority, category
        from ticket_version where ticket = $1 order by seq";
    tx.rows(sql, &[ticket.into()], |r| {
        let numbers = (r.get::<i64>(0)?, r.get::<i64>(1)?, r.opt::<i64>(2)?, r.get::<i64>(5)?);
        let texts = (r.get::<String>(3)?, r.opt::<String>(4)?, r.opt::<String>(6)?);
        Ok(format!("{numbers:?} {texts:?}"))
    })
}
