//! Documents: each is reached from README.md, no link is dead, none names the place where it was written.

use std::collections::BTreeSet;

use crate::nothing;
use crate::tree::{files, root, text};

#[test]
fn every_page_is_reached_from_the_readme() {
    let mut reached = BTreeSet::new();
    let mut open = vec!["README.md".to_owned()];
    while let Some(page) = open.pop() {
        if reached.insert(page.clone()) {
            open.extend(links(&page).into_iter().filter(|link| link.ends_with(".md")));
        }
    }
    let mut pages = files("docs");
    pages.retain(|path| path.ends_with(".md"));
    pages.extend(
        ["ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "bench/README.md"]
            .map(str::to_owned),
    );
    let lost = pages.iter().filter(|page| text(page).is_some() && !reached.contains(*page));
    let lost: Vec<_> = lost.cloned().collect();
    nothing(&lost, "A page that no link reaches: name it in README.md or docs/README.md.");
}

#[test]
fn no_link_is_dead() {
    let mut pages = files("docs");
    pages.extend(
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(str::to_owned),
    );
    pages.retain(|path| path.ends_with(".md") && text(path).is_some());
    let mut findings = Vec::new();
    for page in pages {
        let dead = links(&page).into_iter().filter(|link| !root().join(link).exists());
        findings.extend(dead.map(|link| format!("{page}: {link}")));
    }
    nothing(&findings, "A link to a file that is not there.");
}

/// The files that a page links to, as paths from the root.
fn links(page: &str) -> Vec<String> {
    let content = text(page).unwrap_or_default();
    let targets = content.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let inside =
        targets.filter(|t| !t.contains("://") && !t.starts_with('#') && !t.starts_with("mailto:"));
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    inside.map(|t| join(folder, t.split('#').next().unwrap_or(t))).collect()
}

fn join(folder: &str, link: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[test]
fn nothing_names_the_place_where_it_was_written() {
    // In pieces, so that this file does not name them either.
    let places = [
        ["/wo", "rk/main"],
        ["/wo", "rk/shared"],
        ["/wo", "rk/."],
        ["/tmp/", "plan"],
        ["../sha", "red/"],
    ];
    let places = places.map(|parts| parts.concat());
    let mut findings = Vec::new();
    for path in files("") {
        if path.ends_with("package-lock.json") || path.ends_with(".gz") || path.ends_with(".log") {
            continue;
        }
        for (number, line) in text(&path).unwrap_or_default().lines().enumerate() {
            if places.iter().any(|place| line.contains(place.as_str())) {
                findings.push(format!("{path}:{}", number + 1));
            }
        }
    }
    nothing(&findings, "A path of one machine: a clone elsewhere does not have it.");
}
