//! In which documents the words of a search may stand: pure.
//!
//! A ticket has a public and an internal document, and each word may stand in
//! either. The engine finds the newest documents that hold several words very
//! fast, but not the newest tickets of which some document holds each: so each
//! way of sharing the words between the two documents is asked for on its own.

use steward_condition::WordTerm;

/// The words that stand in the public document and those in the internal one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stream<'a> {
    pub public: Vec<&'a WordTerm>,
    pub internal: Vec<&'a WordTerm>,
}

/// More words are not shared out: there would be too many ways.
const MOST_SHARED: usize = 3;

/// All ways; `None` when there are none or too many, so that the condition
/// must be asked as a list asks it.
pub(super) fn streams(terms: &[WordTerm], internal: bool) -> Option<Vec<Stream<'_>>> {
    if terms.is_empty() {
        return None;
    }
    if !internal {
        return Some(vec![Stream { public: terms.iter().collect(), internal: vec![] }]);
    }
    if terms.len() > MOST_SHARED {
        return None;
    }
    let ways = 0..1_usize << terms.len();
    let way = |bits: usize| {
        let side = |(i, _): &(usize, &WordTerm)| bits & (1 << i) == 0;
        let (public, internal): (Vec<_>, Vec<_>) = terms.iter().enumerate().partition(side);
        Stream {
            public: public.into_iter().map(|(_, t)| t).collect(),
            internal: internal.into_iter().map(|(_, t)| t).collect(),
        }
    };
    Some(ways.map(way).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(words: &[&str], internal: bool) -> Option<Vec<String>> {
        let term = |w: &&str| WordTerm { words: vec![(*w).into()], prefix: false };
        let terms: Vec<WordTerm> = words.iter().map(term).collect();
        let side = |side: &[&WordTerm]| {
            side.iter().map(|t| t.words.join(" ")).collect::<Vec<_>>().join("+")
        };
        let show = |s: &Stream| format!("{}|{}", side(&s.public), side(&s.internal));
        streams(&terms, internal).map(|all| all.iter().map(show).collect())
    }

    #[test]
    fn each_way_of_sharing_the_words_is_asked_once() {
        let some = |ways: &[&str]| Some(ways.iter().map(|w| (*w).to_owned()).collect());
        for (words, internal, expected) in [
            (&[][..], true, None),
            (&["a"], false, some(&["a|"])),
            (&["a", "b", "c", "d"], false, some(&["a+b+c+d|"])),
            (&["a"], true, some(&["a|", "|a"])),
            (&["a", "b"], true, some(&["a+b|", "b|a", "a|b", "|a+b"])),
            (&["a", "b", "c", "d"], true, None),
        ] {
            assert_eq!(shown(words, internal), expected, "{words:?} {internal}");
        }
    }
}
