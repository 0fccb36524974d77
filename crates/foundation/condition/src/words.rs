//! Words as the full text knows them.

use steward_base::text;

/// One word, or several that must follow each other directly; `printer`,
/// `print*`, `"paper jam"`, `node.js`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordTerm {
    /// At least one, cut and folded by [`steward_base::text::words`].
    pub words: Vec<String>,
    /// Whether the last of them is only the beginning of a word.
    pub prefix: bool,
}

impl WordTerm {
    /// Cuts a written word or phrase. `None` when it holds no letter or digit.
    pub(crate) fn cut(written: &str) -> Option<WordTerm> {
        let words = text::words(written);
        let prefix = written.ends_with('*');
        (!words.is_empty()).then_some(WordTerm { words, prefix })
    }

    /// Whether the term occurs in `entry`, the words of one text in order.
    pub fn occurs_in(&self, entry: &[String]) -> bool {
        let Some((last, before)) = self.words.split_last() else {
            return true;
        };
        entry.windows(self.words.len()).any(|window| {
            let (end, start) = (&window[before.len()], &window[..before.len()]);
            start == before && (end == last || self.prefix && end.starts_with(last.as_str()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_occurs_as_whole_words_in_order() {
        for (written, entry, expected) in [
            ("printer", "The Printer is down", true),
            ("print", "The Printer is down", false),
            ("print*", "The Printer is down", true),
            ("printer is", "The Printer is down", true),
            ("is printer", "The Printer is down", false),
            ("printer i*", "The Printer is down", true),
            ("pri* is", "The Printer is down", false),
            ("e-mail", "no E Mail today", true),
            ("GRÖSSE", "große", true),
            ("word", "", false),
        ] {
            let term = WordTerm::cut(written).expect("has words");
            assert_eq!(term.occurs_in(&text::words(entry)), expected, "{written}");
        }
        assert_eq!(WordTerm::cut(" *&"), None);
    }
}
