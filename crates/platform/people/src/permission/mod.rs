//! The one matrix: role x record kind x action x scope, and field groups. The
//! table stands in [`matrix`], here are the questions asked of it. Pure: who
//! holds what comes in with the [`Actor`].

mod matrix;

use steward_base::{Error, Result, Uuid};

use crate::actor::{Actor, Role};

pub use matrix::{FieldGroup, KINDS, KindRules, Rule};

/// What somebody wants to do, by its literal name (`incident.resolve` is kind
/// `incident`, action `resolve`).
pub type Action = &'static str;

/// On which records a rule applies.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Tickets the actor called, was requested for or opened; watching is not enough.
    Caller,
    /// Records the actor called, was requested for, opened or watches.
    Own,
    /// Own, and those assigned to a team of the actor's.
    Team,
    /// All of the organisation the role is held for.
    Organisation,
}

/// What stands between an actor and one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The record's organisation.
    pub organisation: Uuid,
    /// Whether the actor is caller, requested_for or opened_by.
    pub called: bool,
    /// Whether the actor is one of these or a watcher; of other records than
    /// tickets, whether it is theirs.
    pub own: bool,
    /// Whether it is assigned to a team of the actor's.
    pub team: bool,
}

/// Which records of a kind an actor may see (or act on).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Visibility {
    /// All records of every organisation.
    pub all: bool,
    /// All records of these organisations.
    pub organisations: Vec<Uuid>,
    /// Those of the actor's teams, whatever the organisation.
    pub team: bool,
    /// The actor's own.
    pub own: bool,
    /// Of the actor's own only those not merely watched.
    pub called: bool,
}

impl Visibility {
    /// Whether a record is among them: the same answer as [`allowed`], for
    /// many records of one actor.
    pub fn covers(&self, target: &Target) -> bool {
        self.all
            || self.organisations.contains(&target.organisation)
            || (self.team && target.team)
            || (self.own && target.own)
            || (self.called && target.called)
    }

    /// Whether nothing at all can be seen.
    pub fn is_none(&self) -> bool {
        !self.all && self.organisations.is_empty() && !self.team && !self.own && !self.called
    }
}

fn scopes<'a>(
    actor: &'a Actor,
    kind: &'a str,
    action: &'a str,
) -> impl Iterator<Item = (Scope, Option<Uuid>)> + 'a {
    let rules = lines(kind);
    actor.grants.iter().filter_map(move |grant| {
        if grant.role == Role::Administrator {
            return has_action(kind, action).then_some((Scope::Organisation, grant.organisation));
        }
        let rule = rules.iter().find(|r| r.role == grant.role && r.actions.contains(&action))?;
        Some((rule.scope, grant.organisation))
    })
}

const READS: &[&str] = &["read", "read_name", "read_work_notes", "export", "try"];

/// What is allowed on a kind of record; `None` when there is no such kind.
pub fn rules_of(kind: &str) -> Option<&'static KindRules> {
    KINDS.iter().copied().find(|rules| rules.kind == kind)
}

/// The lines of a kind of record.
fn lines(kind: &str) -> &'static [Rule] {
    rules_of(kind).map_or(&[], |rules| rules.rules)
}

/// The field groups of every kind, each with its kind.
pub fn field_groups() -> impl Iterator<Item = (&'static str, FieldGroup)> {
    KINDS.iter().flat_map(|rules| rules.groups.iter().map(|group| (rules.kind, *group)))
}

/// Whether this kind of record has that action at all.
pub fn has_action(kind: &str, action: &str) -> bool {
    rules_of(kind).is_some_and(|rules| rules.actions.contains(&action))
}

/// Whether the actor may do this to that record.
pub fn allowed(actor: &Actor, kind: &str, action: &str, target: &Target) -> bool {
    if actor.read_only && !READS.contains(&action) {
        return false;
    }
    let global = target.organisation == crate::actor::EVERYONE && READS.contains(&action);
    scopes(actor, kind, action).any(|(scope, organisation)| match scope {
        Scope::Caller => target.called,
        Scope::Own => target.own || target.called,
        Scope::Team => target.own || target.called || target.team,
        Scope::Organisation => global || organisation.is_none_or(|o| o == target.organisation),
    })
}

/// Whether watching a record would let the actor do to it what this target does
/// not.
pub fn watching_matters(actor: &Actor, kind: &str, target: &Target) -> bool {
    let watched = Target { own: true, ..*target };
    let rules = lines(kind).iter().filter(|r| actor.has_role(r.role));
    rules.filter(|r| matches!(r.scope, Scope::Own | Scope::Team)).any(|rule| {
        let may = |target: &Target, action: &Action| allowed(actor, kind, action, target);
        rule.actions.iter().any(|action| may(&watched, action) && !may(target, action))
    })
}

/// [`allowed`] as a result, with the reason a person reads.
///
/// # Errors
/// `NotFound` when the actor may not even read the record, `Forbidden` when it
/// is visible but this action is not the actor's.
pub fn check(actor: &Actor, kind: &str, action: &str, target: &Target) -> Result<()> {
    if allowed(actor, kind, action, target) {
        return Ok(());
    }
    if !allowed(actor, kind, "read", target) && !allowed(actor, kind, "read_name", target) {
        return Err(Error::NotFound);
    }
    Err(Error::Forbidden(refusal(actor, kind, action)))
}

/// Whether the actor may make a record of this kind in that organisation. What
/// does not exist yet cannot be hidden, so the refusal is always open.
///
/// # Errors
/// `Forbidden`.
pub fn check_create(actor: &Actor, kind: &str, organisation: Uuid) -> Result<()> {
    let target = Target { organisation, called: false, own: false, team: false };
    if allowed(actor, kind, "create", &target) {
        return Ok(());
    }
    Err(Error::Forbidden(refusal(actor, kind, "create")))
}

/// Whether everything that `lesser` may do, `role` may do on at least as many
/// records: nobody gives away more than they hold.
pub fn includes(role: Role, lesser: Role) -> bool {
    if role == lesser || role == Role::Administrator {
        return true;
    }
    let may = |rules: &KindRules, action: &Action, scope: Scope| {
        let of_role = rules.rules.iter().filter(|r| r.role == role && r.scope >= scope);
        of_role.into_iter().any(|r| r.actions.contains(action))
    };
    let included = |rules: &KindRules| {
        let of_lesser = rules.rules.iter().filter(|r| r.role == lesser);
        of_lesser.into_iter().all(|r| r.actions.iter().all(|action| may(rules, action, r.scope)))
    };
    lesser != Role::Administrator && KINDS.iter().all(|rules| included(rules))
}

/// Why not: names the roles that may.
pub fn refusal(actor: &Actor, kind: &str, action: &str) -> String {
    if actor.read_only && !READS.contains(&action) {
        return "this token may only read".into();
    }
    let rules = lines(kind).iter().filter(|r| r.actions.contains(&action));
    // Who watches holds the role already: what they are not is the caller.
    let (of_caller, rules): (Vec<&Rule>, Vec<&Rule>) =
        rules.partition(|r| r.scope == Scope::Caller && actor.has_role(r.role));
    let mut roles: Vec<&str> = rules.iter().map(|r| r.role.as_str()).collect();
    roles.push(Role::Administrator.as_str());
    roles.dedup();
    let roles = roles.join(" or ").replace('_', " ");
    match of_caller.is_empty() {
        true => format!("{kind}.{action} asks for the role {roles}"),
        false => format!("{kind}.{action} is the caller's; of others it asks for the role {roles}"),
    }
}

/// Which records of a kind the actor may do this to: the same answer as
/// [`allowed`], for lists.
pub fn visibility(actor: &Actor, kind: &str, action: &str) -> Visibility {
    let mut seen = Visibility::default();
    if actor.read_only && !READS.contains(&action) {
        return seen;
    }
    for (scope, organisation) in scopes(actor, kind, action) {
        match (scope, organisation) {
            (Scope::Caller, _) => seen.called = true,
            (Scope::Own, _) => (seen.own, seen.called) = (true, true),
            (Scope::Team, _) => (seen.own, seen.called, seen.team) = (true, true, true),
            (Scope::Organisation, None) => seen.all = true,
            (Scope::Organisation, Some(o)) => {
                if READS.contains(&action) && !seen.organisations.contains(&crate::actor::EVERYONE)
                {
                    seen.organisations.push(crate::actor::EVERYONE);
                }
                if !seen.organisations.contains(&o) {
                    seen.organisations.push(o);
                }
            }
        }
    }
    seen
}
