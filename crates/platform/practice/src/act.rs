//! What people do to a ticket: an action is a path of the API, a command by name
//! that rules and timers give, and mostly a step of the life cycle. A practice
//! lists its actions; how one is loaded, allowed, written and answered stands here.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_fields::Registries;
use steward_history::Change;
use steward_people::Call;
use steward_ticket::{Effect, Ticket};
use utoipa::ToSchema;
use utoipa_axum::router::UtoipaMethodRouter;

use crate::api::route;
use crate::assignee::has_left;
use crate::body::parse_args;
use crate::commands::{corrects, finish};
use crate::load::Loaded;
use crate::practice::Practice;
use crate::rules;
use crate::ticket_body::TicketPatch;

/// What an action decides.
pub struct Decision {
    /// The ticket afterwards.
    pub after: Ticket,
    /// Its fact, with what is written beside the ticket.
    pub effect: Effect,
    then: Option<Then>,
}

/// What follows from an action on other tickets, in its transaction and caused by
/// its fact; it gets the ticket as it was written.
pub type Then = Box<dyn FnOnce(&mut Tx, &Call, &Registries, &Ticket) -> Result<()>>;

impl Decision {
    /// The ticket afterwards and its fact.
    pub fn new(after: Ticket, effect: Effect) -> Decision {
        Decision { after, effect, then: None }
    }

    /// The same, with what follows from it.
    #[must_use]
    pub fn then(
        mut self,
        follow: impl FnOnce(&mut Tx, &Call, &Registries, &Ticket) -> Result<()> + 'static,
    ) -> Decision {
        self.then = Some(Box::new(follow));
        self
    }
}

/// Decides about a ticket that the actor may do this to.
pub type Decide<B> = fn(&mut Tx, &Call, &Loaded, &B) -> Result<Decision>;
/// Looks at arguments before there is a ticket, at a blank one.
pub type Look<B> = fn(&mut Tx, &Call, &Loaded, &B) -> Result<()>;

/// What the body of a request says with an action.
pub trait Body: DeserializeOwned + ToSchema + Send + Sync + 'static {}
impl<T: DeserializeOwned + ToSchema + Send + Sync + 'static> Body for T {}

type DecideArgs = dyn Fn(&mut Tx, &Call, &Loaded, &Json) -> Result<Decision> + Send + Sync;
type LookAtArgs = dyn Fn(&mut Tx, &Call, &Loaded, &Json) -> Result<()> + Send + Sync;

/// An action of a practice.
pub struct Action {
    /// Its name in the life cycle, in permissions, and in the path of the API:
    /// `resolve`.
    pub name: &'static str,
    /// Whether rules may name it, as `KIND.name`.
    pub(crate) by_name: bool,
    decide: Box<DecideArgs>,
    look: Box<LookAtArgs>,
    /// Id of its operation, without the kind: `record_time`.
    id: &'static str,
    route: Box<dyn Fn(&'static str) -> UtoipaMethodRouter + Send + Sync>,
}

impl Action {
    /// An action with a body of its own. The title stands in the document; the
    /// look is what a rule that names it is checked by.
    pub fn new<B: Body>(
        name: &'static str,
        title: &'static str,
        decide: Decide<B>,
        look: Look<B>,
    ) -> Action {
        Action {
            name,
            by_name: true,
            decide: Box::new(move |tx, call, loaded, args| {
                decide(tx, call, loaded, &parse_args(args)?)
            }),
            look: Box::new(move |tx, call, blank, args| look(tx, call, blank, &parse_args(args)?)),
            id: name,
            route: Box::new(move |id| route(name, id, title, decide)),
        }
    }

    /// The same, but only people do it, no rule.
    #[must_use]
    pub fn by_hand(self) -> Action {
        Action { by_name: false, ..self }
    }

    /// The same, under an id of its operation that reads better than its name.
    #[must_use]
    pub fn called(self, id: &'static str) -> Action {
        Action { id, ..self }
    }

    /// Its route, below the place of its practice.
    pub(crate) fn route(&self) -> UtoipaMethodRouter {
        (self.route)(self.id)
    }

    /// Looks at the arguments of a rule.
    pub(crate) fn look(&self, tx: &mut Tx, call: &Call, blank: &Loaded, args: &Json) -> Result<()> {
        (self.look)(tx, call, blank, args)
    }
}

/// Nothing but the shape of the arguments is looked at.
///
/// # Errors
/// None.
pub fn look_no_further<B>(_: &mut Tx, _: &Call, _: &Loaded, _: &B) -> Result<()> {
    Ok(())
}

/// Which ticket an action is done to, and what its fact tells beside.
#[derive(Clone)]
pub(crate) struct To<'a> {
    /// Number or id.
    pub number: &'a str,
    /// The version it must still have.
    pub expected: Option<i64>,
    /// What its fact tells beside, such as the time it was due.
    pub told: Vec<Change>,
}

impl Practice {
    /// Does an action by name, with the arguments a person would send in the body.
    ///
    /// # Errors
    /// `Invalid` for an unknown name or arguments that do not fit; those of the
    /// action.
    pub fn act(
        &'static self,
        tx: &mut Tx,
        call: &Call,
        registries: &Registries,
        number: &str,
        (name, args): (&str, &Json),
    ) -> Result<Ticket> {
        let to = To { number, expected: None, told: Vec::new() };
        self.act_by_name(tx, call, registries, to, (name, args))
    }

    pub(crate) fn act_by_name(
        &'static self,
        tx: &mut Tx,
        call: &Call,
        registries: &Registries,
        to: To<'_>,
        (name, args): (&str, &Json),
    ) -> Result<Ticket> {
        let action = (self.actions)().iter().find(|action| action.name == name);
        let action = action
            .ok_or_else(|| Error::invalid("command", "unknown", "there is no such action"))?;
        self.act_with(tx, call, registries, to, name, |tx, call, loaded| {
            (action.decide)(tx, call, loaded, args)
        })
    }

    /// Does what was decided about, with all that follows from it in the same
    /// transaction.
    pub(crate) fn act_with(
        &'static self,
        tx: &mut Tx,
        call: &Call,
        registries: &Registries,
        to: To<'_>,
        action: &str,
        decide: impl FnOnce(&mut Tx, &Call, &Loaded) -> Result<Decision>,
    ) -> Result<Ticket> {
        let right = self.life_cycle.right(action);
        let loaded = self.load_for(tx, call, registries, to.number, to.expected, right)?;
        let before = &loaded.ticket;
        let Decision { mut after, mut effect, then } = decide(tx, call, &loaded)?;
        // Work never comes back to somebody who has left.
        let comes_back = !before.is_open() && after.is_open();
        if comes_back && has_left(tx, &after)? {
            rules::take_away(self.life_cycle, &mut after);
        }
        effect.extra.extend(to.told);
        let fact = finish(tx, call, &loaded, before, &mut after, effect)?;
        if let Some(then) = then {
            let call = Call { cause: call.cause.or(fact), ..call.clone() };
            then(tx, &call, registries, &after)?;
        }
        Ok(after)
    }

    /// Changes fields.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `VersionConflict`, `Refused`; `Invalid` with each
    /// field that is wrong.
    pub fn update(
        &'static self,
        tx: &mut Tx,
        call: &Call,
        registries: &Registries,
        (number, expected): (&str, Option<i64>),
        body: &TicketPatch,
    ) -> Result<Ticket> {
        let loaded = self.load_for(tx, call, registries, number, expected, "update")?;
        let fact = if corrects(call, &loaded)? { "corrected" } else { "updated" };
        let before = &loaded.ticket;
        let mut after = before.clone();
        body.apply(tx, call, &loaded, &mut after)?;
        rules::begin_work(self.life_cycle, before, &mut after);
        finish(tx, call, &loaded, before, &mut after, self.effect(fact))?;
        Ok(after)
    }

    /// Adds its actions that rules may name, and `KIND.update` with fields as in
    /// a patch.
    pub(crate) fn add_actions(
        &'static self,
        table: &mut steward_ticket::Commands,
        registries: &Arc<Registries>,
    ) {
        for action in (self.actions)().iter().filter(|action| action.by_name) {
            let (name, of) = (format!("{}.{}", self.kind, action.name), registries.clone());
            let run = move |tx: &mut Tx, call: &Call, id: Uuid, args: &Json| {
                self.act(tx, call, &of, &id.to_string(), (action.name, args)).map(drop)
            };
            table.add(&name, Arc::new(run));
            let of = registries.clone();
            let look = move |tx: &mut Tx, call: &Call, args: &Json| {
                let blank = self.blank(tx, call, &of)?;
                action.look(tx, call, &blank, args)
            };
            table.add_check(&name, Arc::new(look));
        }
        let (name, of) = (format!("{}.update", self.kind), registries.clone());
        let run = move |tx: &mut Tx, call: &Call, id: Uuid, args: &Json| {
            let body = self.patch(args)?;
            self.update(tx, call, &of, (&id.to_string(), None), &body).map(drop)
        };
        table.add(&name, Arc::new(run));
        let of = registries.clone();
        let look = move |tx: &mut Tx, call: &Call, args: &Json| {
            let blank = self.blank(tx, call, &of)?;
            let mut after = blank.ticket.clone();
            self.patch(args)?.apply(tx, call, &blank, &mut after)
        };
        table.add_check(&name, Arc::new(look));
    }

    /// The arguments of an update, of fields that the kind has.
    fn patch(&self, args: &Json) -> Result<TicketPatch> {
        let patch = parse_args(args)?;
        match self.registry.lacking().iter().find(|name| args.get(name.as_str()).is_some()) {
            None => Ok(patch),
            Some(name) => Err(Error::invalid("args", "format", format!("unknown field `{name}`"))),
        }
    }
}
