//! A small world for tests of what happens after a fact: people, tickets of a
//! kind that has no practice here, and a few commands on them.
#![allow(dead_code)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::Value as Json;
use steward_base::{Entropy, Error, Result, Timestamp, Uuid};
use steward_database::{Db, Tx};
use steward_fields::{Registries, Registry};
use steward_history::{Door, Fact, Progress, Subscriber, facts_of, run_batch};
use steward_people::persons::NewPerson;
use steward_people::{
    Actor, Call, DEFAULT_ORGANISATION, Role, access, ensure_foundation, persons, system_actor,
};
use steward_schema::testing::TestDb;
use steward_ticket::journal::{EntryKind, NewEntry};
use steward_ticket::{Commands, Effect, Ticket, create, fields, new_head, save, store};

const STATES: &[(&str, &str)] = &[("new", "New"), ("resolved", "Resolved"), ("closed", "Closed")];

fn registry() -> Registry {
    let mut registry = Registry::new("incident", fields::common(STATES));
    registry.groups = vec![("state", "open", &["new"])];
    registry
}

/// A test's database with a clock and ids of its own.
pub struct World {
    pub test: TestDb,
    pub entropy: Entropy,
    pub registries: Arc<Registries>,
    clock: AtomicI64,
}

impl World {
    /// With the people `admin`, `ann` and `bob` (agents), `cara` and `dan`
    /// (requesters).
    pub fn new(test: TestDb) -> World {
        let registries = Arc::new(Registries::new(vec![("incident", registry as fn() -> _)]));
        let clock = AtomicI64::new(1_790_000_000);
        let world = World { test, entropy: Entropy::seeded(7), registries, clock };
        let call = world.call(system_actor());
        world.write(move |tx| ensure_foundation(tx, &call, None)).expect("a foundation");
        for (login, role) in [
            ("ann", Role::Agent),
            ("bob", Role::Agent),
            ("cara", Role::Requester),
            ("dan", Role::Requester),
        ] {
            world.person(login, &[role]);
        }
        world
    }

    pub fn person(&self, login: &str, roles: &[Role]) -> Uuid {
        let call = self.by("admin");
        let new = NewPerson {
            login: login.into(),
            name: format!("Name of {login}"),
            email: Some(format!("{login}@example.org")),
            organisation: Some(DEFAULT_ORGANISATION),
            roles: roles.to_vec(),
            ..NewPerson::default()
        };
        self.write(move |tx| persons::create(tx, &call, &new)).expect("a person").id
    }

    pub fn db(&self) -> &Db {
        &self.test.db
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_second(self.clock.load(Ordering::Relaxed)).expect("an instant")
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::Relaxed);
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

    pub fn call(&self, actor: Actor) -> Call {
        Call {
            actor: Arc::new(actor),
            now: self.now(),
            door: Door::Web,
            cause: None,
            entropy: self.entropy.clone(),
        }
    }

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

    pub fn id(&self, login: &str) -> Uuid {
        self.actor(login).id
    }

    /// A ticket made by `by`, with these fields.
    pub fn ticket(&self, by: &str, set: impl Fn(&mut Ticket) + Send + 'static) -> Uuid {
        self.ticket_through(self.by(by), set)
    }

    pub fn ticket_through(&self, call: Call, set: impl Fn(&mut Ticket) + Send + 'static) -> Uuid {
        let registries = self.registries.clone();
        let made = move |tx: &mut Tx| {
            let registry = registries.get(tx, "incident")?;
            let head =
                new_head(tx, &call, "incident", "INC", "Printer on fire", DEFAULT_ORGANISATION)?;
            let mut ticket = blank(head, &call);
            set(&mut ticket);
            create(tx, &call, &registry, &mut ticket)?;
            Ok(ticket.head.id)
        };
        self.write(made).expect("a ticket")
    }

    /// Changes a ticket as `by`, with this fact.
    pub fn change(
        &self,
        by: &str,
        ticket: Uuid,
        fact: &str,
        set: impl Fn(&mut Ticket) + Send + 'static,
    ) {
        let (call, registries, fact) = (self.by(by), self.registries.clone(), fact.to_owned());
        self.write(move |tx| change(tx, &call, &registries, ticket, &fact, &set)).expect("changed");
    }

    /// Writes an entry as `by`.
    pub fn entry(
        &self,
        by: &str,
        ticket: Uuid,
        kind: EntryKind,
        text: &str,
        mentions: &[Uuid],
    ) -> Uuid {
        let (call, registries) = (self.by(by), self.registries.clone());
        let id = call.new_id();
        let entry = NewEntry::new(id, kind, text, false).expect("an entry");
        let mentions = mentions.to_vec();
        let written = move |tx: &mut Tx| {
            let effect =
                Effect { entries: vec![(entry.clone(), mentions.clone())], ..Effect::default() };
            write(tx, &call, &registries, ticket, effect, &|_| {})
        };
        self.write(written).expect("an entry");
        id
    }

    pub fn facts(&self, record: Uuid) -> Vec<Fact> {
        self.read(move |tx| facts_of(tx, record, 0, 1000))
    }

    pub fn load(&self, ticket: Uuid) -> Ticket {
        self.read(move |tx| store::by_id(tx, ticket))
    }

    /// Lets a subscriber read all there is.
    pub fn feed(&self, subscriber: &Arc<dyn Subscriber>) {
        loop {
            let (reader, now) = (subscriber.clone(), self.now());
            match self.write(move |tx| run_batch(tx, reader.as_ref(), now, 100)).expect("a batch") {
                Progress::Idle if !self.is_behind(subscriber.name()) => return,
                Progress::Read(_) => {}
                // On PostgreSQL transactions of other tests hold the horizon back.
                _ => std::thread::sleep(std::time::Duration::from_millis(5)),
            }
        }
    }

    fn is_behind(&self, subscriber: &'static str) -> bool {
        let lags = self.read(steward_history::lag);
        lags.iter().any(|(name, behind, _)| name == subscriber && *behind > 0)
    }

    /// Puts a subscriber back to the beginning of the log.
    pub fn rewind(&self, subscriber: &Arc<dyn Subscriber>) {
        let reader = subscriber.clone();
        let rewound = move |tx: &mut Tx| {
            reader.reset(tx)?;
            tx.run(
                "update subscriber set epoch = 0, xid = 0, position = 0 where name = $1",
                &[reader.name().into()],
            )
        };
        self.write(rewound).expect("rewound");
    }

    pub fn verifies(&self) {
        let report = self.read(|tx| steward_history::verify(tx, None));
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    }
}

fn blank(head: steward_history::Head, call: &Call) -> Ticket {
    Ticket { opened_by: Some(call.actor.id), ..Ticket::blank(head, "new", call.now) }
}

fn write(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    ticket: Uuid,
    effect: Effect,
    set: &dyn Fn(&mut Ticket),
) -> Result<()> {
    let registry = registries.get(tx, "incident")?;
    let before = store::by_id(tx, ticket)?;
    let target = steward_ticket::target(tx, &call.actor, &before)?;
    let action = if effect.entries.is_empty() { "update" } else { "read" };
    steward_people::check(&call.actor, "incident", action, &target)?;
    let mut after = before.clone();
    set(&mut after);
    save(tx, call, &registry, &before, &mut after, effect).map(drop)
}

pub fn change(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    ticket: Uuid,
    fact: &str,
    set: &dyn Fn(&mut Ticket),
) -> Result<()> {
    let effect = Effect { fact: fact.into(), ..Effect::default() };
    write(tx, call, registries, ticket, effect, set)
}

/// Commands for rules: `incident.update` (impact, category), `incident.bump`
/// (counts one up), `incident.refuse` (never works), `incident.comment`.
pub fn commands(registries: &Arc<Registries>) -> Commands {
    let mut table = Commands::default();
    let fields = registries.clone();
    table.add(
        "incident.update",
        Arc::new(move |tx, call, id, args: &Json| {
            let (impact, category) = (args["impact"].as_u64(), args["category"].as_str());
            change(tx, call, &fields, id, "incident.updated", &|t| {
                t.impact = impact.map_or(t.impact, |n| u8::try_from(n).unwrap_or(3));
                t.category = category.map(str::to_owned).or(t.category.clone());
            })
        }),
    );
    let fields = registries.clone();
    table.add(
        "incident.bump",
        Arc::new(move |tx, call, id, _| {
            change(tx, call, &fields, id, "incident.updated", &|t| t.reassignment_count += 1)
        }),
    );
    table.add(
        "incident.refuse",
        Arc::new(|_, _, _, _| Err(Error::Refused("the life cycle forbids it".into()))),
    );
    table
}
