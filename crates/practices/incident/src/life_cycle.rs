//! The life cycle of an incident as one table. Rules, `actions`, screens and
//! documents read it; there is no other copy.

use steward_practice::{LifeCycle, Steps, Transition, line};

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

/// A hold has a reason, an end, or both.
const fn hold(from: &'static str) -> Transition {
    let one_of = &["on_hold_reason", "until"];
    Transition { from, action: "hold", to: "on_hold", who: "agent", required: &[], one_of }
}

const RESOLUTION: &[&str] = &["close_code", "close_notes"];

const TRANSITIONS: &[Transition] = &[
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

/// The whole life cycle.
pub static LIFE_CYCLE: LifeCycle = LifeCycle {
    states: STATES,
    open: OPEN,
    active: ACTIVE,
    ended: &["closed", "canceled"],
    actions: ACTIONS,
    rights: &[("unmerge", "duplicate")],
    transitions: TRANSITIONS,
    noun: "incident",
    corrector: "an incident manager",
    steps: Steps::new(),
};

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
                ACTIONS.iter().map(|a| LIFE_CYCLE.step(from, a).map_or("-", |t| t.to)).collect();
            assert_eq!(found.join(" "), row, "from {from}");
        }
    }

    /// Every state is decided, and the reason begins with its code.
    #[test]
    fn fields_of_what_has_ended_are_not_changed() {
        let refused: Vec<&str> = STATES
            .iter()
            .filter_map(|(state, _)| LIFE_CYCLE.edit_refusal(state).map(|reason| (state, reason)))
            .inspect(|(state, reason)| assert!(reason.starts_with(&format!("{state}: "))))
            .map(|(state, _)| *state)
            .collect();
        assert_eq!(refused, ["closed", "canceled"]);
    }

    #[test]
    fn a_refusal_names_the_states_where_it_is_possible() {
        let reason = LIFE_CYCLE.step("new", "close").expect_err("cannot close what is new");
        assert_eq!(reason, "close is not possible in state New; it is possible in Resolved");
    }
}
