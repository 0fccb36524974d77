//! Incident management: restore service fast. Rules, life cycle, fields and
//! routes of this practice; everything else it does through the platform.

mod actions;
pub mod api;
mod assignee;
pub mod body;
pub mod commands;
mod create;
mod edit;
mod family;
pub mod fields;
pub mod life_cycle;
mod merge;
pub mod priority;
pub mod rules;
mod shown;
mod table;
mod timeline;
pub mod timers;
mod view;

pub use api::redact_place;
pub use commands::{Action, act, attach_file, load, update, write_entry};
pub use create::create;
pub use fields::{KIND, PREFIX, Settings, registry};
pub use shown::{Rows, Shown};
pub use table::{commands as add_commands, return_to_groups};
pub use view::IncidentView;
