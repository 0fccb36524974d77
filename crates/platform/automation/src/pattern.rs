//! Which facts are meant: `incident.created`, or `incident.*` for all of a kind.

use steward_base::{Error, Result};

/// Most patterns of one rule or webhook.
const MOST: usize = 50;

/// One pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The kind of record, e.g. `incident`.
    pub kind: String,
    /// What happened, e.g. `created`; `None` is anything.
    pub event: Option<String>,
}

impl Pattern {
    /// Reads `kind.event` or `kind.*`.
    pub fn parse(text: &str) -> Option<Pattern> {
        let (kind, event) = text.split_once('.')?;
        let word = |w: &str| {
            !w.is_empty()
                && w.len() <= 64
                && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        let event = match event {
            "*" => None,
            event if word(event) => Some(event.to_owned()),
            _ => return None,
        };
        word(kind).then(|| Pattern { kind: kind.to_owned(), event })
    }

    /// Whether a fact of this kind is meant.
    pub fn matches(&self, fact_kind: &str) -> bool {
        let Some((kind, event)) = fact_kind.split_once('.') else { return false };
        kind == self.kind && self.event.as_ref().is_none_or(|e| e == event)
    }
}

/// Reads the patterns of a rule or webhook.
///
/// # Errors
/// `Invalid` on `field` for none, too many, or one that cannot be read.
pub fn parse_patterns(field: &str, texts: &[String]) -> Result<Vec<Pattern>> {
    if texts.is_empty() || texts.len() > MOST {
        return Err(Error::invalid(field, "length", format!("name 1 to {MOST} kinds of fact")));
    }
    let one = |text: &String| {
        Pattern::parse(text).ok_or_else(|| {
            let words = format!("{text:?} is neither like incident.resolved nor like incident.*");
            Error::invalid(field, "format", words)
        })
    };
    texts.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, fact, expected) in [
            ("incident.created", "incident.created", true),
            ("incident.created", "incident.updated", false),
            ("incident.*", "incident.updated", true),
            ("incident.*", "incidental.updated", false),
            ("problem.*", "incident.updated", false),
        ] {
            let pattern = Pattern::parse(pattern).expect("a pattern");
            assert_eq!(pattern.matches(fact), expected, "{pattern:?} {fact}");
        }
        for broken in ["", "*", "*.*", "incident", "incident.", ".x", "a.b.c", "Incident.x"] {
            assert_eq!(Pattern::parse(broken), None, "{broken}");
        }
    }
}
