//! Steward: IT service management in one binary. This crate is the composition
//! root: command line, configuration, the clock, workers, and what puts the
//! rooms together.

mod cli;
mod commands;
mod config;
mod demo;
mod erasures;
mod open;
mod rooms;
mod serve;
mod system;
mod workers;

use std::process::ExitCode;

/// Requests are made of many small values; this gives and takes them back at
/// half the cost of the system's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a command ends with when it does not succeed.
enum Failure {
    /// The command could not do its work: status 1.
    Failed(String),
    /// The command was called wrongly: status 2.
    Usage(String),
}

impl From<steward_base::Error> for Failure {
    fn from(error: steward_base::Error) -> Failure {
        Failure::Failed(error.to_string())
    }
}

fn main() -> ExitCode {
    // What is written here, by whatever part, is for its owner only.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    match cli::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Failed(words)) => {
            eprintln!("steward: {words}");
            ExitCode::from(1)
        }
        Err(Failure::Usage(words)) => {
            eprintln!("steward: {words}");
            ExitCode::from(2)
        }
    }
}
