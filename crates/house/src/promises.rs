//! docs/promises.md: every promise names a test, a bench line or a picture that exists, or says `open`.

use std::collections::BTreeSet;

use crate::lexer::split;
use crate::nothing;
use crate::tree::{crates, files, text};

const PAGE: &str = "docs/promises.md";

/// One row of the page: where it stands, what it promises, what shows it.
struct Row {
    line: usize,
    promise: String,
    evidence: Vec<String>,
}

#[test]
fn every_promise_names_what_shows_it() {
    let rows = rows();
    assert!(rows.len() > 50, "the rows were found: | promise | evidence |");
    let mut findings = Vec::new();
    for row in &rows {
        let wrong = row.evidence.iter().filter_map(|evidence| missing(evidence));
        findings.extend(wrong.map(|why| format!("{PAGE}:{}: {why}", row.line)));
    }
    nothing(&findings, "A promise whose evidence is not there.");
    let open = rows.iter().filter(|row| row.evidence.iter().any(|e| e == "open")).count();
    println!("{} promises, {open} open", rows.len());
}

#[test]
fn no_promise_stands_twice() {
    let mut seen = BTreeSet::new();
    let twice = rows().into_iter().filter(|row| !seen.insert(row.promise.clone()));
    let twice: Vec<_> = twice.map(|row| format!("{PAGE}:{}: {}", row.line, row.promise)).collect();
    nothing(&twice, "A promise that stands twice.");
}

fn rows() -> Vec<Row> {
    let page = text(PAGE).expect("the page of promises is there");
    let lines = page.lines().enumerate().filter(|(_, line)| line.starts_with("| "));
    let rows = lines.filter_map(|(i, line)| {
        let (promise, evidence) = line.trim_matches(['|', ' ']).rsplit_once(" | ")?;
        let evidence = evidence.split(';').map(|e| e.trim().trim_matches('`').to_owned()).collect();
        (promise != "promise").then(|| Row {
            line: i + 1,
            promise: promise.trim().to_owned(),
            evidence,
        })
    });
    rows.collect()
}

/// What is wrong with one piece of evidence, if anything.
fn missing(evidence: &str) -> Option<String> {
    let (kind, name) = evidence.split_once(": ").unwrap_or((evidence, ""));
    let found = match kind {
        "open" => name.is_empty(),
        "test" => rust_test(name),
        "web" => script_test("web/src", name),
        "e2e" => script_test("web/e2e", name),
        "bench" => {
            let kept = |line: &str| line.contains(name) && !line.contains("**missed**");
            !name.is_empty() && text("bench/README.md").is_some_and(|page| page.lines().any(kept))
        }
        "script" | "shot" | "page" => !name.is_empty() && crate::tree::root().join(name).is_file(),
        _ => {
            return Some(format!(
                "`{evidence}`: open, test, web, e2e, bench, shot, page or script"
            ));
        }
    };
    (!found).then(|| format!("`{evidence}` does not exist"))
}

/// `crate::path::name`: a test function of that crate (or of the benchmark).
fn rust_test(name: &str) -> bool {
    let Some((package, path)) = name.split_once("::") else { return false };
    let function = path.rsplit("::").next().unwrap_or(path);
    let folder = match package {
        "steward-house" => "crates/house".to_owned(),
        "steward-bench" => "bench".to_owned(),
        _ => match crates().into_iter().find(|c| c.name == package) {
            Some(found) => found.folder,
            None => return false,
        },
    };
    let sources = files(&folder).into_iter().filter(|path| path.ends_with(".rs"));
    sources.filter_map(|path| text(&path)).any(|source| has_test(&source, function))
}

/// A function under a test attribute, or inside a macro that makes tests of what it is given.
fn has_test(source: &str, function: &str) -> bool {
    let code = split(source).code;
    let lines: Vec<&str> = code.lines().collect();
    let head = format!("fn {function}(");
    let holds = |i: &usize| lines[*i].contains(&head);
    let attribute = |line: &&str| {
        line.contains("test]") || line.contains("test(") || line.contains("proptest!")
    };
    (0..lines.len()).filter(holds).any(|i| {
        let above = lines[..i].iter().rev().take_while(|line| !line.trim().is_empty());
        above.take(8).any(attribute)
    })
}

/// `test('name'` or `it("name"` in a script of that folder.
fn script_test(folder: &str, name: &str) -> bool {
    let scripts = files(folder).into_iter().filter(|path| path.contains(".test."));
    let calls = ["test", "it"]
        .into_iter()
        .flat_map(|call| ["'", "\"", "`"].map(|q| format!("{call}({q}{name}{q}")));
    let calls: Vec<_> = calls.collect();
    scripts
        .filter_map(|path| text(&path))
        .any(|source| calls.iter().any(|call| source.contains(call.as_str())))
}

#[test]
fn evidence_is_looked_up() {
    assert_eq!(missing("open"), None);
    assert_eq!(missing("test: steward-house::evidence_is_looked_up"), None);
    assert_eq!(missing("page: README.md"), None);
    for wrong in [
        "",
        "done",
        "test: steward-house::rust_test",
        "test: steward-house::nobody",
        "e2e: nothing of this name",
        "shot: docs/nowhere.png",
    ] {
        assert!(missing(wrong).is_some(), "{wrong}");
    }
}
