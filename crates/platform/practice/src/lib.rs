//! What all practices share above the tickets: the fields of requests and answers,
//! actions as routes and by name, terms, the rules every kind obeys; how a ticket is
//! loaded and asked for; its journal, files, links, history and timeline as routes,
//! its rows and their export. A practice gives a [`Practice`]; everything here works
//! for whatever practice gives one.
//!
//! Invariant: nothing here names a practice.

pub mod act;
mod actions;
pub mod api;
mod assignee;
mod body;
pub mod commands;
mod create;
pub mod edit;
mod life_cycle;
mod load;
mod patch;
mod practice;
mod priority;
mod redact;
mod rooms;
pub mod rules;
#[cfg(test)]
mod sample;
pub mod settings;
mod shipped;
mod shown;
pub mod standard;
mod term;
mod ticket_body;
mod timeline;
mod view;

pub use act::{Action, Decision};
pub use body::said_under;
pub use life_cycle::{LifeCycle, Steps, Transition, line};
pub use load::Loaded;
pub use practice::{Practice, Practices};
pub use redact::redact_place;
pub use rooms::Rooms;
pub use shipped::Shipped;
pub use term::{Term, hold_ends};
pub use ticket_body::NewTicket;
