//! Typed rows of custom fields and of texts without a column of their own in
//! the full text: what lists ask for.

use steward_base::{Result, text};
use steward_condition::FieldValue;
use steward_database::{Tx, Value};
use steward_fields::{FieldType, Registry};

use crate::model::Ticket;

/// Texts of the ticket's row that are found by their words through here.
const EXTERNAL: [&str; 6] = [
    "priority_reason",
    "external_number",
    "external_problem",
    "external_change",
    "external_cause",
    "external_vendor",
];

/// Brings the typed rows in line with the ticket; writes only what changed.
pub(crate) fn write_values(
    tx: &mut Tx,
    before: Option<&Ticket>,
    after: &Ticket,
    registry: &Registry,
) -> Result<()> {
    for name in EXTERNAL {
        let (old, new) = (before.and_then(|t| t.value(name)), after.value(name));
        if old != new {
            write_one(tx, after, name, &FieldType::Text, new)?;
        }
    }
    for field in registry.custom() {
        let old = before.and_then(|t| t.custom_value(&field.ty, &field.name));
        let new = after.custom_value(&field.ty, &field.name);
        if old != new {
            write_one(tx, after, &field.name, &field.ty, new)?;
        }
    }
    Ok(())
}

fn write_one(
    tx: &mut Tx,
    ticket: &Ticket,
    name: &str,
    ty: &FieldType,
    value: Option<FieldValue>,
) -> Result<()> {
    let Some(value) = value else {
        return tx.later(
            "delete from field_value where record = $1 and field = $2",
            &[ticket.head.id.into(), name.into()],
        );
    };
    let mut row = [Value::Null, Value::Null, Value::Null, Value::Null, Value::Null];
    match value {
        FieldValue::Int(n) => row[0] = Value::Float(n as f64),
        FieldValue::Float(n) => row[0] = Value::Float(n),
        FieldValue::Bool(b) => row[0] = Value::Float(f64::from(u8::from(b))),
        FieldValue::Text(t) if *ty == FieldType::Choice => row[1] = t.into(),
        FieldValue::Text(t) => {
            row[1] = text::key(&t).into();
            row[2] = format!(" {} ", text::words(&t).join(" ")).into();
        }
        FieldValue::Time(t) => row[3] = t.into(),
        FieldValue::Id(id) => row[4] = id.into(),
    }
    let mut args = vec![ticket.head.id.into(), name.into()];
    args.extend(row);
    tx.later(
        "insert into field_value (record, field, number, text_key, words, at, target)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (record, field) do update set number = excluded.number,
         text_key = excluded.text_key, words = excluded.words, at = excluded.at,
         target = excluded.target",
        &args,
    )
}
