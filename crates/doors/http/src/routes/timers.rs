//! Timers: those that will fire, and those that failed too often and wait for
//! a person.

use axum::extract::OriginalUri;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use steward_api::{Caller, Page, PageQuery, Path, Problem, Query, Reply};
use steward_base::time::wire;
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_history::{Change, append, head, save_head};
use steward_people::views::Reference;
use steward_people::{Call, Target, allowed, check, refusal, visibility};
use steward_ticket::names_for;
use steward_timer::{Timer, parked, parked_timer, retry_parked, waiting};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Door;

/// The kind of the matrix.
const KIND: &str = "timer";
/// Most read for a list, oldest first: there are none while all is well.
const MOST: i64 = 10_000;

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new().routes(routes!(list_timers)).routes(routes!(retry_timer))
}

/// Which timers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum State {
    Waiting,
    Parked,
}

/// The parameters of the list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TimerQuery {
    /// `parked`: those that failed too often; `waiting`: those that will fire;
    /// both when left out.
    #[param(example = "parked", inline)]
    state: Option<State>,
    /// Rows of the page, 1 to 500; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// Whether to count all matches exactly.
    count: Option<bool>,
}

/// A timer; one with `parked_at` waits for a person.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Timer)]
struct TimerView {
    id: Uuid,
    /// What it does, e.g. `incident.auto_close`.
    kind: String,
    /// The record it is about.
    record: Reference,
    /// When it should have fired.
    due: String,
    /// How often it was tried.
    attempts: i64,
    /// Why the last attempt failed.
    #[schema(required)]
    last_error: Option<String>,
    /// Since when nobody tries any more.
    #[schema(required)]
    parked_at: Option<String>,
}

fn target(tx: &mut Tx, timer: &Timer) -> Result<Target> {
    let organisation = head(tx, timer.record)?.organisation;
    Ok(Target { organisation, called: false, own: false, team: false })
}

/// Timers: those that failed too often, then those that will fire
///
/// For administrators. The oldest 10,000 that failed, which `retry` sets going
/// again, and the next 10,000 that are due.
#[utoipa::path(
    get, path = "/timers", tag = "timers", params(TimerQuery),
    responses((status = 200, description = "Timers", body = Page<TimerView>))
)]
async fn list_timers(
    caller: Caller,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<TimerQuery>,
) -> Result<Response, Problem> {
    let TimerQuery { state, limit, cursor, count } = query;
    let paged = PageQuery { limit, cursor, count };
    let timers = caller.read(move |tx, call| shown(tx, call, state)).await?;
    Ok(Page::of_all(timers, &paged, "timers", |timer| timer.id.to_string())?.respond(&uri))
}

fn shown(tx: &mut Tx, call: &Call, state: Option<State>) -> Result<Vec<TimerView>> {
    let actor = &call.actor;
    if visibility(actor, KIND, "read").is_none() {
        return Err(Error::Forbidden(refusal(actor, KIND, "read")));
    }
    let mut read = match state {
        Some(State::Waiting) => Vec::new(),
        _ => parked(tx, MOST)?,
    };
    if state != Some(State::Parked) {
        read.extend(waiting(tx, MOST)?);
    }
    let mut found = Vec::new();
    for timer in read {
        if allowed(actor, KIND, "read", &target(tx, &timer)?) {
            found.push(timer);
        }
    }
    let records: Vec<Uuid> = found.iter().map(|timer| timer.record).collect();
    let names = names_for(tx, actor, &records)?;
    let view = |timer: Timer| TimerView {
        id: timer.id,
        kind: timer.kind,
        record: Reference::of(timer.record, &names),
        due: wire(timer.due),
        attempts: timer.attempts,
        last_error: timer.last_error,
        parked_at: timer.parked_at.map(wire),
    };
    Ok(found.into_iter().map(view).collect())
}

/// Set a parked timer going again
///
/// It is tried at once, and given up again after ten more failures.
#[utoipa::path(
    post, path = "/timers/{id}/retry", tag = "timers",
    params(("id" = Uuid, Path, description = "The timer")),
    responses((status = 204, description = "It is tried again"))
)]
async fn retry_timer(caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    caller
        .write(move |tx, call| {
            if visibility(&call.actor, KIND, "read").is_none() {
                return Err(Error::NotFound);
            }
            let timer = parked_timer(tx, id)?;
            check(&call.actor, KIND, "retry", &target(tx, &timer)?)?;
            retry_parked(tx, id, call.now)?;
            let mut head = head(tx, timer.record)?;
            let change = [Change::plain("timer", serde_json::Value::Null, timer.kind.as_str())];
            let kind = format!("{}.timer_retried", head.kind);
            append(tx, &call.entropy, &mut head, &call.stamp(), &kind, &change)?;
            // Nobody's open form is refused for it.
            head.version -= 1;
            save_head(tx, &mut head)?;
            Ok(Reply::none())
        })
        .await
}
