//! Choices and custom fields that rows name: made as named on first use.

use std::collections::HashSet;
use std::sync::Arc;

use steward_base::Result;
use steward_database::{Db, Tx};
use steward_fields::{FieldType, NewCustomField, Registries, create_custom, ensure_choice};
use steward_people::Call;

use crate::KIND;
use crate::mapping::Transform;

/// What is known to be there.
#[derive(Default)]
pub struct Vocabulary {
    fields: HashSet<String>,
    choices: HashSet<(String, String)>,
}

impl Vocabulary {
    /// Makes what is missing, in one transaction; nothing missing, none.
    pub async fn ensure<'v>(
        &mut self,
        db: &Db,
        call: &Call,
        registries: &Arc<Registries>,
        fields: impl Iterator<Item = (&'v str, &'v str, Transform)>,
        choices: impl IntoIterator<Item = (&'v str, &'v str)>,
    ) -> Result<()> {
        let fields: Vec<(String, String, Transform)> = fields
            .filter(|(name, _, _)| !self.fields.contains(*name))
            .map(|(name, label, ty)| (name.to_owned(), label.to_owned(), ty))
            .collect();
        let mut choices: Vec<(String, String)> =
            choices.into_iter().map(|(f, name)| (f.to_owned(), name.to_owned())).collect();
        choices.retain(|choice| !self.choices.contains(choice));
        choices.sort();
        choices.dedup();
        if fields.is_empty() && choices.is_empty() {
            return Ok(());
        }
        self.fields.extend(fields.iter().map(|(name, _, _)| name.clone()));
        self.choices.extend(choices.iter().cloned());
        let (call, registries) = (call.clone(), registries.clone());
        // Looked at first: a write without a difference is still a commit.
        let asked = (registries.clone(), fields.clone(), choices.clone());
        let missing = db.read(move |tx| is_missing(tx, &asked.0, &asked.1, &asked.2));
        if !missing.await? {
            return Ok(());
        }
        db.write(move |tx| make(tx, &call, &registries, &fields, &choices)).await
    }
}

type NewField = (String, String, Transform);

fn is_missing(
    tx: &mut Tx,
    registries: &Registries,
    fields: &[NewField],
    choices: &[(String, String)],
) -> Result<bool> {
    let registry = registries.get(tx, KIND)?;
    let no_field = fields.iter().any(|(name, _, _)| registry.field(name).is_none());
    Ok(no_field || choices.iter().any(|(field, name)| registry.choice(field, name).is_err()))
}

fn make(
    tx: &mut Tx,
    call: &Call,
    registries: &Registries,
    fields: &[NewField],
    choices: &[(String, String)],
) -> Result<()> {
    let registry = registries.get(tx, KIND)?;
    for (name, label, transform) in fields {
        if registry.field(name).is_some() {
            continue;
        }
        let new = NewCustomField {
            kind: KIND.into(),
            name: name.clone(),
            label: label.clone(),
            ty: field_type(*transform),
            choices: Vec::new(),
            indexed: true,
            tracked: false,
            group: "internal".into(),
        };
        create_custom(tx, call, &registry, &new)?;
    }
    for (field, name) in choices {
        if registry.choice(field, name).is_err() {
            ensure_choice(tx, KIND, field, name, name)?;
        }
    }
    Ok(())
}

fn field_type(transform: Transform) -> FieldType {
    match transform {
        Transform::Text => FieldType::Text,
        Transform::Number => FieldType::Integer,
        Transform::Boolean => FieldType::Boolean,
        Transform::Time => FieldType::Date,
        Transform::Choice => FieldType::Choice,
        Transform::Person => FieldType::Reference("person".into()),
        Transform::Team => FieldType::Reference("team".into()),
        Transform::Location => FieldType::Reference("location".into()),
        Transform::ConfigurationItem => FieldType::Reference("configuration_item".into()),
        Transform::Service => FieldType::Reference("service".into()),
    }
}
