//! What a document holds: pure.

use steward_base::text::words;

/// Most tokens of one document; fields come first, then the newest entries.
pub const MAX_TOKENS: usize = 16_000;
/// Most bytes of them; PostgreSQL takes a document of less than 1 MiB.
const MAX_BYTES: usize = 600_000;
/// Stands between entries, so that no phrase reaches from one into the next.
/// Not a letter or digit: no word that is searched can be it.
pub(crate) const BOUNDARY: &str = "\u{241f}";

/// The words of a ticket for one audience, by part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// Words of the short description.
    pub short_description: Vec<String>,
    /// Words of the description.
    pub description: Vec<String>,
    /// Words of the close notes.
    pub close_notes: Vec<String>,
    /// The rest, each a text of its own: number, custom texts, entries.
    pub other: Vec<Vec<String>>,
}

impl Document {
    /// Cuts the texts into words; `entries` come newest first.
    pub fn cut(
        short_description: &str,
        description: Option<&str>,
        close_notes: Option<&str>,
        fields: &[&str],
        entries: &[&str],
    ) -> Document {
        let (mut left, mut bytes) = (MAX_TOKENS, MAX_BYTES);
        let mut take = |text: &str| {
            let mut cut = words(text);
            let fits = |word: &&String| {
                let fits = left > 0 && bytes >= word.len();
                (left, bytes) = if fits { (left - 1, bytes - word.len()) } else { (0, 0) };
                fits
            };
            let keep = cut.iter().take_while(fits).count();
            cut.truncate(keep);
            cut
        };
        Document {
            short_description: take(short_description),
            description: take(description.unwrap_or("")),
            close_notes: take(close_notes.unwrap_or("")),
            other: fields
                .iter()
                .chain(entries)
                .map(|text| take(text))
                .filter(|words| !words.is_empty())
                .collect(),
        }
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.short_description.is_empty()
            && self.description.is_empty()
            && self.close_notes.is_empty()
            && self.other.is_empty()
    }

    /// The words of every text of the document.
    pub fn texts(&self) -> Vec<Vec<String>> {
        let mut all = vec![
            self.short_description.clone(),
            self.description.clone(),
            self.close_notes.clone(),
        ];
        all.extend(self.other.iter().cloned());
        all
    }

    /// The rest as one text with boundaries.
    pub(crate) fn other_joined(&self) -> String {
        let texts: Vec<String> = self.other.iter().map(|words| words.join(" ")).collect();
        texts.join(&format!(" {BOUNDARY} "))
    }

    /// As a tsvector literal: each word with its places, the part as weight.
    /// A place is left out between texts, so that phrases stop there.
    pub(crate) fn tsvector(&self) -> String {
        let mut places: std::collections::BTreeMap<&str, Vec<String>> = Default::default();
        let mut at = 0_usize;
        let parts =
            [(&self.short_description, 'A'), (&self.description, 'B'), (&self.close_notes, 'C')];
        let others = self.other.iter().map(|words| (words, 'D'));
        for (words, weight) in parts.into_iter().chain(others) {
            at += 1;
            for word in words {
                at += 1;
                let list = places.entry(word).or_default();
                // The engine keeps 255 places of a word and none above 16383.
                if at < 16_383 && list.len() < 255 {
                    list.push(format!("{at}{weight}"));
                }
            }
        }
        let word = |(word, places): (&str, Vec<String>)| match places.is_empty() {
            true => format!("'{word}'"),
            false => format!("'{word}':{}", places.join(",")),
        };
        places.into_iter().map(word).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_keeps_fields_first_and_stops_phrases_between_texts() {
        let long = "x ".repeat(MAX_TOKENS);
        let document = Document::cut("Big one", None, None, &["INC0000001"], &[&long, "lost"]);
        assert_eq!(document.short_description, ["big", "one"]);
        assert_eq!(document.other.len(), 2, "the oldest entry no longer fits");
        let small = Document::cut("a b", Some("c"), None, &[], &["d e"]);
        assert_eq!(small.tsvector(), "'a':2A 'b':3A 'c':5B 'd':8D 'e':9D");
    }
}
