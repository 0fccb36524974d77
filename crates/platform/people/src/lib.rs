//! People: persons, organisations, teams, roles, and the one permission
//! matrix; passwords, sessions and tokens; and the small records that wait for
//! rooms of their own (services, configuration items, locations). Whoever acts
//! is an [`Actor`]; whatever one request does happens in one [`Call`].
//!
//! Invariant: nobody else decides who may do what; every door, list, search,
//! live stream and export asks this crate.
//! Invariant: nobody gives or lends a role that they could not give themselves.
//! Invariant: of a secret only the digest is stored.

mod actor;
pub mod auth;
mod matrix;
mod permission;
mod rules;
mod sign_in_limit;
pub mod store;
pub mod views;

pub use actor::{Actor, Call, DEFAULT_ORGANISATION, EVERYONE, Grant, Role, SYSTEM};
pub use matrix::{FieldGroupRow, MatrixRow, PermissionsView, permissions, reach};
pub use permission::{
    Action, FieldGroup, KINDS, KindRules, Rule, Scope, Target, Visibility, allowed, check,
    check_create, field_groups, has_action, includes, refusal, rules_of, visibility,
    watching_matters,
};
pub use sign_in_limit::SignInLimit;
pub use store::{
    Erasure, ITEM_KINDS, Mention, Name, Names, access, disable, enable, ensure_foundation, erase,
    erased, grants, in_list, items, list, mentions_left, names, needs_foundation, organisations,
    passwords, persons, redact_mention, reference_sql, resolve, resolve_any, sessions, show,
    system_actor, teams, tokens, visible_sql,
};
