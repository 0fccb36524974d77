//! The priority matrices, as data: one for each kind that has a priority.

use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use steward_api::{Caller, IfMatch, Json, Problem, Query, Reply, check_version, content_version};
use steward_base::{Error, Result};
use steward_database::Tx;
use steward_people::Call;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::practices;
use crate::practice::Practice;
use crate::priority::{MATRIX, PriorityMatrix};
use crate::settings::{check_manage, write_setting};

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(priority_matrix, set_priority_matrix))
}

/// Of which kind.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Of {
    /// Kind of record; when left out, the first that has a matrix.
    #[param(example = "incident")]
    kind: Option<String>,
}

/// The practice whose matrix is asked for.
fn asked(caller: &Caller, of: &Of) -> Result<&'static Practice> {
    let practices = practices(caller);
    let has = |practice: &&Practice| ["impact", "urgency"].iter().all(|f| practice.registry.has(f));
    let mut having = practices.iter().filter(has);
    let found = having.find(|practice| of.kind.as_ref().is_none_or(|kind| practice.kind == kind));
    found.ok_or_else(|| Error::malformed("kind", "unknown", "no such kind has a priority matrix"))
}

/// One cell of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Cell {
    /// 1 (widest) to 3.
    #[schema(minimum = 1, maximum = 3)]
    impact: i64,
    /// 1 (most urgent) to 3.
    #[schema(minimum = 1, maximum = 3)]
    urgency: i64,
    /// 1 (critical) to 5 (planning).
    #[schema(minimum = 1, maximum = 5)]
    priority: i64,
}

/// The matrix: all nine cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"cells": [
    {"impact": 1, "urgency": 1, "priority": 1}, {"impact": 1, "urgency": 2, "priority": 2},
    {"impact": 1, "urgency": 3, "priority": 3}, {"impact": 2, "urgency": 1, "priority": 2},
    {"impact": 2, "urgency": 2, "priority": 3}, {"impact": 2, "urgency": 3, "priority": 4},
    {"impact": 3, "urgency": 1, "priority": 3}, {"impact": 3, "urgency": 2, "priority": 4},
    {"impact": 3, "urgency": 3, "priority": 4}
]}))]
struct Cells {
    /// Every pair of impact and urgency, once.
    cells: Vec<Cell>,
}

fn cells(matrix: &PriorityMatrix) -> Cells {
    let pairs = (1..=3_u8).flat_map(|i| (1..=3_u8).map(move |u| (i, u)));
    let cell = |(i, u): (u8, u8)| Cell {
        impact: i.into(),
        urgency: u.into(),
        priority: matrix.priority(i, u).into(),
    };
    Cells { cells: pairs.map(cell).collect() }
}

fn matrix(given: &Cells) -> Result<PriorityMatrix> {
    let mut filled = [[0_u8; 3]; 3];
    for cell in &given.cells {
        let level = |n: i64, field: &str| match n {
            1..=3 => Ok(n as usize - 1),
            _ => Err(Error::invalid(format!("cells.{field}"), "range", "is 1, 2 or 3")),
        };
        let (i, u) = (level(cell.impact, "impact")?, level(cell.urgency, "urgency")?);
        if filled[i][u] != 0 {
            return Err(Error::invalid("cells", "repeated", "names a pair twice"));
        }
        filled[i][u] = u8::try_from(cell.priority).unwrap_or(0);
        if !(1..=5).contains(&filled[i][u]) {
            return Err(Error::invalid("cells.priority", "range", "is 1 to 5"));
        }
    }
    if filled.iter().flatten().any(|p| *p == 0) {
        return Err(Error::invalid(
            "cells",
            "complete",
            "every pair of impact and urgency needs a priority",
        ));
    }
    Ok(PriorityMatrix { cells: filled })
}

/// Priority from impact and urgency
#[utoipa::path(
    get, path = "/priority-matrix", tag = "settings", params(Of),
    responses((status = 200, description = "All nine cells", body = Cells))
)]
async fn priority_matrix(caller: Caller, Query(of): Query<Of>) -> Result<Response, Problem> {
    let kind = asked(&caller, &of)?.kind;
    let registries = practices(&caller).registries.clone();
    let matrix = caller.read(move |tx, _| Ok(PriorityMatrix::of(&*registries.get(tx, kind)?)));
    let shown = cells(&matrix.await?);
    let version = content_version(&shown)?;
    Ok(Reply::ok(shown).with_version(version).into_response())
}

/// Change the priority matrix
///
/// It counts for what is opened or changed from now on.
#[utoipa::path(
    put, path = "/priority-matrix", tag = "settings", request_body = Cells,
    params(Of, ("If-Match" = String, Header, description = "The ETag you read")),
    responses((status = 200, description = "All nine cells", body = Cells))
)]
async fn set_priority_matrix(
    caller: Caller,
    Query(of): Query<Of>,
    if_match: IfMatch,
    Json(body): Json<Cells>,
) -> Result<Response, Problem> {
    let matrix = matrix(&body)?;
    let kind = asked(&caller, &of)?.kind;
    let registries = practices(&caller).registries.clone();
    caller
        .write(move |tx, call| {
            check_manage(call, kind)?;
            let before = PriorityMatrix::of(&*registries.get(tx, kind)?);
            check_version(if_match.required()?, content_version(&cells(&before))?)?;
            write_matrix(tx, call, kind, &before, &matrix)?;
            let shown = cells(&matrix);
            let version = content_version(&shown)?;
            Ok(Reply::ok(shown).with_version(version))
        })
        .await
}

fn write_matrix(
    tx: &mut Tx,
    call: &Call,
    kind: &str,
    before: &PriorityMatrix,
    matrix: &PriorityMatrix,
) -> Result<()> {
    if before == matrix {
        return Ok(());
    }
    let value = serde_json::to_value(matrix).map_err(Error::internal)?;
    let was = serde_json::to_value(before).map_err(Error::internal)?;
    write_setting(tx, call, kind, MATRIX, was, value)
}
