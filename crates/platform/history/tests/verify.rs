//! Whatever is done to the history behind our back, `verify` names it.

mod common;

use common::{Log, add, at, make};
use steward_base::Uuid;
use steward_database::Engine;
use steward_history::{FactRef, Finding, erase_subject, redact, seal_now, seals};
use steward_schema::testing::on_both;

fn fact(record: Uuid, seq: i64) -> FactRef {
    FactRef { record, seq }
}

/// A log with three records, each damaged or not, and what is found.
#[track_caller]
fn damaged(sql: &str, expected: impl Fn(Uuid) -> Vec<Finding>) {
    on_both(|test| {
        let log = Log::new(test);
        let (before, record, after) = (log.record(3), log.record(5), log.record(2));
        let clean = log.verify(None);
        assert_eq!(clean.findings, []);
        assert_eq!((clean.records, clean.facts, clean.contents), (3, 10, 10));
        for statement in sql.split(';') {
            assert!(log.tamper(statement.trim(), record) > 0, "{statement} touches something");
        }
        assert_eq!(log.verify(None).findings, expected(record), "{sql}");
        let _ = (before, after);
    });
}

#[test]
fn an_altered_fact_is_named() {
    let nil = "'00000000-0000-0000-0000-000000000000'";
    for part in [
        "kind = 'thing.deleted'",
        "changes = replace(changes, '\"to\":2', '\"to\":3')",
        "changes = 'no json at all'",
        "at = at + 1",
        "recorded_at = recorded_at - 1",
        "door = 'web'",
        "door = 'unheard of'",
        "cause_seq = 1",
    ] {
        let sql = format!("update fact set {part} where record = $1 and seq = 3");
        damaged(&sql, |record| {
            let mut found = vec![Finding::Altered(fact(record, 3))];
            if part.contains("no json") {
                found.push(Finding::ContentAltered(fact(record, 3)));
            }
            found
        });
    }
    on_both(|test| {
        let log = Log::new(test);
        let record = log.record(5);
        let id = match log.db().engine() {
            Engine::Sqlite => "zeroblob(16)".to_owned(),
            Engine::Postgres => nil.to_owned(),
        };
        for part in ["by_person", "on_behalf_of", "cause_record"] {
            log.tamper(
                &format!("update fact set {part} = {id} where record = $1 and seq = 2"),
                record,
            );
            assert_eq!(log.verify(None).findings, [Finding::Altered(fact(record, 2))], "{part}");
        }
    });
}

#[test]
fn an_altered_link_is_named() {
    on_both(|test| {
        let log = Log::new(test);
        let record = log.record(3);
        let copy = "update fact set hash = (select hash from fact where record = $1 and seq = 1)
             where record = $1 and seq = 2";
        log.tamper(copy, record);
        // The fact after it no longer follows from it either.
        let found = [Finding::Altered(fact(record, 2)), Finding::Altered(fact(record, 3))];
        assert_eq!(log.verify(None).findings, found);
    });
}

#[test]
fn a_removed_fact_is_named() {
    damaged(
        "delete from fact where record = $1 and seq = 3; delete from content where record = $1 and seq = 3",
        |record| vec![Finding::Missing { fact: fact(record, 3) }],
    );
    damaged(
        "delete from fact where record = $1 and seq in (1, 2); delete from content where record = $1 and seq < 3",
        |record| vec![Finding::Missing { fact: fact(record, 1) }],
    );
}

#[test]
fn a_cut_tail_is_named_without_any_seal() {
    damaged(
        "delete from fact where record = $1 and seq > 3; delete from content where record = $1 and seq > 3",
        |record| vec![Finding::Truncated { record, expected: 5, found: 3 }],
    );
    damaged(
        "delete from fact where record = $1; delete from content where record = $1",
        |record| vec![Finding::Truncated { record, expected: 5, found: 0 }],
    );
    // Nor does it help to set the record's row back without its link.
    damaged(
        "delete from fact where record = $1 and seq = 5; delete from content where record = $1 and seq = 5;
         update record set history_seq = 4 where id = $1",
        |record| vec![Finding::Truncated { record, expected: 4, found: 4 }],
    );
}

#[test]
fn reordered_facts_are_named() {
    damaged(
        "update fact set seq = 99 where record = $1 and seq = 3;
         update fact set seq = 3 where record = $1 and seq = 4;
         update fact set seq = 4 where record = $1 and seq = 99",
        |record| {
            let mut found = vec![Finding::Altered(fact(record, 3))];
            found.push(Finding::Altered(fact(record, 4)));
            found.push(Finding::Reordered(fact(record, 4)));
            found.push(Finding::Altered(fact(record, 5)));
            found.push(Finding::ContentAltered(fact(record, 3)));
            found.push(Finding::ContentAltered(fact(record, 4)));
            found
        },
    );
    // Moved in the log alone: every link still fits.
    damaged(
        "update fact set position = 1000, xid = xid + 1000000 where record = $1 and seq = 2",
        |record| vec![Finding::Reordered(fact(record, 3))],
    );
}

#[test]
fn an_altered_or_missing_text_is_named() {
    for sql in [
        "update content set body = 'other words' where record = $1 and seq = 3",
        "update content set salt = null where record = $1 and seq = 3",
        "update content set body = null where record = $1 and seq = 3",
    ] {
        damaged(sql, |record| vec![Finding::ContentAltered(fact(record, 3))]);
    }
    damaged("delete from content where record = $1 and seq = 3", |record| {
        vec![Finding::ContentMissing(fact(record, 3))]
    });
}

#[test]
fn a_fact_without_its_record_is_named() {
    damaged("delete from record where id = $1", |record| vec![Finding::Orphan(record)]);
}

#[test]
fn erased_texts_are_counted_and_the_chain_goes_on() {
    on_both(|test| {
        let log = Log::new(test);
        let (one, two) = (log.record(3), log.record(2));
        let gone = log.write(move |tx| erase_subject(tx, one));
        assert_eq!(gone, 3);
        log.write(move |tx| redact(tx, two, 2, 1));
        let again = log.db().write_blocking(move |tx| redact(tx, two, 2, 1));
        assert_eq!(again, Err(steward_base::Error::NotFound));
        log.add(one, 3);
        let report = log.verify(None);
        assert_eq!(report.findings, []);
        assert_eq!((report.contents, report.erased), (2, 4));
    });
}

#[test]
fn a_seal_holds_and_one_of_elsewhere_is_unknown() {
    on_both(|test| {
        let log = Log::new(test);
        let one = log.record(3);
        log.settled(3);
        let first = log.write(|tx| seal_now(tx, at(100))).expect("a seal");
        assert_eq!((first.no, first.heads), (1, 1));
        assert_eq!(log.write(|tx| seal_now(tx, at(101))), None, "nothing new, no seal");
        log.add(one, 3);
        log.record(2);
        log.settled(6);
        let second = log.write(|tx| seal_now(tx, at(200))).expect("a seal");
        assert_eq!((second.no, second.heads, &second.previous), (2, 2, &first.hash));
        for seal in [&first, &second] {
            let report = log.verify(Some(&seal.line()));
            assert_eq!((report.findings.len(), report.seals), (0, 2));
        }
        let wrong = "steward-seal-1:1:00";
        let found = log.verify(Some(wrong)).findings;
        assert_eq!(found, [Finding::SealUnknown(wrong.into())]);
    });
}

#[test]
fn what_is_cut_behind_a_seal_breaks_it() {
    on_both(|test| {
        let log = Log::new(test);
        let kept = log.record(2);
        let gone = log.record(2);
        log.settled(4);
        log.write(|tx| seal_now(tx, at(100))).expect("a seal");
        // The whole record goes, with all that names it.
        log.tamper("delete from fact where record = $1", gone);
        log.tamper("delete from content where record = $1", gone);
        log.tamper("delete from record where id = $1", gone);
        assert_eq!(log.verify(None).findings, [Finding::SealBroken(1)]);
        // Who takes the seal as well is caught by the line printed before.
        let line = log.read(|tx| seals(tx, 10, 1))[0].line();
        log.tamper("delete from seal", kept);
        assert_eq!(log.verify(None).findings, []);
        assert_eq!(log.verify(Some(&line)).findings, [Finding::SealUnknown(line)]);
    });
}

#[test]
fn a_database_rewritten_with_our_own_program_is_caught_by_a_seal_printed_before() {
    on_both(|test| {
        let log = Log::new(test);
        let record = log.record(4);
        log.settled(4);
        let printed = log.write(|tx| seal_now(tx, at(100))).expect("a seal").line();
        for table in ["fact", "content", "seal", "record"] {
            log.tamper(&format!("delete from {table}"), record);
        }
        // The same records and facts, but for one: every link and seal is good.
        let entropy = log.entropy.clone();
        log.write(move |tx| {
            make(tx, &entropy, record)?;
            for n in [1, 2, 7] {
                add(tx, &entropy, record, n)?;
            }
            Ok(())
        });
        log.settled(4);
        log.write(|tx| seal_now(tx, at(100)));
        assert_eq!(log.verify(None).findings, [], "nothing else tells");
        assert_eq!(log.verify(Some(&printed)).findings, [Finding::SealUnknown(printed)]);
    });
}
