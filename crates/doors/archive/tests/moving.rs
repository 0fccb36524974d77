//! From every engine into every engine, with equal content.

mod support;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use steward_archive::{Manifest, export, import, look_over};
use steward_base::Error;
use steward_database::Engine;
use steward_schema::testing::{TestDb, on_both, postgres, sqlite};
use support::{House, at};

fn save(house: &House, name: &str) -> PathBuf {
    let path = house.dir.path().join(name);
    export(house.db(), Some(&house.files), &path, "test", at(200)).expect("exports");
    path
}

fn load(house: &House, path: &Path) -> Result<Manifest, Error> {
    import(house.db(), &house.files, &house.registries, path, at(300))
}

/// Every entry of an archive but those that say when and where it was made.
fn content(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let file = std::fs::File::open(path).expect("the archive");
    let bytes: Box<dyn std::io::Read> = match path.extension().is_some_and(|end| end == "gz") {
        true => Box::new(GzDecoder::new(file)),
        false => Box::new(file),
    };
    let mut archive = tar::Archive::new(bytes);
    let mut found = BTreeMap::new();
    for entry in archive.entries().expect("entries") {
        let mut entry = entry.expect("an entry");
        let name = entry.path().expect("a name").to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("its bytes");
        if !["archive.json", "manifest.json"].contains(&name.as_str()) {
            found.insert(name, bytes);
        }
    }
    found
}

/// The same, with the epoch's value taken out.
fn but_for_the_epoch(path: &Path) -> BTreeMap<String, String> {
    let text = |(name, bytes): (String, Vec<u8>)| {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let keep =
            |line: &&str| !(name.starts_with("tables/setting") && line.contains("\"epoch\""));
        let lines: Vec<&str> = text.lines().filter(keep).collect();
        (name.clone(), lines.join("\n"))
    };
    content(path).into_iter().map(text).collect()
}

fn targets() -> Vec<TestDb> {
    std::iter::once(sqlite()).chain(postgres()).collect()
}

#[test]
fn an_import_holds_what_was_exported_and_goes_on_above_it() {
    on_both(|test| {
        let first = House::full(test);
        first.verifies();
        let original = save(&first, "first.tar");
        for (n, target) in targets().into_iter().enumerate() {
            let engines = (first.db().engine(), target.db.engine());
            let second = House::empty(target, 1_000 + n as u64);
            let manifest = load(&second, &original).expect("imports");
            assert_eq!((manifest.files, manifest.tables["ticket"]), (1, 12), "{engines:?}");
            second.verifies();
            let again = save(&second, "second.tar.gz");
            let (before, after) = (but_for_the_epoch(&original), but_for_the_epoch(&again));
            assert_eq!(Vec::from_iter(before.keys()), Vec::from_iter(after.keys()), "{engines:?}");
            for (name, text) in &before {
                assert_eq!(text, &after[name], "{engines:?}: {name} differs");
            }
            let epoch = |house: &House| house.read(|tx| steward_history::setting(tx, "epoch"));
            assert_ne!(epoch(&first), epoch(&second));
            goes_on(&second);
        }
    });
}

/// New numbers, facts and seals follow the old ones; full text and files are there.
fn goes_on(house: &House) {
    let newest = house.read(steward_history::newest);
    assert_eq!(house.incident("One more afterwards"), "INC0000013");
    assert!(house.read(steward_history::newest) > newest, "facts sort behind those before");
    house.seal(400);
    house.verifies();
    let found = |table: &'static str, word: &'static str| {
        let (sql, word) = match house.db().engine() {
            Engine::Sqlite => {
                (format!("select count(*) from {table} where {table} match $1"), word.to_owned())
            }
            Engine::Postgres => (
                format!("select count(*) from {table} where doc @@ $1::text::tsquery"),
                format!("'{word}'"),
            ),
        };
        house.read(move |tx| tx.one(&sql, &[word.into()], |r| r.get::<i64>(0)))
    };
    assert_eq!(found("text_public", "quotes"), 12);
    assert_eq!(found("text_public", "afterwards"), 1);
    let object = house.read(|tx| {
        let objects = steward_ticket::attachment::objects(tx, &[], 10)?;
        Ok(objects.into_iter().find(|(_, _, size)| *size == 19).map(|(_, object, _)| object))
    });
    let object = object.expect("the file's row");
    let bytes = std::fs::read(house.dir.path().join("files").join(object)).expect("the file");
    assert_eq!(bytes, b"the bytes of a file");
}

#[test]
fn a_database_with_something_in_it_is_refused() {
    on_both(|test| {
        let house = House::full(test);
        let path = save(&house, "all.tar");
        let before = but_for_the_epoch(&path);
        let refused = load(&house, &path).expect_err("is not empty");
        assert!(refused.to_string().contains("not empty"), "{refused}");
        assert_eq!(look_over(Some(house.db()), &path), Err(refused), "a trial says the same");
        assert!(before == but_for_the_epoch(&save(&house, "still.tar")), "nothing has changed");
        let twice = export(house.db(), Some(&house.files), &path, "test", at(200));
        assert!(matches!(twice, Err(Error::Refused(_))), "an archive is never overwritten");
    });
}

#[test]
fn an_archive_that_is_cut_off_or_altered_leaves_nothing() {
    let source = House::full(sqlite());
    let path = save(&source, "all.tar");
    let bytes = std::fs::read(&path).expect("the archive");
    let broken = |bytes: &[u8]| {
        let path = source.dir.path().join("broken.tar");
        std::fs::write(&path, bytes).expect("written");
        path
    };
    let manifest = find(&bytes, b"manifest.json").expect("is there");
    let name = find(&bytes, "Zoë".as_bytes()).expect("is there");
    let mut altered = bytes.clone();
    altered[name] = b'B';
    on_both(|test| {
        let house = House::empty(test, 3);
        for bytes in [&bytes[..bytes.len() / 2], &bytes[..manifest], &altered] {
            let tried = look_over(Some(house.db()), &broken(bytes));
            assert!(matches!(tried, Err(Error::Refused(_))), "{tried:?}");
            let refused = load(&house, &broken(bytes)).expect_err("is broken");
            assert!(matches!(refused, Error::Refused(_)), "{refused:?}");
            let records =
                house.read(|tx| tx.one("select count(*) from record", &[], |r| r.get::<i64>(0)));
            assert_eq!(records, 0);
        }
        let tried = look_over(Some(house.db()), &path).expect("the whole one would go in");
        let records =
            house.read(|tx| tx.one("select count(*) from record", &[], |r| r.get::<i64>(0)));
        assert_eq!(records, 0, "a trial leaves everything as it was");
        assert_eq!(load(&house, &path), Ok(tried), "the whole one goes in");
    });
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[test]
fn a_lost_file_is_named_and_keeps_nothing_else_back() {
    let house = House::full(sqlite());
    std::fs::remove_dir_all(house.dir.path().join("files/sha256")).expect("is removed");
    let path = house.dir.path().join("all.tar");
    let manifest = export(house.db(), Some(&house.files), &path, "test", at(200))
        .expect("exports all the same");
    assert_eq!(manifest.files, 0);
    assert!(manifest.lost_files.iter().any(|object| object.starts_with("sha256/")));
    let second = House::empty(sqlite(), 3);
    load(&second, &path).expect("goes in");
}

#[test]
fn an_archive_goes_into_a_database_without_any_table() {
    let newest = steward_schema::MIGRATIONS.last().expect("migrations").version;
    let house = House::full(sqlite());
    let manifest = load(&House::empty(fresh_empty(), 5), &save(&house, "all.tar"));
    assert_eq!(manifest.expect("goes into a database without any table").about.schema, newest);
}

/// A database without any table, as a first command finds it.
fn fresh_empty() -> TestDb {
    let mut test = sqlite();
    let steward_database::Options::Sqlite(path) = &test.options else { unreachable!("SQLite") };
    let path = path.with_file_name("empty.db");
    test.options = steward_database::Options::Sqlite(path);
    test.db = steward_database::Db::open(&test.options).expect("opens");
    test
}
