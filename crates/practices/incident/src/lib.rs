//! Incident management: restore service fast. What differs for this practice:
//! life cycle, fields, rules, and what follows on other incidents; everything else
//! it does through the platform.

mod actions;
mod body;
mod family;
pub mod fields;
pub mod life_cycle;
mod merge;
mod practice;
pub mod rules;
mod settings;

pub use fields::{KIND, PREFIX, Settings, registry};
pub use practice::PRACTICE;
