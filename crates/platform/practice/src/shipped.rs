//! The fields of a kind as shipped, and which of those that tickets have it lacks.

use std::sync::OnceLock;

use steward_fields::Registry;
use steward_ticket::fields::common;

/// The fields of a kind as shipped, made once.
pub struct Shipped {
    make: fn() -> Registry,
    lacking: OnceLock<Vec<String>>,
}

impl Shipped {
    /// Those that this function makes.
    pub const fn new(make: fn() -> Registry) -> Shipped {
        Shipped { make, lacking: OnceLock::new() }
    }

    /// What makes them.
    pub fn make(&self) -> fn() -> Registry {
        self.make
    }

    /// Names of the fields that tickets have and this kind does not: no body takes
    /// them, no answer has them.
    pub fn lacking(&self) -> &[String] {
        self.lacking.get_or_init(|| {
            let registry = (self.make)();
            let fields = common(&[]).into_iter().map(|field| field.name);
            fields.filter(|name| registry.field(name).is_none()).collect()
        })
    }

    /// Whether the kind has a field that tickets have.
    pub fn has(&self, field: &str) -> bool {
        !self.lacking().iter().any(|name| name == field)
    }
}
