//! Small rooms: a file over the limit is on a checked-in list with its length, and that list only shrinks.

use std::collections::BTreeMap;

use crate::nothing;
use crate::tree::{files, text};

const LIMIT: usize = 500;
const LIST: &str = "crates/house/lists/long_files.txt";

#[test]
fn files_stay_small() {
    let listed = listed();
    let mut findings = Vec::new();
    for path in sources() {
        let lines = text(&path).unwrap_or_default().lines().count();
        match listed.get(&path) {
            None if lines > LIMIT => {
                findings.push(format!("{path}: {lines} lines, at most {LIMIT}"))
            }
            Some(_) if lines <= LIMIT => {
                findings.push(format!("{path}: short now, take it off {LIST}"))
            }
            Some(most) if lines > *most => {
                findings.push(format!("{path}: {lines} lines, grown over the {most} in {LIST}"));
            }
            _ => {}
        }
    }
    let gone = listed.keys().filter(|path| text(path).is_none());
    findings.extend(gone.map(|path| format!("{path}: gone, take it off {LIST}")));
    nothing(&findings, "One file is one idea: split it where the idea changes.");
}

fn listed() -> BTreeMap<String, usize> {
    let list = text(LIST).expect("the list is there");
    let lines = list.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let pairs = lines.map(|line| line.split_once(' ').expect("PATH LINES"));
    pairs.map(|(path, most)| (path.to_owned(), most.trim().parse().expect("a number"))).collect()
}

/// Hand-written sources; the generated client is not one.
fn sources() -> Vec<String> {
    let mut sources: Vec<_> = ["crates", "bench", "web/src", "web/e2e", "scripts"]
        .iter()
        .flat_map(|f| files(f))
        .collect();
    let endings = [".rs", ".ts", ".tsx", ".mjs", ".css", ".sh", ".c"];
    sources.retain(|path| {
        endings.iter().any(|e| path.ends_with(e)) && !path.ends_with("/schema.d.ts")
    });
    sources
}
