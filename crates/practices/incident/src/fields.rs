//! The fields of an incident, and the settings its rules read.

use steward_fields::Registry;
use steward_ticket::fields::common;

use crate::life_cycle::{ACTIVE, OPEN, STATES};

/// The kind of record.
pub const KIND: &str = "incident";
/// The prefix of its numbers.
pub const PREFIX: &str = "INC";

/// How incidents end, as (code, label); imports and administrators add more.
const CLOSE_CODES: &[(&str, &str)] = &[
    ("solved", "Solved"),
    ("workaround", "Solved by a workaround"),
    ("not_reproducible", "Not reproducible"),
    ("no_fault", "No fault found"),
    ("canceled", "Canceled"),
    ("duplicate", "Duplicate"),
];
/// How incidents reach us, as (code, label).
const CONTACT_TYPES: &[(&str, &str)] = &[
    ("phone", "Phone"),
    ("email", "Email"),
    ("self_service", "Self service"),
    ("chat", "Chat"),
    ("monitoring", "Monitoring"),
    ("walk_in", "Walk-in"),
    ("api", "API"),
];

/// The shipped registry of incidents.
pub fn registry() -> Registry {
    let mut fields = common(STATES);
    for field in &mut fields {
        let shipped = match field.name.as_str() {
            "close_code" => CLOSE_CODES,
            "contact_type" => CONTACT_TYPES,
            _ => continue,
        };
        field.choices = shipped.iter().map(|(c, l)| ((*c).into(), (*l).into())).collect();
    }
    let mut registry = Registry::new(KIND, fields);
    registry.groups = vec![("state", "open", OPEN), ("state", "active", ACTIVE)];
    registry
}

/// What administrators decide about incidents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Days after which a resolved incident closes by itself; 0 is never.
    pub auto_close_days: i64,
    /// Days after closing in which it may be reopened.
    pub reopen_days: i64,
}

impl Settings {
    /// As the registry holds them; what is missing has its default.
    pub fn of(registry: &Registry) -> Settings {
        let number = |name: &str, default: i64| {
            registry.settings.get(name).and_then(serde_json::Value::as_i64).unwrap_or(default)
        };
        Settings {
            auto_close_days: number("auto_close_days", 7).max(0),
            reopen_days: number("reopen_days", 14).max(0),
        }
    }
}
