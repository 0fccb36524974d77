//! `steward openapi`.

use crate::Failure;

/// Prints the document.
pub(crate) fn print() -> Result<(), Failure> {
    crate::print::give(&steward_http::openapi())
}
