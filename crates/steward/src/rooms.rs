//! What puts the rooms together. A new practice is added here.

use std::sync::Arc;

use steward_automation::webhook::Webhooks;
use steward_base::Entropy;
use steward_history::Subscriber;
use steward_notification::Notifications;
use steward_practice::{Practice, Practices, Rooms};

/// The practices of this program.
const PRACTICES: [&Practice; 1] = [&steward_incident::PRACTICE];

/// The practices of this program, with their fields.
pub(crate) fn practices() -> Practices {
    Practices::new(&PRACTICES)
}

/// The tables of this program.
pub(crate) fn rooms(entropy: &Entropy) -> Rooms {
    Rooms::new(&PRACTICES, entropy)
}

/// What reads the log behind its own cursor.
pub(crate) fn subscribers(rooms: &Rooms, entropy: &Entropy) -> Vec<Arc<dyn Subscriber>> {
    vec![
        Arc::new(Notifications::new(entropy.clone())),
        rooms.automation.clone(),
        Arc::new(Webhooks::new(rooms.automation.clone())),
    ]
}
