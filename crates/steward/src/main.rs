//! Steward: IT service management in one binary. This crate is the composition
//! root: command line, configuration, the clock, workers, and what puts the
//! rooms together.

#![deny(clippy::print_stdout, clippy::print_stderr)] // they panic; `print.rs` does not

mod cli;
mod commands;
mod config;
mod demo;
mod erasures;
mod open;
mod print;
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
    /// Nobody read to the end what the command was called for: status 1,
    /// and no words.
    Unread,
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
            print::tell(words);
            ExitCode::from(1)
        }
        Err(Failure::Usage(words)) => {
            print::tell(words);
            ExitCode::from(2)
        }
        Err(Failure::Unread) => ExitCode::from(1),
    }
}
