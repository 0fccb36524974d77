//! Records with histories, for the tests of the log.
#![allow(dead_code)]

use serde_json::json;
use steward_base::{Entropy, Result, Timestamp, Uuid};
use steward_database::{Db, Tx};
use steward_history::{
    Change, Door, FactRef, NewRecord, Place, Report, Stamp, append, create_record, facts_after,
    head, save_head, verify,
};
use steward_schema::testing::TestDb;

pub struct Log {
    pub test: TestDb,
    pub entropy: Entropy,
}

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).expect("an instant")
}

pub fn stamp(seconds: i64) -> Stamp {
    Stamp {
        by: Uuid::from_u128(7),
        on_behalf_of: None,
        at: at(seconds),
        recorded_at: at(seconds),
        door: Door::Api,
        cause: None,
    }
}

/// Makes a record with its first fact.
pub fn make(tx: &mut Tx, entropy: &Entropy, id: Uuid) -> Result<()> {
    let record = NewRecord {
        id,
        kind: "thing",
        number: None,
        name: "A thing",
        organisation: Uuid::from_u128(1),
        created_at: at(0),
    };
    let mut head = create_record(tx, &record)?;
    let changes = [Change::plain("n", json!(null), 0), Change::text("story", "begins", Some(id))];
    append(tx, entropy, &mut head, &stamp(0), "thing.created", &changes)?;
    save_head(tx, &mut head)
}

/// One more fact of a record, with a plain value and a text.
pub fn add(tx: &mut Tx, entropy: &Entropy, id: Uuid, n: i64) -> Result<FactRef> {
    let mut head = head(tx, id)?;
    let changes =
        [Change::plain("n", n - 1, n), Change::text("story", format!("part {n}"), Some(id))];
    let fact = append(tx, entropy, &mut head, &stamp(n), "thing.changed", &changes)?;
    save_head(tx, &mut head)?;
    Ok(fact)
}

impl Log {
    pub fn new(test: TestDb) -> Log {
        Log { test, entropy: Entropy::seeded(3) }
    }

    pub fn db(&self) -> &Db {
        &self.test.db
    }

    pub fn write<T: Send + 'static>(&self, f: impl Fn(&mut Tx) -> Result<T> + Send + 'static) -> T {
        self.db().write_blocking(f).expect("writes")
    }

    pub fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> T {
        self.db().read_blocking(f).expect("reads")
    }

    /// A record with so many facts, each in a transaction of its own.
    pub fn record(&self, facts: i64) -> Uuid {
        let id = self.entropy.id(at(0));
        let entropy = self.entropy.clone();
        self.write(move |tx| make(tx, &entropy, id));
        for n in 1..facts {
            self.add(id, n);
        }
        id
    }

    pub fn add(&self, id: Uuid, n: i64) -> FactRef {
        let entropy = self.entropy.clone();
        self.write(move |tx| add(tx, &entropy, id, n))
    }

    /// Does to the database what none of our own code does.
    pub fn tamper(&self, sql: &str, record: Uuid) -> u64 {
        let sql = sql.to_owned();
        let args = if sql.contains("$1") { vec![record.into()] } else { vec![] };
        self.write(move |tx| tx.run(&sql, &args))
    }

    /// Waits until readers may see so many facts. On PostgreSQL transactions of
    /// other databases of the cluster hold the horizon back too.
    pub fn settled(&self, facts: usize) {
        let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
        loop {
            let seen = self.read(|tx| facts_after(tx, Place::default(), 100_000)).len();
            if seen == facts {
                return;
            }
            assert!(seen < facts && std::time::Instant::now() < until, "{seen} of {facts} facts");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    pub fn verify(&self, against: Option<&str>) -> Report {
        let against = against.map(str::to_owned);
        self.read(move |tx| verify(tx, against.as_deref()))
    }
}
