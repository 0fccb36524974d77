//! The words people type to find somebody or something.

use steward_base::text::words;
use steward_base::{Result, Uuid};
use steward_condition::{Args, WordTerm};
use steward_database::{Tx, Value};

/// Most words kept of one field.
const MOST: usize = 64;

/// Writes the words of a record anew.
pub(crate) fn index(tx: &mut Tx, record: Uuid, fields: &[(&str, Option<&str>)]) -> Result<()> {
    tx.later("delete from record_word where record = $1", &[record.into()])?;
    for (field, text) in fields {
        let cut = words(text.unwrap_or_default());
        for (place, word) in cut.into_iter().take(MOST).enumerate() {
            let place = Value::Int(i64::try_from(place).unwrap_or(0));
            tx.later(
                "insert into record_word (record, field, place, word) values ($1, $2, $3, $4)",
                &[record.into(), (*field).into(), place, word.into()],
            )?;
        }
    }
    Ok(())
}

/// True for records in which every term occurs: whole words, the last of a term
/// a beginning where it says `*`.
pub(crate) fn words_sql(field: Option<&str>, terms: &[WordTerm], args: &mut Args) -> String {
    let parts: Vec<String> = terms.iter().map(|term| one(field, term, args)).collect();
    if parts.is_empty() { "true".into() } else { parts.join(" and ") }
}

fn one(field: Option<&str>, term: &WordTerm, args: &mut Args) -> String {
    let mut sql = String::from("r.id in (select w0.record from record_word w0");
    let mut tests = Vec::new();
    let last = term.words.len().saturating_sub(1);
    for (i, _) in term.words.iter().enumerate().skip(1) {
        sql += &format!(
            " join record_word w{i} on w{i}.record = w0.record and w{i}.field = w0.field \
             and w{i}.place = w0.place + {i}"
        );
    }
    for (i, word) in term.words.iter().enumerate() {
        if i == last && term.prefix {
            let from = args.push(word.as_str());
            let to = args.push(format!("{word}\u{10FFFF}"));
            tests.push(format!("w{i}.word >= {from} and w{i}.word < {to}"));
        } else {
            tests.push(format!("w{i}.word = {}", args.push(word.as_str())));
        }
    }
    if let Some(field) = field {
        tests.push(format!("w0.field = {}", args.push(field)));
    }
    format!("{sql} where {})", tests.join(" and "))
}
