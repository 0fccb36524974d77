//! `steward backup` and `steward restore`. On SQLite one tar file with the
//! database, consistent at one commit, and the attachments; on PostgreSQL an
//! archive as `export` writes it, of one snapshot.

use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path};

use steward_base::Error;
use steward_database::{Db, Engine};
use steward_history::raise_epoch;

use super::export;
use crate::config::Config;
use crate::open::{Migrate, make_directory, open, private_file};
use crate::print::say;
use crate::rooms::rooms;
use crate::{Failure, erasures, system};

/// Name of the database inside a backup and in the data directory.
const DATABASE: &str = "steward.db";
/// Directory of the attachments inside a backup and in the data directory.
const FILES: &str = "files";

/// Writes a backup while others serve.
pub(crate) fn backup(config: &Config, file: &Path) -> Result<(), Failure> {
    let db = open(config, Migrate::OnlyEmpty, &system::entropy())?;
    if db.engine() == Engine::Postgres {
        return export::write(&db, config, file);
    }
    let target = private_file(file).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            let words = format!("{} is there already: name another file", file.display());
            Failure::Failed(words)
        }
        _ => cannot(file, &error),
    })?;
    let copy = file.with_extension("db-part");
    let _ = std::fs::remove_file(&copy);
    let made = private_file(&copy).map(drop);
    let written = made.and_then(|()| write(&db, config, target, &copy));
    let _ = std::fs::remove_file(&copy);
    if written.is_err() {
        // Half a backup must not look like one.
        let _ = std::fs::remove_file(file);
    }
    written.map_err(|error| cannot(file, &error))
}

fn write(db: &Db, config: &Config, target: File, copy: &Path) -> std::io::Result<()> {
    // The database first: every attachment it names is there by now, and
    // attachments never change.
    db.copy_to(copy).map_err(std::io::Error::other)?;
    let mut archive = tar::Builder::new(BufWriter::new(target));
    archive.append_path_with_name(copy, DATABASE)?;
    let files = config.data.join(FILES);
    if files.is_dir() {
        archive.append_dir_all(FILES, &files)?;
    }
    let mut target = archive.into_inner()?;
    target.flush()?;
    target.get_ref().sync_all()
}

/// Puts a backup into an empty directory. The epoch is raised, so that what
/// follows sorts behind whatever was before.
pub(crate) fn restore(config: &Config, file: &Path, erased: Option<&Path>) -> Result<(), Failure> {
    for needed in std::iter::once(file).chain(erased) {
        let found = File::open(needed);
        found.map_err(|e| Failure::Failed(format!("{}: {e}", needed.display())))?;
    }
    let source = File::open(file).map_err(|error| cannot(file, &error))?;
    if config.database.is_some() {
        // The archive brings its attachments; what stands there already stays.
        return export::import(config, file, erased);
    }
    if holds_data(&config.data) {
        let words =
            format!("{} is not empty; restore into an empty directory", config.data.display());
        return Err(Failure::Failed(words));
    }
    make_directory(config)?;
    let mut archive = tar::Archive::new(BufReader::new(source));
    // Whatever they were where the backup was made.
    archive.set_mask(0o077);
    for entry in archive.entries().map_err(|error| cannot(file, &error))? {
        let mut entry = entry.map_err(|error| cannot(file, &error))?;
        let path = entry.path().map_err(|error| cannot(file, &error))?.into_owned();
        if !expected(&path) {
            let words = format!("{}: {} is not part of a backup", file.display(), path.display());
            return Err(Failure::Failed(words));
        }
        entry.unpack_in(&config.data).map_err(|error| cannot(&config.data, &error))?;
    }
    let database = config.data.join(DATABASE);
    if !database.is_file() {
        return Err(Failure::Failed(format!("{} is no backup of Steward", file.display())));
    }
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&database, private).map_err(|error| cannot(&database, &error))?;
    let entropy = system::entropy();
    let db = open(config, Migrate::Yes, &entropy)?;
    db.write_blocking(|tx| raise_epoch(tx).map(drop))?;
    erasures::apply(config, &db, &rooms(&entropy), erased)?;
    say(format!("restored into {}; `steward verify` looks it over", config.data.display()))
}

/// Whether something is there beside a list of erasures.
fn holds_data(directory: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(directory) else { return false };
    entries.flatten().any(|entry| entry.file_name() != erasures::NAME)
}

fn expected(path: &Path) -> bool {
    let mut parts = path.components();
    match parts.next() {
        Some(Component::Normal(first)) if first == DATABASE => parts.next().is_none(),
        Some(Component::Normal(first)) => {
            first == FILES && parts.all(|part| matches!(part, Component::Normal(_)))
        }
        _ => false,
    }
}

fn cannot(path: &Path, error: &std::io::Error) -> Failure {
    Error::DiskFull(format!("{}: {error}", path.display())).into()
}
