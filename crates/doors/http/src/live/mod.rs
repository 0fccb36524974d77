//! Live updates: one reader of the log for each node, many streams behind it.
//! A stream shows each event only to who may see its record right now.
//!
//! Nothing here is remembered across a restart: the log is, and a browser that
//! comes back says where it was.

mod hub;
mod stream;

pub use hub::Live;
pub(crate) use hub::News;
pub(crate) use stream::routes;
