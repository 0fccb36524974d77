//! Tickets: the common row, its versions, journal, full text and lists. A
//! practice brings rules, states and fields of its own; everything that works
//! for one kind of ticket works for all.
//!
//! Invariant: a ticket's state and its fact are written by one function
//! ([`save`], [`create`] or, for the past, [`record_history`]) in one transaction.

pub mod attachment;
mod audience;
mod command;
mod erase;
pub mod fields;
pub mod journal;
pub mod list;
mod memory;
mod model;
pub mod rebuild;
mod record_history;
pub mod rich;
pub mod search;
pub mod store;
pub mod text;
mod write;

pub use audience::{
    Reads, is_internal, is_public, names_for, readable, readable_of, reads, reads_of, target,
};
pub use command::{ArgsCheck, Command, Commands};
pub use erase::{forget_person, forget_texts};
pub use memory::InMemory;
pub use model::{OPEN_STATES, TRACKED, Ticket, changes, to_json};
pub use record_history::{Past, PastUpdate, record_history};
pub use write::{Effect, create, new_head, save};
