//! `steward export` and `steward import archive`.

use std::path::Path;

use steward_archive::Manifest;
use steward_database::{Db, Options};
use steward_ticket::attachment::{Files, Limits};

use crate::config::Config;
use crate::open::{Migrate, make_directory, make_file, open};
use crate::print::{say, tell};
use crate::rooms::rooms;
use crate::{Failure, erasures, system};

/// The files of this installation.
pub(crate) fn files(config: &Config) -> steward_base::Result<Files> {
    Files::local(&config.data.join("files"), Limits::default())
}

/// Writes everything into one file, while others serve.
pub(crate) fn export(config: &Config, file: &Path) -> Result<(), Failure> {
    let db = open(config, Migrate::OnlyEmpty, &system::entropy())?;
    write(&db, config, file)
}

/// Writes the archive of an open database.
pub(crate) fn write(db: &Db, config: &Config, file: &Path) -> Result<(), Failure> {
    let program = env!("CARGO_PKG_VERSION");
    let files = files(config)?;
    let manifest = steward_archive::export(db, Some(&files), file, program, system::now())?;
    for object in &manifest.lost_files {
        tell(format!("the file {object} is missing or damaged and was left out"));
    }
    say(format!("{} in {}", summary(&manifest), file.display()))
}

/// Reads an archive into an empty database.
pub(crate) fn import(config: &Config, file: &Path, erased: Option<&Path>) -> Result<(), Failure> {
    make_directory(config)?;
    make_file(config)?;
    // Opened without its foundation: the archive brings its own.
    let db = Db::open(&config.options())?;
    let entropy = system::entropy();
    let rooms = rooms(&entropy);
    let (files, now) = (files(config)?, system::now());
    let manifest = steward_archive::import(&db, &files, &rooms.practices.registries, file, now)?;
    // Whether anybody hears of it or not: who was erased is erased before anything else.
    erasures::apply(config, &db, &rooms, erased)?;
    say(format!("{}; `steward verify` looks it over", summary(&manifest)))
}

/// Reads an archive and says what [`import`] would write.
pub(crate) fn look_over(
    config: &Config,
    file: &Path,
    erased: Option<&Path>,
) -> Result<(), Failure> {
    // A database is looked into where there is one, and none is made.
    let db = match config.options() {
        Options::Sqlite(path) if !path.exists() => None,
        options => Some(Db::open(&options)?),
    };
    let manifest = steward_archive::look_over(db.as_ref(), file)?;
    let listed = erased.map(erasures::count).transpose()?;
    say(format!("{} would be written", summary(&manifest)))?;
    match listed {
        Some(count) => say(format!("erased again, where they are there: {count} persons")),
        None => Ok(()),
    }
}

/// Prints the list of erasures.
pub(crate) fn erasures(config: &Config) -> Result<(), Failure> {
    let db = open(config, Migrate::OnlyEmpty, &system::entropy())?;
    erasures::print(&db)
}

fn summary(manifest: &Manifest) -> String {
    let rows = |table: &str| manifest.tables.get(table).copied().unwrap_or(0);
    format!(
        "{} records, {} facts, {} texts and {} files",
        rows("record"),
        rows("fact"),
        rows("content"),
        manifest.files
    )
}
