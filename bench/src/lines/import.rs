//! Importing the real log.

use std::fmt::Write as _;
use std::time::Instant;

use steward_database::{Db, Options as Place};
use steward_schema::MIGRATIONS;

use crate::data::{Data, fresh, log, place};
use crate::options::Options;
use crate::server::{done, steward};
use crate::stats::{Series, millis};
use crate::table::{Line, Table};
use crate::{Result, probe};

/// Measures the line.
pub fn measure(options: &Options, table: &mut Table) -> Result<()> {
    let recorded = Data::empty("import-recorded")?;
    let groups = record(&recorded)?;
    let (mut product, mut bare, mut sync) =
        (Series::default(), Series::default(), Series::default());
    for _ in 0..options.runs() {
        sync.push(probe::fdatasync(&place(""))?);
        let data = fresh("import-product")?;
        let begun = Instant::now();
        done(steward(&data).args(["import", "incident-log"]).arg(log()))?;
        product.push(begun.elapsed().as_secs_f64());
        bare.push(replay(&recorded, &groups)?);
        sync.push(probe::fdatasync(&place(""))?);
    }
    let seconds = |s: f64| format!("{s:.2} s");
    let ratio = bare.median() / product.median();
    table.add(Line {
        name: "import",
        what: "the real log imported: 24,918 incidents, 141,712 updates",
        product: product.shown(seconds),
        raw: bare.shown(seconds),
        figure: format!("{ratio:.2} of the bare program's speed"),
        bound: ">= 0.3",
        sync: sync.shown(millis),
        good: ratio >= 0.3,
    });
    Ok(())
}

/// Imports once and notes how many commands each commit held.
fn record(data: &Data) -> Result<std::path::PathBuf> {
    let mut command = steward(&data.path);
    command.args(["import", "incident-log"]).arg(log());
    command.env("STEWARD_LOG_FILTER", "off,steward_database=trace");
    let out = command.output()?;
    let said = String::from_utf8_lossy(&out.stderr);
    if !out.status.success() {
        return Err(said.into_owned().into());
    }
    let mut groups = String::new();
    for line in said.lines() {
        let size =
            line.split_once("commands=").and_then(|(_, rest)| rest.split_whitespace().next());
        if let Some(size) = size {
            writeln!(groups, "{size}")?;
        }
    }
    if groups.is_empty() {
        return Err("the import's log names no groups".into());
    }
    let path = data.path.join("groups");
    std::fs::write(&path, groups)?;
    Ok(path)
}

/// The bare program's seconds for the same rows.
fn replay(recorded: &Data, groups: &std::path::Path) -> Result<f64> {
    let database = fresh("import-bare")?.join("steward.db");
    let db = Db::open(&Place::Sqlite(database.clone()))?;
    db.migrate(MIGRATIONS, steward_base::Timestamp::UNIX_EPOCH)?;
    drop(db);
    let mut command = std::process::Command::new(std::env::current_exe()?);
    command.args(["bare", "import"]).arg(&database).arg(recorded.database()).arg(groups);
    Ok(done(&mut command)?.parse()?)
}
