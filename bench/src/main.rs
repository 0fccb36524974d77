//! Speed and size, each figure beside a raw limit measured in the same run.
//!
//! ```text
//! steward-bench [--quick] [--only LINE,LINE] [--incidents N] [--reuse] [--write]
//! ```
//! Finds the product in `STEWARD_BIN` (else beside itself) and works under `target/bench`. A full run is 5 runs
//! of 20 s a line and writes its table into bench/README.md; `--quick` is 3 runs of 3 s and prints it. Exit
//! status 1 when a bound is missed, 2 for wrong usage.
//!
//! `steward-bench bare ...` is the bare program that the product is compared with; the benchmark starts it.

mod bare;
mod data;
mod generate;
mod lines;
mod load;
mod machine;
mod options;
mod probe;
mod record;
mod server;
mod stats;
mod table;
mod words;

use std::process::ExitCode;

use options::Options;

/// As the product's, so that the bare program stands on the same ground.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What went wrong, in words.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == "bare") {
        return ended(bare::run(&words[1..]).map(|()| true));
    }
    match Options::parse(&words) {
        Ok(options) => ended(lines::run(&options)),
        Err(wrong) => {
            eprintln!("{wrong}");
            ExitCode::from(2)
        }
    }
}

fn ended(outcome: Result<bool>) -> ExitCode {
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("steward-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
