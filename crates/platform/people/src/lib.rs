//! People: persons, organisations, teams, roles, and the one permission
//! matrix. Whoever acts is an [`Actor`]; whatever one request does happens in
//! one [`Call`].
//!
//! Invariant: nobody else decides who may do what; every door, list, search,
//! live stream and export asks this crate.

mod actor;
mod permission;

pub use actor::{Actor, Call, EVERYONE, DEFAULT_ORGANISATION, Grant, Role, SYSTEM};
pub use permission::{
    ACTIONS,
    Action, FieldGroup, MATRIX, Rule, Scope, Target, Visibility, allowed, check, field_groups, refusal,
    visibility,
};
