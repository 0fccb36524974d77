//! Migrations: one SQL text for both engines, with a few tokens for the types
//! (see `CONTRIBUTING.md`, "Add a migration").

use jiff::Timestamp;
use steward_base::{Error, Result};

use crate::{Db, Engine, Tx, Value};

/// One step of the schema. `version` is its place, without gaps from 1.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its place in the order, from 1, without gaps.
    pub version: i64,
    /// What it brings, for people.
    pub name: &'static str,
    /// The text for both engines; statements end with `;` at a line's end.
    pub sql: &'static str,
    /// Only for SQLite, after `sql`.
    pub sqlite: &'static str,
    /// Only for PostgreSQL, after `sql`.
    pub postgres: &'static str,
}

/// Replaces the type tokens (`{id}`, `{time}`, ...) for an engine.
pub fn expand(sql: &str, engine: Engine) -> String {
    let types: [(&str, &str, &str); 10] = [
        ("{float}", "real", "double precision"),
        ("{id}", "blob", "uuid"),
        ("{time}", "integer", "bigint"),
        // Folded keys compare by bytes, whatever the database's own collation.
        ("{key}", "text", "text collate \"C\""),
        ("{int}", "integer", "bigint"),
        ("{bool}", "integer", "boolean"),
        ("{json}", "text", "jsonb"),
        ("{bytes}", "blob", "bytea"),
        ("{serial}", "integer primary key autoincrement", "bigserial primary key"),
        ("{strict}", "strict", ""),
    ];
    types.iter().fold(sql.to_owned(), |text, (token, lite, pg)| {
        text.replace(token, if engine == Engine::Sqlite { lite } else { pg })
    })
}

/// The version of the schema in this database; 0 when it is empty.
pub fn schema_version(tx: &mut Tx) -> Result<i64> {
    let table = match tx.engine() {
        Engine::Sqlite => {
            tx.opt("select name from sqlite_master where name = 'schema_migration'", &[], |r| {
                r.get::<String>(0)
            })?
        }
        Engine::Postgres => tx.opt(
            "select table_name::text from information_schema.tables
             where table_schema = current_schema() and table_name = 'schema_migration'",
            &[],
            |r| r.get::<String>(0),
        )?,
    };
    if table.is_none() {
        return Ok(0);
    }
    Ok(tx.one("select max(version) from schema_migration", &[], |r| r.opt::<i64>(0))?.unwrap_or(0))
}

impl Db {
    /// Brings the schema up to the last of `steps`, each in a transaction of
    /// its own under a lock, so that two processes may start at once. Returns
    /// the versions applied.
    ///
    /// # Errors
    /// A schema newer than this program is refused with a sentence.
    pub fn migrate(&self, steps: &'static [Migration], now: Timestamp) -> Result<Vec<i64>> {
        let newest = steps.last().map_or(0, |m| m.version);
        let mut applied = Vec::new();
        loop {
            let step = self.write_blocking(move |tx| one_step(tx, steps, newest, now))?;
            match step {
                Some(version) => applied.push(version),
                None => return Ok(applied),
            }
        }
    }
}

fn one_step(
    tx: &mut Tx,
    steps: &'static [Migration],
    newest: i64,
    now: Timestamp,
) -> Result<Option<i64>> {
    if tx.engine() == Engine::Postgres {
        // Two nodes may start at once: one migrates, the other waits and looks.
        tx.one("select 1 from (select pg_advisory_xact_lock(7221033)) l", &[], |_| Ok(()))?;
    }
    let current = schema_version(tx)?;
    if current > newest {
        return Err(Error::Refused(format!(
            "this database has schema version {current}, made by a newer Steward; this program knows up to {newest}. Install the newer version, or restore the backup made before its migration"
        )));
    }
    let Some(step) = steps.iter().find(|m| m.version == current + 1) else {
        return Ok(None);
    };
    if current == 0 {
        tx.batch(&expand(
            "create table if not exists schema_migration (version {int} primary key, name text not null, applied_at {time} not null) {strict};",
            tx.engine(),
        ))?;
    }
    // Noted first: the snapshot is older than the lock, so the version read above
    // may be too. PostgreSQL then refuses this row, and the step begins again.
    tx.run(
        "insert into schema_migration (version, name, applied_at) values ($1, $2, $3)
         on conflict (version) do nothing",
        &[Value::Int(step.version), step.name.into(), now.into()],
    )?;
    tx.batch(&expand(step.sql, tx.engine()))?;
    let own = if tx.engine() == Engine::Sqlite { step.sqlite } else { step.postgres };
    tx.batch(&expand(own, tx.engine()))?;
    Ok(Some(step.version))
}
