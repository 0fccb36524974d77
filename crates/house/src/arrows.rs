//! Arrows only run downward: a floor knows the floors below it and nothing else.

use crate::nothing;
use crate::tree::{Crate, FLOORS, crates};

/// The rooms of the platform from bottom to top. A new one takes its place here.
const PLATFORM: [&str; 10] = [
    "steward-schema",
    "steward-history",
    "steward-people",
    "steward-fields",
    "steward-timer",
    "steward-ticket",
    "steward-notification",
    "steward-automation",
    "steward-api",
    "steward-practice",
];

/// The rooms of the foundation from bottom to top.
const FOUNDATION: [&str; 3] = ["steward-base", "steward-database", "steward-condition"];

#[test]
fn arrows_only_run_downward() {
    let all = crates();
    assert!(all.len() > 10, "the crates were found");
    let mut findings = Vec::new();
    for from in &all {
        for (uses, only_tests) in [(&from.uses, false), (&from.tests_use, true)] {
            for name in uses {
                match all.iter().find(|to| to.name == *name) {
                    None => findings.push(format!("{} uses {name}, which has no floor", from.name)),
                    Some(to) => findings.extend(wrong(from, to, only_tests)),
                }
            }
        }
    }
    nothing(
        &findings,
        "An arrow runs upward: pass the thing as a reference, a fact or a command by name.",
    );
}

/// Why `from` may not use `to`, if so.
fn wrong(from: &Crate, to: &Crate, only_tests: bool) -> Option<String> {
    let arrow = format!("{} -> {}", from.name, to.name);
    if to.floor > from.floor {
        return Some(format!("{arrow}: {} is above {}", FLOORS[to.floor], FLOORS[from.floor]));
    }
    if (FLOORS[from.floor], FLOORS[to.floor], only_tests) == ("doors", "practices", false) {
        return Some(format!("{arrow}: no door knows a practice; it gets them from the root"));
    }
    if to.floor < from.floor {
        return None;
    }
    match FLOORS[from.floor] {
        "practices" => Some(format!("{arrow}: no practice depends on another")),
        "doors" => Some(format!("{arrow}: a door does not open into another")),
        // Tests of the platform may stand on any of its rooms.
        _ if only_tests => None,
        "platform" => sideways(&arrow, &from.name, &to.name, &PLATFORM),
        _ => sideways(&arrow, &from.name, &to.name, &FOUNDATION),
    }
}

fn sideways(arrow: &str, from: &str, to: &str, order: &[&str]) -> Option<String> {
    let place = |name: &str| order.iter().position(|known| *known == name);
    match (place(from), place(to)) {
        (Some(from), Some(to)) if to < from => None,
        (Some(_), Some(_)) => Some(format!("{arrow}: against the order within the floor")),
        _ => Some(format!("{arrow}: a room without a place in the floor's order (arrows.rs)")),
    }
}

/// A pinned toolchain would make rustup fetch another Rust than the one that is there.
#[test]
fn no_toolchain_is_pinned() {
    for name in ["rust-toolchain.toml", "rust-toolchain"] {
        assert!(!crate::tree::root().join(name).exists(), "{name}: `rust-version` says enough");
    }
}

#[test]
fn every_room_of_the_lower_floors_has_its_place() {
    let all = crates();
    let named = |floor: &str| {
        let floor = FLOORS.iter().position(|known| *known == floor);
        let mut names: Vec<_> =
            all.iter().filter(|c| Some(c.floor) == floor).map(|c| c.name.as_str()).collect();
        names.sort_unstable();
        names
    };
    for (floor, order) in [("platform", &PLATFORM[..]), ("foundation", &FOUNDATION[..])] {
        let mut order = order.to_vec();
        order.sort_unstable();
        assert_eq!(
            named(floor),
            order,
            "the order of the {floor} in arrows.rs names exactly its rooms"
        );
    }
}
