//! The page on the life cycle is made from the table that the rules read, so
//! that it cannot tell another story.

use std::fmt::Write as _;

use steward_incident::life_cycle::{ACTIONS, LIFE_CYCLE, STATES};

const HEAD: &str = "\
# The life cycle of an incident

Made by a test from the table that the rules enforce (`crates/practices/incident/src/life_cycle.rs`): `UPDATE=1` writes
it anew. The API has the same table at `/api/v1/life-cycles/incident`.

Who may do what is decided by the [permission matrix](permissions.md); the column *who* only says who usually does it.
";

const TAIL: &str = "
## What the table does not say
- `assign` moves a new incident to in progress only when a person is named; a group alone leaves it new.
- Whoever is named must have a role that works on incidents of its organisation, and, where a group is named with them,
  be its member; else it is refused with 422 on `assigned_to`. Taking over alone what another group has is possible; the
  group stays. An import says what was, whoever it was.
- A hold has a reason, a date, or both; a new one replaces both. A date without a time is the beginning of that day in
  one's own time zone. A hold ends by itself at its date, and, when it waits for the caller, as soon as the caller writes a
  comment or attaches a file for all to see.
- A resolved incident closes by itself seven days after it was resolved, unless an administrator set another number.
- A closed incident can be reopened for fourteen days after it was closed. Reopening empties resolution and close notes.
- What a timer does says when it was due (`due` in the fact), beside the time it happened.
- `close`, `reopen` and `cancel` are the caller's: of who called, for whom it was asked, and who opened it. Who only watches
  reads, comments and attaches files.
- Nothing is a `duplicate` of a canceled incident. What has duplicates itself takes them along: they are duplicates of the
  new one from then on (`incident.duplicate_moved`). The one they repeat tells of each (`incident.duplicate_added`,
  `incident.duplicate_removed`), and when it is resolved, its duplicates do (`incident.original_resolved`).
- `unmerge` takes a duplicate apart again: it leads back to the state before the merge, on hold with its reason and date.
- Work never stays with somebody who has left. Disabling or erasing a person takes their open incidents from them; what is
  in progress becomes new, what is on hold waits on. What was resolved, closed or merged loses them when it comes back by
  `reopen` or `unmerge`.
- Resolving a parent resolves its open children with the same notes; their facts name the parent's as their cause. Those
  that the actor may not resolve stay open, and the parent's fact names them (`child_left`). Reopening the parent does not
  reopen them.
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
        let touched = LIFE_CYCLE.transitions.iter().any(|t| t.from == *state || t.to == *state);
        assert!(touched, "no action leads to or from {state}");
    }
    for action in ACTIONS {
        assert!(
            LIFE_CYCLE.transitions.iter().any(|t| t.action == *action),
            "{action} stands in no line"
        );
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
    for t in LIFE_CYCLE.transitions {
        let named = |of: &[&str]| of.iter().map(|r| format!("`{r}`")).collect::<Vec<_>>();
        let required = [named(t.required), Vec::from_iter(one_of(&named(t.one_of)))].concat();
        let _ = writeln!(
            text,
            "| {} | `{}` | {} | {} | {} |",
            LIFE_CYCLE.label(t.from),
            t.action,
            LIFE_CYCLE.label(t.to),
            t.who,
            required.join(", ")
        );
    }
    text + TAIL
}

/// `a` or `b`; nothing when there is nothing to choose from.
fn one_of(names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| names.join(" or "))
}

/// One arrow for each pair of states, with its actions in the order of the table.
fn arrows() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let mut arrows: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for t in LIFE_CYCLE.transitions {
        match arrows.iter_mut().find(|(from, to, _)| (*from, *to) == (t.from, t.to)) {
            Some((_, _, actions)) => actions.push(t.action),
            None => arrows.push((t.from, t.to, vec![t.action])),
        }
    }
    arrows
}
