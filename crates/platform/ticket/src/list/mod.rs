//! Lists of tickets: a condition, a sort, a page. One statement for a page,
//! one for a count; both through the same permission.

mod schema;
mod sort;
mod store;

pub use schema::{Sees, TicketSchema, read_condition, sees};
pub use sort::{Sort, parse_sort};
pub use store::{ListQuery, Page, count, list, visible};
