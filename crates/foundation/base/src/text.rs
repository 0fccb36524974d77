//! Text the same on both engines: comparison keys and word cutting are made
//! here, in Rust, and the engines only compare bytes (decisions: "Text").

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longest text that gets a comparison key, in characters.
pub const KEY_MAX: usize = 255;
/// Longest word, in characters; what follows is cut off.
pub const WORD_MAX: usize = 64;

/// Folds a text for comparison: Unicode case fold, NFC.
///
/// ```
/// use steward_base::text::fold;
/// assert_eq!(fold("STRASSE"), fold("Straße"));
/// assert_ne!(fold("Group 2"), fold("Group 25"));
/// ```
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    caseless::default_case_fold_str(text).nfc().collect()
}

/// The comparison key of a text: folded, or `None` when the text has more than
/// 255 characters and so is only searched by words.
pub fn key(text: &str) -> Option<String> {
    if text.len() > KEY_MAX && text.chars().count() > KEY_MAX {
        return None;
    }
    Some(fold(text))
}

/// Cuts a text into words: runs of letters and digits, case and diacritics
/// folded, each at most 64 characters.
///
/// ```
/// use steward_base::text::words;
/// assert_eq!(words("Žluťoučký VPN-client, 2x"), ["zlutoucky", "vpn", "client", "2x"]);
/// ```
pub fn words(text: &str) -> Vec<String> {
    if text.is_ascii() {
        return cut(text.chars().map(|c| c.to_ascii_lowercase()));
    }
    let folded = caseless::default_case_fold_str(text);
    cut(folded.nfkd().filter(|c| !is_combining_mark(*c)))
}

fn cut(chars: impl Iterator<Item = char>) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut length = 0;
    for c in chars {
        if c.is_alphanumeric() {
            if length < WORD_MAX {
                word.push(c);
            }
            length += 1;
        } else if !word.is_empty() {
            words.push(std::mem::take(&mut word));
            length = 0;
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_and_folded() {
        for (text, expected) in [
            ("", vec![]),
            ("  -- ", vec![]),
            ("Category 55 / Subcategory 170", vec!["category", "55", "subcategory", "170"]),
            ("Größe ÉCOLE", vec!["grosse", "ecole"]),
            ("Ἀθήνα", vec!["αθηνα"]),
            ("foo_bar", vec!["foo", "bar"]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
        assert_eq!(words(&"x".repeat(200)), vec!["x".repeat(64)]);
    }

    #[test]
    fn keys_stop_at_255_characters() {
        assert_eq!(key(&"é".repeat(255)).map(|k| k.chars().count()), Some(255));
        assert_eq!(key(&"é".repeat(256)), None);
    }
}
