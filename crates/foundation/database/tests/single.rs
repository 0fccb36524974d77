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
