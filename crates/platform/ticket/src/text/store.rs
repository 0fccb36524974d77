//! Full text in the engines, side by side: FTS5 and tsvector.

use steward_base::{Result, Uuid};
use steward_condition::{Args, WordTerm};
use steward_database::{Engine, Tx, Value};
use steward_fields::{FieldType, Registry};

use crate::model::Ticket;
use crate::store::by_id;
use crate::text::Document;

/// Brings both documents of a ticket in line with what the database holds now.
/// `fresh` is true for a ticket that has no document yet.
pub fn index(tx: &mut Tx, ticket: &Ticket, registry: &Registry, fresh: bool) -> Result<()> {
    let entries = if fresh { Default::default() } else { entries(tx, ticket.head.id)? };
    let (public, internal) = cut(ticket, registry, &entries);
    write(tx, "text_public", ticket.head.row_no, &public, fresh)?;
    write(tx, "text_internal", ticket.head.row_no, &internal, fresh)
}

/// Takes a deleted custom field out of lists and full text, for at most `most`
/// of the tickets that have a value of it; true when more may be left.
///
/// # Errors
/// Those of the database.
pub fn forget_field(tx: &mut Tx, registry: &Registry, field: &str, most: i64) -> Result<bool> {
    let ids: Vec<Uuid> = tx.rows(
        "select v.record from field_value v join ticket t on t.id = v.record
         where v.field = $1 and t.kind = $2 order by v.record limit $3",
        &[field.into(), registry.kind.as_str().into(), most.into()],
        |r| r.get(0),
    )?;
    for id in &ids {
        tx.run(
            "delete from field_value where record = $1 and field = $2",
            &[(*id).into(), field.into()],
        )?;
        let ticket = by_id(tx, *id)?;
        index(tx, &ticket, registry, false)?;
    }
    Ok(ids.len() as i64 == most)
}

/// The two documents of a ticket as the full text holds them: what whoever
/// sees the ticket finds, and what only those find who read work notes.
pub fn documents(
    tx: &mut Tx,
    ticket: &Ticket,
    registry: &Registry,
) -> Result<(Document, Document)> {
    let entries = entries(tx, ticket.head.id)?;
    Ok(cut(ticket, registry, &entries))
}

fn cut(ticket: &Ticket, registry: &Registry, entries: &Entries) -> (Document, Document) {
    let mut fields = vec![ticket.number()];
    let mut hidden: Vec<&str> = vec![];
    let texts = |f: &&steward_fields::Field| {
        matches!(f.ty, FieldType::Text | FieldType::LongText | FieldType::Choice)
    };
    for field in registry.custom().filter(texts) {
        let Some(text) = ticket.custom.get(&field.name).and_then(|v| v.as_str()) else { continue };
        if field.group == "internal" { hidden.push(text) } else { fields.push(text) }
    }
    fields.extend(ticket.external_number.as_deref());
    let internal = [
        &ticket.external_problem,
        &ticket.external_change,
        &ticket.external_cause,
        &ticket.external_vendor,
        &ticket.priority_reason,
    ];
    hidden.extend(internal.into_iter().flatten().map(String::as_str));
    let public: Vec<&str> = entries.public.iter().map(String::as_str).collect();
    let notes: Vec<&str> = entries.internal.iter().map(String::as_str).collect();
    let document = Document::cut(
        &ticket.short_description,
        ticket.description.as_deref(),
        ticket.close_notes.as_deref(),
        &fields,
        &public,
    );
    (document, Document::cut("", None, None, &hidden, &notes))
}

/// Texts of a ticket's entries, newest first.
#[derive(Default)]
struct Entries {
    public: Vec<String>,
    internal: Vec<String>,
}

fn entries(tx: &mut Tx, record: Uuid) -> Result<Entries> {
    let rows = tx.rows(
        "select e.kind, c.body, e.retracted_at, e.format from entry e
         join content c on c.record = e.record and c.seq = e.seq and c.slot = 1
         where e.record = $1 and c.body is not null order by e.at desc, e.id desc limit 2000",
        &[record.into()],
        |r| {
            let retracted = r.opt::<i64>(2)?.is_some();
            let (body, format): (String, String) = (r.get(1)?, r.get(3)?);
            Ok((r.get::<String>(0)? == "comment" && !retracted, crate::rich::plain(&body, &format)))
        },
    )?;
    let mut entries = Entries::default();
    for (public, text) in rows {
        if public { entries.public.push(text) } else { entries.internal.push(text) }
    }
    Ok(entries)
}

fn write(tx: &mut Tx, table: &str, row_no: i64, doc: &Document, fresh: bool) -> Result<()> {
    if !fresh {
        let column = if tx.engine() == Engine::Sqlite { "rowid" } else { "row_no" };
        tx.at_the_end(&format!("delete from {table} where {column} = $1"), &[row_no.into()])?;
    }
    if doc.is_empty() {
        return Ok(());
    }
    match tx.engine() {
        Engine::Sqlite if table == "text_public" => tx.at_the_end(
            "insert into text_public (rowid, short_description, description, close_notes, other)
             values ($1, $2, $3, $4, $5)",
            &[
                row_no.into(),
                doc.short_description.join(" ").into(),
                doc.description.join(" ").into(),
                doc.close_notes.join(" ").into(),
                doc.other_joined().into(),
            ],
        ),
        Engine::Sqlite => tx.at_the_end(
            "insert into text_internal (rowid, other) values ($1, $2)",
            &[row_no.into(), doc.other_joined().into()],
        ),
        Engine::Postgres => tx.at_the_end(
            &format!("insert into {table} (row_no, doc) values ($1, $2::text::tsvector)"),
            &[row_no.into(), doc.tsvector().into()],
        ),
    }
}

/// A boolean expression: the ticket's document in `table` holds the term, in
/// `field` where one is named. Reads every document that holds it.
pub fn match_sql(
    engine: Engine,
    table: &str,
    field: Option<&str>,
    term: &WordTerm,
    args: &mut Args,
) -> String {
    let test = test(engine, table, field, term, args);
    let row = row_of(engine);
    format!("t.row_no in (select {row} from {table} where {test})")
}

/// The same, looking up the one document: for lists of few tickets.
pub fn match_one_sql(
    engine: Engine,
    table: &str,
    field: Option<&str>,
    term: &WordTerm,
    args: &mut Args,
) -> String {
    let test = test(engine, table, field, term, args);
    let row = row_of(engine);
    format!("exists (select 1 from {table} where {table}.{row} = t.row_no and {test})")
}

/// A boolean expression: the document in `table`, one of the tables of the
/// statement, holds every term. In the order of [`row_of`] the newest are found
/// without reading the rest.
pub fn holds_sql(engine: Engine, table: &str, terms: &[&WordTerm], args: &mut Args) -> String {
    let one = |term: &&WordTerm| query(engine, None, term);
    let all: Vec<String> = terms.iter().map(one).collect();
    let and = if engine == Engine::Sqlite { " AND " } else { " & " };
    matching(engine, table, all.join(and), args)
}

/// The column that finds a document by the row number of its ticket.
pub fn row_of(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "rowid",
        Engine::Postgres => "row_no",
    }
}

/// The document holds the term.
fn test(
    engine: Engine,
    table: &str,
    field: Option<&str>,
    term: &WordTerm,
    args: &mut Args,
) -> String {
    matching(engine, table, query(engine, field, term), args)
}

fn matching(engine: Engine, table: &str, query: String, args: &mut Args) -> String {
    let place = args.push(Value::Text(query));
    match engine {
        Engine::Sqlite => format!("{table} match {place}"),
        Engine::Postgres => format!("{table}.doc @@ {place}::text::tsquery"),
    }
}

/// A term in the words of the engine.
fn query(engine: Engine, field: Option<&str>, term: &WordTerm) -> String {
    match engine {
        Engine::Sqlite => {
            let star = if term.prefix { " *" } else { "" };
            let column = field.map(|f| format!("{f} : ")).unwrap_or_default();
            format!("{column}\"{}\"{star}", term.words.join(" "))
        }
        Engine::Postgres => {
            let weight = match field {
                Some("short_description") => "A",
                Some("description") => "B",
                Some("close_notes") => "C",
                _ => "",
            };
            let last = term.words.len() - 1;
            let word = |(i, w): (usize, &String)| {
                let star = if term.prefix && i == last { "*" } else { "" };
                let mark = format!("{star}{weight}");
                if mark.is_empty() { format!("'{w}'") } else { format!("'{w}':{mark}") }
            };
            let words: Vec<String> = term.words.iter().enumerate().map(word).collect();
            words.join(" <-> ")
        }
    }
}
