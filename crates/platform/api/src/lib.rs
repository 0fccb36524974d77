//! The kit for routes: who calls, what came in, what goes out. A practice's
//! handlers take a [`Caller`], [`Json`], [`Query`] or [`Path`], and answer with
//! a [`Reply`], a [`Page`] or a [`Problem`].
//!
//! Invariant: every error under `/api` is a problem of RFC 9457.
//! Invariant: a write reads its actor's rights inside its own transaction.

mod app;
mod call_limit;
mod caller;
pub mod csv;
mod decode;
mod entry;
mod idempotency;
mod json;
mod list;
mod mend;
mod patch;
mod precondition;
mod problem;
mod query;
mod reply;
mod store;
mod written;

pub use app::{App, AppBuilder, Clock, DemoSignIn, Settings};
pub use caller::{
    CSRF_HEADER, Caller, Guard, GuardOf, SESSION_COOKIE, Shown, authenticate, cookie,
};
pub use csv::{CSV_ROWS, CsvQuery, csv_line, csv_response, csv_value, wants_csv, whole_list};
pub use entry::Entry;
pub use idempotency::{BodySlot, forget as forget_answers, sweep as sweep_idempotency};
pub use json::{
    BODY_LIMIT, BODY_TIMEOUT, DRAIN_LIMIT, Json, PIECE_TIMEOUT, RawJson, parse as parse_json,
    read_body,
};
pub use list::{
    DEFAULT_LIMIT, ListQuery, MAX_LIMIT, Page, PageQuery, TimedQuery, limit, read_cursor,
    respond_written, write_cursor,
};
pub use patch::Patch;
pub use precondition::{IfMatch, check_version, content_version, etag, one_of_several};
pub use problem::{PROBLEM_JSON, Problem, ProblemBody, ProblemField};
pub use query::{Path, Query, check_query};
pub use reply::Reply;
pub use written::write_struct;
