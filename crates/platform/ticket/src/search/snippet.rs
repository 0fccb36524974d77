//! A few words around what was found: pure.

use steward_base::text::words;
use steward_condition::WordTerm;

/// Characters shown before and behind the first word found.
const BEFORE: usize = 50;
const BEHIND: usize = 120;

/// A piece of `text` around the first place where one of the terms stands, on
/// one line, `…` where something is left out. `None` when none stands there.
pub fn snippet(text: &str, terms: &[&WordTerm]) -> Option<String> {
    let places = places(text);
    let cut: Vec<String> = places.iter().map(|(_, word)| word.clone()).collect();
    let at = (0..cut.len()).find(|i| terms.iter().any(|t| stands_at(t, &cut[*i..])))?;
    Some(around(text, places[at].0))
}

/// Whether the term begins with the first of these words.
fn stands_at(term: &WordTerm, rest: &[String]) -> bool {
    rest.get(..term.words.len()).is_some_and(|window| term.occurs_in(window))
}

/// Each word of a text with the place, in bytes, of the run between spaces it
/// stands in: folding may change the length of what it folds.
fn places(text: &str) -> Vec<(usize, String)> {
    let mut places = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, c.is_whitespace()) {
            (None, false) => start = Some(at),
            (Some(from), true) => {
                places.extend(words(&text[from..at]).into_iter().map(|word| (from, word)));
                start = None;
            }
            _ => {}
        }
    }
    places
}

fn around(text: &str, at: usize) -> String {
    let before: usize = text[..at].chars().rev().take(BEFORE).map(char::len_utf8).sum();
    let behind: usize = text[at..].chars().take(BEHIND).map(char::len_utf8).sum();
    let (mut from, mut to) = (at - before, at + behind);
    // Not in the middle of a word, where there is a space near.
    if from > 0 {
        from += text[from..at].find(char::is_whitespace).unwrap_or(0);
    }
    if to < text.len() {
        to = at + text[at..to].rfind(char::is_whitespace).filter(|n| *n > 0).unwrap_or(to - at);
    }
    let line = text[from..to].split_whitespace().collect::<Vec<_>>().join(" ");
    let (head, tail) = (if from > 0 { "…" } else { "" }, if to < text.len() { "…" } else { "" });
    format!("{head}{line}{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str, terms: &[&str]) -> Option<String> {
        let term = |t: &&str| WordTerm { words: words(t), prefix: t.ends_with('*') };
        let terms: Vec<WordTerm> = terms.iter().map(term).collect();
        snippet(text, &terms.iter().collect::<Vec<_>>())
    }

    #[test]
    fn the_first_place_is_shown_on_one_line() {
        for (text, terms, expected) in [
            ("The printer\n  is down", &["printer"][..], Some("The printer is down")),
            ("The printer is down", &["print"], None),
            ("The printer is down", &["print*"], Some("The printer is down")),
            ("a jam of paper", &["paper jam"], None),
            ("Größe: node.js", &["js"], Some("Größe: node.js")),
            ("", &["x"], None),
            ("x", &[], None),
        ] {
            assert_eq!(show(text, terms).as_deref(), expected, "{text} {terms:?}");
        }
    }

    #[test]
    fn a_long_text_is_cut_between_words() {
        let text = format!("{} needle {}", "übel ".repeat(60), "langes ".repeat(60));
        let shown = show(&text, &["needle"]).expect("found");
        assert!(shown.starts_with("…übel übel") && shown.ends_with("langes…"), "{shown}");
        assert!(shown.contains(" needle langes") && shown.chars().count() < 200, "{shown}");
        let solid = format!("{}needle{}", "ü".repeat(300), "ö".repeat(300));
        assert!(show(&format!("{solid} needle"), &["needle"]).is_some());
    }
}
