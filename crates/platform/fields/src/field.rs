//! One field.

use serde::{Deserialize, Serialize};

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type", content = "target")]
pub enum FieldType {
    /// At most 255 characters, one line.
    Text,
    /// Longer text; found by its words only.
    LongText,
    /// A whole number.
    Integer,
    /// A number with decimals.
    Number,
    /// One of the field's choices, by code.
    Choice,
    /// An instant.
    Date,
    /// True or false.
    Boolean,
    /// Another record of this kind.
    Reference(String),
}

impl FieldType {
    /// Its name in the API and in the database.
    pub fn as_str(&self) -> &'static str {
        match self {
            FieldType::Text => "text",
            FieldType::LongText => "long_text",
            FieldType::Integer => "integer",
            FieldType::Number => "number",
            FieldType::Choice => "choice",
            FieldType::Date => "date",
            FieldType::Boolean => "boolean",
            FieldType::Reference(_) => "reference",
        }
    }

    /// What a value of it must be, as a sentence that follows the field's name.
    pub fn takes(&self) -> &'static str {
        match self {
            FieldType::Text | FieldType::LongText => "must be a text",
            FieldType::Integer => "must be a whole number",
            FieldType::Number => "must be a number",
            FieldType::Choice => "must be one of its choices, as a text",
            FieldType::Date => "must be a date, as a text like 2026-11-24",
            FieldType::Boolean => "must be true or false",
            FieldType::Reference(_) => "must be the id, number or name of a record, as a text",
        }
    }

    /// The type of that name.
    pub fn parse(name: &str, target: Option<String>) -> Option<FieldType> {
        Some(match name {
            "text" => FieldType::Text,
            "long_text" => FieldType::LongText,
            "integer" => FieldType::Integer,
            "number" => FieldType::Number,
            "choice" => FieldType::Choice,
            "date" => FieldType::Date,
            "boolean" => FieldType::Boolean,
            "reference" => FieldType::Reference(target?),
            _ => return None,
        })
    }
}

/// How a field gets its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Writer {
    /// In the bodies of create and update.
    Body,
    /// Only by an action, such as resolve.
    Action,
    /// By the system alone.
    System,
}

/// A field of a record kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Name in the API, `snake_case`.
    pub name: String,
    /// Key of its label in the translations; for custom fields the label itself.
    pub label: String,
    /// What it holds.
    pub ty: FieldType,
    /// The permission group that reads and writes it: `public` or `internal`.
    pub group: String,
    /// How it gets its value.
    pub writer: Writer,
    /// Whether a list may ask or sort by it without another indexed term.
    pub indexed: bool,
    /// Whether its past is kept for `as_of`.
    pub tracked: bool,
    /// Whether the administrator made it; its values stand in `custom`.
    pub custom: bool,
    /// Its choices in order, as (code, label).
    pub choices: Vec<(String, String)>,
    /// Choices that are offered no more, as (code, label): records may hold
    /// them, and conditions find those records.
    pub hidden_choices: Vec<(String, String)>,
    /// Whether new choices may only come through the administrator or an import.
    pub fixed_choices: bool,
}

impl Field {
    /// A shipped field that everybody who sees the record reads.
    pub fn shipped(name: &str, ty: FieldType, writer: Writer) -> Field {
        Field {
            name: name.into(),
            label: format!("field.{name}"),
            ty,
            group: "public".into(),
            writer,
            indexed: true,
            tracked: false,
            custom: false,
            choices: Vec::new(),
            hidden_choices: Vec::new(),
            fixed_choices: false,
        }
    }

    /// Read and written by those who read work notes.
    pub fn internal(mut self) -> Field {
        self.group = "internal".into();
        self
    }

    /// With its past kept.
    pub fn tracked(mut self) -> Field {
        self.tracked = true;
        self
    }

    /// Without an index.
    pub fn not_indexed(mut self) -> Field {
        self.indexed = false;
        self
    }

    /// With choices that never change, as (code, label).
    pub fn with_choices(mut self, choices: &[(&str, &str)]) -> Field {
        self.choices = choices.iter().map(|(c, l)| ((*c).into(), (*l).into())).collect();
        self.fixed_choices = true;
        self
    }
}
