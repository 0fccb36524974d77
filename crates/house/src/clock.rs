//! Time and chance are passed in. Only the composition root, the entry of a request and benchmarks ask for them.

use crate::lexer::parse;
use crate::nothing;
use crate::tree::{is_test, product_sources, text};

/// Where a door turns the outside moment into a value, once for each request.
const ENTRY: &str = "crates/doors/http/src/entry.rs";

/// Calls that answer differently each time.
const CALLS: [&str; 9] = [
    "Timestamp::now(",
    "Zoned::now(",
    "SystemTime::now(",
    "Utc::now(",
    "Uuid::now_v7(",
    "Uuid::new_v4(",
    "getrandom::",
    "OsRng",
    "thread_rng(",
];

/// The same in SQL, where the two engines do not even agree on the answer's form.
const IN_SQL: [&str; 4] = ["now()", "current_timestamp", "'now'", "random()"];

#[test]
fn no_now_below_the_composition_root() {
    let mut findings = Vec::new();
    for path in product_sources() {
        if path.starts_with("crates/steward/") || path == ENTRY || is_test(&path) {
            continue;
        }
        let source = parse(&text(&path).unwrap_or_default());
        for (number, line) in source.code.lines().enumerate() {
            let calls = CALLS.iter().filter(|call| line.contains(*call));
            findings.extend(calls.map(|call| format!("{path}:{}: {call}", number + 1)));
        }
        for literal in &source.literals {
            let sql = literal.text.to_lowercase();
            let calls = IN_SQL.iter().filter(|call| sql.contains(*call));
            findings.extend(calls.map(|call| format!("{path}:{}: {call} in SQL", literal.line)));
        }
    }
    nothing(
        &findings,
        "Time or chance is asked for below the root: take it as an argument (Call, Entropy).",
    );
}
