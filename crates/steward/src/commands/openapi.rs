//! `steward openapi`.

use std::io::Write as _;

use crate::Failure;

/// Prints the document.
pub(crate) fn print() -> Result<(), Failure> {
    let written = std::io::stdout().write_all(&steward_http::openapi());
    written.map_err(|error| Failure::Failed(error.to_string()))
}
