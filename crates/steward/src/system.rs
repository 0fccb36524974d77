//! The outside world: clock and chance. Everything below gets them passed in.

use std::sync::Arc;

use steward_api::Clock;
use steward_base::{Entropy, Timestamp};
use steward_history::Door;
use steward_people::{Actor, Call};

/// The time now, as precise as both engines keep it.
#[expect(clippy::disallowed_methods, reason = "the composition root asks for the time")]
pub(crate) fn now() -> Timestamp {
    steward_base::time::micros(Timestamp::now())
}

/// The clock of requests and workers.
pub(crate) fn clock() -> Clock {
    Arc::new(now)
}

/// The system's random numbers. Without them nothing secret can be made, so
/// the program ends.
pub(crate) fn entropy() -> Entropy {
    Entropy::new(|buffer| {
        if let Err(error) = getrandom::fill(buffer) {
            crate::print::tell(format!("the system gives no random numbers: {error}"));
            std::process::abort();
        }
    })
}

/// A call of a command on the server.
pub(crate) fn call(actor: Actor, entropy: &Entropy) -> Call {
    Call {
        actor: Arc::new(actor),
        now: now(),
        door: Door::Cli,
        cause: None,
        entropy: entropy.clone(),
    }
}
