//! A practice for tests: chores, which nobody calls for.

use std::sync::LazyLock;

use steward_fields::Registry;
use steward_ticket::fields::common;

use crate::act::Action;
use crate::life_cycle::{LifeCycle, Steps, Transition, line};
use crate::practice::Practice;
use crate::shipped::Shipped;
use crate::standard;
use crate::term::hold_ends;

const STATES: &[(&str, &str)] =
    &[("waiting", "Waiting"), ("at_work", "At work"), ("on_hold", "On hold"), ("done", "Done")];

const TRANSITIONS: &[Transition] = &[
    line("waiting", "assign", "at_work", "anybody", &[]),
    line("at_work", "assign", "at_work", "anybody", &[]),
    line("on_hold", "assign", "on_hold", "anybody", &[]),
    line("waiting", "hold", "on_hold", "anybody", &[]),
    line("at_work", "hold", "on_hold", "anybody", &[]),
    line("on_hold", "hold", "on_hold", "anybody", &[]),
    line("on_hold", "resume", "at_work", "anybody", &[]),
    line("at_work", "resolve", "done", "anybody", &["close_code", "close_notes"]),
];

/// The life cycle of a chore.
pub static LIFE_CYCLE: LifeCycle = LifeCycle {
    states: STATES,
    open: &["waiting", "at_work", "on_hold"],
    active: &["waiting", "at_work", "on_hold"],
    ended: &["done"],
    actions: &["assign", "hold", "resume", "resolve"],
    rights: &[],
    transitions: TRANSITIONS,
    noun: "chore",
    corrector: "nobody",
    steps: Steps::new(),
};

/// Chores.
pub static CHORES: Practice = Practice {
    kind: "chore",
    prefix: "CHO",
    path: "chores",
    schema: "Chore",
    registry: Shipped::new(registry),
    life_cycle: &LIFE_CYCLE,
    actions: || &ACTIONS,
    terms: &[hold_ends("chore.hold_ends")],
    refusal: None,
    answered: None,
    routes: None,
};

static ACTIONS: LazyLock<Vec<Action>> = LazyLock::new(|| {
    vec![
        standard::assign(),
        standard::hold(),
        standard::resume(),
        standard::resolve(),
        standard::work_time(),
    ]
});

fn registry() -> Registry {
    let mut fields = common(STATES);
    fields.retain(|field| {
        !["caller", "requested_for", "contact_type", "urgency"].contains(&&*field.name)
    });
    Registry::new("chore", fields)
}
