//! The list of erased persons, kept beside the database: a backup made before
//! an erasure holds the words, and whoever restores it must erase them again.
//! It names ids only.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use steward_api::App;
use steward_base::{Error, Result, Uuid};
use steward_database::Db;
use steward_people::{Call, erased};
use steward_practice::Rooms;

use crate::config::Config;
use crate::open::own_actor;
use crate::print::{give, say, tell};
use crate::{Failure, commands, system};

/// Its name in the data directory.
pub(crate) const NAME: &str = "erasures.jsonl";
/// Why a person is erased when a backup is restored.
const REASON: &str = "erased before; done again after restoring older data";
/// Between looks for new erasures, also those of other nodes.
const LOOK: Duration = Duration::from_secs(1);

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    /// Counts the erasures of an installation.
    erased_no: i64,
    /// Who was erased.
    person: Uuid,
}

/// Writes the list whenever somebody was erased, for as long as we serve.
pub(crate) async fn keep(app: App, path: PathBuf) {
    let mut commits = app.db().commits();
    let mut written = None;
    loop {
        commits.borrow_and_update();
        match app.db().read(erased).await {
            Ok(all) if written == Some(all.len()) => {}
            Ok(all) => match add(&path, &all) {
                Ok(()) => written = Some(all.len()),
                Err(error) => tracing::error!(%error, "the list of erasures cannot be written"),
            },
            Err(error) => tracing::warn!(%error, "erasures cannot be looked for"),
        }
        tokio::time::sleep(LOOK).await;
        if commits.changed().await.is_err() {
            return;
        }
    }
}

/// Adds who is missing to the list; those it knows already stay, also when the
/// database was restored to a time before.
fn add(path: &Path, all: &[(i64, Uuid)]) -> Result<()> {
    let mut lines = if path.exists() { read(path)? } else { Vec::new() };
    let known: Vec<Uuid> = lines.iter().map(|line| line.person).collect();
    let new = all.iter().filter(|(_, person)| !known.contains(person));
    lines.extend(new.map(|(erased_no, person)| Line { erased_no: *erased_no, person: *person }));
    let cannot = |error: std::io::Error| Error::DiskFull(format!("{}: {error}", path.display()));
    let part = path.with_extension("part");
    let mut file = std::fs::File::create(&part).map_err(cannot)?;
    for line in &lines {
        let text = serde_json::to_string(line).map_err(Error::internal)?;
        writeln!(file, "{text}").map_err(cannot)?;
    }
    file.sync_all().map_err(cannot)?;
    std::fs::rename(&part, path).map_err(cannot)
}

fn read(path: &Path) -> Result<Vec<Line>> {
    let wrong = |why: String| Error::Refused(format!("{}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| wrong(e.to_string()))?;
    let line = |line: &str| serde_json::from_str(line).map_err(|e| wrong(e.to_string()));
    text.lines().filter(|text| !text.trim().is_empty()).map(line).collect()
}

/// How many persons a list names.
pub(crate) fn count(path: &Path) -> Result<usize> {
    read(path).map(|lines| lines.len())
}

/// `steward erasures`: prints the list of this database.
pub(crate) fn print(db: &Db) -> std::result::Result<(), Failure> {
    for (erased_no, person) in db.read_blocking(erased)? {
        let line = Line { erased_no, person };
        let text = serde_json::to_string(&line).map_err(Error::internal)?;
        give(format!("{text}\n").as_bytes())?;
    }
    Ok(())
}

/// Erases again who was erased after this data was saved.
pub(crate) fn apply(
    config: &Config,
    db: &Db,
    rooms: &Rooms,
    list: Option<&Path>,
) -> std::result::Result<(), Failure> {
    let beside = config.data.join(NAME);
    let Some(path) = list.or_else(|| beside.exists().then_some(beside.as_path())) else {
        tell(
            "no list of erasures was given (--erasures FILE): whoever was erased since \
             this data was saved is back in it",
        );
        return Ok(());
    };
    let entropy = system::entropy();
    let call = system::call(own_actor(db)?, &entropy);
    let mut done: BTreeMap<i64, Uuid> = BTreeMap::new();
    for line in read(path)? {
        let (call, practices) = (call.clone(), rooms.practices.clone());
        let erased = db.write_blocking(move |tx| once(tx, &call, &practices, line.person))?;
        if erased {
            done.insert(line.erased_no, line.person);
        }
    }
    if !done.is_empty() {
        let files = commands::export::files(config)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Error::internal)?;
        runtime.block_on(files.sweep(db, system::now()))?;
        db.scrub_blocking()?;
    }
    let lines: Vec<(i64, Uuid)> = read(path)?.iter().map(|l| (l.erased_no, l.person)).collect();
    add(&beside, &lines)?;
    say(format!("{} persons erased since were erased again", done.len()))
}

/// Erases a person who is in this data and not erased in it; whether it did.
fn once(
    tx: &mut steward_database::Tx,
    call: &Call,
    practices: &steward_practice::Practices,
    person: Uuid,
) -> Result<bool> {
    if erased(tx)?.iter().any(|(_, gone)| *gone == person) {
        return Ok(false);
    }
    match steward_http::erase_person(tx, call, practices, person, REASON) {
        Ok(_) => Ok(true),
        // Not made yet when this data was saved.
        Err(Error::NotFound) => Ok(false),
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_only_grows() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join(NAME);
        let [a, b] = [1, 2].map(Uuid::from_u128);
        add(&path, &[(1, a)]).expect("written");
        add(&path, &[(1, b)]).expect("a restored database knows less");
        let found: Vec<Uuid> = read(&path).expect("reads").iter().map(|l| l.person).collect();
        assert_eq!(found, [a, b]);
        std::fs::write(&path, "no list\n").expect("written");
        assert!(read(&path).is_err());
    }
}
