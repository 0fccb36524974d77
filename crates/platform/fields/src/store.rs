//! Custom fields, choices and settings in the database.

use std::collections::HashMap;

use serde_json::Value as Json;
use steward_base::{Error, Result};
use steward_database::Tx;

use crate::field::{Field, FieldType, Writer};

/// The custom fields of a kind that are not deleted, in order.
pub fn load_custom(tx: &mut Tx, kind: &str) -> Result<Vec<Field>> {
    tx.rows(
        "select name, label, type, target, is_indexed, is_tracked, field_group from custom_field
         where kind = $1 and is_deleted = 0 order by position, name",
        &[kind.into()],
        |r| {
            let ty: String = r.get(2)?;
            Ok(Field {
                name: r.get(0)?,
                label: r.get(1)?,
                ty: FieldType::parse(&ty, r.opt(3)?)
                    .ok_or_else(|| Error::Internal(format!("a custom field has type {ty}")))?,
                indexed: r.get::<i64>(4)? == 1,
                tracked: r.get::<i64>(5)? == 1,
                group: r.get(6)?,
                writer: Writer::Body,
                custom: true,
                choices: Vec::new(),
                hidden_choices: Vec::new(),
                fixed_choices: false,
            })
        },
    )
}

/// A choice as stored.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub code: String,
    pub label: String,
    pub active: bool,
}

/// The choices of a kind by field, those no longer offered too.
pub(crate) fn load_choices(tx: &mut Tx, kind: &str) -> Result<HashMap<String, Vec<Choice>>> {
    let rows = tx.rows(
        "select field, code, label, active from choice where kind = $1
         order by field, position, code",
        &[kind.into()],
        |r| {
            let active = r.get::<i64>(3)? == 1;
            Ok((r.get::<String>(0)?, Choice { code: r.get(1)?, label: r.get(2)?, active }))
        },
    )?;
    let mut choices: HashMap<String, Vec<Choice>> = HashMap::new();
    for (field, choice) in rows {
        choices.entry(field).or_default().push(choice);
    }
    Ok(choices)
}

/// Settings of a kind: keys `kind.name`, values JSON.
pub(crate) fn load_settings(tx: &mut Tx, kind: &str) -> Result<HashMap<String, Json>> {
    let (from, to) = (format!("{kind}."), format!("{kind}/"));
    let rows = tx.rows(
        "select key, value from setting where key >= $1 and key < $2",
        &[from.as_str().into(), to.into()],
        |r| Ok((r.get::<String>(0)?, r.get::<String>(1)?)),
    )?;
    let parse = |(key, value): (String, String)| {
        let value = serde_json::from_str(&value).map_err(Error::internal)?;
        Ok((key[from.len()..].to_owned(), value))
    };
    rows.into_iter().map(parse).collect()
}

/// Makes a choice of this code and label if there is none, and offers a hidden
/// one again; true when something changed.
pub fn ensure_choice(
    tx: &mut Tx,
    kind: &str,
    field: &str,
    code: &str,
    label: &str,
) -> Result<bool> {
    let made = tx.run(
        "insert into choice (kind, field, code, label, position, active)
         values ($1, $2, $3, $4, 0, 1) on conflict (kind, field, code)
         do update set active = 1 where choice.active = 0",
        &[kind.into(), field.into(), code.into(), label.into()],
    )?;
    Ok(made == 1)
}

/// Writes the choices of a field in this order; all others of it are hidden.
pub(crate) fn save_choices(
    tx: &mut Tx,
    kind: &str,
    field: &str,
    choices: &[(String, String)],
) -> Result<()> {
    tx.run(
        "update choice set active = 0 where kind = $1 and field = $2",
        &[kind.into(), field.into()],
    )?;
    for (place, (code, label)) in choices.iter().enumerate() {
        tx.run(
            "insert into choice (kind, field, code, label, position, active)
             values ($1, $2, $3, $4, $5, 1) on conflict (kind, field, code)
             do update set label = $4, position = $5, active = 1",
            &[
                kind.into(),
                field.into(),
                code.as_str().into(),
                label.as_str().into(),
                (place as i64 + 1).into(),
            ],
        )?;
    }
    Ok(())
}

/// Writes a custom field's label.
pub(crate) fn relabel_custom(tx: &mut Tx, kind: &str, name: &str, label: &str) -> Result<()> {
    tx.run_one(
        "update custom_field set label = $1 where kind = $2 and name = $3",
        &[label.into(), kind.into(), name.into()],
    )
}

/// The record of a custom field that is not deleted.
pub(crate) fn record_of(tx: &mut Tx, kind: &str, name: &str) -> Result<steward_base::Uuid> {
    tx.one(
        "select id from custom_field where kind = $1 and name = $2 and is_deleted = 0",
        &[kind.into(), name.into()],
        |r| r.get(0),
    )
}

/// Writes the row of a custom field.
pub(crate) fn insert_custom(
    tx: &mut Tx,
    kind: &str,
    id: steward_base::Uuid,
    field: &Field,
) -> Result<()> {
    let target = match &field.ty {
        FieldType::Reference(target) => Some(target.clone()),
        _ => None,
    };
    tx.run(
        "insert into custom_field (kind, name, id, label, type, target, is_indexed, is_tracked,
         field_group, is_deleted, position)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0,
         (select count(*) from custom_field))",
        &[
            kind.into(),
            field.name.as_str().into(),
            id.into(),
            field.label.as_str().into(),
            field.ty.as_str().into(),
            target.into(),
            i64::from(field.indexed).into(),
            i64::from(field.tracked).into(),
            field.group.as_str().into(),
        ],
    )
    .map_err(|e| e.duplicate_as("custom_field", "name"))?;
    Ok(())
}

/// Hides a custom field; its values stay in history. The record's id.
pub(crate) fn hide_custom(tx: &mut Tx, kind: &str, name: &str) -> Result<steward_base::Uuid> {
    let id = record_of(tx, kind, name)?;
    tx.run_one(
        "update custom_field set is_deleted = 1 where kind = $1 and name = $2",
        &[kind.into(), name.into()],
    )?;
    Ok(id)
}
