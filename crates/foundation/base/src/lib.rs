//! What every floor shares and nothing more: the one error type, text folding
//! and word cutting, and the one way to write an instant. No I/O, no clock.

mod entropy;
pub mod error;
pub mod text;
pub mod time;

pub use entropy::Entropy;
pub use error::{Error, FieldError, Gathered, Result};
pub use jiff::Timestamp;
pub use uuid::Uuid;
