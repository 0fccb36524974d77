//! What commands of SQLite put off to the end of their group: it runs with
//! them or not at all, whoever else shares the commit.

use std::sync::mpsc::{Receiver, channel};

use steward_base::{Error, Result};
use steward_database::{Db, Options, Tx};

fn fresh() -> (Db, tempfile::TempDir) {
    let dir = tempfile::tempdir().expect("a directory");
    let db = Db::open(&Options::Sqlite(dir.path().join("t.db"))).expect("opens");
    db.write_blocking(|tx| {
        tx.batch(
            "create table now (n integer primary key); create table last (n integer primary key);",
        )
    })
    .expect("tables");
    (db, dir)
}

/// A command that writes one row at once and one at the end of its group.
fn both(tx: &mut Tx, n: i64) -> Result<()> {
    tx.run("insert into now (n) values ($1)", &[n.into()])?;
    tx.at_the_end("insert into last (n) values ($1)", &[n.into()])
}

fn all(db: &Db, table: &'static str) -> Vec<i64> {
    db.read_blocking(move |tx| {
        tx.rows(&format!("select n from {table} order by n"), &[], |r| r.get(0))
    })
    .expect("read")
}

/// Runs the commands in one group, behind a first that waits until all are
/// queued; its answer comes first.
fn group(db: &Db, commands: Vec<fn(&mut Tx) -> Result<()>>) -> Vec<Result<()>> {
    let (begun, has_begun) = channel();
    let (go, wait) = channel::<()>();
    let wait: std::sync::Mutex<Receiver<()>> = std::sync::Mutex::new(wait);
    let runtime = tokio::runtime::Builder::new_multi_thread().build().expect("a runtime");
    let first = {
        let db = db.clone();
        runtime.spawn(async move {
            db.write(move |_| {
                let _ = begun.send(());
                let _ = wait.lock().map(|wait| wait.recv());
                Ok(())
            })
            .await
        })
    };
    has_begun.recv().expect("the first command runs");
    let queued: Vec<_> = commands
        .into_iter()
        .map(|command| {
            // Polled once, so that it stands in the queue before the next one.
            let mut write = Box::pin({
                let db = db.clone();
                async move { db.write(command).await }
            });
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            assert!(std::future::Future::poll(write.as_mut(), &mut context).is_pending());
            write
        })
        .collect();
    go.send(()).expect("the first command waits");
    runtime.block_on(async {
        let mut answers = vec![first.await.expect("no panic")];
        for write in queued {
            answers.push(write.await);
        }
        answers
    })
}

#[test]
fn what_a_refused_command_put_off_never_runs() {
    let (db, _dir) = fresh();
    let answers = group(
        &db,
        vec![
            |tx| both(tx, 1),
            |tx| both(tx, 2).and(Err(Error::Refused("no".into()))),
            |tx| {
                both(tx, 3)?;
                panic!("in the middle")
            },
            |tx| both(tx, 4),
        ],
    );
    let kept: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(kept, [true, true, false, false, true]);
    assert_eq!((all(&db, "now"), all(&db, "last")), (vec![1, 4], vec![1, 4]));
}

#[test]
fn a_failure_at_the_end_fails_the_whole_group_and_nothing_after_it() {
    let (db, _dir) = fresh();
    db.write_blocking(|tx| both(tx, 9)).expect("kept");
    let answers = group(
        &db,
        vec![
            |tx| both(tx, 1),
            |tx| tx.at_the_end("insert into last (n) values ($1)", &[9.into()]),
            |_| Err(Error::Refused("its own reason".into())),
        ],
    );
    for answer in &answers[..3] {
        assert!(matches!(answer, Err(Error::Internal(_))), "{answer:?}");
    }
    assert_eq!(answers[3], Err(Error::Refused("its own reason".into())));
    assert_eq!((all(&db, "now"), all(&db, "last")), (vec![9], vec![9]));
    db.write_blocking(|tx| both(tx, 1)).expect("the next group knows nothing of it");
    assert_eq!((all(&db, "now"), all(&db, "last")), (vec![1, 9], vec![1, 9]));
}

#[test]
fn nothing_is_put_off_in_a_read() {
    let (db, _dir) = fresh();
    let answer =
        db.read_blocking(|tx| tx.at_the_end("insert into last (n) values ($1)", &[1.into()]));
    assert!(matches!(answer, Err(Error::Internal(_))), "{answer:?}");
}
