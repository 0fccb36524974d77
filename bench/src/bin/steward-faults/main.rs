//! Faults: the real binary under many writers, killed at random moments, and on disks that fail.
//!
//! ```text
//! steward-faults [--rounds N] [--engine sqlite|postgres|both] [--only kill|nodes|disk] [--seed N]
//! ```
//! Finds the binary in `STEWARD_BIN` (else beside itself), a PostgreSQL in `STEWARD_TEST_PG`, and the library
//! that makes disks fail in `STEWARD_LIBFAULT`. `STEWARD_PG_SWITCH` is the switch of a PostgreSQL on such a disk (`PG_LIBFAULT` of
//! scripts/pg.sh). Prints a line for each round and ends with
//! `N passed, N failed`; exit status 1 when one failed. The seed, which says when servers are killed and timers
//! come due, is printed first and taken from the clock unless it is given.

mod clock;
mod disk;
mod http;
mod kill;
mod ledger;
mod nodes;
mod server;

use std::process::ExitCode;

use server::Store;

/// What a run was asked to do.
struct Options {
    rounds: u32,
    engines: Vec<&'static str>,
    kill: bool,
    nodes: bool,
    disk: bool,
    seed: u64,
}

/// What went wrong, in words; empty is well.
pub type Findings = Vec<String>;

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(wrong) => {
            eprintln!("{wrong}");
            return ExitCode::from(2);
        }
    };
    println!("seed {}", options.seed);
    let (mut passed, mut failed) = (0, 0);
    let mut report = |name: &str, outcome: Result<String, Findings>| match outcome {
        Ok(note) => {
            passed += 1;
            println!("ok      {name}: {note}");
        }
        Err(findings) => {
            failed += 1;
            println!("FAILED  {name}");
            findings.iter().take(20).for_each(|finding| println!("        {finding}"));
        }
    };
    if options.kill {
        for engine in &options.engines {
            kill::run(engine, options.rounds, options.seed, &mut report);
        }
    }
    if options.nodes && options.engines.contains(&"postgres") {
        (1..=options.rounds.div_ceil(10))
            .for_each(|round| nodes::run(round, options.seed, &mut report));
        kill::with_cut_connections(options.seed, &mut report);
    }
    if options.disk && options.engines.contains(&"postgres") {
        disk::run_postgres(&mut report);
    }
    if options.disk && options.engines.contains(&"sqlite") {
        disk::run(&mut report);
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn options() -> Result<Options, String> {
    let mut options = Options {
        rounds: 3,
        engines: vec!["sqlite", "postgres"],
        kill: true,
        nodes: true,
        disk: true,
        // Another one in each run, printed so that a run can be repeated.
        seed: u64::from(clock::now().as_millisecond() as u32),
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word}: a value is missing"))?;
        let number = || value.parse::<u32>().map_err(|_| format!("{word}: not a number: {value}"));
        match (word.as_str(), value.as_str()) {
            ("--rounds", _) => options.rounds = number()?,
            ("--seed", _) => options.seed = number()?.into(),
            ("--engine", "sqlite") => options.engines = vec!["sqlite"],
            ("--engine", "postgres") => options.engines = vec!["postgres"],
            ("--engine", "both") => {}
            ("--only", "kill") => (options.nodes, options.disk) = (false, false),
            ("--only", "nodes") => (options.kill, options.disk) = (false, false),
            ("--only", "disk") => (options.kill, options.nodes) = (false, false),
            _ => return Err(format!("what is {word} {value}?")),
        }
    }
    if options.engines.contains(&"postgres") {
        Store::postgres_url()
            .ok_or("STEWARD_TEST_PG names no PostgreSQL: run me in scripts/pg.sh")?;
    }
    Ok(options)
}
