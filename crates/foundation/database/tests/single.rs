//! A read of one statement needs no transaction; one of more gets it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use steward_database::{Db, Options, Tx};

fn count(tx: &mut Tx) -> steward_base::Result<i64> {
    tx.one("select count(*) from t", &[], |r| r.get(0))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_of_two_statements_begins_again_in_a_transaction() {
    let dir = tempfile::tempdir().expect("a directory");
    let db = Db::open(&Options::Sqlite(dir.path().join("t.db"))).expect("opens");
    db.write_blocking(|tx| tx.batch("create table t (n integer primary key)")).expect("a table");

    let runs = Arc::new(AtomicUsize::new(0));
    let seen = runs.clone();
    let one = db.read_few(move |tx| {
        seen.fetch_add(1, Ordering::SeqCst);
        count(tx)
    });
    assert_eq!((one.await, runs.load(Ordering::SeqCst)), (Ok(0), 1));

    // Between the two statements somebody commits: both see the same.
    let (runs, seen, writer) = (runs.clone(), runs.clone(), db.clone());
    let two = db.read_few(move |tx| {
        let run = seen.fetch_add(1, Ordering::SeqCst);
        let first = count(tx)?;
        let insert = move |tx: &mut Tx| {
            let n = i64::try_from(run).unwrap_or_default();
            tx.run("insert into t (n) values ($1)", &[n.into()])
        };
        writer.write_blocking(insert)?;
        // The reader's own mistake does not hide the refusal.
        let second = count(tx).unwrap_or(-1);
        Ok((first, second))
    });
    assert_eq!(two.await, Ok((1, 1)));
    assert_eq!(runs.load(Ordering::SeqCst), 3, "once alone, once without and once within");
}

/// A statement that reads so many rows out of nothing.
fn counting(tx: &mut Tx, rows: i64) -> steward_base::Result<i64> {
    let sql = "with recursive n (i) as (select 1 union all select i + 1 from n where i < $1)
               select count(*) from n";
    tx.one(sql, &[rows.into()], |r| r.get(0))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_read_that_turns_out_to_be_long_begins_again() {
    let dir = tempfile::tempdir().expect("a directory");
    let db = Db::open(&Options::Sqlite(dir.path().join("t.db"))).expect("opens");
    let runs = Arc::new(AtomicUsize::new(0));
    // The same connection serves short reads after a long one, again and again.
    for (rows, expected) in [(10, 1), (3_000_000, 2), (10, 1), (3_000_000, 2), (1_000, 1)] {
        let seen = runs.clone();
        let read = db.read_short(move |tx| {
            seen.fetch_add(1, Ordering::SeqCst);
            // The reader's own mistake does not hide that it was broken off.
            Ok(counting(tx, rows).unwrap_or(-1))
        });
        assert_eq!((read.await, runs.swap(0, Ordering::SeqCst)), (Ok(rows), expected), "{rows}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_read_that_panics_leaves_nothing_behind() {
    let dir = tempfile::tempdir().expect("a directory");
    let db = Db::open(&Options::Sqlite(dir.path().join("t.db"))).expect("opens");
    let broken = db.read_short(|_| -> steward_base::Result<()> { panic!("on purpose") });
    assert!(broken.await.is_err());
    // The connection that was given back last is taken next, and may take its time.
    assert_eq!(db.read(|tx| counting(tx, 3_000_000)).await, Ok(3_000_000));
}
