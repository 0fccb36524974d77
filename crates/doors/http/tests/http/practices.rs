//! What holds for every practice, so that none has to say it again.

use std::fmt::Write as _;

use steward_practice::{LifeCycle, Practice};

use crate::support::{PRACTICES, openapi};

/// What people wrote on a page of a life cycle begins here; the rest is made.
const TOLD: &str = "\n## What the table does not say\n";

/// The page on a life cycle is made from the table that the rules read, so that it
/// cannot tell another story.
#[test]
fn the_pages_of_life_cycles_are_made_from_their_tables() {
    for practice in PRACTICES {
        let file = format!("docs/life-cycle-{}.md", practice.kind.replace('_', "-"));
        let path = format!("{}/../../../{file}", env!("CARGO_MANIFEST_DIR"));
        let stored = std::fs::read_to_string(&path).unwrap_or_default();
        let told = stored.find(TOLD).map_or(TOLD, |from| &stored[from..]);
        let text = page(practice) + told;
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &text).expect("the page is written");
        } else {
            assert!(stored == text, "{file} changed: look at it, then run with UPDATE=1");
        }
        assert!(told.len() > TOLD.len(), "{file} does not say what the table does not say");
    }
}

/// Every state and action of a life cycle stands in it, and every step is an action
/// of the practice.
#[test]
fn no_state_and_no_action_is_left_out() {
    for practice in PRACTICES {
        let LifeCycle { states, transitions, actions, .. } = practice.life_cycle;
        for (state, _) in *states {
            let touched = transitions.iter().any(|t| t.from == *state || t.to == *state);
            assert!(touched, "no action leads to or from {state}");
        }
        for action in *actions {
            assert!(transitions.iter().any(|t| t.action == *action), "{action} is in no line");
            let listed = (practice.actions)().iter().any(|a| a.name == *action);
            assert!(listed, "{} has no action {action}", practice.kind);
        }
    }
}

/// A field without a group of the permission matrix would be read by nobody's rule,
/// so by accident.
#[test]
fn every_field_declares_who_reads_and_writes_it() {
    for practice in PRACTICES {
        let rules = steward_people::rules_of(practice.kind).expect("rules of the kind");
        let registry = (practice.registry.make())();
        assert!(registry.fields().len() > 10);
        for field in registry.fields() {
            let group = rules.groups.iter().find(|g| g.group == field.group);
            let group = group.unwrap_or_else(|| panic!("{} is of no group", field.name));
            let known = |action: &str| rules.actions.contains(&action) || action == "never";
            assert!(known(group.read) && known(group.write), "{} by {group:?}", field.name);
        }
    }
}

/// Two schemas of one name would be one in the document, without a word.
#[test]
fn every_schema_of_a_practice_is_in_the_document_as_it_is() {
    let document: serde_json::Value = serde_json::from_slice(&openapi()).expect("a document");
    for practice in PRACTICES {
        let mut own = steward_practice::api::routes(std::iter::once(practice));
        let own = serde_json::to_value(own.get_openapi_mut()).expect("a document");
        let schemas = own["components"]["schemas"].as_object().expect("schemas");
        assert!(schemas.contains_key(practice.schema), "no schema {}", practice.schema);
        for (name, schema) in schemas {
            let there = &document["components"]["schemas"][name];
            for part in ["properties", "required", "oneOf"] {
                assert_eq!(there[part], schema[part], "{part} of {name}");
            }
        }
    }
}

fn page(practice: &Practice) -> String {
    let (life_cycle, kind) = (practice.life_cycle, practice.kind);
    let noun = life_cycle.noun;
    let a = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let mut text = format!(
        "# The life cycle of {a} {noun}\n\n\
         Made by a test from the table that the rules enforce \
         (`crates/practices/{kind}/src/life_cycle.rs`): `UPDATE=1` writes\n\
         it anew. The API has the same table at `/api/v1/life-cycles/{kind}`.\n\n\
         Who may do what is decided by the [permission matrix](permissions.md); the column \
         *who* only says who usually does it.\n"
    );
    text += "\n## The picture\n```mermaid\nstateDiagram-v2\n";
    let _ = writeln!(text, "    [*] --> {}: create", life_cycle.start());
    for (from, to, actions) in arrows(life_cycle) {
        let _ = writeln!(text, "    {from} --> {to}: {}", actions.join(", "));
    }
    text += "```\n\n## States\n| state | name |\n|---|---|\n";
    for (code, label) in life_cycle.states {
        let _ = writeln!(text, "| `{code}` | {label} |");
    }
    text += "\n## Transitions\n| from | action | to | who | must come with it |\n|---|---|---|---|---|\n";
    for t in life_cycle.transitions {
        let named = |of: &[&str]| of.iter().map(|r| format!("`{r}`")).collect::<Vec<_>>();
        let required = [named(t.required), Vec::from_iter(one_of(&named(t.one_of)))].concat();
        let (from, to) = (life_cycle.label(t.from), life_cycle.label(t.to));
        let (action, who, required) = (t.action, t.who, required.join(", "));
        let _ = writeln!(text, "| {from} | `{action}` | {to} | {who} | {required} |");
    }
    text
}

/// `a` or `b`; nothing when there is nothing to choose from.
fn one_of(names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| names.join(" or "))
}

/// One arrow for each pair of states, with its actions in the order of the table.
fn arrows(life_cycle: &LifeCycle) -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let mut arrows: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for t in life_cycle.transitions {
        match arrows.iter_mut().find(|(from, to, _)| (*from, *to) == (t.from, t.to)) {
            Some((_, _, actions)) => actions.push(t.action),
            None => arrows.push((t.from, t.to, vec![t.action])),
        }
    }
    arrows
}
