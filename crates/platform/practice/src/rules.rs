//! The rules every kind of ticket obeys: values in, the ticket afterwards or a
//! refusal out. What a kind does otherwise stands in its practice. No clock, no
//! database.

use steward_base::{Error, Result, Timestamp, Uuid};
use steward_ticket::Ticket;

use crate::assignee::set_assignment;
use crate::life_cycle::LifeCycle;

/// Most minutes that are recorded at once: a day.
const MOST_MINUTES: i64 = 1440;

/// Moves through the life cycle. What waited waits no more, unless it is put on
/// hold anew.
///
/// # Errors
/// `Refused` with the states in which it is possible.
pub fn step(life_cycle: &'static LifeCycle, before: &Ticket, action: &str) -> Result<Ticket> {
    let transition = life_cycle.step(&before.state, action).map_err(refused)?;
    let mut after = before.clone();
    after.on_hold_reason = None;
    after.on_hold_until = None;
    after.state = transition.to.to_owned();
    Ok(after)
}

fn refused(reason: &str) -> Error {
    Error::Refused(reason.to_owned())
}

/// Gives a ticket to a group, a person or both. A change of the group after the
/// first counts as a reassignment. Work begins when a person has it; waiting goes
/// on whoever has it.
///
/// # Errors
/// `Refused` by the life cycle; `Invalid` when nobody is named.
pub fn assign(
    life_cycle: &'static LifeCycle,
    before: &Ticket,
    group: Option<Option<Uuid>>,
    person: Option<Option<Uuid>>,
) -> Result<Ticket> {
    let step = life_cycle.step(&before.state, "assign").map_err(refused)?;
    if group.is_none() && person.is_none() {
        let message = "name an assignment_group, an assigned_to or both";
        return Err(Error::invalid("assignment_group", "required", message));
    }
    let mut after = before.clone();
    set_assignment(&mut after, group, person);
    if after.assigned_to.is_some() && step.to != before.state {
        after.state = step.to.to_owned();
        (after.on_hold_reason, after.on_hold_until) = (None, None);
    }
    Ok(after)
}

/// Work begins when a person has a new ticket, however it was given.
pub fn begin_work(life_cycle: &'static LifeCycle, before: &Ticket, after: &mut Ticket) {
    let start = life_cycle.start();
    if before.state == start && after.state == start && after.assigned_to.is_some() {
        after.state = life_cycle.work().to_owned();
    }
}

/// Takes a ticket away from whoever has it, since they have left: nobody works
/// on it, so it is new again; what waits goes on waiting.
pub fn take_away(life_cycle: &'static LifeCycle, ticket: &mut Ticket) {
    ticket.assigned_to = None;
    if ticket.state == life_cycle.work() {
        ticket.state = life_cycle.start().to_owned();
    }
}

/// Puts a ticket on hold: for a reason, until a moment, or both.
///
/// # Errors
/// `Refused` by the life cycle; `Invalid` without either, or with a moment that
/// has passed.
pub fn hold(
    life_cycle: &'static LifeCycle,
    before: &Ticket,
    reason: Option<&str>,
    until: Option<Timestamp>,
    now: Timestamp,
) -> Result<Ticket> {
    let mut after = step(life_cycle, before, "hold")?;
    if reason.is_none() && until.is_none() {
        let message = "say why it waits, or until when";
        return Err(Error::invalid("on_hold_reason", "required", message));
    }
    if until.is_some_and(|until| until <= now) {
        return Err(Error::invalid("until", "future", "must lie in the future"));
    }
    after.on_hold_reason = reason.map(str::to_owned);
    after.on_hold_until = until;
    Ok(after)
}

/// Resolves a ticket.
///
/// # Errors
/// `Refused` by the life cycle; `Invalid` without notes.
pub fn resolve(
    life_cycle: &'static LifeCycle,
    before: &Ticket,
    (code, notes): (&str, &str),
    by: Uuid,
    now: Timestamp,
) -> Result<Ticket> {
    let mut after = step(life_cycle, before, "resolve")?;
    if notes.trim().is_empty() {
        return Err(Error::invalid("close_notes", "required", "say what was done"));
    }
    after.close_code = Some(code.to_owned());
    after.close_notes = Some(notes.to_owned());
    after.resolved_at = Some(now);
    after.resolved_by = Some(by);
    Ok(after)
}

/// Closes a resolved ticket: somebody confirms, or time has passed.
///
/// # Errors
/// `Refused` by the life cycle.
pub fn close(life_cycle: &'static LifeCycle, before: &Ticket, now: Timestamp) -> Result<Ticket> {
    let mut after = step(life_cycle, before, "close")?;
    after.closed_at = Some(now);
    Ok(after)
}

/// Ends a ticket without a resolution.
///
/// # Errors
/// `Refused` by the life cycle; `Invalid` without a reason.
pub fn cancel(
    life_cycle: &'static LifeCycle,
    before: &Ticket,
    reason: &str,
    now: Timestamp,
) -> Result<Ticket> {
    let mut after = step(life_cycle, before, "cancel")?;
    if reason.trim().is_empty() {
        return Err(Error::invalid("reason", "required", "say why"));
    }
    after.close_code = Some("canceled".into());
    after.close_notes = Some(reason.to_owned());
    after.closed_at = Some(now);
    Ok(after)
}

/// The sum of time worked afterwards, in minutes: those below zero take away what
/// was recorded by mistake.
///
/// # Errors
/// `Invalid` on `minutes` for 0, more than a day, or more taken than there is.
pub fn time_worked(sum: i64, minutes: i64) -> Result<i64> {
    let invalid = |message: String| Err(Error::invalid("minutes", "range", message));
    if minutes == 0 || minutes > MOST_MINUTES {
        return invalid(format!("is 1 to {MOST_MINUTES}, or below 0 to correct"));
    }
    match sum.checked_add(minutes) {
        Some(sum) if sum >= 0 => Ok(sum),
        _ => invalid(format!("only {sum} minutes are recorded")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::LIFE_CYCLE;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).expect("an instant")
    }

    fn chore(state: &str) -> Ticket {
        let head = steward_history::Head {
            id: Uuid::from_u128(1),
            kind: "chore".into(),
            row_no: 1,
            number: Some("CHO0000001".into()),
            name: "Sweep".into(),
            organisation: Uuid::nil(),
            version: 1,
            seq: 1,
            hash: Vec::new(),
            created_at: at(0),
        };
        let mut chore = Ticket::blank(head, state, at(0));
        if state == "on_hold" {
            chore.on_hold_reason = Some("awaiting_vendor".into());
            chore.on_hold_until = Some(at(90));
        }
        chore
    }

    const ANN: Option<Option<Uuid>> = Some(Some(Uuid::from_u128(7)));

    #[test]
    fn work_begins_when_a_person_has_it_and_a_wait_goes_on() {
        let group = Some(Some(Uuid::from_u128(8)));
        for (from, group, person, to) in [
            ("waiting", group, None, "waiting"),
            ("waiting", None, ANN, "at_work"),
            ("waiting", group, ANN, "at_work"),
            ("at_work", None, ANN, "at_work"),
            ("on_hold", None, ANN, "on_hold"),
        ] {
            let before = chore(from);
            let after = assign(&LIFE_CYCLE, &before, group, person).expect("may be assigned");
            assert_eq!(after.state, to, "from {from}");
            assert_eq!(after.on_hold_reason, before.on_hold_reason);
            assert_eq!(after.on_hold_until, before.on_hold_until);
        }
        assert!(matches!(assign(&LIFE_CYCLE, &chore("done"), None, ANN), Err(Error::Refused(_))));
        let nobody = assign(&LIFE_CYCLE, &chore("waiting"), None, None);
        assert!(matches!(nobody, Err(Error::Invalid(_))));
    }

    #[test]
    fn work_begins_however_it_was_given_and_ends_with_who_has_left() {
        for (from, begun, taken) in [
            ("waiting", "at_work", "waiting"),
            ("at_work", "at_work", "waiting"),
            ("on_hold", "on_hold", "on_hold"),
            ("done", "done", "done"),
        ] {
            let before = chore(from);
            let mut after = before.clone();
            after.assigned_to = ANN.flatten();
            begin_work(&LIFE_CYCLE, &before, &mut after);
            assert_eq!(after.state, begun, "from {from}");
            let mut left = before.clone();
            left.assigned_to = ANN.flatten();
            take_away(&LIFE_CYCLE, &mut left);
            assert_eq!((left.state.as_str(), left.assigned_to), (taken, None), "from {from}");
        }
    }

    #[test]
    fn a_hold_needs_a_reason_or_a_moment_to_come() {
        let hold = |reason, until| hold(&LIFE_CYCLE, &chore("at_work"), reason, until, at(100));
        let held = hold(Some("awaiting_vendor"), Some(at(101))).expect("on hold");
        assert_eq!((held.state.as_str(), held.on_hold_until), ("on_hold", Some(at(101))));
        assert!(hold(None, Some(at(101))).is_ok());
        for (reason, until) in [(None, None), (None, Some(at(100))), (Some("x"), Some(at(99)))] {
            assert!(matches!(hold(reason, until), Err(Error::Invalid(_))), "{reason:?} {until:?}");
        }
    }

    #[test]
    fn a_step_ends_the_wait() {
        let after = step(&LIFE_CYCLE, &chore("on_hold"), "resume").expect("may go on");
        assert_eq!(after.state, "at_work");
        assert_eq!((after.on_hold_reason, after.on_hold_until), (None, None));
        let refused = step(&LIFE_CYCLE, &chore("done"), "resume");
        assert!(matches!(refused, Err(Error::Refused(reason)) if reason.contains("On hold")));
    }

    #[test]
    fn time_worked_is_a_sum_that_is_never_below_zero() {
        for (sum, minutes, expected) in [
            (0, 25, Some(25)),
            (25, 1440, Some(1465)),
            (25, -25, Some(0)),
            (25, -26, None),
            (25, 0, None),
            (0, 1441, None),
            (i64::MAX, 1, None),
        ] {
            assert_eq!(time_worked(sum, minutes).ok(), expected, "{sum} and {minutes}");
        }
    }
}
