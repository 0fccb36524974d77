//! Erasing a person everywhere: the floors below each forget what they hold, in
//! one transaction. Every door that erases comes through here.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use steward_api::{App, forget_answers};
use steward_base::{Result, Uuid};
use steward_database::Tx;
use steward_history::{FactRef, head};
use steward_people::{Call, Erasure, erase, system_actor};
use steward_practice::Practices;
use steward_ticket::attachment::Files;
use steward_ticket::forget_person;

/// Lets the work of a person who has just left go back to their groups, caused by
/// the fact that they left. Whoever may send them away may let their work go on.
///
/// # Errors
/// Those of the writes.
pub(crate) fn return_work(
    tx: &mut Tx,
    call: &Call,
    practices: &Practices,
    person: Uuid,
) -> Result<()> {
    let left = FactRef { record: person, seq: head(tx, person)?.seq };
    let actor = Arc::new(system_actor());
    let system = Call { actor, cause: call.cause.or(Some(left)), ..call.clone() };
    for practice in practices.iter() {
        practice.return_to_groups(tx, &system, &practices.registries, person)?;
    }
    Ok(())
}

/// Erases a person: [`steward_people::erase`], then the state rows, documents
/// and files of their tickets, what they were told, and the answers kept for
/// repeated requests. Their open tickets go back to their groups.
///
/// After the commit [`steward_database::Db::scrub`] and
/// [`steward_ticket::attachment::Files::sweep`] make an end of the words.
///
/// # Errors
/// Those of [`steward_people::erase`] and of the writes.
pub fn erase_person(
    tx: &mut Tx,
    call: &Call,
    practices: &Practices,
    person: Uuid,
    reason: &str,
) -> Result<Erasure> {
    let done = erase(tx, call, person, reason)?;
    return_work(tx, call, practices, person)?;
    // Whoever may erase a person may change every ticket for it.
    let system = Call { actor: Arc::new(system_actor()), ..call.clone() };
    let mut concerned = HashSet::from([person.to_string()]);
    for practice in practices.iter() {
        let registry = practices.registries.get(tx, practice.kind)?;
        let tickets = forget_person(tx, &system, &registry, person)?;
        for ticket in tickets {
            steward_automation::forget_answers(tx, ticket)?;
            concerned.insert(ticket.to_string());
        }
    }
    steward_notification::forget_person(tx, person)?;
    forget_answers(tx, &concerned)?;
    Ok(done)
}

/// Between tries to overwrite what could not be overwritten at once.
const AGAIN: Duration = Duration::from_secs(30);
/// Whether somebody is trying already.
static TRYING: AtomicBool = AtomicBool::new(false);

/// Overwrites what erased words leave in the database and among the files. What
/// fails is tried again until it succeeds, whether or not anybody asks.
///
/// # Errors
/// `Unavailable` while readers keep the database from being overwritten.
pub(crate) async fn make_an_end(app: &App) -> Result<()> {
    let done = overwrite(app).await;
    if done.is_err() && !TRYING.swap(true, Ordering::SeqCst) {
        let app = app.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(AGAIN).await;
                match overwrite(&app).await {
                    Ok(()) => break TRYING.store(false, Ordering::SeqCst),
                    Err(error) => tracing::warn!(%error, "erased words are not overwritten yet"),
                }
            }
        });
    }
    done
}

async fn overwrite(app: &App) -> Result<()> {
    app.service::<Files>().sweep(app.db(), app.now()).await?;
    app.db().scrub().await
}
