//! Opening the database: made where it is empty, migrated by `serve` only,
//! refused when it is of a newer program.

use std::path::Path;

use steward_base::{Entropy, Error, Result};
use steward_database::{Db, Engine, Options, schema_version};
use steward_history::{other_cluster, settle_in};
use steward_people::auth::{PASSWORD_MAX as MOST, check_new_password, hash_password};
use steward_people::{SYSTEM, access, ensure_foundation, needs_foundation, system_actor};
use steward_schema::MIGRATIONS;

use crate::config::Config;
use crate::print::tell;
use crate::system;

/// Who may bring an old schema up to date.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Migrate {
    /// `serve`, after a backup.
    Yes,
    /// Every other command: an empty database is made, an old one refused.
    OnlyEmpty,
}

/// The version this program's schema has.
pub(crate) fn newest_schema() -> i64 {
    MIGRATIONS.last().map_or(0, |m| m.version)
}

/// Opens the database, ready to be used.
pub(crate) fn open(config: &Config, migrate: Migrate, entropy: &Entropy) -> Result<Db> {
    make_directory(config)?;
    make_file(config)?;
    let db = Db::open(&config.options())?;
    let found = db.read_blocking(schema_version)?;
    let newest = newest_schema();
    if found != 0 && found < newest {
        if migrate == Migrate::OnlyEmpty {
            return Err(Error::Refused(format!(
                "this database has schema version {found}, this program {newest}: \
                 `steward serve` migrates it"
            )));
        }
        backup_before(config, &db, found)?;
    }
    let applied = db.migrate(MIGRATIONS, system::now())?;
    if found != 0 && !applied.is_empty() {
        tell(format!("migrated the database from schema version {found} to {newest}"));
    }
    settle(&db)?;
    lay_foundation(config, &db, entropy)?;
    Ok(db)
}

/// A dump restored into another cluster of PostgreSQL: what follows must sort
/// behind what was, though transaction ids count anew.
fn settle(db: &Db) -> Result<()> {
    if let Some(cluster) = db.read_blocking(other_cluster)? {
        db.write_blocking(move |tx| settle_in(tx, &cluster))?;
    }
    Ok(())
}

/// The data directory, readable by its owner only.
pub(crate) fn make_directory(config: &Config) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = std::fs::DirBuilder::new();
    let made = builder.recursive(true).mode(0o700).create(&config.data);
    made.map_err(|error| Error::DiskFull(format!("{}: {error}", config.data.display())))
}

/// The file of a new SQLite database, readable by its owner only.
pub(crate) fn make_file(config: &Config) -> Result<()> {
    let Options::Sqlite(path) = config.options() else { return Ok(()) };
    match private_file(&path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Error::DiskFull(format!("{}: {error}", path.display()))),
    }
}

/// A new file that its owner only may read.
pub(crate) fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// On SQLite a copy of the database, on PostgreSQL an archive of all tables. The
/// files of attachments stay where they are on both: no migration touches them.
fn backup_before(config: &Config, db: &Db, version: i64) -> Result<()> {
    // Whole or not there at all: an older one of that version is replaced.
    let (end, part) = match db.engine() {
        Engine::Sqlite => ("db", "part"),
        Engine::Postgres => ("tar.gz", "part.gz"),
    };
    let place = |end: &str| config.data.join(format!("steward-schema-{version}.{end}"));
    let (path, part) = (place(end), place(part));
    let cannot = |error: std::io::Error| Error::DiskFull(format!("{}: {error}", part.display()));
    if part.exists() {
        std::fs::remove_file(&part).map_err(cannot)?;
    }
    match db.engine() {
        Engine::Sqlite => {
            private_file(&part).map_err(cannot)?;
            db.copy_to(&part)?;
        }
        Engine::Postgres => {
            let program = env!("CARGO_PKG_VERSION");
            steward_archive::export(db, None, &part, program, system::now())?;
        }
    }
    std::fs::File::open(&part).and_then(|file| file.sync_all()).map_err(cannot)?;
    std::fs::rename(&part, &path).map_err(cannot)?;
    tell(format!("the database as it was before the migration: {}", path.display()));
    Ok(())
}

/// Organisations, the installation's own actor, the first administrator.
fn lay_foundation(config: &Config, db: &Db, entropy: &Entropy) -> Result<()> {
    if !db.read_blocking(needs_foundation)? {
        return Ok(());
    }
    let given = std::env::var("STEWARD_ADMIN_PASSWORD").ok().filter(|text| !text.is_empty());
    let given = given.or_else(|| config.first_password.map(Into::into));
    let password = given.clone().unwrap_or_else(|| made_up(entropy));
    if let Err(broken) = check_new_password("STEWARD_ADMIN_PASSWORD", "admin", &password) {
        if password.chars().count() > MOST {
            return Err(broken);
        }
        warn(&format!("the first administrator's password is weak, change it soon: {broken}"));
    }
    let hash = hash_password(&password, entropy.salt())?;
    let call = system::call(system_actor(), entropy);
    let made = db.write_blocking(move |tx| ensure_foundation(tx, &call, Some(&hash)))?;
    if made && given.is_none() {
        tell(format!("the first administrator is admin, password {password} (shown once)"));
    }
    Ok(())
}

/// Says it in the log, or on standard error of a command that keeps none.
fn warn(words: &str) {
    if tracing::dispatcher::has_been_set() {
        tracing::warn!("{words}");
    } else {
        tell(words);
    }
}

/// Twenty letters and digits that cannot be mistaken for each other.
fn made_up(entropy: &Entropy) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes = entropy.secret();
    let text: String =
        bytes.iter().take(20).map(|b| char::from(LETTERS[usize::from(b % 32)])).collect();
    format!("{}-{}-{}-{}", &text[..5], &text[5..10], &text[10..15], &text[15..])
}

/// The installation's own actor with what it holds now.
pub(crate) fn own_actor(db: &Db) -> Result<steward_people::Actor> {
    db.read_blocking(|tx| access::actor_of(tx, SYSTEM))?
        .ok_or_else(|| Error::internal("the installation's own actor is missing"))
}

#[cfg(test)]
mod tests {
    use steward_base::Timestamp;
    use steward_schema::testing::fresh_postgres;

    use super::*;
    use crate::cli::Place;

    /// A data directory with a database one version behind, and something in it.
    fn old(dir: &tempfile::TempDir, database: Option<String>) -> Config {
        let place = Place { data: Some(dir.path().into()), database, config: None };
        let config = Config::read(place).unwrap_or_else(|_| panic!("options"));
        let db = Db::open(&config.options()).expect("opens");
        let now = Timestamp::from_second(1_790_000_000).expect("an instant");
        db.migrate(&MIGRATIONS[..MIGRATIONS.len() - 1], now).expect("migrates");
        let keep = "insert into setting (key, value) values ('kept', 'yes')";
        db.write_blocking(move |tx| tx.run(keep, &[])).expect("written");
        config
    }

    fn holds(db: &Db) -> (i64, String) {
        db.read_blocking(|tx| {
            let sql = "select value from setting where key = 'kept'";
            Ok((schema_version(tx)?, tx.one(sql, &[], |r| r.get(0))?))
        })
        .expect("reads")
    }

    #[test]
    fn before_a_migration_on_data_a_backup_is_made() {
        let dir = tempfile::tempdir().expect("a directory");
        let config = old(&dir, None);
        let before = newest_schema() - 1;
        let path = dir.path().join(format!("steward-schema-{before}.db"));
        // What a start that was killed left is no backup.
        std::fs::write(path.with_extension("part"), "half a copy").expect("written");
        std::fs::write(&path, "of an earlier try").expect("written");
        let db = open(&config, Migrate::Yes, &system::entropy()).expect("opens");
        assert_eq!(holds(&db), (newest_schema(), "yes".into()));
        let copy = Db::open(&steward_database::Options::Sqlite(path)).expect("the backup opens");
        assert_eq!(holds(&copy), (before, "yes".into()));
    }

    #[test]
    fn before_a_migration_of_postgresql_an_archive_is_made() {
        let (Some(from), Some(to)) = (fresh_postgres(), fresh_postgres()) else { return };
        let dir = tempfile::tempdir().expect("a directory");
        let config = old(&dir, Some(from));
        let before = newest_schema() - 1;
        let path = dir.path().join(format!("steward-schema-{before}.tar.gz"));
        std::fs::write(dir.path().join(format!("steward-schema-{before}.part.gz")), "half")
            .expect("written");
        let db = open(&config, Migrate::Yes, &system::entropy()).expect("opens");
        assert_eq!(holds(&db), (newest_schema(), "yes".into()));
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &path.metadata().expect("the archive").permissions(),
        );
        assert_eq!(mode & 0o777, 0o600);
        // It is read into an empty database like any other archive.
        let place = Place { data: Some(dir.path().join("back")), database: Some(to), config: None };
        let back = Config::read(place).unwrap_or_else(|_| panic!("options"));
        let read = crate::commands::export::import(&back, &path, None);
        read.unwrap_or_else(|_| panic!("the archive is read"));
        let db = Db::open(&back.options()).expect("opens");
        assert_eq!(holds(&db), (newest_schema(), "yes".into()));
    }

    #[test]
    fn only_serve_migrates_data() {
        let dir = tempfile::tempdir().expect("a directory");
        let config = old(&dir, None);
        let refused = open(&config, Migrate::OnlyEmpty, &system::entropy());
        let Err(Error::Refused(words)) = refused else { panic!("not refused") };
        assert!(words.contains("`steward serve` migrates it"), "{words}");
        let db = Db::open(&config.options()).expect("opens");
        assert_eq!(holds(&db), (newest_schema() - 1, "yes".into()));
    }
}
