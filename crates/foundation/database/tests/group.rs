//! The grouped writer of SQLite: commands of many callers share a transaction,
//! and none of them can tell.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rusqlite::Connection;
use steward_base::{Error, Result};
use steward_database::{Db, Health, Options, Tx};

struct House {
    db: Db,
    path: PathBuf,
    _dir: tempfile::TempDir,
}

/// What a caller does with a number of its own.
type Work = fn(&mut Tx, i64) -> Result<()>;

impl House {
    fn new() -> House {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("steward.db");
        let db = Db::open(&Options::Sqlite(path.clone())).expect("opens");
        let tables = "create table thing (n integer primary key);
             create table parent (n integer primary key);
             create table child (n integer references parent (n) deferrable initially deferred);";
        db.write_blocking(move |tx| tx.batch(tables)).expect("tables");
        House { db, path, _dir: dir }
    }

    /// Runs these all at once, while another process holds the lock of writing,
    /// so that they wait together. What each was told, in order.
    fn together(&self, works: &[Work]) -> Vec<Result<()>> {
        let other = Connection::open(&self.path).expect("opens");
        other.execute_batch("begin immediate").expect("the lock is held");
        let start = |(n, work): (i64, &Work)| {
            let (told, answer) = channel();
            let (db, work) = (self.db.clone(), *work);
            std::thread::spawn(move || told.send(db.write_blocking(move |tx| work(tx, n))));
            answer
        };
        let answers: Vec<Receiver<Result<()>>> = (0..).zip(works).map(start).collect();
        std::thread::sleep(Duration::from_millis(400));
        other.execute_batch("rollback").expect("the lock is given back");
        let answer = |answer: Receiver<Result<()>>| {
            answer.recv_timeout(Duration::from_secs(20)).expect("every caller is told")
        };
        answers.into_iter().map(answer).collect()
    }

    fn things(&self) -> Vec<i64> {
        let all = |tx: &mut Tx| tx.rows("select n from thing order by n", &[], |r| r.get(0));
        self.db.read_blocking(all).expect("reads")
    }
}

/// How many transactions were committed: SQLite counts them in the head of its
/// shared index (https://sqlite.org/walformat.html, "iChange").
fn commits(path: &Path) -> u32 {
    let index = std::fs::read(format!("{}-shm", path.display())).expect("the shared index");
    u32::from_ne_bytes(index[8..12].try_into().expect("four bytes"))
}

fn kept(told: &[Result<()>]) -> Vec<i64> {
    (0..).zip(told).filter(|(_, told)| told.is_ok()).map(|(n, _)| n).collect()
}

fn write(tx: &mut Tx, n: i64) -> Result<()> {
    tx.run("insert into thing (n) values ($1)", &[n.into()]).map(drop)
}

fn write_and_refuse(tx: &mut Tx, n: i64) -> Result<()> {
    write(tx, n)?;
    Err(Error::Refused("no".into()))
}

fn write_and_panic(tx: &mut Tx, n: i64) -> Result<()> {
    write(tx, n)?;
    panic!("out of order")
}

/// Breaks what is only checked by the commit.
fn break_the_commit(tx: &mut Tx, n: i64) -> Result<()> {
    tx.run("insert into child (n) values ($1)", &[n.into()]).map(drop)
}

#[test]
fn commands_of_many_callers_share_a_transaction() {
    let house = House::new();
    let before = commits(&house.path);
    let told = house.together(&[write as Work; 100]);
    assert!(told.iter().all(Result::is_ok), "{told:?}");
    assert_eq!(house.things(), (0..100).collect::<Vec<_>>());
    let made = commits(&house.path) - before;
    assert!((1..=10).contains(&made), "100 commands took {made} commits");
}

#[test]
fn a_refused_or_panicking_command_leaves_nothing_and_hurts_nobody() {
    let house = House::new();
    let before = commits(&house.path);
    let works: [Work; 7] =
        [write, write_and_refuse, write, write_and_panic, write, write_and_refuse, write];
    let told = house.together(&works);
    assert_eq!(kept(&told), [0, 2, 4, 6]);
    assert_eq!(house.things(), [0, 2, 4, 6]);
    assert!(matches!(&told[1], Err(Error::Refused(words)) if words == "no"), "{:?}", told[1]);
    let panicked =
        matches!(&told[3], Err(Error::Internal(words)) if words.contains("out of order"));
    assert!(panicked, "{:?}", told[3]);
    assert!(commits(&house.path) - before < 4, "they shared a transaction");
}

#[test]
fn a_failing_commit_tells_all_its_callers() {
    let house = House::new();
    let mut works: [Work; 20] = [write; 20];
    works[13] = break_the_commit;
    let told = house.together(&works);
    let failed = told.iter().filter(|answer| answer.is_err()).count();
    assert!(told[13].is_err() && failed > 10, "{told:?}");
    assert_eq!(house.things(), kept(&told), "who was told of success is there, nobody else");
    assert_eq!(house.db.health(), Health::Good);
    house.db.write_blocking(|tx| write(tx, 77)).expect("the writer goes on");
    assert!(house.things().contains(&77));
}
