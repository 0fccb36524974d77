//! The priority matrix and the terms of closing and reopening, as data.

use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use steward_api::{Caller, IfMatch, Json, Problem, Reply, check_version, content_version};
use steward_base::{Error, Result};
use steward_database::Tx;
use steward_people::Call;
use steward_practice::PriorityMatrix;
use steward_practice::settings::{check_manage, write_setting};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::registries;
use crate::fields::{KIND, Settings};

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(priority_matrix, set_priority_matrix))
        .routes(routes!(incident_settings, set_incident_settings))
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
    get, path = "/priority-matrix", tag = "incidents",
    responses((status = 200, description = "All nine cells", body = Cells))
)]
async fn priority_matrix(caller: Caller) -> Result<Response, Problem> {
    let registries = registries(caller.app());
    let settings = caller.read(move |tx, _| Ok(Settings::of(&*registries.get(tx, KIND)?))).await?;
    let shown = cells(&settings.matrix);
    let version = content_version(&shown)?;
    Ok(Reply::ok(shown).with_version(version).into_response())
}

/// Change the priority matrix
///
/// It counts for what is opened or changed from now on.
#[utoipa::path(
    put, path = "/priority-matrix", tag = "incidents", request_body = Cells,
    params(("If-Match" = String, Header, description = "The ETag you read")),
    responses((status = 200, description = "All nine cells", body = Cells))
)]
async fn set_priority_matrix(
    caller: Caller,
    if_match: IfMatch,
    Json(body): Json<Cells>,
) -> Result<Response, Problem> {
    let matrix = matrix(&body)?;
    let registries = registries(caller.app());
    caller
        .write(move |tx, call| {
            check_manage(call, KIND)?;
            let before = Settings::of(&*registries.get(tx, KIND)?).matrix;
            check_version(if_match.required()?, content_version(&cells(&before))?)?;
            write_matrix(tx, call, &before, &matrix)?;
            let shown = cells(&matrix);
            let version = content_version(&shown)?;
            Ok(Reply::ok(shown).with_version(version))
        })
        .await
}

fn write_matrix(
    tx: &mut Tx,
    call: &Call,
    before: &PriorityMatrix,
    matrix: &PriorityMatrix,
) -> Result<()> {
    if before == matrix {
        return Ok(());
    }
    let value = serde_json::to_value(matrix).map_err(Error::internal)?;
    let was = serde_json::to_value(before).map_err(Error::internal)?;
    write_setting(tx, call, KIND, "priority_matrix", was, value)
}

/// What is decided about all incidents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"auto_close_days": 7, "reopen_days": 14}))]
struct IncidentSettings {
    /// Days after which a resolved incident closes by itself, 0 to 365; 0 is never.
    #[schema(minimum = 0, maximum = 365)]
    auto_close_days: i64,
    /// Days after closing in which it may be reopened, 0 to 3650.
    #[schema(minimum = 0, maximum = 3650)]
    reopen_days: i64,
}

impl IncidentSettings {
    fn of(settings: &Settings) -> IncidentSettings {
        IncidentSettings {
            auto_close_days: settings.auto_close_days,
            reopen_days: settings.reopen_days,
        }
    }

    fn check(&self) -> Result<()> {
        if !(0..=365).contains(&self.auto_close_days) {
            return Err(Error::invalid("auto_close_days", "range", "is 0 to 365"));
        }
        if !(0..=3650).contains(&self.reopen_days) {
            return Err(Error::invalid("reopen_days", "range", "is 0 to 3650"));
        }
        Ok(())
    }
}

/// When incidents close by themselves, and how long they may be reopened
#[utoipa::path(
    get, path = "/incident-settings", tag = "incidents",
    responses((status = 200, description = "The settings", body = IncidentSettings))
)]
async fn incident_settings(caller: Caller) -> Result<Response, Problem> {
    let registries = registries(caller.app());
    let settings = caller.read(move |tx, _| Ok(Settings::of(&*registries.get(tx, KIND)?))).await?;
    let shown = IncidentSettings::of(&settings);
    let version = content_version(&shown)?;
    Ok(Reply::ok(shown).with_version(version).into_response())
}

/// Change these settings
///
/// An incident closes by itself as many days after it was resolved as the setting said then. When that day comes, the
/// setting of that day is asked too: with more days it waits on, with 0 it stays resolved. So fewer days count for what is
/// resolved from now on, and what was resolved while it was 0 never closes by itself. Reopening counts the days of the
/// moment it is asked, also for what was closed before.
#[utoipa::path(
    put, path = "/incident-settings", tag = "incidents", request_body = IncidentSettings,
    params(("If-Match" = String, Header, description = "The ETag you read")),
    responses((status = 200, description = "The settings", body = IncidentSettings))
)]
async fn set_incident_settings(
    caller: Caller,
    if_match: IfMatch,
    Json(body): Json<IncidentSettings>,
) -> Result<Response, Problem> {
    body.check()?;
    let registries = registries(caller.app());
    caller
        .write(move |tx, call| {
            check_manage(call, KIND)?;
            let before = IncidentSettings::of(&Settings::of(&*registries.get(tx, KIND)?));
            check_version(if_match.required()?, content_version(&before)?)?;
            for (name, was, value) in [
                ("auto_close_days", before.auto_close_days, body.auto_close_days),
                ("reopen_days", before.reopen_days, body.reopen_days),
            ] {
                if was != value {
                    write_setting(tx, call, KIND, name, was.into(), value.into())?;
                }
            }
            Ok(Reply::ok(body.clone()).with_version(content_version(&body)?))
        })
        .await
}
