//! A life cycle as one table: rules, `actions`, screens and documents read it;
//! there is no other copy. The table itself is the practice's.

use std::sync::OnceLock;

use serde::Serialize;

/// One line of a life cycle.
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

/// A line for which no field is one of several.
pub const fn line(
    from: &'static str,
    action: &'static str,
    to: &'static str,
    who: &'static str,
    required: &'static [&'static str],
) -> Transition {
    Transition { from, action, to, who, required, one_of: &[] }
}

/// States and steps of one kind of record.
pub struct LifeCycle {
    /// The states in order, as (code, label).
    pub states: &'static [(&'static str, &'static str)],
    /// `state:open` in a condition.
    pub open: &'static [&'static str],
    /// `state:active` in a condition.
    pub active: &'static [&'static str],
    /// States in which a record is read only: comments, work notes, files and
    /// links go on, fields are only corrected by who may `correct`.
    pub ended: &'static [&'static str],
    /// Every action, in the order screens offer them.
    pub actions: &'static [&'static str],
    /// Actions that ask for the right of another, as (action, right).
    pub rights: &'static [(&'static str, &'static str)],
    /// The whole table.
    pub transitions: &'static [Transition],
    /// The record in a sentence: `incident`.
    pub noun: &'static str,
    /// Who may correct what has ended, in a sentence: `an incident manager`.
    pub corrector: &'static str,
    /// The step of every state and action, in their orders; made when asked.
    pub steps: Steps,
}

/// The steps of a life cycle, looked up once.
#[derive(Default)]
pub struct Steps(OnceLock<Vec<Vec<Step>>>);

impl Steps {
    /// Not looked up yet.
    pub const fn new() -> Steps {
        Steps(OnceLock::new())
    }
}

/// A step, or the reason why there is none.
type Step = Result<&'static Transition, String>;

impl LifeCycle {
    /// The permission an action asks for.
    pub fn right<'a>(&self, action: &'a str) -> &'a str {
        self.rights.iter().find(|(of, _)| *of == action).map_or(action, |(_, right)| right)
    }

    /// The state of what is new: the first.
    pub fn start(&self) -> &'static str {
        self.states.first().map_or("", |(code, _)| code)
    }

    /// The state in which somebody works: where what is new comes when a person
    /// has it.
    pub fn work(&self) -> &'static str {
        let begins = |t: &&Transition| t.from == self.start() && t.action == "assign";
        self.transitions.iter().find(begins).map_or(self.start(), |t| t.to)
    }

    /// Where the action leads from this state, or the reason why it leads nowhere.
    pub fn step(
        &'static self,
        from: &str,
        action: &str,
    ) -> Result<&'static Transition, &'static str> {
        let steps = self.steps.0.get_or_init(|| self.all_steps());
        let state = self.states.iter().position(|(code, _)| *code == from);
        let place = state.zip(self.actions.iter().position(|a| *a == action));
        let Some((state, action)) = place else { return Err("there is no such state or action") };
        steps[state][action].as_ref().copied().map_err(String::as_str)
    }

    fn all_steps(&self) -> Vec<Vec<Step>> {
        let of_state = |(from, _): &(&str, &str)| {
            self.actions.iter().map(|action| self.look_up(from, action)).collect()
        };
        self.states.iter().map(of_state).collect()
    }

    fn look_up(&self, from: &str, action: &str) -> Step {
        let found = self.transitions.iter().find(|t| t.from == from && t.action == action);
        found.ok_or_else(|| {
            let lines = self.transitions.iter().filter(|t| t.action == action);
            let states: Vec<&str> = lines.map(|t| self.label(t.from)).collect();
            format!(
                "{action} is not possible in state {}; it is possible in {}",
                self.label(from),
                states.join(", ")
            )
        })
    }

    /// Why fields are not changed in this state; `None` when they are.
    pub fn edit_refusal(&self, state: &str) -> Option<String> {
        self.ended.contains(&state).then(|| {
            let (is, noun, who) = (self.label(state).to_lowercase(), self.noun, self.corrector);
            format!(
                "{state}: the fields of a {is} {noun} are only corrected by {who}; comments, \
                 work notes, files and links can be added"
            )
        })
    }

    /// The label of a state.
    pub fn label<'a>(&self, state: &'a str) -> &'a str {
        self.states.iter().find(|(code, _)| *code == state).map_or(state, |(_, label)| label)
    }
}
