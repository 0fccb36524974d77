//! Nobody skips a fact, and nobody reads two facts of a record the wrong way
//! round: under long transactions, races, failures, restarts and moves.

mod common;

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::{Log, add, at};
use steward_base::{Error, Result, Timestamp, Uuid};
use steward_database::{Db, Engine, Tx};
use steward_history::{
    Door, Fact, FactRef, Place, Progress, Subscriber, facts_after, facts_of, lag, newest,
    raise_epoch, run_batch,
};
use steward_schema::testing::{on_both, postgres};

/// Notes what it is given in a table of its own.
struct Notes {
    name: &'static str,
    fails: bool,
    late: bool,
}

const NOTES: Notes = Notes { name: "notes", fails: false, late: false };

impl Subscriber for Notes {
    fn name(&self) -> &'static str {
        self.name
    }
    fn handle(&self, tx: &mut Tx, facts: &[Fact], _: Timestamp) -> Result<()> {
        for fact in facts {
            tx.run(
                "insert into noted (subscriber, record, seq) values ($1, $2, $3)",
                &[self.name.into(), fact.record.into(), fact.seq.into()],
            )?;
        }
        if self.fails { Err(Error::Internal("handling failed".into())) } else { Ok(()) }
    }
    fn reset(&self, tx: &mut Tx) -> Result<()> {
        tx.run("delete from noted where subscriber = $1", &[self.name.into()]).map(drop)
    }
    fn starts_at_the_end(&self) -> bool {
        self.late
    }
}

fn with_notes(log: &Log) {
    log.write(|tx| {
        let sql =
            "create table noted (n {serial}, subscriber text, record {id}, seq {int}) {strict}";
        tx.batch(&steward_database::expand(sql, tx.engine()))
    });
}

fn step(db: &Db, notes: &'static Notes, limit: i64) -> Result<Progress> {
    db.write_blocking(move |tx| run_batch(tx, notes, at(1_000), limit))
}

/// Reads on until so many facts were given; one more look finds nothing.
#[track_caller]
fn catch_up(log: &Log, notes: &'static Notes, limit: i64, facts: usize) {
    let until = Instant::now() + Duration::from_secs(30);
    let mut read = 0;
    while read < facts {
        assert!(Instant::now() < until, "{read} of {facts} facts");
        let more = read_on(log.db(), notes, limit);
        read += more;
        if more == 0 {
            // Transactions of other databases hold the horizon back too.
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    assert_eq!(read + read_on(log.db(), notes, limit), facts);
}

/// Reads on until nothing is new; how many facts it was given.
fn read_on(db: &Db, notes: &'static Notes, limit: i64) -> usize {
    let mut read = 0;
    loop {
        match step(db, notes, limit).expect("a batch") {
            Progress::Read(n) => read += n,
            Progress::Idle => return read,
            Progress::Elsewhere => panic!("nobody else reads"),
        }
    }
}

fn noted(log: &Log, name: &'static str) -> Vec<FactRef> {
    log.read(move |tx| {
        tx.rows(
            "select record, seq from noted where subscriber = $1 order by n",
            &[name.into()],
            |r| Ok(FactRef { record: r.get(0)?, seq: r.get(1)? }),
        )
    })
}

/// Every fact once, each record's in order.
#[track_caller]
fn complete(notes: &[FactRef], facts: usize) {
    assert_eq!(notes.len(), facts, "none skipped, none twice");
    let mut last: HashMap<Uuid, i64> = HashMap::new();
    for fact in notes {
        let before = last.insert(fact.record, fact.seq).unwrap_or(0);
        assert_eq!(fact.seq, before + 1, "of record {}", fact.record);
    }
}

#[test]
fn a_subscriber_reads_every_fact_once_and_again_from_the_beginning() {
    on_both(|test| {
        let log = Log::new(test);
        with_notes(&log);
        let one = log.record(7);
        catch_up(&log, &NOTES, 3, 7);
        log.add(one, 7);
        log.record(4);
        assert_eq!(log.read(lag)[0].1, 5);
        catch_up(&log, &NOTES, 100, 5);
        complete(&noted(&log, "notes"), 12);
        log.write(|tx| {
            NOTES.reset(tx)?;
            tx.run("delete from subscriber where name = 'notes'", &[])
        });
        catch_up(&log, &NOTES, 5, 12);
        complete(&noted(&log, "notes"), 12);
    });
}

#[test]
fn what_a_failed_batch_did_is_undone_with_its_cursor() {
    static FAILS: Notes = Notes { name: "notes", fails: true, late: false };
    on_both(|test| {
        let log = Log::new(test);
        with_notes(&log);
        log.record(4);
        log.settled(4);
        assert!(step(log.db(), &FAILS, 2).is_err());
        assert_eq!(noted(&log, "notes"), []);
        catch_up(&log, &NOTES, 2, 4);
        complete(&noted(&log, "notes"), 4);
    });
}

#[test]
fn one_that_sends_things_out_does_not_send_the_past() {
    static LATE: Notes = Notes { name: "late", fails: false, late: true };
    on_both(|test| {
        let log = Log::new(test);
        with_notes(&log);
        let one = log.record(4);
        log.settled(4);
        catch_up(&log, &LATE, 10, 0);
        log.add(one, 4);
        catch_up(&log, &LATE, 10, 1);
        assert_eq!(noted(&log, "late"), [FactRef { record: one, seq: 5 }]);
    });
}

/// Takes no fact of a record's beginning, and nothing at all while it is deaf.
struct Picky {
    deaf: bool,
}

impl Subscriber for Picky {
    fn name(&self) -> &'static str {
        "picky"
    }
    fn listens(&self, _: &mut Tx) -> Result<bool> {
        Ok(!self.deaf)
    }
    fn passes_over(&self, kind: &str, door: Door, changes: &str) -> bool {
        assert!(door == Door::Api && changes.contains("story"));
        kind == "thing.created"
    }
    fn handle(&self, tx: &mut Tx, facts: &[Fact], now: Timestamp) -> Result<()> {
        assert!(!facts.is_empty());
        Notes { name: "picky", fails: false, late: false }.handle(tx, facts, now)
    }
}

#[test]
fn what_a_subscriber_passes_over_lies_behind_it() {
    on_both(|test| {
        let log = Log::new(test);
        with_notes(&log);
        let read = |deaf: bool, facts: usize| {
            let (until, mut read) = (Instant::now() + Duration::from_secs(30), 0);
            while read < facts {
                assert!(Instant::now() < until, "{read} of {facts}");
                match log.db().write_blocking(move |tx| run_batch(tx, &Picky { deaf }, at(9), 2)) {
                    Ok(Progress::Read(n)) => read += n,
                    other => assert_eq!(other, Ok(Progress::Idle)),
                }
            }
            assert_eq!(read, facts);
        };
        let one = log.record(3);
        read(false, 3);
        let two = log.record(2);
        read(true, 2);
        log.add(two, 2);
        read(false, 1);
        let expected = [(one, 2), (one, 3), (two, 3)];
        assert_eq!(noted(&log, "picky"), expected.map(|(record, seq)| FactRef { record, seq }));
        assert_eq!(log.read(lag)[0].1, 0);
    });
}

/// A write of another process that has written its fact and waits to commit.
struct Open {
    commit: Sender<()>,
    done: std::thread::JoinHandle<()>,
}

fn open(log: &Log, record: Uuid, n: i64) -> Open {
    let options = log.test.options.clone();
    let (commit, wait) = channel();
    let (ready, is_ready) = channel();
    let wait: Arc<Mutex<Receiver<()>>> = Arc::new(Mutex::new(wait));
    let entropy = log.entropy.clone();
    let done = std::thread::spawn(move || {
        let other = Db::open(&options).expect("a second process");
        let written = other.write_blocking(move |tx| {
            add(tx, &entropy, record, n)?;
            // The fact travels with the next statement that waits for an answer.
            tx.one("select count(*) from record", &[], |r| r.get::<i64>(0))?;
            ready.send(()).map_err(Error::internal)?;
            wait.lock().map_err(Error::internal)?.recv().map_err(Error::internal)
        });
        written.expect("commits");
    });
    is_ready.recv_timeout(Duration::from_secs(20)).expect("has written");
    Open { commit, done }
}

/// SQLite has one writer: there, nobody else can commit while one is open.
#[test]
fn no_fact_is_skipped_under_long_transactions_on_postgresql() {
    let Some(test) = postgres() else { return };
    let log = Log::new(test);
    with_notes(&log);
    let (slow, slower, quick) = (log.record(1), log.record(1), log.record(1));
    catch_up(&log, &NOTES, 10, 3);
    let first = open(&log, slow, 1);
    let second = open(&log, slower, 1);
    for n in 1..6 {
        log.add(quick, n);
    }
    // What was committed later stands higher; reading it now would pass over
    // the facts that are still to come.
    catch_up(&log, &NOTES, 10, 0);
    assert_eq!(log.read(move |tx| facts_of(tx, quick, 0, 10)).len(), 6, "it is there to read");
    second.commit.send(()).expect("goes on");
    second.done.join().expect("ends well");
    catch_up(&log, &NOTES, 10, 0);
    log.add(quick, 6);
    first.commit.send(()).expect("goes on");
    first.done.join().expect("ends well");
    catch_up(&log, &NOTES, 2, 8);
    complete(&noted(&log, "notes"), 11);
    let tail = &noted(&log, "notes")[3..5];
    assert_eq!(tail[0].record, slow, "in the order of their transactions");
    assert_eq!(tail[1].record, slower);
}

#[test]
fn a_seal_never_passes_over_an_open_transaction() {
    let Some(test) = postgres() else { return };
    let log = Log::new(test);
    let (slow, quick) = (log.record(1), log.record(1));
    log.settled(2);
    let open = open(&log, slow, 1);
    log.add(quick, 1);
    let first = log.write(|tx| steward_history::seal_now(tx, at(10))).expect("a seal");
    assert_eq!(first.heads, 2, "of the two first facts only");
    open.commit.send(()).expect("goes on");
    open.done.join().expect("ends well");
    log.settled(4);
    let second = log.write(|tx| steward_history::seal_now(tx, at(20))).expect("a seal");
    assert_eq!(second.heads, 2);
    assert_eq!(log.verify(Some(&second.line())).findings, []);
}

#[test]
fn a_race_over_two_records_never_contradicts_their_own_order() {
    on_both(|test| {
        let log = Log::new(test);
        let (one, two) = (log.record(1), log.record(1));
        let writers: Vec<_> = (0..4_u64)
            .map(|writer| {
                let (db, entropy) = (log.db().clone(), log.entropy.clone());
                std::thread::spawn(move || {
                    for round in 0..20_u64 {
                        let entropy = entropy.clone();
                        // Mostly one way round: PostgreSQL takes a second to
                        // see that two wait for each other.
                        let crossed = writer == 0 && round % 5 == 0;
                        let (a, b) = if crossed { (two, one) } else { (one, two) };
                        let both = (writer + round) % 3 != 0;
                        let written = db.write_blocking(move |tx| {
                            add(tx, &entropy, a, 1)?;
                            if both {
                                // Long enough for others to come in between.
                                tx.one("select count(*) from content", &[], |r| r.get::<i64>(0))?;
                                add(tx, &entropy, b, 1)?;
                            }
                            Ok(())
                        });
                        // Forty lost races in a row are told to the caller.
                        assert!(
                            matches!(written, Ok(()) | Err(Error::Unavailable(_))),
                            "{written:?}"
                        );
                    }
                })
            })
            .collect();
        writers.into_iter().for_each(|w| w.join().expect("a writer"));
        log.settled(log.verify(None).facts as usize);
        let facts = log.read(|tx| facts_after(tx, Place::default(), 10_000));
        assert!(facts.len() > 60, "{}", facts.len());
        let order: Vec<FactRef> = facts.iter().map(Fact::reference).collect();
        complete(&order, facts.len());
        assert_eq!(log.verify(None).findings, []);
    });
}

#[test]
fn two_nodes_never_hand_the_same_fact_to_a_subscriber_twice() {
    on_both(|test| {
        let log = Log::new(test);
        with_notes(&log);
        let records = [log.record(1), log.record(1)];
        let readers: Vec<_> = (0..3)
            .map(|_| {
                let options = log.test.options.clone();
                std::thread::spawn(move || {
                    let db = Db::open(&options).expect("a node");
                    let until = Instant::now() + Duration::from_secs(2);
                    while Instant::now() < until {
                        let read = step(&db, &NOTES, 3);
                        assert!(matches!(read, Ok(_) | Err(Error::Unavailable(_))), "{read:?}");
                    }
                })
            })
            .collect();
        for n in 1..60 {
            log.add(records[n as usize % 2], n);
        }
        readers.into_iter().for_each(|r| r.join().expect("a reader"));
        log.settled(61);
        read_on(log.db(), &NOTES, 100);
        complete(&noted(&log, "notes"), 61);
    });
}

#[test]
fn after_a_move_new_facts_stand_behind_all_old_ones() {
    on_both(|test| {
        let log = Log::new(test);
        with_notes(&log);
        let one = log.record(5);
        catch_up(&log, &NOTES, 10, 5);
        // The cluster it comes from had counted far further.
        log.write(|tx| {
            tx.run("update fact set xid = xid + 1000000000000", &[])?;
            tx.run("update subscriber set xid = xid + 1000000000000", &[])
        });
        if log.db().engine() == Engine::Postgres {
            assert_eq!(
                log.read(|tx| facts_after(tx, Place::default(), 10)).len(),
                0,
                "all in the future"
            );
        }
        assert_eq!(log.write(raise_epoch), 2);
        assert_eq!(log.read(|tx| facts_after(tx, Place::default(), 10)).len(), 5);
        let end = log.read(newest);
        log.add(one, 5);
        log.record(2);
        log.settled(8);
        let next = log.read(move |tx| facts_after(tx, end, 10));
        assert_eq!(next.len(), 3);
        assert!(next.iter().all(|f| f.place.epoch == 2));
        catch_up(&log, &NOTES, 2, 3);
        complete(&noted(&log, "notes"), 8);
        assert_eq!(log.verify(None).findings, []);
    });
}
