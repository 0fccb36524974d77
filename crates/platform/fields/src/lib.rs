//! The registry: for every record kind its fields, shipped ones and the
//! administrator's own. Validation, the condition language, lists, forms,
//! import, export and the API schema all read it.
//!
//! Invariant: a field that is not in the registry can neither be read nor
//! written through any door.

mod change;
mod custom;
mod field;
mod registry;
mod store;

pub use change::{FieldChange, change_field};
pub use custom::{NewCustomField, create_custom, date_instant, delete_custom, parse_custom};
pub use field::{Field, FieldType, Writer};
pub use registry::{Registries, Registry, as_info};
pub use store::{ensure_choice, load_custom};
