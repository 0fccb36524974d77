//! Lists of people, teams, organisations, items and grants: a condition, an
//! order, a page. The door writes and reads the cursor; its key is [`Key`].

use steward_base::{Error, Result, Uuid};
use steward_condition::{Args, Column, Condition, Context, RefValue, SqlSchema, WordTerm};
use steward_database::{Row, Tx, Value};

use super::fields::{Fields, fields};
use super::reference::reference_sql;
use super::visible::visible_sql;
use super::words::words_sql;
use super::{grants, items, organisations, persons, show, teams};
use crate::actor::{Actor, Call};
use crate::permission::{refusal, visibility};
use crate::views::{GrantView, ItemView, OrganisationView, PersonView, TeamView};

/// Where a page begins: the sort key and the id of the row before it.
pub type Key = (String, Uuid);

/// What is asked of a list.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// A condition; free words are whole words, or beginnings with `*`.
    pub q: Option<String>,
    /// `name` (the default) or another sortable field; `-` before it descends.
    pub sort: Option<String>,
    /// Rows of the page.
    pub limit: i64,
    /// The key of the last row of the page before.
    pub after: Option<Key>,
    /// Whether to count all matches.
    pub count: bool,
}

/// A page: at most one row more than asked for, which says that there is a
/// next page, each with its key.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed<T> {
    /// The rows.
    pub rows: Vec<(T, Key)>,
    /// How many match in all, when asked.
    pub count: Option<i64>,
}

impl<T> Listed<T> {
    fn map<U>(self, mut f: impl FnMut(T) -> U) -> Listed<U> {
        let rows = self.rows.into_iter().map(|(row, key)| (f(row), key)).collect();
        Listed { rows, count: self.count }
    }
}

/// Persons the caller may read.
///
/// # Errors
/// `Malformed` or `Invalid` for a condition or order that does not fit.
pub fn persons(tx: &mut Tx, call: &Call, query: &ListQuery) -> Result<Listed<PersonView>> {
    let found = page(tx, call, "person", "read", persons::PERSON, query, persons::person_row)?;
    let rows: Vec<persons::Person> = found.rows.iter().map(|(p, _)| p.clone()).collect();
    let mut views = show::persons(tx, rows)?.into_iter();
    let rows = found.rows.into_iter().filter_map(|(_, key)| Some((views.next()?, key))).collect();
    Ok(Listed { rows, count: found.count })
}

/// Teams the caller may at least know by name.
///
/// # Errors
/// As [`persons`].
pub fn teams(tx: &mut Tx, call: &Call, query: &ListQuery) -> Result<Listed<TeamView>> {
    let found = page(tx, call, "team", "read_name", teams::TEAM, query, teams::team_row)?;
    let rows: Vec<teams::Team> = found.rows.iter().map(|(t, _)| t.clone()).collect();
    let mut views = show::teams(tx, &call.actor, rows)?.into_iter();
    let rows = found.rows.into_iter().filter_map(|(_, key)| Some((views.next()?, key))).collect();
    Ok(Listed { rows, count: found.count })
}

/// Organisations the caller may read.
///
/// # Errors
/// As [`persons`].
pub fn organisations(
    tx: &mut Tx,
    call: &Call,
    query: &ListQuery,
) -> Result<Listed<OrganisationView>> {
    let (select, row) = (organisations::ORGANISATION, organisations::organisation_row);
    Ok(page(tx, call, "organisation", "read", select, query, row)?.map(Into::into))
}

/// Items of one kind of [`super::ITEM_KINDS`] that the caller may read.
///
/// # Errors
/// As [`persons`].
pub fn items(
    tx: &mut Tx,
    call: &Call,
    kind: &'static str,
    query: &ListQuery,
) -> Result<Listed<ItemView>> {
    let found = page(tx, call, kind, "read", items::ITEM, query, items::item_row)?;
    let ids = found.rows.iter().flat_map(|(i, _)| [Some(i.organisation), i.owner]).flatten();
    let ids: Vec<Uuid> = ids.collect();
    let names = super::names(tx, &ids)?;
    Ok(found.map(|item| ItemView::of(item, &names)))
}

/// Grants the caller may read, oldest first.
///
/// # Errors
/// `Forbidden` for who may read none.
pub fn grants(
    tx: &mut Tx,
    call: &Call,
    limit: i64,
    after: Option<Uuid>,
    count: bool,
) -> Result<(Vec<GrantView>, Option<i64>)> {
    let seen = visibility(&call.actor, "grant", "read");
    if seen.is_none() {
        return Err(Error::Forbidden(refusal(&call.actor, "grant", "read")));
    }
    let mut args = Args::new();
    let visible = if seen.all {
        "true".to_owned()
    } else {
        let places = args.push_all(seen.organisations.iter().copied().map(Value::Id));
        format!("g.organisation in ({places})")
    };
    let count = match count {
        true => Some(tx.one(
            &format!("select count(*) from grant_row g where {visible}"),
            args.values(),
            |r| r.get::<i64>(0),
        )?),
        false => None,
    };
    let from = args.push(after.unwrap_or_default());
    let most = args.push(limit + 1);
    let sql =
        format!("{} where {visible} and g.id > {from} order by g.id limit {most}", grants::GRANT);
    let rows: Vec<grants::GrantRow> =
        tx.rows(&sql, args.values(), grants::grant_row)?.into_iter().flatten().collect();
    let ids: Vec<Uuid> =
        rows.iter().flat_map(|g| [Some(g.holder), g.organisation]).flatten().collect();
    let names = super::names(tx, &ids)?;
    Ok((rows.into_iter().map(|g| GrantView::of(g, &names)).collect(), count))
}

/// One page of the records of a kind.
fn page<T>(
    tx: &mut Tx,
    call: &Call,
    kind: &'static str,
    action: &str,
    select: &str,
    query: &ListQuery,
    map: impl Fn(&Row) -> Result<T>,
) -> Result<Listed<T>> {
    let fields = fields(kind);
    let (order, down) = order(&fields, query.sort.as_deref())?;
    let mut args = Args::new();
    let matching = matching(call, kind, action, &fields, query.q.as_deref(), &mut args)?;
    let joins = select.split_once(" from ").map_or("", |(_, joins)| joins);
    let count = match query.count {
        true => Some(tx.one(
            &format!("select count(*) from {joins} where {matching}"),
            args.values(),
            |r| r.get::<i64>(0),
        )?),
        false => None,
    };
    let (than, direction) = if down { ("<", "desc") } else { (">", "asc") };
    let mut sql = select.replacen(" from ", &format!(", {order} from "), 1);
    sql += &format!(" where {matching}");
    if let Some((key, id)) = &query.after {
        let (key, id) = (args.push(key.as_str()), args.push(*id));
        sql += &format!(" and ({order}, r.id) {than} ({key}, {id})");
    }
    let most = args.push(query.limit + 1);
    sql += &format!(" order by {order} {direction}, r.id {direction} limit {most}");
    let columns = select.split(" from ").next().map_or(0, |s| s.split(", ").count());
    let rows = tx.rows(&sql, args.values(), |r| {
        let key: String = r.get(columns)?;
        Ok((map(r)?, (key, r.get(0)?)))
    })?;
    Ok(Listed { rows, count })
}

/// The records of the kind that the actor may see and that meet the condition.
fn matching(
    call: &Call,
    kind: &'static str,
    action: &str,
    fields: &Fields,
    q: Option<&str>,
    args: &mut Args,
) -> Result<String> {
    let kind_place = args.push(kind);
    let seen = visibility(&call.actor, kind, action);
    let visible = visible_sql(&seen, &call.actor, kind, args);
    let mut sql = format!("r.kind = {kind_place} and {visible}");
    if let Some(q) = q.filter(|q| !q.trim().is_empty()) {
        let context = context(&call.actor, call)?;
        let condition = Condition::read(q, fields, &context).map_err(|e| e.into_error("q"))?;
        let condition = condition.to_sql(fields, args).map_err(|e| e.into_error("q"))?;
        sql += &format!(" and {condition}");
    }
    Ok(sql)
}

fn context(actor: &Actor, call: &Call) -> Result<Context> {
    Ok(Context {
        now: call.now,
        zone: jiff::tz::TimeZone::get(&actor.zone).map_err(Error::internal)?,
        me: Some(actor.id),
        my_teams: actor.teams.clone(),
    })
}

fn order(fields: &Fields, sort: Option<&str>) -> Result<(&'static str, bool)> {
    let sort = sort.filter(|s| !s.is_empty()).unwrap_or("name");
    let (name, down) = match sort.strip_prefix('-') {
        Some(name) => (name, true),
        None => (sort, false),
    };
    match fields.order(name) {
        Some(column) => Ok((column, down)),
        None => Err(Error::malformed("sort", "unknown_sort", "sort by name, or login of people")),
    }
}

impl SqlSchema for Fields {
    fn column(&self, field: &str) -> Option<Column> {
        self.sql_column(field)
    }

    fn words(&self, field: Option<&str>, terms: &[WordTerm], args: &mut Args) -> Option<String> {
        Some(words_sql(field, terms, args))
    }

    fn reference(
        &self,
        target: &str,
        values: &[RefValue],
        expr: &str,
        args: &mut Args,
    ) -> Option<String> {
        reference_sql(target, values, expr, args)
    }
}
