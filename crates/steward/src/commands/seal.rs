//! `steward seal print`.

use steward_history::{seal_now, seals};

use crate::config::Config;
use crate::open::{Migrate, open};
use crate::print::give;
use crate::{Failure, system};

/// Seals what has happened since the last seal and prints the newest one.
pub(crate) fn print(config: &Config) -> Result<(), Failure> {
    let db = open(config, Migrate::OnlyEmpty, &system::entropy())?;
    let now = system::now();
    db.write_blocking(move |tx| seal_now(tx, now).map(drop))?;
    let newest = db.read_blocking(|tx| seals(tx, i64::MAX, 1))?;
    match newest.first() {
        Some(seal) => give(format!("{}\n", seal.line()).as_bytes()),
        None => Err(Failure::Failed("nothing has happened that could be sealed".into())),
    }
}
