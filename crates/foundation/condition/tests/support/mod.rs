//! A small made-up desk: its fields, its records, and the same in memory.
#![allow(dead_code)] // each test file uses its part

pub mod store;

use std::collections::BTreeMap;

use jiff::Timestamp;
use steward_base::text;
use steward_condition::{
    Condition, ConditionError, Context, FieldInfo, FieldType, FieldValue, PERSON, Record, Schema,
    TEAM,
};
use uuid::Uuid;

pub struct Desk;

pub fn fields() -> Vec<FieldInfo> {
    let person = || FieldType::Reference { target: PERSON.into() };
    let team = || FieldType::Reference { target: TEAM.into() };
    vec![
        FieldInfo::new("number", FieldType::Text),
        FieldInfo::new("short_description", FieldType::Text),
        FieldInfo::new("description", FieldType::LongText),
        FieldInfo::new("priority", FieldType::Integer).with_choices([
            ("1", "1 - Critical"),
            ("2", "2 - High"),
            ("3", "3 - Moderate"),
            ("4", "Low"),
        ]),
        FieldInfo::new("effort", FieldType::Number),
        FieldInfo::new("state", FieldType::Choice)
            .with_choices([
                ("new", "New"),
                ("in_progress", "In Progress"),
                ("on_hold", "On Hold"),
                ("resolved", "Resolved"),
                ("closed", "Closed"),
                ("canceled", "Canceled"),
            ])
            .with_group("open", &["new", "in_progress", "on_hold"])
            .with_group("active", &["new", "in_progress", "on_hold", "resolved"]),
        FieldInfo::new("category", FieldType::Choice),
        FieldInfo::new("opened_at", FieldType::Date),
        FieldInfo::new("resolved_at", FieldType::Date),
        FieldInfo::new("vip", FieldType::Boolean),
        FieldInfo::new("caller", person()),
        FieldInfo::new("assigned_to", person()),
        FieldInfo::new("assignment_group", team()),
        FieldInfo::new("floor", FieldType::Integer),
        FieldInfo::new("room", FieldType::Text).not_indexed(),
    ]
}

impl Schema for Desk {
    fn field(&self, name: &str) -> Option<FieldInfo> {
        fields().into_iter().find(|field| field.name == name)
    }

    fn names(&self) -> Vec<String> {
        fields().into_iter().map(|field| field.name).collect()
    }
}

pub fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// (kind, id, texts by which it is found)
pub fn people() -> Vec<(&'static str, Uuid, Vec<&'static str>)> {
    vec![
        (PERSON, id(1), vec!["ada", "ada@example.com", "Ada Lovelace"]),
        (PERSON, id(2), vec!["bob", "bob@example.com", "Bob Müller"]),
        (PERSON, id(3), vec!["cy", "cy@example.com", "Bob Müller"]),
        (TEAM, id(11), vec!["Group 2"]),
        (TEAM, id(12), vec!["Group 25"]),
        (TEAM, id(13), vec!["me"]),
    ]
}

pub fn now() -> Timestamp {
    "2026-11-24T22:30:00Z".parse().expect("a time")
}

/// Ada, of Group 2, in Berlin, where it is 23:30.
pub fn context() -> Context {
    Context {
        now: now(),
        zone: jiff::tz::TimeZone::get("Europe/Berlin").expect("a zone"),
        me: Some(id(1)),
        my_teams: vec![id(11)],
    }
}

pub fn read(written: &str) -> Result<Condition, ConditionError> {
    Condition::read(written, &Desk, &context())
}

#[derive(Debug, Clone, Default)]
pub struct Row {
    pub n: i64,
    pub values: BTreeMap<&'static str, FieldValue>,
    pub comments: Vec<String>,
}

impl Row {
    pub fn with(mut self, field: &'static str, value: FieldValue) -> Row {
        self.values.insert(field, value);
        self
    }

    pub fn text(self, field: &'static str, value: &str) -> Row {
        self.with(field, FieldValue::Text(value.into()))
    }

    pub fn time(self, field: &'static str, value: &str) -> Row {
        self.with(field, FieldValue::Time(value.parse().expect("a time")))
    }

    /// The texts of the row: (field, or none for a comment; words).
    pub fn texts(&self) -> Vec<(Option<&'static str>, Vec<String>)> {
        let mut texts = Vec::new();
        for field in ["number", "short_description", "description", "room"] {
            if let Some(FieldValue::Text(value)) = self.values.get(field) {
                texts.push((Some(field), text::words(value)));
            }
        }
        texts.extend(self.comments.iter().map(|c| (None, text::words(c))));
        texts
    }
}

impl Record for Row {
    fn value(&self, field: &str) -> Option<FieldValue> {
        self.values.get(field).cloned()
    }

    fn words(&self, field: Option<&str>) -> Vec<Vec<String>> {
        let of = |own: &Option<&'static str>| field.is_none() || *own == field;
        let texts = self.texts().into_iter();
        texts.filter(|(own, _)| of(own)).map(|(_, words)| words).collect()
    }

    fn reference_is(&self, target: &str, id: Uuid, key: &str) -> bool {
        people().iter().any(|(kind, own, texts)| {
            *kind == target && *own == id && texts.iter().any(|t| text::fold(t) == key)
        })
    }
}

/// Rows that differ in every field, with edges: empty fields, the ends of days,
/// accents, a text too long for a key.
pub fn rows() -> Vec<Row> {
    let states = ["new", "in_progress", "on_hold", "resolved", "closed", "canceled"];
    let times = [
        "2026-11-23T22:59:59.999999Z",
        "2026-11-23T23:00:00Z",
        "2026-11-24T07:00:00.000500Z",
        "2026-11-24T22:59:59.999999Z",
        "2026-11-24T23:00:00Z",
        "2026-11-17T22:30:00Z",
        "2026-10-31T23:00:00Z",
        "2016-02-29T01:16:00Z",
    ];
    let subjects = [
        "Printer on floor 2 is down",
        "printer on floor 2 is down",
        "Drucker im Größenlager",
        "VPN client: node.js fails",
        "none",
        "e-mail to Group 25",
    ];
    let categories = ["Category 2", "Category 25", "category 2", "Straße"];
    let mut rows = Vec::new();
    for n in 0..72_usize {
        let mut row = Row { n: n as i64, ..Row::default() }.text("number", &format!("INC{n:07}"));
        if n % 7 != 0 {
            row = row.text("short_description", subjects[n % subjects.len()]);
        } else if n % 2 == 0 {
            row = row.text("short_description", &"long printer text ".repeat(20));
        }
        if n % 3 == 0 {
            row = row.text("description", "The client says: paper jam. Node JS, paper!");
        }
        if n % 5 != 0 {
            row = row.with("priority", FieldValue::Int((n % 4) as i64 + 1));
        }
        if n % 4 != 1 {
            row = row.with("effort", FieldValue::Float((n % 9) as f64 / 2.0 - 1.0));
        }
        if n % 6 != 5 {
            row = row.text("state", states[n % 5]);
        }
        if n % 8 != 2 {
            row = row.text("category", categories[n % categories.len()]);
        }
        row = row.time("opened_at", times[n % times.len()]);
        if n % 2 == 1 {
            row = row.time("resolved_at", times[(n / 2) % times.len()]);
        }
        if n % 3 != 2 {
            row = row.with("vip", FieldValue::Bool(n % 2 == 0));
        }
        if n % 5 != 1 {
            row = row.with("caller", FieldValue::Id(id((n % 3) as u128 + 1)));
        }
        if n % 4 == 3 {
            row = row.with("assigned_to", FieldValue::Id(id((n % 3) as u128 + 1)));
        }
        if n % 4 != 0 {
            row = row.with("assignment_group", FieldValue::Id(id((n % 3) as u128 + 11)));
        }
        if n % 3 == 1 {
            row = row.with("floor", FieldValue::Int((n % 5) as i64 - 1));
        }
        if n % 5 == 2 {
            row = row.text("room", ["A 1", "b 2", "Größe"][n % 3]);
        }
        if n % 4 == 2 {
            row.comments = vec!["call the printer".into(), "vendor about paper".into()];
        }
        rows.push(row);
    }
    rows
}
