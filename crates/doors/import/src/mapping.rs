//! The mapping file: which column of a source is what here.
//! `docs/import-mapping.md` describes it for those who write one.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;
use steward_base::{Error, Result};

/// The mapping of the shipped log, by the name `uci-incident-log`.
pub const UCI_INCIDENT_LOG: &str = include_str!("../mappings/uci-incident-log.toml");

/// Mappings that come with the product, by name.
pub const SHIPPED: &[(&str, &str)] = &[("uci-incident-log", UCI_INCIDENT_LOG)];

/// A mapping as its file says it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Name of the source: an update is known by it, so it never changes.
    pub source: String,
    /// Values that mean "unknown" in every column, besides the empty text.
    #[serde(default)]
    pub empty: Vec<String>,
    /// How the row itself is known.
    pub row: RowColumns,
    /// How times are written.
    pub time: TimeFormat,
    /// The state and what hangs on it.
    pub state: StateTable,
    /// Each field with its column.
    pub fields: BTreeMap<String, FieldMapping>,
    /// Columns that repeat an incident's final value in each of its rows.
    #[serde(default, rename = "final")]
    pub finals: BTreeMap<String, FinalMapping>,
    /// Columns that have no field here and are kept with the fact as text.
    #[serde(default)]
    pub kept: Vec<String>,
    /// Columns left out, each with the reason.
    #[serde(default)]
    pub ignored: BTreeMap<String, String>,
}

/// Columns that say which record a row updates, when, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowColumns {
    /// The record's number.
    pub number: String,
    /// The row's own time.
    pub at: String,
    /// The row's author.
    pub by: Option<PersonColumn>,
}

/// A column that names persons.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonColumn {
    /// The column.
    pub column: String,
    /// Prefix of made-up logins; columns with the same prefix name the same persons.
    pub login: String,
}

/// How times are written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeFormat {
    /// As of strptime, e.g. `%d/%m/%Y %H:%M`.
    pub format: String,
    /// IANA name of the zone the times are read in; `--zone` overrides it.
    #[serde(default = "utc")]
    pub zone: String,
}

fn utc() -> String {
    "UTC".into()
}

/// The column of the state, and the fields each of its values sets.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateTable {
    /// The column.
    pub column: String,
    /// Value -> field -> value here. A field that some values set is emptied
    /// by those that do not.
    pub values: BTreeMap<String, BTreeMap<String, Json>>,
}

/// What a column's values become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// Text as written, at most 255 characters.
    Text,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An instant, in the mapping's format and zone.
    Time,
    /// A choice, made as named when it is new.
    Choice,
    /// A person, made as named; `login` gives the prefix of the made-up login.
    Person,
    /// A team, made as named.
    Team,
    /// A location, made as named.
    Location,
    /// A configuration item, made as named.
    ConfigurationItem,
    /// A service, made as named.
    Service,
}

/// Where a field's value comes from.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldMapping {
    /// One column.
    pub column: Option<String>,
    /// Several columns, their values as written, empty ones left out.
    #[serde(default)]
    pub join: Vec<String>,
    /// What stands between joined values.
    #[serde(default = "slash")]
    pub with: String,
    /// What it becomes.
    #[serde(rename = "as")]
    pub transform: Transform,
    /// Values with a name of their own here.
    #[serde(default)]
    pub values: BTreeMap<String, Json>,
    /// Prefix of made-up logins, for persons.
    pub login: Option<String>,
    /// Makes it a custom field of this label.
    pub custom: Option<String>,
}

fn slash() -> String {
    " / ".into()
}

/// A field set once, from a column that repeats the final value.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinalMapping {
    /// The column.
    pub column: String,
    /// What it becomes.
    #[serde(rename = "as")]
    pub transform: Transform,
    /// For a time: set by the first row in this state whose own time is the value.
    pub in_state: Option<String>,
    /// For the others: set by the row that sets the first of these times.
    #[serde(default)]
    pub together_with: Vec<String>,
    /// Prefix of made-up logins, for persons.
    pub login: Option<String>,
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// `Invalid` with the place in the text, or the rule it breaks.
    pub fn parse(text: &str) -> Result<Mapping> {
        let mapping: Mapping =
            toml::from_str(text).map_err(|e| Error::invalid("mapping", "toml", e.to_string()))?;
        mapping.check()?;
        Ok(mapping)
    }

    /// A shipped mapping by its name, or a file by its path.
    ///
    /// # Errors
    /// `Invalid` when it is neither, or the file breaks a rule.
    pub fn load(name_or_path: &str) -> Result<Mapping> {
        if let Some((_, text)) = SHIPPED.iter().find(|(name, _)| *name == name_or_path) {
            return Mapping::parse(text);
        }
        let text = std::fs::read_to_string(name_or_path).map_err(|e| {
            let names: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
            let message = format!("{name_or_path}: {e}; shipped are {}", names.join(", "));
            Error::invalid("mapping", "open", message)
        })?;
        Mapping::parse(&text)
    }

    fn check(&self) -> Result<()> {
        let wrong = |message: String| Err(Error::invalid("mapping", "rule", message));
        if self.source.is_empty() || self.source.len() > 60 {
            return wrong("source has 1 to 60 characters".into());
        }
        for (name, field) in &self.fields {
            if field.column.is_some() != field.join.is_empty() {
                return wrong(format!("fields.{name}: give either column or join"));
            }
            if !field.join.is_empty() && field.transform != Transform::Text {
                return wrong(format!("fields.{name}: joined columns become text"));
            }
            if (field.transform == Transform::Person) != field.login.is_some() {
                return wrong(format!(
                    "fields.{name}: login belongs to persons, and each needs one"
                ));
            }
        }
        for (name, last) in &self.finals {
            if last.in_state.is_some() != last.together_with.is_empty() {
                return wrong(format!("final.{name}: give either in_state or together_with"));
            }
            if (last.transform == Transform::Person) != last.login.is_some() {
                return wrong(format!(
                    "final.{name}: login belongs to persons, and each needs one"
                ));
            }
            if last.in_state.is_some() && last.transform != Transform::Time {
                return wrong(format!("final.{name}: in_state belongs to times"));
            }
        }
        for (name, last) in &self.finals {
            let unknown = last
                .together_with
                .iter()
                .find(|other| self.finals.get(*other).is_none_or(|f| f.in_state.is_none()));
            if let Some(other) = unknown {
                return wrong(format!("final.{name}: {other} is not a final time"));
            }
        }
        let sets_state = |fields: &BTreeMap<String, Json>| fields.contains_key("state");
        match self.state.values.iter().find(|(_, fields)| !sets_state(fields)) {
            Some((value, _)) => wrong(format!("state.values.{value:?} does not say the state")),
            None => Ok(()),
        }
    }

    /// Every column the file must have.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        let fields = self.fields.values().flat_map(|f| f.column.iter().chain(&f.join));
        [&self.row.number, &self.row.at, &self.state.column]
            .into_iter()
            .chain(self.row.by.iter().map(|by| &by.column))
            .chain(fields)
            .chain(self.finals.values().map(|f| &f.column))
            .chain(&self.kept)
            .map(String::as_str)
    }

    /// Whether a column is one of the final ones.
    pub fn is_final(&self, column: &str) -> bool {
        self.finals.values().any(|f| f.column == column)
    }
}

/// The login of a person who is known by a name in one kind of column only.
/// Different names have different logins (but for their case), so nothing else
/// needs to be remembered to find the person again.
///
/// ```
/// use steward_import::mapping::made_up_login;
/// assert_eq!(made_up_login("caller", "Caller 2403"), "caller-2403");
/// assert_eq!(made_up_login("opened-by", "Opened by  8"), "opened-by--8");
/// assert_eq!(made_up_login("caller", "J. Doe"), "caller.j_2e_-doe");
/// ```
pub fn made_up_login(prefix: &str, name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            'A'..='Z' => slug.push(c.to_ascii_lowercase()),
            ' ' => slug.push('-'),
            other => slug.push_str(&format!("_{:x}_", u32::from(other))),
        }
    }
    let own = slug.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('-'));
    if own { slug } else { format!("{prefix}.{slug}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_mapping_is_right() {
        let mapping = Mapping::load("uci-incident-log").expect("parses");
        assert_eq!(mapping.source, "uci-incident-log");
        let mut columns: Vec<&str> = mapping.columns().collect();
        columns.extend(mapping.ignored.keys().map(String::as_str));
        columns.sort_unstable();
        columns.dedup();
        assert_eq!(columns.len(), 36, "every column of the log has its place");
    }

    #[test]
    fn what_breaks_a_rule_is_refused_with_its_place() {
        for (from, to, expected) in [
            ("login = \"caller\"", "", "fields.caller: login belongs"),
            ("in_state = \"closed\"", "", "either in_state or together_with"),
            ("[\"resolved_at\", \"closed_at\"]", "[\"resolved_by\"]", "is not a final time"),
            ("[row]", "[row]\nnumbr = \"x\"", "unknown field `numbr`"),
            ("{ state = \"closed\" }", "{ }", "does not say the state"),
        ] {
            assert!(UCI_INCIDENT_LOG.contains(from), "{from}");
            let error = Mapping::parse(&UCI_INCIDENT_LOG.replace(from, to)).expect_err(from);
            assert!(error.to_string().contains(expected), "{from}: {error}");
        }
        let error = Mapping::load("uci").expect_err("no such mapping");
        assert!(error.to_string().contains("shipped are uci-incident-log"), "{error}");
    }

    #[test]
    fn made_up_logins_differ_where_names_differ() {
        let names =
            ["Caller 1", "Caller  1", "Caller-1", "Caller_1", "1", "caller", "Jürgen", "-1"];
        let logins: Vec<String> = names.iter().map(|n| made_up_login("caller", n)).collect();
        for (i, login) in logins.iter().enumerate() {
            assert!(!logins[..i].contains(login), "{login}");
        }
    }
}
