//! Debug builds can note every statement they run, so that a test can ask both
//! engines about all of them (`crates/platform/schema/tests/statements.rs`).

/// Notes a statement of the caller's caller under `STEWARD_RECORD_SQL`, a
/// directory: one file for each text, with the engine and the source's path in
/// its first line. Nothing happens without that variable.
#[cfg(debug_assertions)]
#[track_caller]
pub(crate) fn note(engine: crate::Engine, sql: &str) {
    use std::collections::HashSet;
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    use std::path::PathBuf;
    use std::sync::{Mutex, OnceLock, PoisonError};

    static DIRECTORY: OnceLock<Option<PathBuf>> = OnceLock::new();
    static SEEN: Mutex<Option<HashSet<u64>>> = Mutex::new(None);
    let directory =
        DIRECTORY.get_or_init(|| std::env::var_os("STEWARD_RECORD_SQL").map(Into::into));
    let Some(directory) = directory else { return };
    let source = std::panic::Location::caller().file();
    let engine = if engine == crate::Engine::Sqlite { "sqlite" } else { "postgres" };
    let mut hash = DefaultHasher::new();
    (engine, source, sql).hash(&mut hash);
    let name = hash.finish();
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    if seen.get_or_insert_default().insert(name) {
        // What cannot be noted fails no test; the test that reads the notes
        // finds that there are too few.
        let _ = std::fs::create_dir_all(directory);
        let file = directory.join(format!("{name:016x}.sql"));
        let _ = std::fs::write(file, format!("{engine} {source}\n{sql}"));
    }
}

/// Release builds note nothing.
#[cfg(not(debug_assertions))]
pub(crate) fn note(_: crate::Engine, _: &str) {}
