//! What the language must be told: which fields there are, and who asks when.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

/// The reference target that `me` stands for.
pub const PERSON: &str = "person";
/// The reference target that `my_teams` stands for.
pub const TEAM: &str = "team";

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldType {
    /// Text of at most 255 characters: `:` by words, `=` and `<` by its folded key.
    Text,
    /// Longer text: only by words.
    LongText,
    /// A whole number; with choices it is also found by their labels.
    Integer,
    /// A number with decimals (double precision on both engines).
    Number,
    /// A code. With choices it is matched by code or label, and the record holds
    /// the exact code; without, it is compared by its folded key.
    Choice,
    /// An instant, microseconds UTC.
    Date,
    /// True or false.
    Boolean,
    /// The id of another record.
    Reference {
        /// What it points to, such as [`PERSON`], [`TEAM`] or `service`.
        target: String,
    },
}

/// One choice of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the record holds.
    pub code: String,
    /// What people read.
    pub label: String,
}

/// A word that stands for several codes, such as `open` for a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The word.
    pub name: String,
    /// The codes it stands for.
    pub codes: Vec<String>,
}

/// One field, as the language needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldInfo {
    /// The name in the API.
    pub name: String,
    /// What it holds.
    pub ty: FieldType,
    /// The choices, in order; empty when any value is taken.
    pub choices: Vec<Choice>,
    /// Words that stand for several choices; they win over a choice of that name.
    pub groups: Vec<Group>,
    /// Whether a list may ask for it without another, indexed term.
    pub indexed: bool,
    /// Whether its dates are days of the calendar, the same for everybody: its
    /// days begin at midnight UTC, whatever the zone of who asks.
    pub calendar: bool,
}

impl FieldInfo {
    /// An indexed field without choices.
    pub fn new(name: impl Into<String>, ty: FieldType) -> FieldInfo {
        FieldInfo {
            name: name.into(),
            ty,
            choices: Vec::new(),
            groups: Vec::new(),
            indexed: true,
            calendar: false,
        }
    }

    /// With these choices, as (code, label).
    pub fn with_choices<C: Into<String>, L: Into<String>>(
        mut self,
        choices: impl IntoIterator<Item = (C, L)>,
    ) -> FieldInfo {
        self.choices = choices
            .into_iter()
            .map(|(code, label)| Choice { code: code.into(), label: label.into() })
            .collect();
        self
    }

    /// With a word that stands for these codes.
    pub fn with_group(mut self, name: &str, codes: &[&str]) -> FieldInfo {
        self.groups.push(Group {
            name: name.to_owned(),
            codes: codes.iter().map(|c| (*c).to_owned()).collect(),
        });
        self
    }

    /// Whose dates are days of the calendar.
    pub fn of_calendar(mut self) -> FieldInfo {
        self.calendar = true;
        self
    }

    /// Marked as not indexed.
    pub fn not_indexed(mut self) -> FieldInfo {
        self.indexed = false;
        self
    }
}

/// The fields that may be asked for. What a reader may not read is simply absent.
pub trait Schema {
    /// The field of exactly this name.
    fn field(&self, name: &str) -> Option<FieldInfo>;
    /// All names, to offer the nearest for a wrong one.
    fn names(&self) -> Vec<String>;
}

/// Who asks, when and where.
#[derive(Debug, Clone)]
pub struct Context {
    /// The present; `-7d`, `today` and their like count from it.
    pub now: Timestamp,
    /// The zone in which days begin and times without a zone are read.
    pub zone: TimeZone,
    /// The person behind `me`; without one, `me` matches nobody.
    pub me: Option<Uuid>,
    /// The teams behind `my_teams`.
    pub my_teams: Vec<Uuid>,
}

impl Context {
    /// Nobody in particular, in UTC.
    pub fn at(now: Timestamp) -> Context {
        Context { now, zone: TimeZone::UTC, me: None, my_teams: Vec::new() }
    }
}
