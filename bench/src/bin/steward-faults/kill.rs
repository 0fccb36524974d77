//! SIGKILL at random moments under many writers: every acknowledged write is there, nothing is half there, the
//! history verifies, subscribers have caught up (`/readyz`), and no timer fired twice.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use steward_database::{Db, Options};

use crate::Findings;
use crate::clock::{self, Chance};
use crate::ledger::{Ledger, Signals, caught_up};
use crate::server::Store;

/// Callers that write at the same time.
const WRITERS: u32 = 16;

/// Rounds on one store, which grows from round to round.
pub fn run(
    engine: &str,
    rounds: u32,
    seed: u64,
    report: &mut impl FnMut(&str, Result<String, Findings>),
) {
    let mut store = match Store::fresh(engine) {
        Ok(store) => store,
        Err(why) => return report(&format!("kill, {engine}"), Err(vec![why])),
    };
    let mut chance = Chance::new(seed, engine);
    for round in 1..=rounds {
        let after = chance.millis(200, 2000);
        let outcome = one(&mut store, round, after, seed, None);
        let failed = outcome.is_err();
        report(&format!("kill, {engine}, round {round}"), outcome);
        if failed {
            println!("        {}", last_lines(&store));
            break;
        }
    }
}

/// The same while connections to PostgreSQL are ended again and again, around commits too.
pub fn with_cut_connections(seed: u64, report: &mut impl FnMut(&str, Result<String, Findings>)) {
    let outcome = Store::fresh("postgres").map_err(|why| vec![why]).and_then(|mut store| {
        let url = store.url().unwrap_or_default().to_owned();
        let (begun, stop) = (AtomicBool::new(false), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let cutter = scope.spawn(|| cut_connections(&url, &begun, &stop));
            let outcome = one(&mut store, 1, Duration::from_secs(4), seed, Some(&begun));
            stop.store(true, Ordering::Relaxed);
            match (outcome, cutter.join().unwrap_or_else(|_| Err("the cutter ended".to_owned()))) {
                (Ok(_), Err(why)) => Err(vec![format!("no session was ended: {why}")]),
                (Err(findings), Err(_)) => Err(findings),
                (outcome, Ok(ended)) => {
                    outcome.map(|note| format!("{ended} sessions ended; {note}"))
                }
            }
        })
    });
    report("connections cut, postgres", outcome);
}

/// Ends two sessions of the server every 15 ms, for as long as `one` lets its writers work.
fn cut_connections(url: &str, begun: &AtomicBool, stop: &AtomicBool) -> Result<usize, String> {
    let options = Options::Postgres(format!("{url}?application_name=cutter"));
    let db = Db::open(&options).map_err(|e| e.to_string())?;
    let (mut ended, mut last) = (0, "there was none".to_owned());
    // The server starts first, however long it takes, and the check at the end is left in peace:
    // all is cut within the four seconds before the kill.
    while !begun.load(Ordering::Relaxed) && !stop.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(10));
    }
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(2500) && !stop.load(Ordering::Relaxed) {
        let cut = db.read_blocking(|tx| {
            tx.rows(
                "select pg_terminate_backend(pid) from (select pid from pg_stat_activity
                 where application_name = 'steward' and datname = current_database()
                 order by random() limit 2) few",
                &[],
                |_| Ok(()),
            )
        });
        match cut {
            Ok(sessions) => ended += sessions.len(),
            Err(why) => last = why.to_string(),
        }
        std::thread::sleep(Duration::from_millis(15));
    }
    if ended == 0 { Err(last) } else { Ok(ended) }
}

fn one(
    store: &mut Store,
    round: u32,
    after: Duration,
    seed: u64,
    cut: Option<&AtomicBool>,
) -> Result<String, Findings> {
    let server = store.start(false).map_err(|why| vec![why])?;
    if let Some(begun) = cut {
        begun.store(true, Ordering::Relaxed);
    }
    let (faults, signals) = (cut.is_some(), Signals::default());
    let (promised, killed) = std::thread::scope(|scope| {
        let start = |writer: u32| {
            let mut client = store.client(&server);
            let (name, signals) = (format!("r{round}-w{writer}"), &signals);
            scope.spawn(move || Ledger::work(&mut client, &name, seed, faults, signals))
        };
        let writers: Vec<_> = (0..WRITERS).map(start).collect();
        // On a busy machine it takes a while; the moment is drawn from then on.
        signals.wait(Duration::from_secs(30));
        std::thread::sleep(after);
        server.kill();
        let killed = clock::wire(clock::now());
        let mut all = Ledger::default();
        writers
            .into_iter()
            .filter_map(|writer| writer.join().ok())
            .for_each(|ledger| all.add(ledger));
        (all, killed)
    });

    let begin = Instant::now();
    let server = store.start(false).map_err(|why| vec![format!("after the kill: {why}")])?;
    let ready = begin.elapsed();
    let mut client = store.client(&server);
    let mut findings = promised.check(&mut client);
    let (late, fired) = promised.check_timers(&mut client, &killed);
    findings.extend(late);
    findings.extend(caught_up(&mut client, Duration::from_secs(30)));
    findings.extend(promised.check_bell(&mut store.bell(&server)));
    findings.extend(store.verify().err());
    if promised.created.is_empty() || promised.notes.is_empty() {
        findings.push("nothing was acknowledged before the kill".into());
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    Ok(format!(
        "killed after {} ms, {} created, {} notes, {} resolved, {} held ({fired} back before the kill), {} rang, {} refused, {} without answer; ready again in {} ms",
        after.as_millis(),
        promised.created.len(),
        promised.notes.len(),
        promised.resolved.len(),
        promised.held.len(),
        promised.assigned.len(),
        promised.failed.len(),
        promised.unanswered.len(),
        ready.as_millis()
    ))
}

fn last_lines(store: &Store) -> String {
    let log = std::fs::read_to_string(store.log()).unwrap_or_default();
    let lines: Vec<&str> = log.lines().rev().take(8).collect();
    let lines: Vec<&str> = lines.into_iter().rev().collect();
    format!("the server's last words: {}", lines.join("\n        "))
}
