//! Texts by others that mention an erased person: found when the person goes,
//! listed until somebody redacted them.

use serde_json::Value as Json;
use steward_base::text::{fold, words};
use steward_base::{Error, Result, Uuid};
use steward_database::{Tx, Value};
use steward_history::{Change, facts_of, head, last_text, redact, rename, standing_text};

use super::persons::Person;
use super::{finish, target};
use crate::actor::{Actor, Call};
use crate::permission::check;

/// Under this name the fact of an erasure keeps where the mentions stand.
pub(super) const MENTIONS: &str = "mentions";
/// Most texts listed for review after an erasure.
const MOST: usize = 1000;
/// Texts read at a time.
const PAGE: i64 = 200;
/// Texts of facts that are no field of the record.
const WORDS_OF_FACTS: [&str; 2] = ["reason", "redact_reason"];

/// A text by somebody else that mentions an erased person: for a human to
/// review and redact ([`redact_mention`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The record it stands in.
    pub record: Uuid,
    /// The kind of that record.
    pub kind: String,
    /// The fact that brought it.
    pub seq: i64,
    /// Its place in that fact.
    pub slot: i64,
    /// The field it was written to.
    pub field: String,
}

/// Texts by others that mention an erased person and still stand, for whoever
/// may erase persons: what is left to review after [`super::erase`].
///
/// # Errors
/// `NotFound`; `Forbidden` when it is visible but not the actor's to erase.
pub fn mentions_left(tx: &mut Tx, actor: &Actor, id: Uuid) -> Result<Vec<Mention>> {
    let person = head(tx, id)?;
    check(actor, "person", "erase", &target(tx, actor, &person)?)?;
    let facts = facts_of(tx, id, 0, 10_000)?;
    let erased = facts.iter().rev().find(|fact| fact.kind == "person.erased");
    let places = erased.and_then(|fact| fact.to(MENTIONS)).and_then(Json::as_array);
    let mut left = Vec::new();
    for place in places.into_iter().flatten() {
        let record = place[0].as_str().and_then(|id| Uuid::parse_str(id).ok());
        let (Some(record), Some(seq), Some(slot)) = (record, place[1].as_i64(), place[2].as_i64())
        else {
            continue;
        };
        match standing_text(tx, record, seq, slot) {
            Ok(text) => {
                let kind = head(tx, record)?.kind;
                left.push(Mention { record, kind, seq, slot, field: text.field });
            }
            Err(Error::NotFound) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(left)
}

/// Destroys a text of [`mentions_left`] that stands in another record than a
/// ticket, with the fact `KIND.text_redacted`. After the commit
/// [`steward_database::Db::scrub`] makes an end of the words.
///
/// # Errors
/// `NotFound`; `Invalid` without a reason; `Refused` while the record still has
/// the text as its field.
pub fn redact_mention(tx: &mut Tx, call: &Call, mention: &Mention, reason: &str) -> Result<()> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 1000 {
        let message = "give a reason of at most 1000 characters";
        return Err(Error::invalid("reason", "required", message));
    }
    let Mention { record, seq, slot, .. } = *mention;
    let (mut record, field) = (head(tx, record)?, mention.field.as_str());
    let later = facts_of(tx, record.id, seq, 10_000)?;
    let deleted = later.iter().any(|fact| fact.kind.ends_with(".deleted"));
    let replaced = later.iter().any(|fact| fact.to(field).is_some());
    if !deleted && !replaced && !WORDS_OF_FACTS.contains(&field) {
        let kind = record.kind.replace('_', " ");
        return Err(Error::Refused(format!(
            "it is the {field} of the {kind} as it stands: change that first, then redact what it was"
        )));
    }
    let last = last_text(tx, record.id, field)?;
    if deleted && field == "name" && (last.seq, last.slot) == (seq, slot) {
        rename(tx, &mut record, "Erased")?;
    }
    redact(tx, record.id, seq, slot)?;
    let changes = [
        Change::plain("redacted", field, Json::Null),
        Change::plain("redacted_fact", Json::Null, seq),
        Change::plain("redacted_slot", Json::Null, slot),
        Change::text("redact_reason", reason, Some(call.actor.id)),
    ];
    let fact = format!("{}.text_redacted", record.kind);
    finish(tx, call, &mut record, &fact, &changes).map(drop)
}

/// Texts that hold the person's name, login or e-mail as whole words, whatever
/// their case, and are not about or by them; and whether there are more than are
/// listed. Looks at every text there is: erasing is rare.
pub(super) fn mentions(tx: &mut Tx, person: &Person) -> Result<(Vec<Mention>, bool)> {
    let called: Vec<Vec<String>> =
        [Some(person.name.as_str()), Some(person.login.as_str()), person.email.as_deref()]
            .into_iter()
            .flatten()
            .filter(|text| fold(text).chars().count() >= 3)
            .map(words)
            .filter(|words| !words.is_empty())
            .collect();
    let named = |body: &str| {
        let body = words(body);
        called.iter().any(|called| body.windows(called.len()).any(|part| part == called))
    };
    // The engine knows the case of plain letters only: any text with others is
    // read, and Rust looks at it word by word.
    let plain: Vec<String> = called
        .iter()
        .map(|words| format!("%{}%", words.join("%")))
        .filter(|pattern| pattern.is_ascii())
        .collect();
    let likes: String =
        (0..plain.len()).map(|n| format!(" or lower(c.body) like ${}", n + 5)).collect();
    let sql = format!(
        "select c.record, r.kind, c.seq, c.slot, c.field, c.body
         from content c join record r on r.id = c.record
         where (c.record, c.seq, c.slot) > ($1, $2, $3) and (c.subject is null or c.subject <> $4)
         and c.body is not null and (octet_length(c.body) <> length(c.body){likes})
         order by c.record, c.seq, c.slot limit ${}",
        plain.len() + 5
    );
    let mut found = Vec::new();
    let mut after = (Uuid::nil(), 0_i64, 0_i64);
    loop {
        let mut args: Vec<Value> =
            vec![after.0.into(), after.1.into(), after.2.into(), person.id.into()];
        args.extend(plain.iter().map(|pattern| Value::from(pattern.as_str())));
        args.push(PAGE.into());
        let rows = tx.rows(&sql, &args, |r| {
            let (record, kind, seq) = (r.get(0)?, r.get(1)?, r.get(2)?);
            let mention = Mention { record, kind, seq, slot: r.get(3)?, field: r.get(4)? };
            Ok((mention, r.get::<String>(5)?))
        })?;
        let Some((last, _)) = rows.last() else { return Ok((found, false)) };
        after = (last.record, last.seq, last.slot);
        found.extend(rows.into_iter().filter(|(_, body)| named(body)).map(|(mention, _)| mention));
        if found.len() > MOST {
            found.truncate(MOST);
            return Ok((found, true));
        }
    }
}
