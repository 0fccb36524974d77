//! `steward openapi`.

use crate::Failure;
use crate::rooms::practices;

/// Prints the document.
pub(crate) fn print() -> Result<(), Failure> {
    crate::print::give(&steward_http::openapi(&practices()))
}
