//! What a command says. `println!` and `eprintln!` panic when their words find
//! no place; a command must end with its own status instead.

use std::fmt::Display;
use std::io::{ErrorKind, Result, Write as _};

use crate::Failure;

/// Says how the work went. A reader who has left, as in `verify | head -1`,
/// misses words only: the work is done, and its status counts.
pub(crate) fn say(words: impl Display) -> std::result::Result<(), Failure> {
    match put(format!("{words}\n").as_bytes()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| Failure::Failed(cannot(&error))),
    }
}

/// Gives what the command was called for. A reader who leaves before its end
/// ends the command: status 1, without a word.
pub(crate) fn give(bytes: &[u8]) -> std::result::Result<(), Failure> {
    put(bytes).map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::Unread,
        _ => Failure::Failed(cannot(&error)),
    })
}

/// Writes to standard output, to its end.
pub(crate) fn put(bytes: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// Says it on standard error, where nothing depends on its being read.
pub(crate) fn tell(words: impl Display) {
    let _ = writeln!(std::io::stderr(), "steward: {words}");
}

fn cannot(error: &std::io::Error) -> String {
    format!("standard output cannot be written: {error}")
}
