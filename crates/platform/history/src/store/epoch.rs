//! The epoch: the order of facts where transaction ids begin anew.

use steward_base::Result;
use steward_database::{Engine, Tx};

use super::{set_setting, setting};

/// The setting that names the cluster whose transaction ids the facts carry.
const CLUSTER: &str = "cluster";

/// Raises the epoch: after a restore or a move transaction ids start anew, and
/// what follows must still sort behind what was.
pub fn raise_epoch(tx: &mut Tx) -> Result<i64> {
    let epoch = setting(tx, "epoch")?.and_then(|e| e.parse::<i64>().ok()).unwrap_or(0) + 1;
    set_setting(tx, "epoch", &epoch.to_string())?;
    Ok(epoch)
}

/// The cluster this database stands in now, where it is not the noted one: a
/// dump was restored elsewhere, and transaction ids count anew.
///
/// # Errors
/// Those of the database.
pub fn other_cluster(tx: &mut Tx) -> Result<Option<String>> {
    if tx.engine() == Engine::Sqlite {
        return Ok(None);
    }
    let here = tx.one("select system_identifier::text from pg_control_system()", &[], |r| {
        r.get::<String>(0)
    })?;
    let noted = setting(tx, CLUSTER)?;
    Ok((noted.as_deref() != Some(&here)).then_some(here))
}

/// Notes the cluster, and raises the epoch where another one was noted before.
///
/// # Errors
/// Those of the database.
pub fn settle_in(tx: &mut Tx, cluster: &str) -> Result<()> {
    match setting(tx, CLUSTER)? {
        Some(noted) if noted == cluster => return Ok(()),
        Some(_) => drop(raise_epoch(tx)?),
        None => {}
    }
    set_setting(tx, CLUSTER, cluster)
}
