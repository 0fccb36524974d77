//! The HTTP door: puts the rooms' routes together, adds what belongs to no
//! room (sign-in, people, health, live updates, pages), and serves.
//!
//! Invariant: no practice is known here.
//! Invariant: under `/api` nothing answers without credentials but the
//! published few ([`compose::guard_of`]).

mod audience;
pub mod compose;
mod docs;
mod entry;
mod erase;
mod examples;
mod gauges;
mod health;
mod leftover;
mod live;
mod metrics;
mod pages;
mod parameters;
mod proxies;
mod routes;
mod security;
mod serve;
mod unparsed;

use std::sync::Arc;

use steward_api::App;
use steward_practice::Practices;

pub use compose::{layered, openapi, router};
pub use erase::erase_person;
pub use live::Live;
pub use metrics::Metrics;
pub use proxies::TrustedProxies;
pub use serve::serve;

/// The state of the door. Cheap to clone: every request does, several times.
#[derive(Clone)]
pub struct Door(Arc<Parts>);

/// The application and what only this door has.
#[derive(Clone)]
pub struct Parts {
    /// The application.
    pub app: App,
    /// Live updates of this node.
    pub live: Live,
    /// What `/metrics` counts.
    pub metrics: Arc<Metrics>,
    /// Whose word on a client's address counts.
    pub proxies: Arc<TrustedProxies>,
    /// The newest schema this program knows.
    pub schema_version: i64,
    document: bytes::Bytes,
}

impl Door {
    /// A door for the application.
    pub fn new(app: App, schema_version: i64) -> Door {
        let document = compose::openapi(&practices_of(&app));
        Door(Arc::new(Parts {
            app,
            live: Live::new(),
            metrics: Arc::default(),
            proxies: Arc::default(),
            schema_version,
            document: document.into(),
        }))
    }

    /// The practices of the application.
    fn practices(&self) -> Arc<Practices> {
        practices_of(&self.app)
    }

    /// Believes these proxies.
    #[must_use]
    pub fn trusting(self, proxies: TrustedProxies) -> Door {
        Door(Arc::new(Parts { proxies: Arc::new(proxies), ..Parts::clone(&self) }))
    }
}

/// Those the composition root put in; benchmarks of the bare layers have none.
fn practices_of(app: &App) -> Arc<Practices> {
    app.find_service().unwrap_or_else(|| Arc::new(Practices::new(&[])))
}

impl std::ops::Deref for Door {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl axum::extract::FromRef<Door> for App {
    fn from_ref(door: &Door) -> App {
        door.app.clone()
    }
}
