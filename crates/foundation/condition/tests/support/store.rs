//! The desk in a database, and how it is asked there.

use std::sync::atomic::{AtomicU32, Ordering};

use steward_base::{Result, text};
use steward_condition::{Args, Column, Condition, FieldValue, RefValue, SqlSchema, WordTerm};
use steward_database::{Db, Options, Tx, Value, expand};
use tempfile::TempDir;

use super::{Row, people, rows};

/// The engines to ask: SQLite, and PostgreSQL where `STEWARD_TEST_PG` names a
/// server, each with a database of this process. The file goes with the result.
pub struct Engines {
    pub all: Vec<Db>,
    _dir: TempDir,
}

pub fn engines() -> Engines {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("desk.db");
    let mut all = vec![Db::open(&Options::Sqlite(file)).expect("SQLite opens")];
    if let Ok(server) = std::env::var("STEWARD_TEST_PG") {
        let url = fresh_database(&server);
        all.push(Db::open(&Options::Postgres(url)).expect("PostgreSQL opens"));
    }
    for db in &all {
        db.write_blocking(fill).expect("the desk is filled");
    }
    Engines { all, _dir: dir }
}

fn fresh_database(server: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("condition{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    steward_database::create_database(server, &name).expect("a fresh database");
    let (base, query) = server.split_once('?').unwrap_or((server, ""));
    let (root, _) = base.rsplit_once('/').expect("a URL with a database");
    format!("{root}/{name}?{query}")
}

const TABLES: &[&str] = &[
    "create table desk_ticket (
        n {int} primary key, number text, number_key {key},
        short_description text, short_description_key {key}, description text,
        priority {int}, effort {float}, state text, category text, category_key {key},
        opened_at {time}, resolved_at {time}, vip {bool},
        caller {id}, assigned_to {id}, assignment_group {id}
    ) {strict}",
    "create table desk_name (kind text not null, id {id} not null, key {key} not null) {strict}",
    "create table desk_word (ticket {int} not null, field text not null, entry {int} not null,
        position {int} not null, word {key} not null) {strict}",
    "create table desk_value (record {int} not null, field text not null, number {int},
        value text, key {key}) {strict}",
];

fn fill(tx: &mut Tx) -> Result<()> {
    for sql in TABLES {
        tx.run(&expand(sql, tx.engine()), &[])?;
    }
    for (kind, id, texts) in people() {
        for name in texts {
            let args = [kind.into(), id.into(), text::fold(name).into()];
            tx.run("insert into desk_name (kind, id, key) values ($1, $2, $3)", &args)?;
        }
    }
    rows().iter().try_for_each(|row| insert(tx, row))
}

fn insert(tx: &mut Tx, row: &Row) -> Result<()> {
    let mut names = vec!["n".to_owned()];
    let mut args = Args::after(vec![row.n.into()]);
    for (field, value) in &row.values {
        if ["floor", "room"].contains(field) {
            insert_value(tx, row.n, field, value)?;
            continue;
        }
        names.push((*field).to_owned());
        args.push(bound(value));
        if let (FieldValue::Text(text), false) = (value, ["description", "state"].contains(field)) {
            names.push(format!("{field}_key"));
            args.push(text::key(text));
        }
    }
    let places: Vec<String> = (1..=names.len()).map(|n| format!("${n}")).collect();
    let sql =
        format!("insert into desk_ticket ({}) values ({})", names.join(", "), places.join(", "));
    tx.run(&sql, args.values())?;
    for (entry, (field, words)) in row.texts().into_iter().enumerate() {
        for (position, word) in words.into_iter().enumerate() {
            let args = [
                row.n.into(),
                field.unwrap_or("comment").into(),
                Value::Int(entry as i64),
                Value::Int(position as i64),
                word.into(),
            ];
            tx.run("insert into desk_word values ($1, $2, $3, $4, $5)", &args)?;
        }
    }
    Ok(())
}

fn insert_value(tx: &mut Tx, n: i64, field: &str, value: &FieldValue) -> Result<()> {
    let (number, text) = match value {
        FieldValue::Int(n) => (Some(*n), None),
        FieldValue::Text(text) => (None, Some(text)),
        other => panic!("no such custom value: {other:?}"),
    };
    let args = [
        n.into(),
        field.into(),
        number.into(),
        text.into(),
        text.and_then(|t| text::key(t)).into(),
    ];
    tx.run("insert into desk_value values ($1, $2, $3, $4, $5)", &args)?;
    Ok(())
}

fn bound(value: &FieldValue) -> Value {
    match value.clone() {
        FieldValue::Int(n) => n.into(),
        FieldValue::Float(n) => n.into(),
        FieldValue::Text(text) => text.into(),
        FieldValue::Bool(b) => b.into(),
        FieldValue::Time(at) => at.into(),
        FieldValue::Id(id) => id.into(),
    }
}

/// The numbers of the rows that meet the condition, asked of the database.
pub fn ask(db: &Db, condition: &Condition) -> Result<Vec<i64>> {
    // An argument of the statement around it comes first.
    let mut args = Args::after(vec![Value::Int(-1)]);
    let sql = condition.to_sql(&DeskSql, &mut args).map_err(|e| e.into_error("q"))?;
    let sql = format!("select t.n from desk_ticket t where t.n > $1 and {sql} order by t.n");
    db.read_blocking(move |tx| tx.rows(&sql, args.values(), |row| row.get::<i64>(0)))
}

pub struct DeskSql;

impl SqlSchema for DeskSql {
    fn column(&self, field: &str) -> Option<Column> {
        let custom =
            format!("t.n in (select v.record from desk_value v where v.field = '{field}' and ");
        let plain = Column::new(format!("t.{field}"));
        Some(match field {
            "number" | "short_description" | "category" => plain.keyed(format!("t.{field}_key")),
            "description" | "priority" | "effort" | "state" | "opened_at" | "resolved_at"
            | "vip" | "caller" | "assigned_to" | "assignment_group" => plain,
            "floor" => Column::new("v.number").within(custom, ")"),
            "room" => Column::new("v.value").keyed("v.key").within(custom, ")"),
            _ => return None,
        })
    }

    fn words(&self, field: Option<&str>, terms: &[WordTerm], args: &mut Args) -> Option<String> {
        let terms: Vec<String> = terms.iter().map(|term| phrase(field, term, args)).collect();
        Some(terms.join(" and "))
    }

    fn reference(
        &self,
        target: &str,
        values: &[RefValue],
        expr: &str,
        args: &mut Args,
    ) -> Option<String> {
        let kind = args.push(target);
        let keys = values.iter().filter_map(|value| match value {
            RefValue::Text { key, .. } => Some(Value::Text(key.clone())),
            RefValue::Id(_) => None,
        });
        let keys = args.push_all(keys);
        let ids = values.iter().filter_map(|value| match value {
            RefValue::Id(id) => Some(Value::Id(*id)),
            RefValue::Text { .. } => None,
        });
        let mut sql = format!(
            "{expr} in (select r.id from desk_name r where r.kind = {kind} and r.key in ({keys}))"
        );
        let ids = args.push_all(ids);
        if !ids.is_empty() {
            sql = format!("{sql} or {expr} in ({ids})");
        }
        Some(sql)
    }
}

/// One word after the other, each a join.
fn phrase(field: Option<&str>, term: &WordTerm, args: &mut Args) -> String {
    let mut sql = "exists (select 1 from desk_word w0".to_owned();
    for i in 1..term.words.len() {
        sql += &format!(
            " join desk_word w{i} on w{i}.ticket = w0.ticket and w{i}.entry = w0.entry \
             and w{i}.position = w0.position + {i}"
        );
    }
    sql += " where w0.ticket = t.n";
    if let Some(field) = field {
        sql += &format!(" and w0.field = {}", args.push(field));
    }
    for (i, word) in term.words.iter().enumerate() {
        let place = args.push(word.as_str());
        if term.prefix && i + 1 == term.words.len() {
            let length = word.chars().count();
            sql += &format!(" and substr(w{i}.word, 1, {length}) = {place}");
        } else {
            sql += &format!(" and w{i}.word = {place}");
        }
    }
    sql + ")"
}
