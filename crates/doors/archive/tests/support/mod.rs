//! An installation with something in every table.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use serde_json::json;
use steward_archive::travelling;
use steward_base::{Entropy, Result, Timestamp, Uuid};
use steward_database::{Db, Tx, Value};
use steward_fields::{FieldType, NewCustomField, Registries, create_custom};
use steward_history::{Door, seal_now};
use steward_people::persons::NewPerson;
use steward_people::{Call, Role, access, ensure_foundation, persons, system_actor};
use steward_practice::NewTicket;
use steward_schema::testing::TestDb;
use steward_schema::{Kind, MIGRATIONS, Table};
use steward_ticket::attachment::{Audience, Files, Limits, NewAttachment, attach};
use steward_ticket::journal::{EntryKind, NewEntry};

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).expect("an instant")
}

pub fn registries() -> Arc<Registries> {
    let incident = (steward_incident::KIND, steward_incident::registry as fn() -> _);
    Arc::new(Registries::new(vec![incident]))
}

/// A database, its files, and who acts in it.
pub struct House {
    pub test: TestDb,
    pub files: Files,
    pub dir: tempfile::TempDir,
    pub registries: Arc<Registries>,
    pub entropy: Entropy,
}

impl House {
    /// An empty one. `seed` tells its ids from those of others.
    pub fn empty(test: TestDb, seed: u64) -> House {
        let dir = tempfile::tempdir().expect("a directory");
        let files = Files::local(&dir.path().join("files"), Limits::default()).expect("files");
        House { test, files, dir, registries: registries(), entropy: Entropy::seeded(seed) }
    }

    /// One with people, incidents, entries, files, a seal, and at least one row
    /// in every table that travels.
    pub fn full(test: TestDb) -> House {
        let house = House::empty(test, 7);
        let call = house.call(system_actor());
        house.write(move |tx| ensure_foundation(tx, &call, Some("a hash")).map(drop));
        let (call, registries) = (house.admin(), house.registries.clone());
        house.write(move |tx| {
            let new = NewPerson {
                login: "zoë".into(),
                name: "Zoë Ångström".into(),
                email: Some("zoe@example.org".into()),
                roles: vec![Role::Requester],
                ..NewPerson::default()
            };
            persons::create(tx, &call, &new)?;
            let registry = registries.get(tx, "incident")?;
            for (name, ty) in [("cost", FieldType::Number), ("room", FieldType::Text)] {
                let field = NewCustomField {
                    kind: "incident".into(),
                    name: name.into(),
                    label: name.into(),
                    choices: vec![],
                    tracked: ty == FieldType::Number,
                    ty,
                    indexed: true,
                    group: "public".into(),
                };
                create_custom(tx, &call, &registry, &field)?;
            }
            Ok(())
        });
        for n in 0..12 {
            house.incident(&format!("Incident {n} with \"quotes\", a\nline and ünïcödé"));
        }
        house.attach("INC0000003", b"the bytes of a file");
        house.seal(100);
        house.write(|tx| {
            let empty = travelling(MIGRATIONS);
            let fill = |tx: &mut Tx, table: &Table| {
                let sql = format!("select count(*) from {}", table.name);
                let rows: i64 = tx.one(&sql, &[], |r| r.get(0))?;
                if rows == 0 { insert_sample(tx, table) } else { Ok(()) }
            };
            empty.iter().try_for_each(|table| fill(tx, table))
        });
        house
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

    pub fn call(&self, actor: steward_people::Actor) -> Call {
        let entropy = self.entropy.clone();
        Call { actor: Arc::new(actor), now: at(50), door: Door::Api, cause: None, entropy }
    }

    pub fn admin(&self) -> Call {
        let actor = self.read(|tx| {
            let id = persons::by_login(tx, "admin")?.id;
            access::actor_of(tx, id)
        });
        self.call(actor.expect("the administrator"))
    }

    /// Opens an incident with a comment and gives its number.
    pub fn incident(&self, name: &str) -> String {
        let (call, registries) = (self.admin(), self.registries.clone());
        let body = NewTicket {
            short_description: name.replace('\n', " "),
            description: Some(name.to_owned()),
            custom: Some([("cost".into(), json!(12.5)), ("room".into(), json!("B 12"))].into()),
            ..NewTicket::default()
        };
        let entry = NewEntry::new(call.new_id(), EntryKind::Comment, "commented", false);
        let entry = entry.expect("an entry");
        self.write(move |tx| {
            let practice = &steward_incident::PRACTICE;
            let ticket = practice.create(tx, &call, &registries, &body)?;
            let number = ticket.number().to_owned();
            practice.write_entry(tx, &call, &registries, &number, &entry)?;
            Ok(number)
        })
    }

    fn attach(&self, number: &'static str, content: &'static [u8]) {
        let (call, registries) = (self.admin(), self.registries.clone());
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let bytes = stream::iter([Ok(Bytes::from_static(content))]);
        let received = self.files.receive(call.new_id(), "notes.txt", Some("text/plain"), bytes);
        let upload = runtime.block_on(received).expect("comes in");
        self.write(move |tx| {
            let registry = registries.get(tx, "incident")?;
            let ticket = steward_ticket::store::by_number(tx, number)?;
            let new =
                NewAttachment { upload: upload.clone(), audience: Audience::Public, entry: None };
            attach(tx, &call, &registry, &ticket, &new).map(drop)
        });
    }

    pub fn seal(&self, seconds: i64) {
        self.write(move |tx| seal_now(tx, at(seconds)).map(drop));
    }

    pub fn verifies(&self) {
        let report = self.read(|tx| steward_history::verify(tx, None));
        assert!(report.findings.is_empty(), "{:?}", report.findings);
        assert!(report.seals > 0 && report.contents > 0);
    }
}

fn insert_sample(tx: &mut Tx, table: &Table) -> Result<()> {
    let sample = |kind| match kind {
        Kind::Id => Value::Id(Uuid::from_u128(0x1234_5678_9abc)),
        Kind::Time => Value::Time(at(3)),
        Kind::Int | Kind::Serial => Value::Int(1),
        Kind::Float => Value::Float(0.1 + 0.2),
        Kind::Bool => Value::Bool(true),
        Kind::Text => Value::Text("sämple \"text\"\n\\".into()),
        Kind::Json => Value::Json(json!({"b": [1e3, 1.5, null], "a": {"z": "é", "y": 2.0}})),
        Kind::Bytes => Value::Bytes(vec![0, 255, 10, 13]),
    };
    let columns: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
    let places: Vec<String> = (1..=columns.len()).map(|n| format!("${n}")).collect();
    let values: Vec<Value> = table.columns.iter().map(|c| sample(c.kind)).collect();
    let sql = format!(
        "insert into {} ({}) values ({})",
        table.name,
        columns.join(", "),
        places.join(", ")
    );
    tx.run(&sql, &values).map(drop)
}
