//! The life cycles of all practices, as data.

use axum::response::{IntoResponse, Response};
use serde::Serialize;
use steward_api::{Caller, Json, Path, Problem};
use steward_base::Error;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::practices;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(life_cycle))
}

/// The life cycle of a kind of record.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct LifeCycle {
    /// All states, in order.
    states: Vec<State>,
    /// All transitions.
    transitions: Vec<TransitionView>,
}

/// A state.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct State {
    /// Its code.
    name: String,
    /// Its label.
    label: String,
}

/// A line of the life cycle.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct TransitionView {
    /// The state it starts from.
    from: String,
    /// The action.
    action: String,
    /// The state it ends in.
    to: String,
    /// Who usually does it.
    who: String,
    /// Fields that must come with it.
    required: Vec<String>,
    /// Fields of which one must come with it.
    one_of: Vec<String>,
}

/// The life cycle of a kind of record
#[utoipa::path(
    get, path = "/life-cycles/{kind}", tag = "life-cycles",
    params(("kind" = String, Path, description = "Kind of record", example = "incident")),
    responses((status = 200, description = "States and transitions", body = LifeCycle))
)]
async fn life_cycle(caller: Caller, Path(kind): Path<String>) -> Result<Response, Problem> {
    let practice = practices(&caller).of(&kind).ok_or(Error::NotFound)?;
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
    let state =
        |(name, label): &(&str, &str)| State { name: (*name).into(), label: (*label).into() };
    let transitions = practice.life_cycle.transitions.iter().map(|t| TransitionView {
        from: t.from.into(),
        action: t.action.into(),
        to: t.to.into(),
        who: t.who.into(),
        required: words(t.required),
        one_of: words(t.one_of),
    });
    let states = practice.life_cycle.states.iter().map(state).collect();
    Ok(Json(LifeCycle { states, transitions: transitions.collect() }).into_response())
}
