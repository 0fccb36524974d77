//! A small world for the tests: an administrator, agents in three
//! organisations, requesters, teams, and a registry with custom fields.
#![allow(dead_code, unused_imports)]

pub mod random;

use std::sync::Arc;

use serde_json::{Map, Value as Json};
use steward_base::{Entropy, Result, Timestamp, Uuid};
use steward_condition::Context;
use steward_database::{Db, Tx};
use steward_fields::{FieldType, NewCustomField, Registries, Registry, create_custom};
use steward_history::Door;
use steward_people::persons::NewPerson;
use steward_people::{
    Actor, Call, DEFAULT_ORGANISATION, Role, access, ensure_foundation, items, organisations,
    persons, system_actor, teams,
};
use steward_schema::testing::TestDb;
use steward_ticket::journal::{EntryKind, NewEntry};
use steward_ticket::list::{ListQuery, Page};
use steward_ticket::{Effect, Ticket, create, list, new_head, save, store};

const STATES: &[(&str, &str)] = &[
    ("new", "New"),
    ("in_progress", "In progress"),
    ("on_hold", "On hold"),
    ("resolved", "Resolved"),
    ("closed", "Closed"),
    ("canceled", "Canceled"),
];
/// Categories, as (code, label).
pub const CATEGORIES: &[(&str, &str)] =
    &[("category_2", "Category 2"), ("category_25", "Category 25"), ("strasse", "Straße")];

pub fn shipped() -> Registry {
    let mut fields = steward_ticket::fields::common(STATES);
    for field in fields.iter_mut().filter(|f| f.name == "category") {
        field.choices = CATEGORIES.iter().map(|(c, l)| ((*c).into(), (*l).into())).collect();
    }
    let mut registry = Registry::new("incident", fields);
    registry.groups = vec![
        ("state", "open", &["new", "in_progress", "on_hold"]),
        ("state", "active", &["new", "in_progress", "on_hold", "resolved"]),
    ];
    registry
}

/// A test's database with a clock and ids of its own.
pub struct World {
    pub test: TestDb,
    pub entropy: Entropy,
    pub registry: Arc<Registry>,
    pub north: Uuid,
    pub south: Uuid,
    pub desk: Uuid,
    pub network: Uuid,
    pub mail: Uuid,
}

/// Some seconds after the moment everything begins at.
pub fn later(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).expect("an instant")
}

fn custom(name: &str, ty: FieldType, group: &str) -> NewCustomField {
    NewCustomField {
        kind: "incident".into(),
        name: name.into(),
        label: format!("The {name}"),
        choices: match ty {
            FieldType::Choice => vec![("a".into(), "Alpha".into()), ("b".into(), "Beta".into())],
            _ => vec![],
        },
        tracked: !matches!(ty, FieldType::Text | FieldType::LongText),
        ty,
        indexed: name != "slow",
        group: group.into(),
    }
}

impl World {
    pub fn new(test: TestDb) -> World {
        let nil = Uuid::nil();
        let mut world = World {
            test,
            entropy: Entropy::seeded(7),
            registry: Arc::new(shipped()),
            north: nil,
            south: nil,
            desk: nil,
            network: nil,
            mail: nil,
        };
        let call = world.call(system_actor(), 0);
        world.write(move |tx| ensure_foundation(tx, &call, None)).expect("a foundation");
        let call = world.by("admin", 0);
        (world.north, world.south) = world
            .write(move |tx| {
                let north = organisations::create(tx, &call, None, "North", None)?;
                let south = organisations::create(tx, &call, None, "South", None)?;
                Ok((north.id, south.id))
            })
            .expect("organisations");
        world.people();
        world.things();
        world
    }

    fn people(&self) {
        let here = DEFAULT_ORGANISATION;
        for (login, organisation, role) in [
            ("agent", here, Role::Agent),
            ("manager", here, Role::IncidentManager),
            ("auditor", here, Role::Auditor),
            ("rita", here, Role::Requester),
            ("ben", here, Role::Requester),
            ("agent.north", self.north, Role::Agent),
            ("rita.north", self.north, Role::Requester),
            ("agent.south", self.south, Role::Agent),
        ] {
            self.person(login, organisation, &[role]);
        }
    }

    fn things(&mut self) {
        let (call, registry) = (self.by("admin", 0), self.registry.clone());
        let agent = self.actor("agent").id;
        (self.desk, self.network, self.mail) = self
            .write(move |tx| {
                let desk = teams::create(tx, &call, "Group 2", None, None)?.id;
                let network = teams::create(tx, &call, "Group 25", None, None)?.id;
                teams::add_member(tx, &call, desk, agent, None)?;
                let mail =
                    items::NewItem { name: "E-Mail Größe".into(), ..items::NewItem::default() };
                let mail = items::create(tx, &call, "service", &mail)?.id;
                for (name, ty, group) in [
                    ("floor", FieldType::Integer, "public"),
                    ("cost", FieldType::Number, "public"),
                    ("room", FieldType::Text, "public"),
                    ("story", FieldType::LongText, "public"),
                    ("flag", FieldType::Boolean, "public"),
                    ("due", FieldType::Date, "public"),
                    ("grade", FieldType::Choice, "public"),
                    ("helper", FieldType::Reference("person".into()), "public"),
                    ("secret", FieldType::Text, "internal"),
                    ("slow", FieldType::Integer, "public"),
                ] {
                    create_custom(tx, &call, &registry, &custom(name, ty, group))?;
                }
                Ok((desk, network, mail))
            })
            .expect("teams, a service, custom fields");
        let registries = Registries::new(vec![("incident", shipped)]);
        self.registry = self.read(move |tx| registries.get(tx, "incident"));
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

    /// A call by this actor so many seconds after the beginning.
    pub fn call(&self, actor: Actor, at: i64) -> Call {
        let entropy = self.entropy.clone();
        Call { actor: Arc::new(actor), now: later(at), door: Door::Api, cause: None, entropy }
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
    pub fn by(&self, login: &str, at: i64) -> Call {
        self.call(self.actor(login), at)
    }

    pub fn person(&self, login: &str, organisation: Uuid, roles: &[Role]) -> Uuid {
        let call = self.by("admin", 0);
        let new = NewPerson {
            login: login.into(),
            name: format!("Name of {login}"),
            email: Some(format!("{login}@example.org")),
            organisation: Some(organisation),
            roles: roles.to_vec(),
            ..NewPerson::default()
        };
        self.write(move |tx| persons::create(tx, &call, &new)).expect("a person").id
    }

    /// Makes a ticket; `shape` fills it.
    pub fn ticket(
        &self,
        call: &Call,
        shape: impl Fn(&mut Ticket) + Send + Sync + 'static,
    ) -> Ticket {
        let (call, registry) = (call.clone(), self.registry.clone());
        self.write(move |tx| {
            let mut ticket = blank(tx, &call)?;
            shape(&mut ticket);
            create(tx, &call, &registry, &mut ticket)?;
            Ok(ticket)
        })
        .expect("a ticket")
    }

    /// Changes a ticket in one command and reads it back.
    pub fn change(
        &self,
        call: &Call,
        ticket: &Ticket,
        shape: impl Fn(&mut Ticket) + Send + Sync + 'static,
    ) -> Ticket {
        let (call, registry, id) = (call.clone(), self.registry.clone(), ticket.head.id);
        self.write(move |tx| {
            let before = store::by_id(tx, id)?;
            let mut after = before.clone();
            shape(&mut after);
            let effect = Effect { fact: "incident.updated".into(), ..Effect::default() };
            save(tx, &call, &registry, &before, &mut after, effect)?;
            store::by_id(tx, id)
        })
        .expect("a change")
    }

    /// Writes an entry.
    pub fn say(&self, call: &Call, ticket: &Ticket, kind: EntryKind, text: &str) -> Result<Uuid> {
        let (call, registry, id) = (call.clone(), self.registry.clone(), ticket.head.id);
        let entry = NewEntry::new(call.new_id(), kind, text, false)?;
        self.write(move |tx| {
            let before = store::by_id(tx, id)?;
            let mut after = before.clone();
            let effect = Effect { entries: vec![(entry.clone(), vec![])], ..Effect::default() };
            save(tx, &call, &registry, &before, &mut after, effect)?;
            Ok(entry.id)
        })
    }

    /// The context of conditions for this call.
    pub fn context(&self, call: &Call) -> Context {
        let mut context = Context::at(call.now);
        context.me = Some(call.actor.id);
        context.my_teams = call.actor.teams.clone();
        context
    }

    pub fn list(&self, call: &Call, query: ListQuery) -> Result<Page> {
        let (call, registry) = (call.clone(), self.registry.clone());
        let context = self.context(&call);
        self.db().read_blocking(move |tx| list::list(tx, &call.actor, &registry, &context, &query))
    }

    pub fn count(&self, call: &Call, query: ListQuery) -> Result<i64> {
        let (call, registry) = (call.clone(), self.registry.clone());
        let context = self.context(&call);
        self.db().read_blocking(move |tx| list::count(tx, &call.actor, &registry, &context, &query))
    }

    /// The short descriptions of the tickets this person finds, sorted; the
    /// count must agree.
    pub fn finds(&self, login: &str, q: &str) -> Vec<String> {
        let call = self.by(login, 1_000_000);
        let page = self.list(&call, asks(q)).unwrap_or_else(|e| panic!("{login} {q}: {e:?}"));
        let count = self.count(&call, asks(q)).expect("counts");
        assert_eq!(page.items.len() as i64, count, "{login} {q}");
        let mut found: Vec<String> = page.items.into_iter().map(|t| t.short_description).collect();
        found.sort();
        found
    }

    /// The kinds of a record's facts, oldest first.
    pub fn facts(&self, record: Uuid) -> Vec<String> {
        self.read(move |tx| steward_history::facts_of(tx, record, 0, 1000))
            .into_iter()
            .map(|f| f.kind)
            .collect()
    }

    /// The number a statement answers.
    pub fn number(&self, sql: &'static str, record: Uuid) -> i64 {
        self.read(move |tx| tx.one(sql, &[record.into()], |r| r.get(0)))
    }

    /// The history must verify after every test.
    pub fn verifies(&self) {
        let report = self.read(|tx| steward_history::verify(tx, None));
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    }
}

/// A list of everything that matches, up to 500.
pub fn asks(q: &str) -> ListQuery {
    ListQuery { q: q.into(), limit: 500, ..ListQuery::default() }
}

fn blank(tx: &mut Tx, call: &Call) -> Result<Ticket> {
    let (organisation, who) = (call.actor.organisation, Some(call.actor.id));
    let head = new_head(tx, call, "incident", "INC", "Something", organisation)?;
    Ok(Ticket { caller: who, opened_by: who, ..Ticket::blank(head, "new", call.now) })
}
