//! The order of what a search finds: pure.

use steward_base::text::{fold, words};
use steward_condition::WordTerm;

/// What the rank of a match is made of. Nothing of it is internal, so that an
/// order never tells of hidden words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Its number.
    pub number: &'a str,
    /// Its short description.
    pub short_description: &'a str,
    /// Whether somebody still has to act.
    pub open: bool,
}

/// How likely this is what was looked for; more is likelier. Each step counts
/// more than all below it:
///
/// 1. the number itself was typed;
/// 2. how many of the words stand in the short description;
/// 3. how many of them as a whole word, not only as the beginning of one;
/// 4. open before done.
///
/// Of equal ones the newer comes first; that is not part of the number.
pub fn rank(terms: &[&WordTerm], candidate: &Candidate) -> u32 {
    let number = fold(candidate.number);
    let name = words(candidate.short_description);
    let exact = |t: &&&WordTerm| !t.prefix && t.words.len() == 1 && t.words[0] == number;
    let stands = |t: &&&WordTerm| t.occurs_in(&name);
    let whole =
        |t: &&&WordTerm| WordTerm { words: t.words.clone(), prefix: false }.occurs_in(&name);
    let few = |n: usize| u32::try_from(n).unwrap_or(MOST_COUNTED).min(MOST_COUNTED);
    let steps = [
        u32::from(terms.iter().any(|t| exact(&t))),
        few(terms.iter().filter(stands).count()),
        few(terms.iter().filter(whole).count()),
        u32::from(candidate.open),
    ];
    let [number, stand, whole, open] = steps;
    ((number * 16 + stand) * 16 + whole) * 2 + open
}

/// More words than this make no difference.
const MOST_COUNTED: u32 = 15;

#[cfg(test)]
mod tests {
    use super::*;

    fn term(text: &str) -> WordTerm {
        WordTerm { words: words(text), prefix: text.ends_with('*') }
    }

    fn ranked(terms: &[&str], number: &str, short_description: &str, open: bool) -> u32 {
        let terms: Vec<WordTerm> = terms.iter().map(|t| term(t)).collect();
        let terms: Vec<&WordTerm> = terms.iter().collect();
        rank(&terms, &Candidate { number, short_description, open })
    }

    /// Words, and what is found by them as number, name and whether it is open.
    type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str, bool)]);

    #[test]
    fn each_step_counts_more_than_all_below_it() {
        let best_first: &[Case] = &[
            (
                &["inc0000007"],
                &[
                    ("INC0000007", "Something else", false),
                    ("INC0000008", "Like INC0000007 again", true),
                    ("INC0000009", "Something else", true),
                    ("INC0000010", "Something else", false),
                ],
            ),
            (
                &["printer", "jam"],
                &[
                    ("INC1", "Printer: paper jam", false),
                    ("INC2", "The printer is down", true),
                    ("INC3", "The printer is down", false),
                    ("INC4", "Toner", true),
                    ("INC5", "Toner", false),
                ],
            ),
            (
                &["print*"],
                &[
                    ("INC1", "Cannot print", false),
                    ("INC2", "The printer is down", true),
                    ("INC3", "Toner", true),
                ],
            ),
            (
                &["paper jam"],
                &[("INC1", "A PAPER-JAM again", false), ("INC2", "jam of paper", true)],
            ),
            (
                &["größ*"],
                &[("INC1", "GROSS?", true), ("INC2", "Größe", true), ("INC3", "Umgroß", true)],
            ),
            (&[], &[("INC1", "x", true), ("INC2", "x", false)]),
        ];
        for (terms, candidates) in best_first {
            let ranks: Vec<u32> =
                candidates.iter().map(|(n, name, open)| ranked(terms, n, name, *open)).collect();
            assert!(ranks.windows(2).all(|pair| pair[0] > pair[1]), "{terms:?}: {ranks:?}");
        }
    }

    #[test]
    fn many_words_never_outweigh_a_number() {
        let many: Vec<String> = (0..40).map(|n| format!("w{n}")).collect();
        let name = many.join(" ");
        let terms: Vec<&str> = many.iter().map(String::as_str).collect();
        let words = ranked(&terms, "INC2", &name, true);
        let mut with_number = terms.clone();
        with_number.push("inc1");
        assert!(ranked(&with_number, "INC1", "x", false) > words);
    }
}
