//! Tickets in the database.

mod custom;
mod places;
mod relation;
mod row;
mod texts;
mod version;

pub use relation::{
    Relation, add_relation, add_watcher, children, duplicates, is_watcher, open_of, relations,
    remove_relation, remove_watcher, watched, watchers,
};
pub use row::{
    FROM, TICKET, WIDTH, by_id, by_ids, by_number, find, find_any, insert, number_is_free,
    ticket_row, update,
};
pub use version::{rebuild_versions, track, track_from};

pub(crate) use custom::write_values;
pub(crate) use places::{Place, hold, places};
pub(crate) use texts::{last_texts, with_words_of};
pub(crate) use version::{tracked_differ, valid_from};
