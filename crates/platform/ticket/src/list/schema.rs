//! The condition language on tickets: which fields there are for this reader,
//! and how each stands in the statement.

use steward_base::{Error, Result};
use steward_condition::{
    Args, Column, Condition, ConditionError, Context, FieldInfo, RefValue, Schema, SqlSchema,
    WordTerm,
};
use steward_database::{Engine, Value};
use steward_fields::{Field, FieldType, Registry, as_info};
use steward_people::{Actor, Call, Visibility, visibility};

use super::sort::STEADY;
use crate::model::TRACKED;
use crate::text::{match_one_sql, match_sql};

/// What an actor sees of a kind of ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sees {
    /// Which tickets.
    pub tickets: Visibility,
    /// Of which tickets also the internal part.
    pub internal: Visibility,
}

impl Sees {
    /// Whether the internal part is seen wherever the ticket is. Only then may
    /// internal fields be asked for: a condition must not tell what a field hides.
    pub fn all_internal(&self) -> bool {
        self.tickets == self.internal
    }
}

/// What the actor sees of this kind.
pub fn sees(actor: &Actor, kind: &str) -> Sees {
    Sees {
        tickets: visibility(actor, kind, "read"),
        internal: visibility(actor, kind, "read_work_notes"),
    }
}

/// The context in which a call's condition is read.
pub fn context(call: &Call) -> Context {
    let zone = jiff::tz::TimeZone::get(&call.actor.zone).unwrap_or(jiff::tz::TimeZone::UTC);
    Context { now: call.now, zone, me: Some(call.actor.id), my_teams: call.actor.teams.clone() }
}

/// Tickets as the condition language sees them.
pub struct TicketSchema<'a> {
    /// The fields.
    pub registry: &'a Registry,
    /// Who reads.
    pub actor: &'a Actor,
    /// What the reader sees.
    pub sees: &'a Sees,
    /// On which engine.
    pub engine: Engine,
    /// Whether the past is asked (`as_of`): only tracked fields then.
    pub past: bool,
    /// Whether the reader sees few tickets, their own: each is looked up in the
    /// full text then, instead of reading everything a word is found in.
    pub few: bool,
}

impl TicketSchema<'_> {
    pub(super) fn readable(&self, field: &Field) -> bool {
        field.group != "internal" || self.sees.all_internal()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Field> {
        self.registry.field(name).filter(|f| self.readable(f))
    }
}

impl Schema for TicketSchema<'_> {
    fn field(&self, name: &str) -> Option<FieldInfo> {
        self.get(name).map(|f| as_info(self.registry, f))
    }

    fn names(&self) -> Vec<String> {
        let readable = self.registry.fields().iter().filter(|f| self.readable(f));
        readable.map(|f| f.name.clone()).collect()
    }
}

/// Reads a condition for this reader.
///
/// # Errors
/// `Malformed` on `q` that points at the character and offers the nearest name.
pub fn read_condition(schema: &TicketSchema, q: &str, context: &Context) -> Result<Condition> {
    Condition::read(q, schema, context).map_err(|e| condition_error(&e))
}

/// A condition's error as a 400 on `q`.
pub(crate) fn condition_error(e: &ConditionError) -> Error {
    e.clone().into_error("q")
}

/// Fields with a column in the full text.
const TEXT_PARTS: [&str; 3] = ["short_description", "description", "close_notes"];

impl SqlSchema for TicketSchema<'_> {
    fn column(&self, name: &str) -> Option<Column> {
        let field = self.get(name)?;
        if self.past {
            return self.past_column(field);
        }
        if field.custom || name.starts_with("external_") {
            return Some(value_column(field));
        }
        Some(match name {
            "number" => self.number(),
            "short_description" => {
                Column::new("t.short_description").keyed("t.short_description_key")
            }
            // A choice that has no choices yet is asked by its key.
            _ => Column::new(format!("t.{name}")).keyed(format!("t.{name}")),
        })
    }

    fn words(&self, field: Option<&str>, terms: &[WordTerm], args: &mut Args) -> Option<String> {
        let term = |term: &WordTerm, args: &mut Args| match field {
            Some("number") => Some(self.number_words(term, args)),
            // The words of the past are in the history only.
            _ if self.past => None,
            None => Some(self.anywhere(term, args)),
            Some(f) if TEXT_PARTS.contains(&f) => {
                Some(self.matches("text_public", Some(f), term, args))
            }
            Some(f) => self.get(f).map(|f| value_words(&f.name, term, args)),
        };
        let all: Option<Vec<String>> = terms.iter().map(|t| term(t, args)).collect();
        all.map(|parts| parts.join(" and "))
    }

    fn reference(
        &self,
        target: &str,
        values: &[RefValue],
        expr: &str,
        args: &mut Args,
    ) -> Option<String> {
        let one = |value: &RefValue| match value {
            RefValue::Id(id) => format!("{expr} = {}", args.push(Value::Id(*id))),
            RefValue::Text { key, .. } => refers_to(target, key, expr, args),
        };
        let parts: Vec<String> = values.iter().map(one).collect();
        Some(format!("({})", parts.join(" or ")))
    }
}

impl TicketSchema<'_> {
    fn matches(
        &self,
        table: &str,
        field: Option<&str>,
        term: &WordTerm,
        args: &mut Args,
    ) -> String {
        match self.few {
            true => match_one_sql(self.engine, table, field, term, args),
            false => match_sql(self.engine, table, field, term, args),
        }
    }

    /// A word is found in the public document, or in the internal one of those
    /// tickets whose internal part the reader sees.
    fn anywhere(&self, term: &WordTerm, args: &mut Args) -> String {
        let public = self.matches("text_public", None, term, args);
        if self.sees.internal.is_none() {
            return public;
        }
        let internal = self.matches("text_internal", None, term, args);
        if self.sees.all_internal() {
            return format!("({public} or {internal})");
        }
        let visible = super::store::visible(&self.sees.internal, self.actor, args);
        format!("({public} or ({internal} and {visible}))")
    }

    fn past_column(&self, field: &Field) -> Option<Column> {
        let name = field.name.as_str();
        if field.custom {
            if !field.tracked {
                return None;
            }
            return self.past_custom(name, &field.ty);
        }
        match name {
            _ if TRACKED.contains(&name) => {
                Some(Column::new(format!("v.{name}")).keyed(format!("v.{name}")))
            }
            "number" => Some(self.number()),
            _ if STEADY.contains(&name) => {
                Some(Column::new(format!("t.{name}")).keyed(format!("t.{name}")))
            }
            _ => None,
        }
    }
}

impl TicketSchema<'_> {
    /// Numbers are ASCII capitals; asked in any case, compared by bytes.
    fn number_key(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite => "lower(r.number)",
            Engine::Postgres => "(lower(r.number) collate \"C\")",
        }
    }

    fn number(&self) -> Column {
        Column::new("r.number").keyed(self.number_key())
    }

    /// A number is one word.
    fn number_words(&self, term: &WordTerm, args: &mut Args) -> String {
        let key = self.number_key();
        match term.words.as_slice() {
            [word] if term.prefix => {
                let (from, to) = (args.push(word.as_str()), args.push(format!("{word}\u{10ffff}")));
                format!("({key} >= {from} and {key} < {to})")
            }
            [word] => format!("{key} = {}", args.push(word.as_str())),
            _ => "false".into(),
        }
    }

    fn past_custom(&self, name: &str, ty: &FieldType) -> Option<Column> {
        let expr = self.past_json(name, ty)?;
        Some(match ty {
            FieldType::Choice => Column::new(expr.clone()).keyed(expr),
            _ => Column::new(expr),
        })
    }

    /// A tracked custom field as it was: a JSON value made its type again.
    pub(super) fn past_json(&self, name: &str, ty: &FieldType) -> Option<String> {
        // The name is from the registry, letters, digits and _ only.
        let json = format!("(v.custom ->> '{name}')");
        let lite = self.engine == Engine::Sqlite;
        Some(match ty {
            FieldType::Choice => json,
            FieldType::Integer => format!("cast({json} as bigint)"),
            FieldType::Number => format!("cast({json} as double precision)"),
            // SQLite reads a truth value as 1 or 0 by itself.
            FieldType::Boolean if lite => json,
            FieldType::Boolean => format!("cast({json} as boolean)"),
            FieldType::Date if lite => {
                format!("(cast(round(unixepoch({json}, 'subsec') * 1000) as integer) * 1000)")
            }
            FieldType::Date => {
                // A plain date is its midnight UTC.
                let at = format!(
                    "({json} || case when length({json}) = 10 then 'T00:00:00Z' else '' end)"
                );
                format!("cast(extract(epoch from cast({at} as timestamptz)) * 1000000 as bigint)")
            }
            FieldType::Reference(_) if lite => format!("unhex(replace({json}, '-', ''))"),
            FieldType::Reference(_) => format!("cast({json} as uuid)"),
            FieldType::Text | FieldType::LongText => return None,
        })
    }
}

/// A field whose values stand in `field_value`. That the value is there is said
/// too, so that the index of its type serves "any" and "none" as well; a text may
/// be there without a key, when it is too long for one.
fn value_column(field: &Field) -> Column {
    let (stands, column) = match field.ty {
        FieldType::Integer | FieldType::Number => ("v.number is not null", Column::new("v.number")),
        FieldType::Boolean => ("v.number is not null", Column::new("(v.number = 1)")),
        FieldType::Date => ("v.at is not null", Column::new("v.at")),
        FieldType::Reference(_) => ("v.target is not null", Column::new("v.target")),
        _ => ("true", Column::new("v.text_key").keyed("v.text_key")),
    };
    let name = &field.name;
    let before = format!(
        "t.id in (select v.record from field_value v where v.field = '{name}' and {stands} and "
    );
    column.within(before, ")")
}

fn value_words(field: &str, term: &WordTerm, args: &mut Args) -> String {
    // Words are letters and digits only, so that nothing needs escaping.
    let end = if term.prefix { "%" } else { " %" };
    let place = args.push(Value::Text(format!("% {}{end}", term.words.join(" "))));
    format!(
        "t.id in (select v.record from field_value v where v.field = '{field}' and v.words like {place})"
    )
}

fn refers_to(target: &str, key: &str, expr: &str, args: &mut Args) -> String {
    let key = || Value::Text(key.to_owned());
    match target {
        "person" => {
            let (name, login, email) = (args.push(key()), args.push(key()), args.push(key()));
            format!(
                "{expr} in (select id from record where kind = 'person' and name_key = {name}
                 union select id from person where login_key = {login}
                 union select id from person where email_key = {email})"
            )
        }
        "ticket" => {
            let place = args.push(key());
            format!("{expr} in (select id from record where number = upper({place}))")
        }
        // The kind is from the registry.
        _ => {
            let place = args.push(key());
            format!(
                "{expr} in (select id from record where kind = '{target}' and name_key = {place})"
            )
        }
    }
}
