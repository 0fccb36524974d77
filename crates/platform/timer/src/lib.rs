//! Timers: what must happen later is a row with a due time, a kind, a purpose,
//! a record and a payload.
//!
//! A timer carries a purpose, not a decision: on firing its handler looks at
//! what holds now and does nothing if the reason is gone. It fires by running
//! its handler and deleting its row in one transaction, so it has effect exactly
//! once, whatever happens in between.
//!
//! There is no lease with a token: the lock on the row is the lease. On
//! PostgreSQL the worker takes the row `for update skip locked`; another node
//! passes over it, and when a node dies its lock goes with its connection, at
//! once and without a clock to compare. On SQLite there is one writer anyway.
//!
//! Invariant: nothing polls records; the next due time is one index look-up.
//! Invariant: a timer that fails never holds up another one.

mod fire;
mod store;
mod worker;

pub use fire::{Handler, Handlers, MAX_ATTEMPTS, Tried, back_off, fire_one};
pub use store::{
    Timer, cancel, cancel_all, counts, next_due, of_record, parked, parked_timer, record_failure,
    retry_parked, set, waiting,
};
pub use worker::{fire_next, run};
