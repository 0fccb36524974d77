//! The grouped writer of SQLite: commands of many callers share a commit, and none
//! of them can tell. What they put off to its end runs with them or not at all.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};

use steward_base::{Error, Result};
use steward_database::{Db, Health, Options, Tx};

fn fresh() -> (Db, tempfile::TempDir) {
    let dir = tempfile::tempdir().expect("a directory");
    let db = Db::open(&Options::Sqlite(dir.path().join("t.db"))).expect("opens");
    db.write_blocking(|tx| {
        tx.batch(
            "create table now (n integer primary key); create table last (n integer primary key);
             create table child (n integer references now (n) deferrable initially deferred);",
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
fn group(
    db: &Db,
    commands: Vec<impl Fn(&mut Tx) -> Result<()> + Send + 'static>,
) -> Vec<Result<()>> {
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
    // Dropped, so that the first command does not wait again if its group begins anew.
    drop(go);
    runtime.block_on(async {
        let mut answers = vec![first.await.expect("no panic")];
        for write in queued {
            answers.push(write.await);
        }
        answers
    })
}

/// How many transactions were committed: SQLite counts them in the head of its
/// shared index (https://sqlite.org/walformat.html, "iChange").
fn commits(dir: &Path) -> u32 {
    let index = std::fs::read(dir.join("t.db-shm")).expect("the shared index");
    u32::from_ne_bytes(index[8..12].try_into().expect("four bytes"))
}

#[test]
fn commands_of_many_callers_share_a_transaction() {
    let (db, dir) = fresh();
    let before = commits(dir.path());
    let told = group(&db, (0..100).map(|n| move |tx: &mut Tx| both(tx, n)).collect());
    assert!(told.iter().all(Result::is_ok), "{told:?}");
    assert_eq!(commits(dir.path()) - before, 1);
    assert_eq!((all(&db, "now").len(), all(&db, "last").len()), (100, 100));
}

#[test]
fn a_failing_commit_tells_all_its_callers() {
    let (db, _dir) = fresh();
    let commands: Vec<fn(&mut Tx) -> Result<()>> = vec![
        |tx| both(tx, 1),
        // What only the commit checks.
        |tx| tx.run("insert into child (n) values (7)", &[]).map(drop),
        |tx| both(tx, 2),
    ];
    let told = group(&db, commands);
    assert!(told.iter().all(Result::is_err), "{told:?}");
    assert_eq!((all(&db, "now"), all(&db, "last")), (vec![], vec![]));
    assert_eq!(db.health(), Health::Good);
    db.write_blocking(|tx| both(tx, 3)).expect("the writer goes on");
    assert_eq!(all(&db, "now"), [3]);
}

#[test]
fn what_a_refused_command_put_off_never_runs() {
    let (db, _dir) = fresh();
    let commands: Vec<fn(&mut Tx) -> Result<()>> = vec![
        |tx| both(tx, 1),
        |tx| both(tx, 2).and(Err(Error::Refused("no".into()))),
        |tx| {
            both(tx, 3)?;
            panic!("in the middle")
        },
        |tx| both(tx, 4),
    ];
    let answers = group(&db, commands);
    let kept: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(kept, [true, true, false, false, true]);
    assert_eq!(answers[2], Err(Error::Refused("no".into())));
    let panicked =
        matches!(&answers[3], Err(Error::Internal(words)) if words.contains("in the middle"));
    assert!(panicked, "{:?}", answers[3]);
    assert_eq!((all(&db, "now"), all(&db, "last")), (vec![1, 4], vec![1, 4]));
}

#[test]
fn a_group_begins_anew_only_when_a_command_fails_that_has_written() {
    for (failing, times) in [
        ((|_| Err(Error::Refused("no".into()))) as fn(&mut Tx) -> Result<()>, 1),
        (|tx| tx.rows("select n from now", &[], |_| Ok(())).and(Err(Error::NotFound)), 1),
        (|tx| tx.at_the_end("insert into last (n) values (5)", &[]).and(Err(Error::NotFound)), 1),
        (|tx| both(tx, 5).and(Err(Error::NotFound)), 2),
        (|tx| tx.batch("create table another (n integer)").and(Err(Error::NotFound)), 2),
    ] {
        let (db, _dir) = fresh();
        let ran = Arc::new(AtomicUsize::new(0));
        let counted = |n: i64| {
            let ran = ran.clone();
            Box::new(move |tx: &mut Tx| {
                ran.fetch_add(1, Ordering::Relaxed);
                both(tx, n)
            }) as Box<dyn Fn(&mut Tx) -> Result<()> + Send>
        };
        let answers = group(&db, vec![counted(1), Box::new(failing), counted(2)]);
        let kept: Vec<bool> = answers.iter().map(Result::is_ok).collect();
        assert_eq!(kept, [true, true, false, true]);
        assert_eq!((all(&db, "now"), all(&db, "last")), (vec![1, 2], vec![1, 2]));
        // What stood before the failing one may run twice, what stands after it once.
        assert_eq!(ran.load(Ordering::Relaxed), times + 1, "{answers:?}");
        let tables = "select 1 from sqlite_master where name = 'another'";
        let another = db.read_blocking(move |tx| tx.opt(tables, &[], |r| r.get::<i64>(0)));
        assert_eq!(another, Ok(None));
    }
}

#[test]
fn a_failure_at_the_end_fails_the_whole_group_and_nothing_after_it() {
    let (db, _dir) = fresh();
    db.write_blocking(|tx| both(tx, 9)).expect("kept");
    let commands: Vec<fn(&mut Tx) -> Result<()>> = vec![
        |tx| both(tx, 1),
        |tx| tx.at_the_end("insert into last (n) values ($1)", &[9.into()]),
        |_| Err(Error::Refused("its own reason".into())),
    ];
    let answers = group(&db, commands);
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
