//! What the engines make of the statements of a list: each range of the usual
//! queues comes out of an index in order, without sorting.

use serde_json::{Value as Json, json};
use steward_base::{Timestamp, Uuid};
use steward_condition::Context;
use steward_database::{Db, Engine, Value};
use steward_fields::{Field, FieldType, Registry, Writer};
use steward_people::{DEFAULT_ORGANISATION, Visibility, system_actor};
use steward_schema::testing::{postgres, sqlite};

use super::ranges::{self, Range};
use super::sort::{Key, Of, keys, parse_sort};
use super::store::{List, ListQuery, prepare};
use super::{order, schema};

fn registry() -> Registry {
    let states = [("new", "New"), ("in_progress", ""), ("on_hold", ""), ("resolved", "Resolved")];
    let mut fields = crate::fields::common(&states);
    for (name, ty) in [("floor", FieldType::Integer), ("due", FieldType::Date)] {
        fields.push(Field { custom: true, ..Field::shipped(name, ty, Writer::Body) });
    }
    let mut registry = Registry::new("incident", fields);
    registry.groups = vec![("state", "open", crate::model::OPEN_STATES)];
    registry
}

fn some(of: Of) -> Json {
    match of {
        Of::Int => json!(3),
        Of::Time => json!(1_790_000_000_000_000_i64),
        Of::Text => json!("new"),
        Of::Float => json!("3"),
    }
}

/// Every range a reader of this order may come to, each with its order.
fn every_range(keys: &[Key]) -> Vec<(Range, String)> {
    let mut cursor: Vec<Json> = keys.iter().map(|k| some(k.of)).collect();
    cursor.push(json!(Uuid::nil().to_string()));
    let mut ahead = ranges::whole(keys);
    ahead.extend(ranges::after(keys, &cursor).expect("a cursor of this order"));
    let mut all = Vec::new();
    let mut asked: Vec<Range> = Vec::new();
    while let Some(range) = ahead.pop() {
        if asked.contains(&range) {
            continue;
        }
        asked.push(range.clone());
        match ranges::leading(keys, &range) {
            Some(at) => {
                ahead.extend(ranges::split(keys, &range, some(keys[at].of)));
                all.push((range, order::order_by_one(keys, at)));
            }
            None => {
                let order = order::order_by(keys, &range);
                all.push((range, order));
            }
        }
    }
    all
}

/// The statements of a list and their arguments.
fn statements(db: &Db, q: &str, sort: &str, one: bool) -> Vec<(String, Vec<Value>)> {
    let query = ListQuery {
        q: q.into(),
        sort: parse_sort(sort).expect("a sort"),
        limit: 50,
        ..ListQuery::default()
    };
    let organisations = if one { vec![DEFAULT_ORGANISATION] } else { vec![] };
    db.read_blocking(move |tx| {
        let (actor, registry) = (system_actor(), registry());
        let context = Context::at(Timestamp::UNIX_EPOCH);
        let mut prepared = prepare(tx, &actor, &registry, &context, &query)?;
        prepared.tickets = Visibility { all: !one, organisations, ..Visibility::default() };
        let seen = schema::sees(&actor, "incident");
        let keys = keys(&query.sort, &super::store::schema(tx, &actor, &registry, &seen, &query))?;
        let list = List {
            actor: &actor,
            registry: &registry,
            query: &query,
            prepared,
            keys: keys.clone(),
        };
        let mut all = Vec::new();
        for (range, order) in every_range(&keys) {
            let (sql, args) = list.statement(tx, &range, &order, 51)?;
            all.push((sql, args.into_values()));
        }
        Ok(all)
    })
    .expect("statements")
}

/// The plan, where nothing but the lack of an index can make the engine sort.
fn plan(db: &Db, sql: &str, args: Vec<Value>) -> Vec<String> {
    let sql = sql.to_owned();
    let lite = db.engine() == Engine::Sqlite;
    let read = db.read_blocking(move |tx| {
        if lite {
            return tx.rows(&format!("explain query plan {sql}"), &args, |r| r.get::<String>(3));
        }
        // The tables are empty: a scan and a sort would cost nothing.
        for way in ["seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin", "material"] {
            tx.rows(&format!("select set_config('enable_{way}', 'off', true)"), &[], |_| Ok(()))?;
        }
        tx.rows(&format!("explain {sql}"), &args, |r| r.get::<String>(0))
    });
    read.expect("a plan")
}

fn sorts(step: &str) -> bool {
    step.contains("TEMP B-TREE")
        || step.contains("Sort")
        || step.starts_with("SCAN ")
        || step.contains("Seq Scan")
}

#[test]
fn the_usual_queues_come_in_the_order_of_an_index() {
    let mut databases = vec![sqlite()];
    databases.extend(postgres());
    for test in &databases {
        for (q, sort) in [
            ("", "-opened_at"),
            ("", "opened_at"),
            ("", "-priority,opened_at"),
            ("", "priority,opened_at"),
            ("", "priority,-opened_at"),
            ("state:open", "-opened_at"),
            ("state:open", "opened_at"),
            ("state:open", "-updated_at"),
            ("state:open", "priority,opened_at"),
            ("state:open", "priority,-opened_at"),
            ("state:open", "-priority,opened_at"),
            ("state:open", "-priority,-opened_at"),
            ("state:resolved", "-opened_at"),
        ] {
            for one in [false, true] {
                for (sql, args) in statements(&test.db, q, sort, one) {
                    let plan = plan(&test.db, &sql, args);
                    let found: Vec<&String> = plan.iter().filter(|s| sorts(s.as_str())).collect();
                    assert!(found.is_empty(), "{q} {sort} one:{one}\n{sql}\n{}", plan.join("\n"));
                }
            }
        }
    }
}

#[test]
fn what_may_be_empty_comes_in_the_order_of_an_index_too() {
    let mut databases = vec![sqlite()];
    databases.extend(postgres());
    for test in &databases {
        for sort in ["", "resolved_at", "-resolved_at", "floor", "-floor", "-due"] {
            for (sql, args) in statements(&test.db, "", sort, false) {
                let plan = plan(&test.db, &sql, args);
                let found: Vec<&String> = plan.iter().filter(|s| sorts(s.as_str())).collect();
                assert!(found.is_empty(), "{sort}\n{sql}\n{}", plan.join("\n"));
            }
        }
    }
}

#[test]
fn words_are_looked_up_before_tickets_are_tried() {
    let test = sqlite();
    for q in ["printer", "print* jam", "printer priority:1"] {
        for one in [false, true] {
            for (sql, args) in statements(&test.db, q, "-opened_at", one) {
                let plan = plan(&test.db, &sql, args).join("\n");
                assert!(plan.contains("VIRTUAL TABLE INDEX"), "{q}\n{plan}");
                let by_row = plan.contains("SEARCH t USING INTEGER PRIMARY KEY (rowid=?)");
                assert!(by_row, "{q} one:{one}\n{sql}\n{plan}");
            }
        }
    }
}
