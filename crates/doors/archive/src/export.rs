//! `steward export`.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde::Serialize;
use steward_base::time::wire;
use steward_base::{Error, Result, Timestamp};
use steward_database::{Db, Engine, Tx, schema_version};
use steward_schema::{MIGRATIONS, Table};
use steward_ticket::attachment::{Files, objects};

use crate::files::Store;
use crate::manifest::{About, FORMAT, Manifest, hex};
use crate::pack::{Pack, is_gzip};
use crate::{LEFT_OUT, store, travelling};

/// Bytes of one part of a table.
const PART: usize = 4 << 20;

/// Writes everything into a new file at `path`, which its owner only may read,
/// as of one moment, while others go on. A name that ends in `.gz` is
/// compressed. Without `files` those of attachments stay out. An older schema is
/// written as it is, and migrated when it is read.
///
/// # Errors
/// `Refused` when the file exists or the schema is of a newer program;
/// `DiskFull`; those of the database. Half an archive is taken away.
pub fn export(
    db: &Db,
    files: Option<&Files>,
    path: &Path,
    program: &str,
    now: Timestamp,
) -> Result<Manifest> {
    let gzip = is_gzip(path)?;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let file = file.map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Error::Refused(format!("{} is there already: name another file", path.display()))
        }
        _ => Error::DiskFull(format!("{}: {e}", path.display())),
    })?;
    let made_at = u64::try_from(now.as_second()).unwrap_or(0);
    let pack = Pack::new(file, gzip, made_at);
    let written = write(db, files, pack, program, now);
    if written.is_err() {
        let _ = std::fs::remove_file(path);
    }
    written
}

fn write(
    db: &Db,
    files: Option<&Files>,
    pack: Pack,
    program: &str,
    now: Timestamp,
) -> Result<Manifest> {
    let newest = MIGRATIONS.last().map_or(0, |m| m.version);
    let mut about = About {
        format: FORMAT,
        schema: newest,
        engine: match db.engine() {
            Engine::Sqlite => "sqlite".into(),
            Engine::Postgres => "postgres".into(),
        },
        made_at: wire(now),
        program: program.into(),
    };
    let mut first = about.clone();
    let with_files = files.is_some();
    let (mut pack, schema, tables, objects) = db.read_blocking(move |tx| {
        let mut pack = pack;
        first.schema = schema_version(tx)?;
        if first.schema > newest {
            return Err(Error::Refused(format!(
                "this database has schema version {}, made by a newer Steward; this program \
                 knows up to {newest}",
                first.schema
            )));
        }
        add_json(&mut pack, "archive.json", &first)?;
        let steps = MIGRATIONS.iter().take_while(|step| step.version <= first.schema).count();
        let list = travelling(&MIGRATIONS[..steps]);
        let mut tables = BTreeMap::new();
        for table in &list {
            tables.insert(table.name.clone(), add_table(tx, &mut pack, table)?);
        }
        add_json(&mut pack, "counters.json", &store::counters(tx, &list)?)?;
        let objects = if with_files { all_objects(tx)? } else { Vec::new() };
        Ok((pack, first.schema, tables, objects))
    })?;
    about.schema = schema;
    let (files, lost_files) = match files {
        Some(files) => add_files(&mut pack, files, &objects)?,
        None => (0, Vec::new()),
    };
    let left_out = LEFT_OUT.iter().map(|(t, why)| ((*t).to_owned(), (*why).to_owned())).collect();
    let parts = std::mem::take(&mut pack.parts);
    let manifest = Manifest { about, tables, left_out, files, lost_files, parts };
    add_json(&mut pack, "manifest.json", &manifest)?;
    pack.end()?;
    Ok(manifest)
}

fn add_json(pack: &mut Pack, name: &str, value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_vec_pretty(value).map_err(Error::internal)?;
    pack.add(name, text.len() as u64, text.as_slice())
}

/// Adds a table in parts that fit into memory; how many rows it has.
fn add_table(tx: &mut Tx, pack: &mut Pack, table: &Table) -> Result<u64> {
    let (mut rows, mut number, mut part) = (0, 0, Vec::with_capacity(PART + 4096));
    let mut flush = |part: &mut Vec<u8>| {
        number += 1;
        let name = format!("tables/{}/{number:06}.jsonl", table.name);
        pack.add(&name, part.len() as u64, part.as_slice())?;
        part.clear();
        Ok(())
    };
    store::each_row(tx, table, |row| {
        serde_json::to_writer(&mut part, &row).map_err(Error::internal)?;
        part.push(b'\n');
        rows += 1;
        if part.len() < PART { Ok(()) } else { flush(&mut part) }
    })?;
    if !part.is_empty() {
        flush(&mut part)?;
    }
    Ok(rows)
}

type Object = (Vec<u8>, String, i64);

fn all_objects(tx: &mut Tx) -> Result<Vec<Object>> {
    let mut all: Vec<Object> = Vec::new();
    loop {
        let after = all.last().map_or_else(Vec::new, |(sha256, ..)| sha256.clone());
        let page = objects(tx, &after, 5_000)?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// Adds the files: how many, and which are missing or not what they were. One
/// bad file must not keep everything else from being saved.
fn add_files(pack: &mut Pack, files: &Files, objects: &[Object]) -> Result<(u64, Vec<String>)> {
    let store = Store::new(files.clone())?;
    let (mut count, mut lost) = (0, Vec::new());
    for (sha256, object, size) in objects {
        let expected = (hex(sha256), u64::try_from(*size).unwrap_or(0));
        if store.look(object)?.as_ref() != Some(&expected) {
            lost.push(object.clone());
            continue;
        }
        pack.add(&format!("files/{object}"), expected.1, store.read(object)?)?;
        count += 1;
    }
    Ok((count, lost))
}
