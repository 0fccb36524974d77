//! Destroyed words leave the disk, and the chain goes on verifying.

mod common;

use common::Log;
use steward_database::Options;
use steward_history::erase_subject;
use steward_schema::testing::on_both;

fn on_disk(log: &Log, word: &str) -> bool {
    let bytes = match &log.test.options {
        Options::Sqlite(path) => {
            let files = std::fs::read_dir(path.parent().expect("a folder")).expect("a folder");
            let read = |f: std::io::Result<std::fs::DirEntry>| {
                std::fs::read(f.expect("a file").path()).expect("is read")
            };
            files.flat_map(read).collect()
        }
        Options::Postgres(url) => {
            let dump = std::process::Command::new("pg_dump").arg(url).output();
            let dump = dump.expect("pg_dump runs");
            assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
            dump.stdout
        }
    };
    bytes.windows(word.len()).any(|w| w == word.as_bytes())
}

#[test]
fn erased_words_are_on_no_page_and_in_no_log() {
    on_both(|test| {
        let log = Log::new(test);
        let (gone, kept) = (log.record(40), log.record(3));
        let secret = "huitzilopochtli";
        let spread = "update content set body = 'huitzilopochtli ' || body where record = $1";
        log.tamper(spread, gone);
        assert!(on_disk(&log, secret));
        log.write(move |tx| erase_subject(tx, gone));
        log.db().scrub_blocking().expect("scrubs");
        assert!(!on_disk(&log, secret));
        assert!(on_disk(&log, "part 2"), "others' words stay");
        assert_eq!(log.verify(None).findings, []);
        // Whoever goes on writing is not in the way.
        log.add(kept, 3);
        assert_eq!(log.verify(None).findings, []);
    });
}
