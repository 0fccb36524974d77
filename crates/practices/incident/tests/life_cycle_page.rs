//! The page on the life cycle is made from the table that the rules read, so
//! that it cannot tell another story.

use std::fmt::Write as _;

use steward_incident::life_cycle::{ACTIONS, LIFE_CYCLE, STATES, label};

const HEAD: &str = "\
# The life cycle of an incident

Made by a test from the table that the rules enforce (`crates/practices/incident/src/life_cycle.rs`): `UPDATE=1` writes
it anew. The API has the same table at `/api/v1/life-cycles/incident`.

Who may do what is decided by the [permission matrix](permissions.md); the column *who* only says who usually does it.
";

const TAIL: &str = "
## What the table does not say
- `assign` moves a new incident to in progress only when a person is named; a group alone leaves it new.
- A hold ends by itself at its date, and, when it waits for the caller, as soon as the caller writes a comment.
- A resolved incident closes by itself seven days after it was resolved, unless an administrator set another number.
- A closed incident can be reopened for fourteen days after it was closed. Reopening empties resolution and close notes.
- `unmerge` takes a `duplicate` apart again: it leads back to new when the incident was
  new before.
- Resolving a parent resolves its open children with the same notes. Reopening it does not reopen them.
- What is closed or canceled is read only: comments, work notes, files, watchers and links go on, a change of fields or
  recording time is refused with 409 and a reason that begins with the state. Who holds `incident.correct` (incident
  managers and administrators) may correct fields; the fact is `incident.corrected`.
- Every other pair of state and action is refused with 409 and the states in which it is possible.
";

#[test]
fn the_page_is_made_from_the_table() {
    let text = page();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/life-cycle-incident.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &text).expect("the page is written");
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(stored == text, "the life cycle changed: look at it, then run with UPDATE=1");
}

/// The page is about every state and action there is.
#[test]
fn nothing_is_left_out() {
    for (state, _) in STATES {
        let touched = LIFE_CYCLE.iter().any(|t| t.from == *state || t.to == *state);
        assert!(touched, "no action leads to or from {state}");
    }
    for action in ACTIONS {
        assert!(LIFE_CYCLE.iter().any(|t| t.action == *action), "{action} stands in no line");
    }
}

fn page() -> String {
    let mut text = HEAD.to_owned();
    text += "\n## The picture\n```mermaid\nstateDiagram-v2\n    [*] --> new: create\n";
    for (from, to, actions) in arrows() {
        let _ = writeln!(text, "    {from} --> {to}: {}", actions.join(", "));
    }
    text += "```\n\n## States\n| state | name |\n|---|---|\n";
    for (code, label) in STATES {
        let _ = writeln!(text, "| `{code}` | {label} |");
    }
    text += "\n## Transitions\n| from | action | to | who | must come with it |\n|---|---|---|---|---|\n";
    for t in LIFE_CYCLE {
        let required: Vec<String> = t.required.iter().map(|r| format!("`{r}`")).collect();
        let _ = writeln!(
            text,
            "| {} | `{}` | {} | {} | {} |",
            label(t.from),
            t.action,
            label(t.to),
            t.who,
            required.join(", ")
        );
    }
    text + TAIL
}

/// One arrow for each pair of states, with its actions in the order of the table.
fn arrows() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let mut arrows: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for t in LIFE_CYCLE {
        match arrows.iter_mut().find(|(from, to, _)| (*from, *to) == (t.from, t.to)) {
            Some((_, _, actions)) => actions.push(t.action),
            None => arrows.push((t.from, t.to, vec![t.action])),
        }
    }
    arrows
}
