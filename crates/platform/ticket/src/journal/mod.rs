//! The journal of a ticket: comments (public) and work notes (internal). Two
//! kinds that can never be confused: the kind is in the entry, in the fact's
//! kind and in the field's name.

mod store;

pub use store::{
    Entry, EntryKind, NewEntry, Since, add_entry, count_entries, entries, entries_seen, entry,
    retract,
};
