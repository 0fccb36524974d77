//! `steward import`: incident logs and plain lists.

use std::path::{Path, PathBuf};

use steward_base::{Entropy, Result};
use steward_database::Db;
use steward_import::mapping::Mapping;
use steward_import::simple::{self, List, import_list};
use steward_import::{Options, Show, Summary, import_log};
use steward_people::DEFAULT_ORGANISATION;
use steward_practice::Rooms;

use crate::config::Config;
use crate::open::{Migrate, open, own_actor};
use crate::print::say;
use crate::rooms::rooms;
use crate::{Failure, system};

/// The mapping of an incident log when none is named.
pub(crate) const DEFAULT_MAPPING: &str = "uci-incident-log";
/// What can be imported.
pub(crate) const KINDS: [&str; 6] =
    ["incident-log", "people", "teams", "services", "configuration-items", "archive"];

/// What the command line says.
pub(crate) struct Asked<'a> {
    pub kind: &'a str,
    pub file: &'a Path,
    pub mapping: Option<&'a str>,
    pub zone: Option<&'a str>,
    pub dry_run: bool,
}

/// Imports a file; what could not be mapped stands in a report beside it.
pub(crate) fn run(config: &Config, asked: &Asked) -> std::result::Result<(), Failure> {
    check(asked)?;
    let entropy = system::entropy();
    let db = open(config, Migrate::OnlyEmpty, &entropy)?;
    let rooms = rooms(&entropy);
    let summary = match List::parse(asked.kind) {
        Some(list) => read_list(&db, &entropy, asked, list),
        None => read_log(&db, &entropy, &rooms, asked, &report_beside(asked.file), Show::Auto),
    };
    say(summary?)
}

/// What the options name must be there before anything is made.
fn check(asked: &Asked) -> std::result::Result<(), Failure> {
    if let Some(name) = asked.mapping {
        Mapping::load(name).map_err(|error| Failure::Usage(format!("--mapping: {error}")))?;
    }
    if let Some(zone) = asked.zone {
        let found = jiff::tz::TimeZone::get(zone);
        found.map_err(|error| Failure::Usage(format!("--zone: {error}")))?;
    }
    match std::fs::File::open(asked.file) {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::Failed(format!("{}: {error}", asked.file.display()))),
    }
}

fn report_beside(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split('.').next().unwrap_or("import");
    PathBuf::from(format!("{stem}-report.csv"))
}

fn read_list(db: &Db, entropy: &Entropy, asked: &Asked, list: List) -> Result<Summary> {
    let call = system::call(own_actor(db)?, entropy);
    let report = report_beside(asked.file);
    let options = simple::Options {
        list,
        file: asked.file,
        report: &report,
        organisation: DEFAULT_ORGANISATION,
        dry_run: asked.dry_run,
        show: Show::Auto,
    };
    runtime()?.block_on(import_list(db, &call, &options))
}

/// Imports an incident log; what could not be mapped stands in `report`.
pub(crate) fn read_log(
    db: &Db,
    entropy: &Entropy,
    rooms: &Rooms,
    asked: &Asked,
    report: &Path,
    show: Show,
) -> Result<Summary> {
    let mapping = Mapping::load(asked.mapping.unwrap_or(DEFAULT_MAPPING))?;
    let call = system::call(own_actor(db)?, entropy);
    let options = Options {
        file: asked.file,
        mapping: &mapping,
        zone: asked.zone,
        report,
        organisation: DEFAULT_ORGANISATION,
        dry_run: asked.dry_run,
        show,
    };
    runtime()?.block_on(import_log(db, &call, &rooms.practices.registries, &options))
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    let made = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    made.map_err(steward_base::Error::internal)
}
