//! What rules did, and what they would have done.

use std::collections::BTreeMap;

use axum::extract::OriginalUri;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value as Value_;
use steward_api::{Caller, Json, Page, PageQuery, Path, Problem, Query};
use steward_automation::readable_names;
use steward_automation::rule::{self, Run, RunState, Would};
use steward_base::time::wire;
use steward_base::{Timestamp, Uuid};
use steward_people::Names;
use steward_people::views::Reference;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::automation::engine;
use crate::Door;

pub(super) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new().routes(routes!(try_rule)).routes(routes!(list_runs))
}

const RUNS: &str = "automation-runs";

/// A period of the past.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"from": "2016-03-01T00:00:00Z", "to": "2016-03-02T00:00:00Z"}))]
struct Period {
    /// Its beginning.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// Its end, not included.
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
}

/// A command that would have been given.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WouldCommand)]
struct WouldCommandView {
    /// Its name.
    command: String,
    /// Its arguments.
    #[schema(value_type = Object)]
    args: Value_,
    /// Why the rule's actor may not give it; null when it may.
    #[schema(required)]
    refused: Option<String>,
}

/// A run that would have been.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WouldRun)]
struct WouldView {
    /// When.
    at: String,
    /// The record.
    record: Reference,
    /// The fact that would have set it off.
    fact: String,
    /// The door that fact came through; rules never act on `import`.
    door: String,
    /// The fields the condition asks for, as they were.
    #[schema(value_type = Object)]
    values: BTreeMap<String, Value_>,
    /// What it would have done.
    commands: Vec<WouldCommandView>,
}

/// What a trial found.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Trial)]
struct TrialView {
    /// Oldest first, at most 500.
    items: Vec<WouldView>,
    /// Whether there would have been more.
    more: bool,
}

impl From<Would> for WouldView {
    fn from(would: Would) -> WouldView {
        let command = |c: rule::WouldCommand| WouldCommandView {
            command: c.step.command,
            args: c.step.args,
            refused: c.refused,
        };
        WouldView {
            at: wire(would.at),
            record: would.record.into(),
            fact: would.fact,
            door: would.door,
            values: would.values,
            commands: would.commands.into_iter().map(command).collect(),
        }
    }
}

/// Try a rule on the past
///
/// Lists what it would have done with the facts of a period, with the values as
/// they were. Nothing is written.
#[utoipa::path(
    post, path = "/automation-rules/{id}/try", tag = "automation",
    params(("id" = Uuid, Path, description = "The rule")),
    responses((status = 200, description = "What it would have done", body = TrialView))
)]
async fn try_rule(
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<Period>,
) -> Result<Response, Problem> {
    let engine = engine(&caller);
    let (would, more) = caller
        .read_long(move |tx, call| rule::try_rule(tx, call, &engine, id, (body.from, body.to)))
        .await?;
    let items = would.into_iter().map(Into::into).collect();
    Ok(Json(TrialView { items, more }).into_response())
}

/// One run of a rule.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AutomationRun)]
struct RunView {
    id: Uuid,
    /// The record; without a name where the caller may not read it.
    record: Reference,
    /// What set it off: `fact:<seq>`, `after:<due>` or `schedule:<due>`.
    origin: String,
    /// How many rules led here, this one included.
    depth: i64,
    /// How it stands.
    state: RunState,
    /// Why it was not done.
    #[schema(required)]
    error: Option<String>,
    /// When it was set off.
    created_at: String,
    /// When it ended.
    #[schema(required)]
    finished_at: Option<String>,
    /// Its place, for the cursor.
    #[serde(skip)]
    no: i64,
}

impl RunView {
    fn of(run: Run, names: &Names) -> RunView {
        RunView {
            id: run.id,
            record: Reference::of(run.record, names),
            origin: run.origin,
            depth: run.depth,
            state: run.state,
            error: run.error,
            created_at: wire(run.created_at),
            finished_at: run.finished_at.map(wire),
            no: run.no,
        }
    }
}

/// What a rule did, newest first
#[utoipa::path(
    get, path = "/automation-rules/{id}/runs", tag = "automation",
    params(("id" = Uuid, Path, description = "The rule"), PageQuery),
    responses((status = 200, description = "Its runs", body = Page<RunView>))
)]
async fn list_runs(
    caller: Caller,
    Path(id): Path<Uuid>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let (rows, before) = (query.limit()?, query.after::<i64>(RUNS)?);
    let counted = query.count.unwrap_or(false);
    let (found, count) = caller
        .read(move |tx, call| {
            let found = rule::runs(tx, &call.actor, id, before, rows + 1)?;
            let names = readable_names(tx, &call.actor, found.iter().map(|run| run.record))?;
            let count = if counted { Some(rule::count_runs(tx, &call.actor, id)?) } else { None };
            let found: Vec<_> = found.into_iter().map(|run| RunView::of(run, &names)).collect();
            Ok((found, count))
        })
        .await?;
    Ok(Page::cut(found, rows, &[RUNS], |run| run.no)?.with_count(count).respond(&uri))
}
