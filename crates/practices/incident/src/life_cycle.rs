//! The life cycle of an incident as one table. Rules, `actions`, screens and
//! documents read it; there is no other copy.

use std::sync::LazyLock;

use serde::Serialize;

/// A state, as (code, label).
pub const STATES: &[(&str, &str)] = &[
    ("new", "New"),
    ("in_progress", "In progress"),
    ("on_hold", "On hold"),
    ("resolved", "Resolved"),
    ("closed", "Closed"),
    ("canceled", "Canceled"),
];

/// `state:open` in a condition.
pub const OPEN: &[&str] = &["new", "in_progress", "on_hold"];
/// `state:active` in a condition.
pub const ACTIVE: &[&str] = &["new", "in_progress", "on_hold", "resolved"];

/// One line of the life cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Transition {
    /// The state it starts from.
    pub from: &'static str,
    /// What somebody does; also the permission it asks for, and the path of
    /// the API.
    pub action: &'static str,
    /// The state it ends in.
    pub to: &'static str,
    /// Who usually does it, in words; the permission matrix decides.
    pub who: &'static str,
    /// Fields that must come with it.
    pub required: &'static [&'static str],
    /// Fields of which one must come with it.
    pub one_of: &'static [&'static str],
}

const fn line(
    from: &'static str,
    action: &'static str,
    to: &'static str,
    who: &'static str,
    required: &'static [&'static str],
) -> Transition {
    Transition { from, action, to, who, required, one_of: &[] }
}

/// A hold has a reason, an end, or both.
const fn hold(from: &'static str) -> Transition {
    let one_of = &["on_hold_reason", "until"];
    Transition { from, action: "hold", to: "on_hold", who: "agent", required: &[], one_of }
}

const RESOLUTION: &[&str] = &["close_code", "close_notes"];

/// The whole life cycle.
pub const LIFE_CYCLE: &[Transition] = &[
    line("new", "assign", "in_progress", "agent", &[]),
    line("in_progress", "assign", "in_progress", "agent", &[]),
    line("on_hold", "assign", "on_hold", "agent", &[]),
    hold("new"),
    hold("in_progress"),
    hold("on_hold"),
    line("on_hold", "resume", "in_progress", "agent", &[]),
    line("new", "resolve", "resolved", "agent", RESOLUTION),
    line("in_progress", "resolve", "resolved", "agent", RESOLUTION),
    line("on_hold", "resolve", "resolved", "agent", RESOLUTION),
    line("resolved", "close", "closed", "caller or agent", &[]),
    line("resolved", "reopen", "in_progress", "caller or agent", &["comment"]),
    line("closed", "reopen", "in_progress", "caller or agent", &["comment"]),
    line("new", "cancel", "canceled", "caller or agent", &["reason"]),
    line("in_progress", "cancel", "canceled", "caller or agent", &["reason"]),
    line("on_hold", "cancel", "canceled", "caller or agent", &["reason"]),
    line("new", "duplicate", "canceled", "agent", &["of"]),
    line("in_progress", "duplicate", "canceled", "agent", &["of"]),
    line("on_hold", "duplicate", "canceled", "agent", &["of"]),
    line("canceled", "unmerge", "in_progress", "agent", &[]),
];

/// Every action, in the order screens offer them.
pub const ACTIONS: &[&str] =
    &["assign", "hold", "resume", "resolve", "close", "reopen", "cancel", "duplicate", "unmerge"];

/// The permission an action asks for.
pub fn permission(action: &str) -> &str {
    if action == "unmerge" { "duplicate" } else { action }
}

/// A step, or the reason why there is none.
type Step = Result<&'static Transition, String>;

/// The step of every state and action, in their orders.
static STEPS: LazyLock<Vec<Vec<Step>>> = LazyLock::new(|| {
    let of_state = |(from, _): &(&str, &str)| ACTIONS.iter().map(|a| look_up(from, a)).collect();
    STATES.iter().map(of_state).collect()
});

fn look_up(from: &str, action: &str) -> Step {
    let found = LIFE_CYCLE.iter().find(|t| t.from == from && t.action == action);
    found.ok_or_else(|| {
        let states: Vec<&str> =
            LIFE_CYCLE.iter().filter(|t| t.action == action).map(|t| label(t.from)).collect();
        format!(
            "{action} is not possible in state {}; it is possible in {}",
            label(from),
            states.join(", ")
        )
    })
}

/// Where the action leads from this state, or the reason why it leads nowhere.
pub fn step(from: &str, action: &str) -> Result<&'static Transition, &'static str> {
    let state = STATES.iter().position(|(code, _)| *code == from);
    let place = state.zip(ACTIONS.iter().position(|a| *a == action));
    let Some((state, action)) = place else { return Err("there is no such state or action") };
    STEPS[state][action].as_ref().copied().map_err(String::as_str)
}

/// States in which an incident is read only: comments, work notes, files and
/// links go on, fields are only corrected by who may `correct`.
pub const ENDED: &[&str] = &["closed", "canceled"];

/// Why fields are not changed in this state; `None` when they are.
pub fn edit_refusal(state: &str) -> Option<String> {
    ENDED.contains(&state).then(|| {
        let is = label(state).to_lowercase();
        format!(
            "{state}: the fields of a {is} incident are only corrected by an incident manager; \
             comments, work notes, files and links can be added"
        )
    })
}

/// The label of a state.
pub fn label(state: &str) -> &str {
    STATES.iter().find(|(code, _)| *code == state).map_or(state, |(_, label)| label)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pair of state and action, the forbidden ones too.
    #[test]
    fn every_pair_is_decided() {
        let expected = [
            ("new", "in_progress on_hold - resolved - - canceled canceled -"),
            ("in_progress", "in_progress on_hold - resolved - - canceled canceled -"),
            ("on_hold", "on_hold on_hold in_progress resolved - - canceled canceled -"),
            ("resolved", "- - - - closed in_progress - - -"),
            ("closed", "- - - - - in_progress - - -"),
            ("canceled", "- - - - - - - - in_progress"),
        ];
        assert_eq!(expected.len(), STATES.len());
        for (from, row) in expected {
            let found: Vec<&str> =
                ACTIONS.iter().map(|a| step(from, a).map_or("-", |t| t.to)).collect();
            assert_eq!(found.join(" "), row, "from {from}");
        }
    }

    /// Every state is decided, and the reason begins with its code.
    #[test]
    fn fields_of_what_has_ended_are_not_changed() {
        let refused: Vec<&str> = STATES
            .iter()
            .filter_map(|(state, _)| edit_refusal(state).map(|reason| (state, reason)))
            .inspect(|(state, reason)| assert!(reason.starts_with(&format!("{state}: "))))
            .map(|(state, _)| *state)
            .collect();
        assert_eq!(refused, ["closed", "canceled"]);
    }

    #[test]
    fn a_refusal_names_the_states_where_it_is_possible() {
        let reason = step("new", "close").expect_err("cannot close what is new");
        assert_eq!(reason, "close is not possible in state New; it is possible in Resolved");
    }
}
