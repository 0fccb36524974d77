//! The one matrix: role x record kind x action x scope, and field groups.
//! Pure: who holds what comes in with the [`Actor`].

use steward_base::{Error, Result, Uuid};

use crate::actor::{Actor, Role};

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

/// One line of the matrix.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Who.
    pub role: Role,
    /// On which kind of record.
    pub kind: &'static str,
    /// May do these.
    pub actions: &'static [Action],
    /// On which of them.
    pub scope: Scope,
}

const fn rule(role: Role, kind: &'static str, scope: Scope, actions: &'static [Action]) -> Rule {
    Rule { role, kind, actions, scope }
}

use Role::{Agent, Auditor, IncidentManager, Requester};
use Scope::{Caller, Organisation, Own};

/// Everything anybody but the administrator may do. The administrator may do
/// every action that stands in [`ACTIONS`], everywhere the grant reaches.
pub const MATRIX: &[Rule] = &[
    rule(Requester, "incident", Own, &["read", "create", "comment", "attach", "watch"]),
    rule(Requester, "incident", Caller, &["close", "reopen", "cancel"]),
    rule(Requester, "person", Own, &["read"]),
    rule(Requester, "team", Organisation, &["read_name"]),
    rule(Requester, "service", Organisation, &["read"]),
    rule(Requester, "service_offering", Organisation, &["read"]),
    rule(Requester, "configuration_item", Own, &["read"]),
    rule(Requester, "location", Organisation, &["read"]),
    rule(Requester, "organisation", Own, &["read"]),
    rule(
        Agent,
        "incident",
        Organisation,
        &[
            "read",
            "create",
            "update",
            "assign",
            "hold",
            "resume",
            "resolve",
            "close",
            "reopen",
            "cancel",
            "comment",
            "read_work_notes",
            "write_work_notes",
            "attach",
            "watch",
            "relate",
            "duplicate",
            "work-time",
            "override_priority",
            "retract_own",
            "export",
            "create_for_others",
        ],
    ),
    rule(Agent, "person", Organisation, &["read", "create"]),
    rule(Agent, "team", Organisation, &["read", "read_name"]),
    rule(Agent, "service", Organisation, &["read"]),
    rule(Agent, "service_offering", Organisation, &["read"]),
    rule(Agent, "configuration_item", Organisation, &["read"]),
    rule(Agent, "location", Organisation, &["read"]),
    rule(Agent, "organisation", Organisation, &["read"]),
    rule(Agent, "field", Organisation, &["read"]),
    rule(Agent, "permission", Organisation, &["read"]),
    rule(
        IncidentManager,
        "incident",
        Organisation,
        &[
            "read",
            "create",
            "update",
            "assign",
            "hold",
            "resume",
            "resolve",
            "close",
            "reopen",
            "cancel",
            "comment",
            "read_work_notes",
            "write_work_notes",
            "attach",
            "watch",
            "relate",
            "duplicate",
            "work-time",
            "override_priority",
            "retract_own",
            "retract",
            "correct",
            "export",
            "create_for_others",
            "manage_matrix",
        ],
    ),
    rule(IncidentManager, "person", Organisation, &["read", "create"]),
    rule(IncidentManager, "team", Organisation, &["read", "read_name", "update"]),
    rule(IncidentManager, "service", Organisation, &["read", "create", "update"]),
    rule(IncidentManager, "service_offering", Organisation, &["read", "create", "update"]),
    rule(IncidentManager, "configuration_item", Organisation, &["read"]),
    rule(IncidentManager, "location", Organisation, &["read"]),
    rule(IncidentManager, "organisation", Organisation, &["read"]),
    rule(
        IncidentManager,
        "automation_rule",
        Organisation,
        &["read", "create", "update", "delete", "try"],
    ),
    rule(IncidentManager, "field", Organisation, &["read"]),
    rule(IncidentManager, "permission", Organisation, &["read"]),
    rule(Auditor, "incident", Organisation, &["read", "read_work_notes", "export"]),
    rule(Auditor, "person", Organisation, &["read"]),
    rule(Auditor, "team", Organisation, &["read", "read_name"]),
    rule(Auditor, "service", Organisation, &["read"]),
    rule(Auditor, "service_offering", Organisation, &["read"]),
    rule(Auditor, "configuration_item", Organisation, &["read"]),
    rule(Auditor, "location", Organisation, &["read"]),
    rule(Auditor, "organisation", Organisation, &["read"]),
    rule(Auditor, "permission", Organisation, &["read"]),
    rule(Auditor, "grant", Organisation, &["read"]),
    rule(Auditor, "automation_rule", Organisation, &["read"]),
    rule(Auditor, "webhook", Organisation, &["read"]),
    rule(Auditor, "field", Organisation, &["read"]),
    rule(Auditor, "audit", Organisation, &["read"]),
];

/// Every action there is, by kind: what the administrator may do, and the
/// columns of the printed matrix.
pub const ACTIONS: &[(&str, &[Action])] = &[
    (
        "incident",
        &[
            "read",
            "create",
            "create_for_others",
            "update",
            "assign",
            "hold",
            "resume",
            "resolve",
            "close",
            "reopen",
            "cancel",
            "comment",
            "read_work_notes",
            "write_work_notes",
            "attach",
            "watch",
            "relate",
            "duplicate",
            "work-time",
            "override_priority",
            "retract_own",
            "retract",
            "correct",
            "export",
            "manage_matrix",
            "redact",
        ],
    ),
    ("person", &["read", "create", "update", "disable", "erase", "reset_password"]),
    ("team", &["read", "read_name", "create", "update"]),
    ("organisation", &["read", "create", "update"]),
    ("service", &["read", "create", "update"]),
    ("service_offering", &["read", "create", "update"]),
    ("configuration_item", &["read", "create", "update"]),
    ("location", &["read", "create", "update"]),
    ("permission", &["read"]),
    ("grant", &["read", "create", "delete"]),
    ("automation_rule", &["read", "create", "update", "delete", "try"]),
    ("webhook", &["read", "create", "update", "delete", "redeliver"]),
    ("field", &["read", "create", "update", "delete"]),
    ("audit", &["read"]),
    ("timer", &["read", "retry"]),
];

/// Fields that are read and written together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct FieldGroup {
    /// `public`, `internal` or `system` (read like public, never written).
    pub group: &'static str,
    /// The kind of record.
    pub kind: &'static str,
    /// The action that lets one read the group.
    pub read: Action,
    /// The action that lets one write the group.
    pub write: Action,
}

/// The field groups of every kind.
pub fn field_groups() -> &'static [FieldGroup] {
    &[
        FieldGroup { group: "public", kind: "incident", read: "read", write: "update" },
        FieldGroup {
            group: "internal",
            kind: "incident",
            read: "read_work_notes",
            write: "update",
        },
        FieldGroup { group: "system", kind: "incident", read: "read", write: "never" },
        FieldGroup { group: "public", kind: "person", read: "read", write: "update" },
    ]
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
    actor.grants.iter().filter_map(move |grant| {
        if grant.role == Role::Administrator {
            return has_action(kind, action).then_some((Organisation, grant.organisation));
        }
        let rule = MATRIX
            .iter()
            .find(|r| r.role == grant.role && r.kind == kind && r.actions.contains(&action))?;
        Some((rule.scope, grant.organisation))
    })
}

const READS: &[&str] = &["read", "read_name", "read_work_notes", "export", "try"];

/// Whether this kind of record has that action at all.
pub fn has_action(kind: &str, action: &str) -> bool {
    ACTIONS.iter().any(|(k, actions)| *k == kind && actions.contains(&action))
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
    let rules = MATRIX.iter().filter(|r| r.kind == kind && actor.has_role(r.role));
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
    let may = |kind: &str, action: &str, scope: Scope| {
        let of_kind = MATRIX.iter().filter(|r| r.role == role && r.kind == kind);
        of_kind.into_iter().any(|r| r.scope >= scope && r.actions.contains(&action))
    };
    lesser != Role::Administrator
        && MATRIX
            .iter()
            .filter(|r| r.role == lesser)
            .all(|r| r.actions.iter().all(|action| may(r.kind, action, r.scope)))
}

/// Why not: names the roles that may.
pub fn refusal(actor: &Actor, kind: &str, action: &str) -> String {
    if actor.read_only && !READS.contains(&action) {
        return "this token may only read".into();
    }
    let rules = MATRIX.iter().filter(|r| r.kind == kind && r.actions.contains(&action));
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
