//! Notifications: who is told of which fact, with one channel, the bell.
//!
//! A subscriber reads the facts and writes rows that hold references only, no
//! words. What somebody may not read they are not told of: asked when the row
//! is written, and again whenever it is shown.
//!
//! Invariant: a person is told of a fact at most once, however often the log
//! is read again; never of an act of their own; never of an imported fact.

mod recipients;
mod store;
mod subscriber;

pub use recipients::Kind;
pub use store::{
    Asked, Notification, READ, Shown, count, forget_person, list, mark_all_read, mark_read, newer,
    newest, notify,
};
pub use subscriber::Notifications;
