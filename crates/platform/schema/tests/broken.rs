//! Connections to PostgreSQL that break around a commit: whoever was told that a write failed finds nothing of it,
//! whoever was told that it succeeded finds it once, and where nobody can know the caller is told just that.

use std::time::{Duration, Instant};

use steward_base::{Error, Result};
use steward_database::{Db, Options, horizon};
use steward_schema::testing::{TestDb, postgres};

#[path = "support/line.rs"]
mod line;

use line::{Cut, Line};

/// A database with an empty table, reached through a line that can be cut.
fn through_a_line() -> Option<(TestDb, Line, Db)> {
    let test = postgres()?;
    test.db.write_blocking(|tx| tx.batch("create table mark (n bigint)")).expect("a table");
    let Options::Postgres(url) = &test.options else { return None };
    let line = Line::to(url);
    let db = Db::open(&Options::Postgres(line.url.clone())).expect("opens through the line");
    Some((test, line, db))
}

fn mark(db: &Db) -> Result<()> {
    db.write_blocking(|tx| {
        tx.one("select count(*) from mark", &[], |r| r.get::<i64>(0))?;
        tx.later("insert into mark (n) values (1)", &[])
    })
}

fn marks(db: &Db) -> i64 {
    let count = |tx: &mut steward_database::Tx| {
        tx.one("select count(*) from mark", &[], |r| r.get::<i64>(0))
    };
    db.read_blocking(count).expect("reads")
}

#[test]
fn a_commit_whose_answer_is_lost_is_looked_up() {
    let Some((test, line, db)) = through_a_line() else { return };
    line.at_commit(Cut::After);
    assert_eq!(mark(&db), Ok(()));
    assert_eq!((line.cuts(), marks(&test.db)), (1, 1), "it was there: not done again");
    line.at_commit(Cut::Before);
    assert_eq!(mark(&db), Ok(()));
    assert_eq!((line.cuts(), marks(&test.db)), (2, 2), "it was not there: done on another line");
}

#[test]
fn a_commit_that_never_arrives_is_ended_and_done_again() {
    let Some((test, line, db)) = through_a_line() else { return };
    line.at_commit(Cut::Half);
    assert_eq!(mark(&db), Ok(()));
    assert_eq!((line.cuts(), marks(&test.db)), (1, 1));
}

#[test]
fn an_outcome_that_cannot_be_known_is_told_as_unknown() {
    let Some((test, line, db)) = through_a_line() else { return };
    line.at_commit(Cut::ForGood);
    let told = mark(&db);
    assert!(matches!(told, Err(Error::OutcomeUnknown(_))), "{told:?}");
    assert_eq!(marks(&test.db), 1, "it was there, which nobody could know");
}

#[test]
fn a_failed_statement_is_never_taken_for_a_commit() {
    let Some((test, _line, db)) = through_a_line() else { return };
    let told = db.write_blocking(|tx| {
        tx.run("insert into mark (n) values (1)", &[])?;
        // PostgreSQL answers the commit of a failed transaction with a rollback and no error.
        let _ = tx.run("insert into mark (n) values (1 / (select count(*) - 1 from mark))", &[]);
        Ok(())
    });
    assert!(matches!(told, Err(Error::Internal(_))), "{told:?}");
    assert_eq!(marks(&test.db), 0);
}

#[test]
fn a_write_of_the_server_ends_after_its_limit() {
    let Some((test, _line, db)) = through_a_line() else { return };
    db.limit_writes(Duration::from_millis(200));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let told = runtime.block_on(db.write(|tx| {
        tx.run("insert into mark (n) values (1)", &[])?;
        std::thread::sleep(Duration::from_millis(300));
        tx.run("insert into mark (n) values (2)", &[]).map(drop)
    }));
    assert!(matches!(told, Err(Error::Unavailable(_))), "{told:?}");
    assert_eq!(marks(&test.db), 0);
}

#[test]
fn whoever_holds_the_horizon_back_is_named() {
    let Some((test, _line, db)) = through_a_line() else { return };
    let (begun, wait) = std::sync::mpsc::channel();
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let (end, ended) = (end, std::sync::Mutex::new(ended));
    let holder = std::thread::spawn(move || {
        db.write_blocking(move |tx| {
            let pid = tx.one("select pg_backend_pid()::bigint", &[], |r| r.get::<i64>(0))?;
            let _ = begun.send(pid);
            let _ = ended.lock().map(|ended| ended.recv());
            Ok(())
        })
    });
    let pid = wait.recv().expect("begun");
    // Other tests on this server may hold an older one for a while.
    let until = Instant::now() + Duration::from_secs(20);
    let held = loop {
        let held = test.db.read_blocking(horizon).expect("asks");
        if held.as_ref().is_some_and(|h| h.pid == Some(pid)) || Instant::now() > until {
            break held;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    drop(end);
    holder.join().expect("ends").expect("commits");
    let held = held.expect("somebody holds it");
    assert_eq!(held.pid, Some(pid));
    assert_eq!(held.application_name.as_deref(), Some("steward"));
    assert_eq!(held.state.as_deref(), Some("idle in transaction"));
}
