//! A small world for the tests: three organisations and people in each.
#![allow(dead_code)]

use std::sync::Arc;

use steward_base::{Entropy, Result, Timestamp, Uuid};
use steward_database::{Db, Tx};
use steward_history::Door;
use steward_people::persons::NewPerson;
use steward_people::{
    Actor, Call, DEFAULT_ORGANISATION, Role, access, ensure_foundation, organisations, persons,
    system_actor,
};
use steward_schema::testing::TestDb;

/// A test's database with a clock and ids of its own.
pub struct World {
    pub test: TestDb,
    pub entropy: Entropy,
    /// Second organisation, "North".
    pub north: Uuid,
    /// Third organisation, "South".
    pub south: Uuid,
}

/// The moment everything happens at.
pub fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).expect("an instant")
}

/// Some seconds after [`now`].
pub fn later(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).expect("an instant")
}

impl World {
    pub fn new(test: TestDb) -> World {
        let entropy = Entropy::seeded(7);
        let mut world = World { test, entropy, north: Uuid::nil(), south: Uuid::nil() };
        let call = world.call(system_actor());
        let made = world.write(move |tx| ensure_foundation(tx, &call, Some("hash of admin")));
        assert_eq!(made, Ok(true));
        let admin = world.actor("admin");
        let call = world.call(admin);
        (world.north, world.south) = world
            .write(move |tx| {
                let north = organisations::create(tx, &call, None, "North", Some("Europe/Prague"))?;
                let south = organisations::create(tx, &call, None, "South", None)?;
                Ok((north.id, south.id))
            })
            .expect("organisations");
        world
    }

    pub fn db(&self) -> &Db {
        &self.test.db
    }

    pub fn write<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.db().write_blocking(f)
    }

    pub fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static,
    ) -> T {
        self.db().read_blocking(f).expect("reads")
    }

    /// A call by this actor at [`now`].
    pub fn call(&self, actor: Actor) -> Call {
        self.call_at(actor, now())
    }

    pub fn call_at(&self, actor: Actor, now: Timestamp) -> Call {
        let entropy = self.entropy.clone();
        Call { actor: Arc::new(actor), now, door: Door::Api, cause: None, entropy }
    }

    /// The person with this login as an actor, with what it holds now.
    pub fn actor(&self, login: &str) -> Actor {
        let login = login.to_owned();
        self.read(move |tx| {
            let person = persons::by_login(tx, &login)?;
            access::actor_of(tx, person.id)
        })
        .expect("is active")
    }

    /// The call of the person with this login.
    pub fn by(&self, login: &str) -> Call {
        self.call(self.actor(login))
    }

    /// Makes a person as `admin`.
    pub fn person(&self, login: &str, organisation: Uuid, roles: &[Role]) -> Uuid {
        let call = self.by("admin");
        let new = NewPerson {
            login: login.into(),
            name: format!("Name of {login}"),
            email: Some(format!("{login}@example.org")),
            organisation: Some(organisation),
            roles: roles.to_vec(),
            password_hash: Some(format!("hash of {login}")),
            ..NewPerson::default()
        };
        self.write(move |tx| persons::create(tx, &call, &new)).expect("a person").id
    }

    /// A person of the default organisation.
    pub fn here(&self, login: &str, roles: &[Role]) -> Uuid {
        self.person(login, DEFAULT_ORGANISATION, roles)
    }

    /// The kinds of a record's facts, oldest first.
    pub fn facts(&self, record: Uuid) -> Vec<String> {
        self.read(move |tx| steward_history::facts_of(tx, record, 0, 1000))
            .into_iter()
            .map(|f| f.kind)
            .collect()
    }

    /// The history must verify after every test.
    pub fn verifies(&self) {
        let report = self.read(|tx| steward_history::verify(tx, None));
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    }
}
