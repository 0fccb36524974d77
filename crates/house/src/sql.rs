//! SQL stands in a `store.rs`, a `store/` folder, the foundation or a migration; nowhere else.

use crate::lexer::parse;
use crate::nothing;
use crate::tree::{is_test, product_sources, text};

#[test]
fn sql_only_in_stores() {
    let mut findings = Vec::new();
    for path in product_sources() {
        if may_hold_sql(&path) {
            continue;
        }
        let source = parse(&text(&path).unwrap_or_default());
        let statements = source.literals.iter().filter(|literal| is_sql(&literal.text));
        findings.extend(statements.map(|s| format!("{path}:{}: {}", s.line, first_words(&s.text))));
    }
    nothing(&findings, "SQL outside a store: move the statement to the crate's store.rs.");
}

fn may_hold_sql(path: &str) -> bool {
    path.starts_with("crates/foundation/")
        || path.starts_with("crates/platform/schema/")
        || path.ends_with("/store.rs")
        || path.contains("/store/")
        || is_test(path)
}

/// Whether a text begins like a statement and goes on like one.
fn is_sql(text: &str) -> bool {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let has = |word: &str| words.iter().any(|w| w.trim_end_matches(',') == word);
    match words.as_slice() {
        ["select", ..] => has("from"),
        ["with", name, "as", ..] => {
            name.chars().all(|c| c.is_alphanumeric() || c == '_') && has("from")
        }
        ["insert", "into" | "or", ..] | ["delete", "from", _, ..] => true,
        ["update", _, "set", ..] | ["drop" | "alter", "table", ..] => true,
        ["create", "table" | "index" | "unique" | "virtual", ..] => true,
        ["pragma", _, ..] => words.len() < 5,
        _ => false,
    }
}

fn first_words(text: &str) -> String {
    text.split_whitespace().take(6).collect::<Vec<_>>().join(" ")
}

#[test]
fn statements_are_told_from_sentences() {
    for statement in [
        "select id\n from ticket where id = $1",
        "insert into fact (a) values ($1)",
        "update ticket set a = 1",
        "delete from timer where id = $1",
        "with x as (select 1) select * from x",
        "pragma data_version",
    ] {
        assert!(is_sql(statement), "{statement}");
    }
    for sentence in
        ["select a state", "update the ticket first", "delete", "with a reason", "created from"]
    {
        assert!(!is_sql(sentence), "{sentence}");
    }
}
