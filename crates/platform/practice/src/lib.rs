//! What all practices share above the tickets: how a ticket is loaded and asked
//! for, its journal, files, links, history and timeline as routes, its rows and
//! their export. A practice gives a [`Practice`]; everything here works for
//! whatever practice gives one.
//!
//! Invariant: nothing here names a practice.

mod actions;
pub mod api;
mod assignee;
mod body;
pub mod commands;
pub mod edit;
mod life_cycle;
mod load;
mod practice;
mod priority;
mod redact;
mod rooms;
pub mod settings;
mod shown;
mod timeline;

pub use actions::{ActionView, actions};
pub use assignee::{check as check_assignee, check_assignment, has_left, set_assignment};
pub use body::{parse_args, parse_time, said_under};
pub use life_cycle::{LifeCycle, Steps, Transition, line};
pub use load::Loaded;
pub use practice::{Practice, Practices};
pub use priority::PriorityMatrix;
pub use redact::redact_place;
pub use rooms::Rooms;
pub use shown::{Custom, PriorityOverrideView, Rows, Seen, Shown};
