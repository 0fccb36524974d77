//! All that an import writes, without what differs from database to database:
//! ids stand as names, salted digests as the words they stand for.

use std::collections::HashMap;

use steward_base::{Result, Uuid};
use steward_database::Tx;
use steward_schema::testing::TestDb;
use steward_ticket::store;

/// Equal, or the first line that is not.
pub fn same(left: &[String], right: &[String]) {
    let differing = left.iter().zip(right).find(|(l, r)| l != r);
    assert_eq!(differing.map(|(l, _)| l), differing.map(|(_, r)| r));
    assert_eq!(left.len(), right.len());
}

/// One line for each ticket, version, fact and indexed value, in order.
pub fn dump(db: &TestDb) -> Vec<String> {
    db.db.read_blocking(lines).expect("reads")
}

fn lines(tx: &mut Tx) -> Result<Vec<String>> {
    let mut names = HashMap::new();
    let records = "select r.id, coalesce(p.login, r.number, r.kind || ' ' || r.name) from record r
        left join person p on p.id = r.id where r.kind <> 'field'";
    for (id, name) in tx.rows(records, &[], |r| Ok((r.get::<Uuid>(0)?, r.get::<String>(1)?)))? {
        names.insert(id.to_string(), name);
    }
    let mut lines: Vec<String> = names.values().cloned().collect();
    lines.sort();
    let tickets = "select r.number, r.id from record r where r.kind = 'incident' order by r.number";
    for (number, id) in tx.rows(tickets, &[], |r| Ok((r.get::<String>(0)?, r.get::<Uuid>(1)?)))? {
        let mut one = ticket(tx, &number)?;
        one.extend(versions(tx, id)?);
        one.extend(values(tx, id)?);
        one.extend(facts(tx, id)?);
        lines.extend(one.into_iter().map(|line| format!("{number} {}", named(&line, &names))));
    }
    Ok(lines)
}

fn ticket(tx: &mut Tx, number: &str) -> Result<Vec<String>> {
    let mut ticket = store::by_number(tx, number)?;
    ticket.head.row_no = 0;
    ticket.head.hash = Vec::new();
    let custom: std::collections::BTreeMap<_, _> =
        std::mem::take(&mut ticket.custom).into_iter().collect();
    Ok(vec![format!("{ticket:?} {custom:?}")])
}

fn versions(tx: &mut Tx, id: Uuid) -> Result<Vec<String>> {
    let sql = "select seq, valid_from, valid_to, priority, state, on_hold_reason, category,
        assignment_group, assigned_to, location from ticket_version where ticket = $1 order by seq";
    tx.rows(sql, &[id.into()], |r| {
        let numbers = (r.get::<i64>(0)?, r.get::<i64>(1)?, r.opt::<i64>(2)?, r.get::<i64>(3)?);
        let texts = (r.get::<String>(4)?, r.opt::<String>(5)?, r.opt::<String>(6)?);
        let ids = (r.opt::<Uuid>(7)?, r.opt::<Uuid>(8)?, r.opt::<Uuid>(9)?);
        Ok(format!("version {numbers:?} {texts:?} {ids:?}"))
    })
}

fn values(tx: &mut Tx, id: Uuid) -> Result<Vec<String>> {
    let sql = "select field, number, text_key from field_value where record = $1 order by field";
    tx.rows(sql, &[id.into()], |r| {
        let number: Option<f64> = r.opt(1)?;
        Ok(format!("value {} {number:?} {:?}", r.get::<String>(0)?, r.opt::<String>(2)?))
    })
}

fn facts(tx: &mut Tx, id: Uuid) -> Result<Vec<String>> {
    let words: HashMap<(i64, i64), Option<String>> =
        steward_history::content_of(tx, id, 1, i64::MAX)?
            .into_iter()
            .map(|(seq, slot, body)| ((seq, slot), body))
            .collect();
    let facts = steward_history::facts_of(tx, id, 0, i64::MAX)?;
    let line = |fact: steward_history::Fact| {
        let mut changes = fact.changes;
        for change in &mut changes {
            if let Some(slot) = change["to"]["content"].as_i64() {
                change["to"] = words[&(fact.seq, slot)].clone().into();
            }
        }
        let stamp = (fact.stamp.at, fact.stamp.by, fact.stamp.door);
        let changes = serde_json::Value::Array(changes);
        format!("fact {} {} {stamp:?} {changes}", fact.seq, fact.kind)
    };
    Ok(facts.into_iter().map(line).collect())
}

/// The line with every known id replaced by its name.
fn named(line: &str, names: &HashMap<String, String>) -> String {
    let is_part = |c: char| c.is_ascii_hexdigit() || c == '-';
    let mut out = String::with_capacity(line.len());
    let mut word = String::new();
    for c in line.chars().chain([' ']) {
        if is_part(c) {
            word.push(c);
            continue;
        }
        out.push_str(names.get(&word).unwrap_or(&word));
        word.clear();
        out.push(c);
    }
    out
}
