//! Lists of tickets: a condition, a sort, a page. A page is read by plain index
//! ranges, a count by one statement; both through the same permission.

mod order;
#[cfg(test)]
mod plan_tests;
mod ranges;
mod schema;
mod sort;
mod store;

pub use schema::{Sees, TicketSchema, context, read_condition, sees};
pub use sort::{Sort, parse_sort};
pub use store::{ListQuery, Page, count, list, visible};
pub(crate) use store::{Prepared, body, check_indexed, only_used, prepare};
