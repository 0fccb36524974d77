//! Timers on both engines: once, in order, whatever fails or races.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use serde_json::json;
use steward_base::{Entropy, Error, Timestamp, Uuid};
use steward_database::{Db, Engine, expand};
use steward_history::{Door, FactRef};
use steward_people::{Call, system_actor};
use steward_schema::testing::{TestDb, on_both};
use steward_timer::{
    Handlers, MAX_ATTEMPTS, cancel, cancel_all, fire_next, next_due, of_record, parked,
    retry_parked, run, set,
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).expect("an instant")
}

static ENTROPY: LazyLock<Entropy> = LazyLock::new(|| Entropy::seeded(1));

fn call(seconds: i64) -> Call {
    Call {
        actor: Arc::new(system_actor()),
        now: at(seconds),
        door: Door::Cli,
        cause: None,
        entropy: ENTROPY.clone(),
    }
}

fn record(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// A table that takes each name once, in the order of firing.
fn with_log(test: &TestDb) {
    let engine = test.db.engine();
    let sql = "create table fired (no {serial}, name text not null unique) {strict};";
    test.db.write_blocking(move |tx| tx.batch(&expand(sql, engine))).expect("a table");
}

fn handlers() -> Arc<Handlers> {
    let mut handlers = Handlers::default();
    handlers.add(
        "test.note",
        Arc::new(|tx, timer, _| {
            let name = timer.payload["name"].as_str().expect("a name").to_owned();
            tx.run("insert into fired (name) values ($1)", &[name.into()]).map(drop)
        }),
    );
    handlers.add(
        "test.fail",
        Arc::new(|tx, _, _| {
            tx.run("insert into fired (name) values ($1)", &["of a failure".into()])?;
            Err(Error::Refused("not today".into()))
        }),
    );
    handlers.add("test.panic", Arc::new(|_, _, _| panic!("on purpose")));
    handlers.add(
        "test.again",
        Arc::new(|tx, timer, now| {
            let next = timer.payload["left"].as_i64().expect("a count") - 1;
            let call = call(now.as_second() - at(0).as_second());
            if next > 0 {
                set(
                    tx,
                    &call,
                    timer.record,
                    &timer.kind,
                    &timer.purpose,
                    now,
                    json!({"left": next}),
                )?;
            }
            tx.run("insert into fired (name) values ($1)", &[format!("again {next}").into()])
                .map(drop)
        }),
    );
    Arc::new(handlers)
}

fn note(test: &TestDb, n: u128, seconds: i64) {
    let name = format!("{n} at {seconds}");
    test.db
        .write_blocking(move |tx| {
            set(tx, &call(0), record(n), "test.note", "x", at(seconds), json!({"name": name}))
        })
        .expect("set");
}

fn fired(db: &Db) -> Vec<String> {
    db.read_blocking(|tx| tx.rows("select name from fired order by no", &[], |r| r.get(0)))
        .expect("reads")
}

/// Fires all that is due at this moment; answers how many attempts were made.
fn fire_all(test: &TestDb, seconds: i64) -> usize {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("one");
    let handlers = handlers();
    runtime.block_on(async {
        let mut attempts = 0;
        while fire_next(&test.db, &handlers, at(seconds)).await.expect("the database") {
            attempts += 1;
        }
        attempts
    })
}

fn on_log(test: impl Fn(TestDb)) {
    on_both(|db| {
        with_log(&db);
        test(db);
    });
}

#[test]
fn timers_fire_once_in_due_order_after_a_stop() {
    on_log(|test| {
        for (n, seconds) in [(1, 30), (2, 10), (3, 20), (4, 99)] {
            note(&test, n, seconds);
        }
        assert_eq!(fire_all(&test, 9), 0);
        assert_eq!(fire_all(&test, 50), 3);
        assert_eq!(fired(&test.db), ["2 at 10", "3 at 20", "1 at 30"]);
        assert_eq!(fire_all(&test, 50), 0);
        let next = test.db.read_blocking(next_due).expect("reads");
        assert_eq!(next, Some(at(99)));
    });
}

#[test]
fn a_timer_set_anew_replaces_the_old_one_and_a_cancelled_one_never_fires() {
    on_log(|test| {
        note(&test, 1, 10);
        note(&test, 1, 20);
        note(&test, 2, 10);
        note(&test, 3, 10);
        test.db
            .write_blocking(|tx| {
                cancel(tx, record(2), "test.note", "x")?;
                cancel(tx, record(2), "test.note", "none there")?;
                cancel_all(tx, record(3))
            })
            .expect("cancelled");
        assert_eq!(fire_all(&test, 15), 0);
        assert_eq!(fire_all(&test, 25), 1);
        assert_eq!(fired(&test.db), ["1 at 20"]);
    });
}

#[test]
fn a_handler_may_set_its_own_timer_again() {
    on_log(|test| {
        let first = move |tx: &mut steward_database::Tx| {
            set(tx, &call(1), record(1), "test.again", "x", at(1), json!({"left": 3}))
        };
        test.db.write_blocking(first).expect("set");
        assert_eq!(fire_all(&test, 5), 3);
        assert_eq!(fired(&test.db), ["again 2", "again 1", "again 0"]);
    });
}

#[test]
fn a_failing_timer_holds_up_nobody_and_is_parked_in_the_end() {
    on_log(|test| {
        for (n, kind) in [(1, "test.fail"), (2, "test.panic"), (3, "test.unknown")] {
            let bad = move |tx: &mut steward_database::Tx| {
                set(tx, &call(0), record(n), kind, "x", at(1), json!({}))
            };
            test.db.write_blocking(bad).expect("set");
        }
        note(&test, 4, 2);
        assert_eq!(fire_all(&test, 3), 4, "each is tried once");
        assert_eq!(fired(&test.db), ["4 at 2"], "nothing of a failed attempt stays");
        let timers = test.db.read_blocking(|tx| of_record(tx, record(1))).expect("reads");
        assert_eq!(timers[0].attempts, 1);
        assert_eq!(timers[0].due, at(1), "the due time stays what it was");
        assert_eq!(timers[0].last_error.as_deref(), Some("not today"));
        let mut seconds = 3;
        for _ in 1..MAX_ATTEMPTS {
            seconds += 3600;
            assert_eq!(fire_all(&test, seconds), 3);
        }
        assert_eq!(fire_all(&test, seconds + 9999), 0);
        let waiting = test.db.read_blocking(|tx| parked(tx, 10)).expect("reads");
        assert_eq!(waiting.len(), 3);
        assert_eq!(test.db.read_blocking(next_due), Ok(None));
        let id = waiting[0].id;
        test.db.write_blocking(move |tx| retry_parked(tx, id, at(0))).expect("goes again");
        assert_eq!(fire_all(&test, seconds), 1);
    });
}

#[test]
fn a_timer_remembers_its_cause() {
    on_log(|test| {
        let cause = FactRef { record: record(77), seq: 5 };
        test.db
            .write_blocking(move |tx| {
                let call = Call { cause: Some(cause), ..call(0) };
                set(tx, &call, record(1), "test.note", "x", at(1), json!({"name": "a"}))
            })
            .expect("set");
        let timers = test.db.read_blocking(|tx| of_record(tx, record(1))).expect("reads");
        assert_eq!(timers[0].cause, Some(cause));
    });
}

#[test]
fn two_racing_workers_fire_each_timer_once() {
    on_log(|test| {
        for n in 0..60 {
            note(&test, n, 1 + i64::try_from(n).expect("small") % 7);
        }
        let second = Db::open(&test.options).expect("a second node");
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        let clock = Arc::new(AtomicI64::new(0));
        runtime.block_on(async {
            let workers: Vec<_> = [test.db.clone(), second, test.db.clone()]
                .into_iter()
                .map(|db| {
                    let clock = clock.clone();
                    let now = move || at(clock.load(Ordering::Relaxed));
                    tokio::spawn(run(db, handlers(), now))
                })
                .collect();
            clock.store(10, Ordering::Relaxed);
            // A commit wakes them up.
            note(&test, 100, 5);
            for _ in 0..600 {
                if fired(&test.db).len() == 61 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            workers.iter().for_each(tokio::task::JoinHandle::abort);
        });
        let mut names = fired(&test.db);
        assert_eq!(names.len(), 61);
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 61, "each once");
        if test.db.engine() == Engine::Sqlite {
            assert_eq!(test.db.read_blocking(next_due), Ok(None));
        }
    });
}
