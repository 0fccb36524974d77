//! Who asks something of the tickets of which practice.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use steward_api::{Caller, Problem};
use steward_fields::Registries;

use crate::practice::Practice;

/// Whoever asks something of a practice's tickets, taken from the request.
#[derive(Clone)]
pub struct Desk {
    /// Who asks.
    pub caller: Caller,
    /// Of which practice.
    pub practice: &'static Practice,
    /// Fields by kind of record.
    pub registries: Arc<Registries>,
}

impl Desk {
    /// A request of this caller to this practice.
    pub fn new(caller: Caller, practice: &'static Practice) -> Desk {
        let registries = caller.app().service::<Registries>();
        Desk { caller, practice, registries }
    }
}

/// Marks the routes of a practice.
#[derive(Clone, Copy)]
pub(super) struct Of(pub &'static Practice);

impl<S: Send + Sync> FromRequestParts<S> for Desk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Desk, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let Of(practice) = parts
            .extensions
            .get::<Of>()
            .copied()
            .ok_or_else(|| Problem::internal("a route of a practice stands outside of one"))?;
        Ok(Desk::new(caller, practice))
    }
}
