//! What names, logins, addresses and zones must look like. Pure.

use steward_base::{Error, FieldError, Result, Uuid};

/// Words of the condition language: nobody can be called so.
const RESERVED: &[&str] = &["me", "my_teams", "none", "any"];

/// Collects what is wrong, so that a person reads all of it at once.
#[derive(Default)]
pub(crate) struct Broken(Vec<FieldError>);

impl Broken {
    pub fn add(&mut self, field: &str, rule: &str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.into(), rule: rule.into(), message: message.into() });
    }

    pub fn end(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}

/// A name: 1 to 255 characters, no control characters, no white space around.
pub(crate) fn name(broken: &mut Broken, field: &str, text: &str) {
    if text.trim().is_empty() {
        return broken.add(field, "required", "give it a name");
    }
    if text.chars().count() > 255 {
        broken.add(field, "max_length", "at most 255 characters");
    }
    if text.chars().any(char::is_control) || text.trim() != text {
        broken.add(field, "characters", "no control characters, no white space around it");
    }
}

/// A code: lower-case letters, digits and `_`, at most 64.
pub(crate) fn code(broken: &mut Broken, field: &str, text: &str) {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if text.is_empty() || text.len() > 64 || !text.bytes().all(fits) {
        broken.add(field, "code", "lower-case letters, digits and _ only, at most 64");
    }
}

/// A login: 1 to 255 letters, digits and `. _ - @ + '`; it stands in paths and
/// conditions, so it is neither an id nor a word of the condition language.
pub(crate) fn login(broken: &mut Broken, text: &str) {
    let fits = |c: char| c.is_alphanumeric() || "._-@+'".contains(c);
    let length = text.chars().count();
    if length == 0 {
        broken.add("login", "required", "give a login");
    } else if length > 255 {
        broken.add("login", "max_length", "at most 255 characters");
    } else if !text.chars().all(fits) {
        broken.add("login", "characters", "letters, digits and . _ - @ + ' only");
    } else if Uuid::parse_str(text).is_ok() || RESERVED.contains(&text.to_lowercase().as_str()) {
        broken.add("login", "reserved", "this word has a meaning of its own");
    }
}

/// An e-mail address, as far as form can tell.
pub(crate) fn email(broken: &mut Broken, text: &str) {
    let parts = text.rsplit_once('@');
    let fits = parts.is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && text.chars().count() <= 254;
    if !fits {
        broken.add("email", "format", "this is not an e-mail address");
    }
}

/// A phone number as people write it.
pub(crate) fn phone(broken: &mut Broken, text: &str) {
    if text.trim().is_empty() || text.chars().count() > 64 || text.chars().any(char::is_control) {
        broken.add("phone", "format", "1 to 64 characters");
    }
}

/// A time zone by its IANA name.
pub(crate) fn zone(broken: &mut Broken, text: &str) {
    if jiff::tz::TimeZone::get(text).is_err() {
        broken.add("zone", "zone", "use an IANA name such as Europe/Prague");
    }
}

/// A language tag such as `en` or `pt-BR`.
pub(crate) fn language(broken: &mut Broken, text: &str) {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let fits = (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_lowercase())
        && text.len() <= 16
        && parts.all(|p| p.len() >= 2 && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    if !fits {
        broken.add("language", "language", "use a language tag such as en or pt-BR");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(check: impl Fn(&mut Broken)) -> Vec<String> {
        let mut broken = Broken::default();
        check(&mut broken);
        broken.0.into_iter().map(|e| e.rule).collect()
    }

    #[test]
    fn logins() {
        for (text, expected) in [
            ("ann.example", vec![]),
            ("ann@example.org", vec![]),
            ("žofie", vec![]),
            ("", vec!["required"]),
            ("two words", vec!["characters"]),
            ("a/b", vec!["characters"]),
            ("Me", vec!["reserved"]),
            ("01900000-0000-7000-8000-000000000001", vec!["reserved"]),
        ] {
            assert_eq!(rules(|b| login(b, text)), expected, "{text}");
        }
    }

    #[test]
    fn names_addresses_zones() {
        assert_eq!(rules(|b| name(b, "name", " Ann")), ["characters"]);
        assert_eq!(rules(|b| name(b, "name", "  ")), ["required"]);
        assert_eq!(rules(|b| name(b, "name", &"é".repeat(255))), Vec::<String>::new());
        assert_eq!(rules(|b| name(b, "name", &"é".repeat(256))), ["max_length"]);
        for (text, right) in [("a@b", true), ("a@", false), ("ab", false), ("a b@c", false)] {
            assert_eq!(rules(|b| email(b, text)).is_empty(), right, "{text}");
        }
        for (text, right) in [("Europe/Prague", true), ("UTC", true), ("Mars/Base", false)] {
            assert_eq!(rules(|b| zone(b, text)).is_empty(), right, "{text}");
        }
        for (text, right) in [("en", true), ("pt-BR", true), ("English", false), ("e", false)] {
            assert_eq!(rules(|b| language(b, text)).is_empty(), right, "{text}");
        }
    }
}
