//! References as people write them: an id, number, login, e-mail or exact name.

use steward_base::text::key;
use steward_base::{Error, Result, Uuid};
use steward_condition::{Args, RefValue};
use steward_database::{Tx, Value};

use super::names::Name;
use super::visible::visible_sql;
use crate::actor::Actor;
use crate::permission::visibility;

/// Finds the one record of `kind` that `text` means, among those the actor may
/// see (of a team the name is enough). A unique sign wins over a shared one: id,
/// number, login, e-mail, name, in this order.
///
/// # Errors
/// `Invalid` on `field` when it means nothing or more than one.
pub fn resolve(tx: &mut Tx, actor: &Actor, kind: &str, field: &str, text: &str) -> Result<Name> {
    resolve_any(tx, actor, &[kind], field, text)
}

/// [`resolve`] over several kinds (the holder of a grant: person or team).
///
/// # Errors
/// As [`resolve`].
pub fn resolve_any(
    tx: &mut Tx,
    actor: &Actor,
    kinds: &[&str],
    field: &str,
    text: &str,
) -> Result<Name> {
    let mut found = Vec::new();
    for kind in kinds {
        found.extend(candidates(tx, actor, kind, text.trim())?);
    }
    found.sort_by_key(|(rank, _)| *rank);
    let best = found.first().map(|(rank, _)| *rank);
    let mut best = found.into_iter().filter(|(rank, _)| Some(*rank) == best).map(|(_, name)| name);
    let what = kinds.join(" or ").replace('_', " ");
    match (best.next(), best.next()) {
        (Some(name), None) => Ok(name),
        (None, _) => Err(Error::invalid(field, "reference", format!("no {what} is called so"))),
        (Some(_), Some(_)) => Err(Error::invalid(
            field,
            "ambiguous",
            format!("more than one {what} is called so; use its id"),
        )),
    }
}

/// At most three, best rank first: more are ambiguous anyway.
fn candidates(tx: &mut Tx, actor: &Actor, kind: &str, text: &str) -> Result<Vec<(i64, Name)>> {
    let Some(folded) = key(text).filter(|k| !k.is_empty()) else { return Ok(Vec::new()) };
    let mut args = Args::new();
    let found = match Uuid::parse_str(text) {
        Ok(id) => format!("select 0 as place, b.id from record b where b.id = {}", args.push(id)),
        Err(_) => by_text(kind, text, folded, &mut args),
    };
    let kind_place = args.push(kind);
    let action = if kind == "team" { "read_name" } else { "read" };
    let seen = visibility(actor, kind, action);
    let visible = visible_sql(&seen, actor, kind, &mut args);
    let sql = format!(
        "select x.place, r.id, r.kind, r.name, r.number, p.login from ({found}) x
         join record r on r.id = x.id left join person p on p.id = r.id
         where r.kind = {kind_place} and {visible} order by 1 limit 3"
    );
    tx.rows(&sql, args.values(), |r| {
        let name = Name::new(r.get(1)?, r.get(2)?, r.get(3)?, r.opt(4)?, r.opt(5)?);
        Ok((r.get(0)?, name))
    })
}

fn by_text(kind: &str, text: &str, folded: String, args: &mut Args) -> String {
    let number = args.push(text.to_uppercase());
    let mut sql = format!("select 1 as place, b.id from record b where b.number = {number}");
    let folded = args.push(folded);
    if kind == "person" {
        sql += &format!(
            " union all select 2, b.id from person b where b.login_key = {folded} \
              union all select 3, b.id from person b where b.email_key = {folded}"
        );
    }
    let kind = args.push(kind);
    sql += &format!(
        " union all select 4, b.id from record b where b.name_key = {folded} and b.kind = {kind}"
    );
    sql
}

/// The hook of the condition language for references: true when `expr` is the
/// id of a record of kind `target` that one of the values names by id, number,
/// login, e-mail or name. For every list that points to records.
pub fn reference_sql(
    target: &str,
    values: &[RefValue],
    expr: &str,
    args: &mut Args,
) -> Option<String> {
    let mut parts = Vec::new();
    let ids: Vec<Value> = values
        .iter()
        .filter_map(|v| match v {
            RefValue::Id(id) => Some(Value::Id(*id)),
            RefValue::Text { .. } => None,
        })
        .collect();
    if !ids.is_empty() {
        parts.push(format!("{expr} in ({})", args.push_all(ids)));
    }
    for value in values {
        let RefValue::Text { text, key } = value else { continue };
        let by = by_text(target, text, key.clone(), args);
        parts.push(format!("{expr} in (select b.id from ({by}) b)"));
    }
    Some(if parts.is_empty() { "false".into() } else { parts.join(" or ") })
}
