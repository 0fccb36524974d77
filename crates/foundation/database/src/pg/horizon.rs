//! Who holds the horizon back: facts of a transaction above the oldest one
//! still open are read only when that one has ended.

use steward_base::Result;

use crate::{Engine, Tx};

/// The oldest open transaction that writes, and its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Process of its session; `None` for a prepared transaction.
    pub pid: Option<i64>,
    /// What the session calls itself.
    pub application_name: Option<String>,
    /// Its database.
    pub database: Option<String>,
    /// `active`, `idle in transaction`, `prepared`.
    pub state: Option<String>,
    /// Age of the transaction in seconds.
    pub seconds: i64,
}

/// The session that holds the horizon back, where one does. Names and ages of
/// other users' sessions are shown to those with `pg_read_all_stats` only.
pub fn horizon(tx: &mut Tx) -> Result<Option<Holder>> {
    if tx.engine() == Engine::Sqlite {
        return Ok(None);
    }
    tx.opt(
        "select pid, application_name, database, state, cast(seconds as bigint) from (
           select cast(pid as bigint) pid, application_name, datname::text database, state,
             floor(extract(epoch from clock_timestamp() - xact_start)) seconds, age(backend_xid) age
           from pg_stat_activity where backend_xid is not null and pid <> pg_backend_pid()
           union all
           select null, gid, database::text, 'prepared',
             floor(extract(epoch from clock_timestamp() - prepared)), age(transaction)
           from pg_prepared_xacts) held
         order by age desc limit 1",
        &[],
        |r| {
            Ok(Holder {
                pid: r.opt(0)?,
                application_name: r.opt(1)?,
                database: r.opt(2)?,
                state: r.opt(3)?,
                seconds: r.opt(4)?.unwrap_or(0),
            })
        },
    )
}
