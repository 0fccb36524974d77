//! `steward import archive`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};
use steward_base::{Error, Result, Timestamp};
use steward_database::{Db, Migration, Tx, Value, schema_version};
use steward_fields::Registries;
use steward_history::raise_epoch;
use steward_schema::{MIGRATIONS, Table};
use steward_ticket::attachment::Files;

use crate::cell::write_row;
use crate::files::Store;
use crate::manifest::{About, Counters, Manifest, Part};
use crate::pack::{Hashing, io_error, is_gzip};
use crate::{store, travelling};

/// Largest description an archive may have of itself.
const MOST_JSON: u64 = 256 << 20;

/// Reads an archive into an empty database, in one transaction: ids and hashes
/// stay, the epoch is raised, full text is made anew. An archive of an older
/// schema is loaded as it was and then migrated.
///
/// # Errors
/// `Refused` for a database that is not empty, an archive that is cut off,
/// altered or of a newer program; those of the database. Nothing is there then.
pub fn import(
    db: &Db,
    files: &Files,
    registries: &Arc<Registries>,
    path: &Path,
    now: Timestamp,
) -> Result<Manifest> {
    let newest = MIGRATIONS.last().map_or(0, |m| m.version);
    let about = read_about(path)?;
    about.check(newest)?;
    let steps = prepare(db, about.schema, now)?;
    let (path, files) = (path.to_owned(), files.clone());
    let manifest = db.write_blocking(move |tx| load(tx, &path, &files, steps))?;
    db.migrate(MIGRATIONS, now)?;
    steward_ticket::rebuild::texts(db, registries, &mut |_| {})?;
    Ok(manifest)
}

/// Reads an archive to its end as [`import`] does and writes nothing: its parts,
/// their hashes, and whether it would find its place in `db`, or in a new
/// database without one.
///
/// # Errors
/// Those that [`import`] tells of the archive and of a database that holds
/// something.
pub fn look_over(db: Option<&Db>, path: &Path) -> Result<Manifest> {
    let about = read_about(path)?;
    about.check(MIGRATIONS.last().map_or(0, |m| m.version))?;
    if let Some(db) = db {
        match db.read_blocking(schema_version)? {
            0 => {}
            found if found != about.schema => return Err(other_schema(about.schema, found)),
            _ if db.read_blocking(store::is_empty)? => {}
            _ => return Err(not_empty()),
        }
    }
    read(path, &travelling(steps_to(about.schema)), &mut None)
}

fn open(path: &Path) -> Result<tar::Archive<Box<dyn Read>>> {
    let file = File::open(path).map_err(|e| Error::Refused(format!("{}: {e}", path.display())))?;
    let file = BufReader::with_capacity(1 << 20, file);
    Ok(tar::Archive::new(match is_gzip(path)? {
        true => Box::new(MultiGzDecoder::new(file)),
        false => Box::new(file),
    }))
}

fn no_archive(path: &Path) -> Error {
    Error::Refused(format!("{} is no archive of Steward", path.display()))
}

fn read_about(path: &Path) -> Result<About> {
    let mut archive = open(path)?;
    let mut entries = archive.entries().map_err(|_| no_archive(path))?;
    let Some(Ok(mut first)) = entries.next() else { return Err(no_archive(path)) };
    if first.path().map_err(|_| no_archive(path))?.as_ref() != Path::new("archive.json") {
        return Err(no_archive(path));
    }
    json(&mut first).map_err(|_| no_archive(path))
}

fn json<T: DeserializeOwned>(bytes: impl Read) -> Result<T> {
    let mut text = Vec::new();
    bytes.take(MOST_JSON).read_to_end(&mut text).map_err(io_error)?;
    serde_json::from_slice(&text).map_err(|e| Error::Refused(format!("the archive: {e}")))
}

/// Brings an empty database to the archive's schema; the steps up to there.
fn prepare(db: &Db, schema: i64, now: Timestamp) -> Result<&'static [Migration]> {
    let steps = steps_to(schema);
    let found = db.read_blocking(schema_version)?;
    if found == 0 {
        db.migrate(steps, now)?;
    } else if found != schema {
        return Err(other_schema(schema, found));
    }
    Ok(steps)
}

fn steps_to(schema: i64) -> &'static [Migration] {
    let steps = MIGRATIONS.iter().take_while(|step| step.version <= schema).count();
    &MIGRATIONS[..steps]
}

fn other_schema(schema: i64, found: i64) -> Error {
    Error::Refused(format!(
        "the archive has schema version {schema}, the database was made with {found}: give a new, \
         empty one"
    ))
}

fn not_empty() -> Error {
    Error::Refused("this database is not empty: an archive goes into a new one".into())
}

/// Where what is read goes.
struct Target<'t, 'c> {
    tx: &'t mut Tx<'c>,
    files: Store,
}

/// What was read so far.
#[derive(Default)]
struct Seen {
    tables: BTreeMap<String, u64>,
    parts: Vec<Part>,
    files: u64,
}

fn load(tx: &mut Tx, path: &Path, files: &Files, steps: &[Migration]) -> Result<Manifest> {
    if !store::is_empty(tx)? {
        return Err(not_empty());
    }
    let tables = travelling(steps);
    for table in &tables {
        store::clear(tx, table)?;
    }
    let mut target = Some(Target { tx, files: Store::new(files.clone())? });
    let manifest = read(path, &tables, &mut target)?;
    if let Some(Target { tx, .. }) = target {
        raise_epoch(tx)?;
    }
    Ok(manifest)
}

/// Reads an archive to its end, into the target if there is one.
fn read(path: &Path, tables: &[Table], target: &mut Option<Target<'_, '_>>) -> Result<Manifest> {
    let mut seen = Seen::default();
    let mut archive = open(path)?;
    for entry in archive.entries().map_err(io_error)? {
        let entry = entry.map_err(io_error)?;
        let place = entry.path().map_err(io_error)?.into_owned();
        let name = place.to_str().ok_or_else(|| no_archive(path))?.to_owned();
        if name == "manifest.json" {
            let manifest: Manifest = json(entry)?;
            check(&manifest, &seen, tables)?;
            return Ok(manifest);
        }
        let mut bytes = Hashing::new(entry);
        take(target, &name, &mut bytes, tables, &mut seen)?;
        io::copy(&mut bytes, &mut io::sink()).map_err(io_error)?;
        let (sha256, bytes) = bytes.end();
        seen.parts.push(Part { name, bytes, sha256 });
    }
    Err(Error::Refused("the archive is cut off: its manifest is missing".into()))
}

fn take(
    target: &mut Option<Target<'_, '_>>,
    name: &str,
    bytes: &mut impl Read,
    tables: &[Table],
    seen: &mut Seen,
) -> Result<()> {
    let mut parts = name.splitn(3, '/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("archive.json"), None, _) => Ok(()),
        (Some("counters.json"), None, _) => {
            let counters = json::<Counters>(bytes)?;
            target.as_mut().map_or(Ok(()), |t| store::set_counters(t.tx, tables, &counters))
        }
        (Some("tables"), Some(table), Some(_)) => {
            let known = tables.iter().find(|known| known.name == table);
            let known = known.ok_or_else(|| {
                Error::Refused(format!("the archive has a table {table}, which is unknown here"))
            })?;
            let rows = load_rows(target, known, bytes)?;
            *seen.tables.entry(table.to_owned()).or_default() += rows;
            Ok(())
        }
        (Some("files"), Some(_), Some(_)) => {
            let object = name.trim_start_matches("files/");
            if !is_plain(Path::new(object)) {
                return Err(Error::Refused(format!("the archive names a file {name}")));
            }
            seen.files += 1;
            target.as_ref().map_or(Ok(()), |t| t.files.write(object, bytes))
        }
        _ => Err(Error::Refused(format!("the archive has an unknown part {name}"))),
    }
}

/// Only names, no way up or out.
fn is_plain(path: &Path) -> bool {
    let plain: PathBuf =
        path.components().filter(|part| matches!(part, Component::Normal(_))).collect();
    plain == path
}

fn load_rows(
    target: &mut Option<Target<'_, '_>>,
    table: &Table,
    bytes: &mut impl Read,
) -> Result<u64> {
    let (mut rows, mut count) = (Vec::new(), 0);
    for line in BufReader::with_capacity(1 << 18, bytes).lines() {
        let line = line.map_err(io_error)?;
        let object: Map<String, Json> = serde_json::from_str(&line)
            .map_err(|e| Error::Refused(format!("the archive's table {}: {e}", table.name)))?;
        rows.push(write_row(table, object)?);
        count += 1;
        if rows.len() == store::rows_at_a_time(table) {
            flush(target, table, &mut rows)?;
        }
    }
    flush(target, table, &mut rows)?;
    Ok(count)
}

fn flush(
    target: &mut Option<Target<'_, '_>>,
    table: &Table,
    rows: &mut Vec<Vec<Value>>,
) -> Result<()> {
    if let Some(target) = target {
        store::insert_rows(target.tx, table, rows)?;
    }
    rows.clear();
    Ok(())
}

/// Whether what was read is what was written.
fn check(manifest: &Manifest, seen: &Seen, tables: &[Table]) -> Result<()> {
    let mut found = seen.parts.iter();
    for part in &manifest.parts {
        if found.next() != Some(part) {
            return Err(Error::Refused(format!("the archive's {} was altered", part.name)));
        }
    }
    if found.next().is_some() || manifest.files != seen.files {
        return Err(Error::Refused("the archive holds parts that its manifest does not".into()));
    }
    for table in tables {
        let (expected, found) = (manifest.tables.get(&table.name), seen.tables.get(&table.name));
        if expected.copied() != Some(found.copied().unwrap_or(0)) {
            let words = format!("the archive's table {} is not whole", table.name);
            return Err(Error::Refused(words));
        }
    }
    Ok(())
}
