//! The reader of the log that writes the bell's rows.

use steward_base::{Entropy, Error, Result, Timestamp, Uuid};
use steward_database::Tx;
use steward_history::{Door, Fact, Subscriber, facts_of};
use steward_people::{access, allowed};
use steward_ticket::{Ticket, store as tickets, target};

use crate::recipients::{Around, Concern, id};
use crate::store::{NewRow, insert, watchers_then};

/// Writes a row for everybody who is to be told of a fact.
pub struct Notifications {
    entropy: Entropy,
}

impl Notifications {
    /// A reader that draws ids from here.
    pub fn new(entropy: Entropy) -> Notifications {
        Notifications { entropy }
    }

    fn take(&self, tx: &mut Tx, fact: &Fact, now: Timestamp) -> Result<()> {
        let Some(concern) = Concern::of(fact) else { return Ok(()) };
        let ticket = match tickets::by_id(tx, fact.record) {
            Ok(ticket) => ticket,
            Err(Error::NotFound) => return Ok(()),
            Err(other) => return Err(other),
        };
        let mut around = match concern.needs_people() {
            true => around(tx, &ticket, fact)?,
            false => Around::default(),
        };
        if let Some(original) = around.duplicate_of.filter(|_| concern.needs_original()) {
            around.original_assignee = assignee_then(tx, original, fact)?;
        }
        for (person, kind) in concern.recipients(fact, &around) {
            if !may_read(tx, person, &ticket, concern.internal)? {
                continue;
            }
            let row = NewRow {
                id: self.entropy.id(now),
                person,
                record: fact.record,
                seq: fact.seq,
                kind,
                by: fact.stamp.by,
                at: fact.stamp.recorded_at,
                entry: concern.entry,
            };
            insert(tx, &row)?;
        }
        Ok(())
    }
}

impl Subscriber for Notifications {
    fn name(&self) -> &'static str {
        "notifications"
    }

    fn passes_over(&self, kind: &str, door: Door, changes: &str) -> bool {
        !Concern::may_be(kind, door, changes)
    }

    fn handle(&self, tx: &mut Tx, facts: &[Fact], now: Timestamp) -> Result<()> {
        facts.iter().try_for_each(|fact| self.take(tx, fact, now))
    }

    // Read again from the beginning, the rows stay with their marks of having
    // been read; writing one again changes nothing.
}

/// Whether the person may read what it would be told of, right now.
pub(crate) fn may_read(tx: &mut Tx, person: Uuid, ticket: &Ticket, internal: bool) -> Result<bool> {
    let Some(actor) = access::actor_of(tx, person)? else { return Ok(false) };
    let target = target(tx, &actor, ticket)?;
    let sees = |action| allowed(&actor, ticket.kind(), action, &target);
    Ok(sees("read") && (!internal || sees("read_work_notes")))
}

/// Who stood around the ticket when the fact happened, so that reading the log
/// again tells the same persons.
fn around(tx: &mut Tx, ticket: &Ticket, fact: &Fact) -> Result<Around> {
    let mut around = Around {
        assignee: ticket.assigned_to,
        caller: ticket.caller,
        requested_for: ticket.requested_for,
        watchers: watchers_then(tx, fact.record, fact.stamp.recorded_at)?,
        duplicate_of: ticket.duplicate_of,
        original_assignee: None,
    };
    let later = [
        ("assigned_to", &mut around.assignee),
        ("caller", &mut around.caller),
        ("requested_for", &mut around.requested_for),
        ("duplicate_of", &mut around.duplicate_of),
    ];
    if ticket.head.seq > fact.seq {
        for (field, place) in later {
            let any = |_: &Fact| true;
            if let Some(then) = before_next_change(tx, fact.record, fact.seq, field, any)? {
                *place = then;
            }
        }
    }
    Ok(around)
}

/// Who had another incident when the fact happened.
fn assignee_then(tx: &mut Tx, record: Uuid, fact: &Fact) -> Result<Option<Uuid>> {
    let (now, at) = (tickets::by_id(tx, record)?, fact.stamp.recorded_at);
    if now.updated_at <= at {
        return Ok(now.assigned_to);
    }
    let later = |f: &Fact| f.stamp.recorded_at > at;
    Ok(before_next_change(tx, record, 0, "assigned_to", later)?.unwrap_or(now.assigned_to))
}

/// What the first change of the field in a fact behind `after` that counts says
/// it was before.
fn before_next_change(
    tx: &mut Tx,
    record: Uuid,
    mut after: i64,
    field: &str,
    counts: impl Fn(&Fact) -> bool,
) -> Result<Option<Option<Uuid>>> {
    loop {
        let facts = facts_of(tx, record, after, 200)?;
        let Some(last) = facts.last() else { return Ok(None) };
        after = last.seq;
        let facts = facts.iter().filter(|f| counts(f));
        let found = facts.flat_map(|f| &f.changes).find(|c| c["field"] == field);
        if let Some(change) = found {
            return Ok(Some(id(&change["from"])));
        }
    }
}
