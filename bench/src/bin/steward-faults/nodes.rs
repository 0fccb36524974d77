//! Two nodes on one PostgreSQL, one killed under load: what it had taken up goes on in the other within 30 s, and
//! nothing happens twice.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::ledger::{Ledger, Signals, caught_up};
use crate::server::{Server, Store};
use crate::{Findings, clock};

/// Callers of each node.
const WRITERS: u32 = 8;
/// How long the other node may take for what the killed one left.
const MOST: Duration = Duration::from_secs(30);

/// One round.
pub fn run(round: u32, seed: u64, report: &mut impl FnMut(&str, Result<String, Findings>)) {
    let outcome =
        Store::fresh("postgres").map_err(|why| vec![why]).and_then(|s| one(s, round, seed));
    report(&format!("two nodes, round {round}"), outcome);
}

fn one(mut store: Store, round: u32, seed: u64) -> Result<String, Findings> {
    let dying = store.start(false).map_err(|why| vec![why])?;
    let living = store.start(false).map_err(|why| vec![why])?;
    let signals = Signals::default();
    let (promised, killed, moment) = std::thread::scope(|scope| {
        let start = |server: &Server, node: &'static str, writer: u32| {
            let mut client = store.client(server);
            let (name, signals) = (format!("r{round}-{node}{writer}"), &signals);
            scope.spawn(move || Ledger::work(&mut client, &name, seed, false, signals))
        };
        let mut writers: Vec<_> = (0..WRITERS).map(|w| start(&dying, "a", w)).collect();
        writers.extend((0..WRITERS).map(|w| start(&living, "b", w)));
        signals.wait(Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(1500));
        dying.kill();
        let (killed, moment) = (Instant::now(), clock::wire(clock::now()));
        std::thread::sleep(Duration::from_secs(1));
        signals.stop.store(true, Ordering::Relaxed);
        let mut all = Ledger::default();
        writers.into_iter().filter_map(|w| w.join().ok()).for_each(|ledger| all.add(ledger));
        (all, killed, moment)
    });
    let mut client = store.client(&living);
    let mut findings = caught_up(&mut client, MOST.saturating_sub(killed.elapsed()));
    let read_on = killed.elapsed();
    let (late, back) = promised.check_timers(&mut client, &moment);
    findings.extend(late);
    let fired = killed.elapsed();
    if fired > MOST {
        findings.push(format!("timers went on only after {} s", fired.as_secs()));
    }
    findings.extend(promised.check(&mut client));
    // What was repeated has been read too before the bell is looked at.
    findings.extend(caught_up(&mut client, MOST));
    findings.extend(promised.check_bell(&mut store.bell(&living)));
    findings.extend(store.verify().err());
    if promised.held.is_empty() || promised.assigned.is_empty() {
        findings.push("nothing was left for the other node".into());
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    Ok(format!(
        "{} created on both, {} held ({back} back before the kill), {} rang, {} without answer; {} ms after the kill the log was read, after {} ms \
         all timers had fired",
        promised.created.len(),
        promised.held.len(),
        promised.assigned.len(),
        promised.unanswered.len(),
        read_on.as_millis(),
        fired.as_millis()
    ))
}
