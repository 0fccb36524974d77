//! Incident management: restore service fast. Rules, life cycle, fields and
//! routes of this practice; everything else it does through the platform.

mod api;
pub mod body;
pub mod commands;
mod create;
mod edit;
mod family;
pub mod fields;
pub mod life_cycle;
mod merge;
mod practice;
pub mod rules;
mod table;
mod timers;
mod view;

pub use commands::{Action, act, update};
pub use create::create;
pub use fields::{KIND, PREFIX, Settings, registry};
pub use practice::PRACTICE;
pub use view::IncidentView;
