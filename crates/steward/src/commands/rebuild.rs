//! `steward rebuild`: what is derived from the truth, made anew while others
//! serve.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;

use steward_base::Result;
use steward_database::Db;
use steward_history::{Progress, Subscriber, restart, run_batch};
use steward_ticket::rebuild;

use crate::config::Config;
use crate::open::{Migrate, open};
use crate::print::say;
use crate::rooms::{rooms, subscribers};
use crate::{Failure, system};

/// Facts read in one transaction.
const BATCH: i64 = 200;

/// Makes `versions`, `text` or what a subscriber keeps anew.
pub(crate) fn run(config: &Config, name: &str) -> std::result::Result<(), Failure> {
    let entropy = system::entropy();
    let rooms = rooms(&entropy);
    let subscribers = subscribers(&rooms, &entropy);
    let subscriber = subscribers.iter().find(|subscriber| subscriber.name() == name);
    if !["versions", "text"].contains(&name) && subscriber.is_none() {
        let known: Vec<&str> = subscribers.iter().map(|subscriber| subscriber.name()).collect();
        let words = format!("there is nothing called {name}: versions, text, {}", known.join(", "));
        return Err(Failure::Usage(words));
    }
    if subscriber.is_some_and(|subscriber| subscriber.starts_at_the_end()) {
        let words = "keeps nothing that could be made anew: what was done or sent stays so, and what \
                     was rightly passed over when it happened could be done now";
        return Err(Failure::Failed(format!("{name} {words}")));
    }
    let db = open(config, Migrate::OnlyEmpty, &entropy)?;
    let count = match (name, subscriber) {
        ("versions", _) => rebuild::versions(&db, &rooms.practices.registries, &mut tell)?,
        ("text", _) => rebuild::texts(&db, &rooms.practices.registries, &mut tell)?,
        (_, Some(subscriber)) => read_again(&db, subscriber)?,
        (_, None) => 0,
    };
    let what = if subscriber.is_some() { "facts" } else { "tickets" };
    say(format!("{name} made anew from {count} {what}"))
}

/// Empties what a subscriber keeps and reads the log from its beginning; a
/// serving process helps, since both take turns at one cursor.
fn read_again(db: &Db, subscriber: &Arc<dyn Subscriber>) -> Result<u64> {
    let (again, now) = (subscriber.clone(), system::now());
    db.write_blocking(move |tx| restart(tx, again.as_ref(), now))?;
    let mut count = 0;
    loop {
        let (reading, now) = (subscriber.clone(), system::now());
        match db.write_blocking(move |tx| run_batch(tx, reading.as_ref(), now, BATCH))? {
            Progress::Read(facts) => count += facts as u64,
            Progress::Idle => return Ok(count),
            // The serving process is at it.
            Progress::Elsewhere => std::thread::sleep(std::time::Duration::from_millis(20)),
        }
        tell(count);
    }
}

fn tell(count: u64) {
    if std::io::stderr().is_terminal() {
        let _ = write!(std::io::stderr(), "\r{count} ");
    }
}
