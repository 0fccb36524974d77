//! Persons who leave: disabled, back again, erased.

use serde_json::{Value as Json, json};
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_history::{Change, erase_subject, rename};

use super::mentions::{MENTIONS, Mention, mentions};
use super::own::open_over;
use super::persons::{Person, load};
use super::{finish, grants, open, sessions, tokens, words as found_by};
use crate::actor::Call;

/// Disables a person: sessions, tokens and password resets end in the same
/// transaction; grants and teams stay for the day they come back.
///
/// What the person was working on is not this crate's: the composition calls
/// the ticket floor's return of open tickets to their groups in the same write.
///
/// # Errors
/// `NotFound`, `Forbidden`, `VersionConflict`; `Refused` for oneself and for
/// the last administrator of all organisations.
pub fn disable(tx: &mut Tx, call: &Call, id: Uuid, expected: Option<i64>) -> Result<Person> {
    let mut head = open_over(tx, call, id, "disable", expected)?;
    if id == call.actor.id {
        return Err(Error::Refused("you cannot disable yourself".into()));
    }
    let person = load(tx, id)?;
    if !person.active {
        return Ok(person);
    }
    tx.run_one("update person set active = false where id = $1", &[id.into()])?;
    grants::administrator_left(tx)?;
    let mut changes = vec![Change::plain("active", true, false)];
    changes.extend(end_access(tx, call, id)?);
    finish(tx, call, &mut head, "person.disabled", &changes)?;
    load(tx, id).map(|p| Person { version: head.version, ..p })
}

/// Lets a disabled person in again. Ended sessions and tokens stay ended.
///
/// # Errors
/// `NotFound`, `Forbidden`, `VersionConflict`; `Refused` for an erased person.
pub fn enable(tx: &mut Tx, call: &Call, id: Uuid, expected: Option<i64>) -> Result<Person> {
    let mut head = open(tx, call, "person", id, "disable", expected)?;
    let person = load(tx, id)?;
    if person.erased {
        return Err(Error::Refused("this person was erased".into()));
    }
    if person.active {
        return Ok(person);
    }
    tx.run_one("update person set active = true where id = $1", &[id.into()])?;
    finish(tx, call, &mut head, "person.enabled", &[Change::plain("active", false, true)])?;
    Ok(Person { active: true, version: head.version, ..person })
}

fn end_access(tx: &mut Tx, call: &Call, id: Uuid) -> Result<[Change; 2]> {
    tx.run("delete from password_reset where person = $1", &[id.into()])?;
    let ended = sessions::end_all(tx, id, None)?;
    let revoked = tokens::revoke_all(tx, id, call.now)?;
    Ok([
        Change::plain("sessions_ended", Json::Null, json!(ended)),
        Change::plain("tokens_revoked", Json::Null, json!(revoked)),
    ])
}

/// What an erasure did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// What the person is called now, e.g. `Erased person 17`.
    pub name: String,
    /// Texts destroyed.
    pub texts: u64,
    /// Texts by others that mention the person.
    pub mentions: Vec<Mention>,
    /// Whether there are more than those listed.
    pub more: bool,
}

/// Erases a person: every text about or by them is destroyed, salts included,
/// their name becomes "Erased person N", and they can never sign in again. The
/// chain goes on verifying.
///
/// The words also stand in state rows, search documents and files of the floors
/// above: the composition calls those in the same write, and on SQLite finishes
/// with the merge of the full text and a truncating checkpoint.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Invalid` without a reason; `Refused` for oneself,
/// the last administrator, and who is erased already.
pub fn erase(tx: &mut Tx, call: &Call, id: Uuid, reason: &str) -> Result<Erasure> {
    let mut head = open_over(tx, call, id, "erase", None)?;
    if id == call.actor.id {
        return Err(Error::Refused("you cannot erase yourself".into()));
    }
    if reason.trim().is_empty() || reason.chars().count() > 1000 {
        return Err(Error::invalid(
            "reason",
            "required",
            "give a reason of at most 1000 characters",
        ));
    }
    let old = load(tx, id)?;
    if old.erased {
        return Err(Error::Refused("this person was erased already".into()));
    }
    let no =
        tx.one("select coalesce(max(erased_no), 0) + 1 from person", &[], |r| r.get::<i64>(0))?;
    let name = format!("Erased person {no}");
    empty_row(tx, id, no)?;
    rename(tx, &mut head, &name)?;
    found_by::index(tx, id, &[("name", Some(&name))])?;
    let mut changes = vec![Change::plain("name", Json::Null, name.as_str())];
    changes.extend(end_access(tx, call, id)?);
    changes.extend(leave_all(tx, id)?);
    grants::administrator_left(tx)?;
    let texts = erase_subject(tx, id)?;
    let (mentions, more) = mentions(tx, &old)?;
    changes.push(Change::plain("texts_destroyed", Json::Null, json!(texts)));
    // The name is gone after this: nobody can look for it again.
    let places: Vec<_> = mentions.iter().map(|m| json!([m.record, m.seq, m.slot])).collect();
    changes.push(Change::plain(MENTIONS, Json::Null, places));
    changes.push(Change::text("reason", reason.trim(), None));
    finish(tx, call, &mut head, "person.erased", &changes)?;
    Ok(Erasure { name, texts, mentions, more })
}

/// The persons erased so far, in the order they were: their number and id. For
/// the list that a restored backup is brought in line with.
pub fn erased(tx: &mut Tx) -> Result<Vec<(i64, Uuid)>> {
    tx.rows(
        "select erased_no, id from person where erased_no is not null order by erased_no",
        &[],
        |r| Ok((r.get(0)?, r.get(1)?)),
    )
}

fn empty_row(tx: &mut Tx, id: Uuid, no: i64) -> Result<()> {
    tx.run_one(
        "update person set login = $1, login_key = $1, email = null, email_key = null,
         phone = null, location = null, zone = null, language = 'en', active = false, vip = false,
         password_hash = null, erased_no = $2 where id = $3",
        &[format!("erased-{no}").into(), no.into(), id.into()],
    )
    // Somebody else is being erased at the same time: count again.
    .map_err(|e| match e {
        Error::Duplicate(column) if column.contains("erased_no") => Error::Retry,
        other => other,
    })?;
    // A revoked token's name is the person's own words.
    tx.run("delete from token where person = $1", &[id.into()]).map(drop)
}

/// Ends memberships and grants; the fact keeps their ids.
fn leave_all(tx: &mut Tx, id: Uuid) -> Result<Vec<Change>> {
    let teams = tx.rows("select team from team_member where person = $1", &[id.into()], |r| {
        r.get::<Uuid>(0)
    })?;
    tx.run("delete from team_member where person = $1", &[id.into()])?;
    let held = grants::held_by(tx, id)?;
    tx.run("delete from grant_row where holder = $1", &[id.into()])?;
    let mut changes = Vec::new();
    changes.extend(teams.iter().map(|t| Change::plain("team", json!(t), Json::Null)));
    changes.extend(held.iter().map(|g| Change::plain("grant", g.as_json(), Json::Null)));
    Ok(changes)
}
