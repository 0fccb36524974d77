//! The rules of the house, as tests: what nobody should have to remember.
//!
//! Each module is one rule. They read the repository's text, not its types, so
//! they cost no build and a broken rule names its file and line. A rule with
//! exceptions keeps them in `lists/`, checked in, and those lists only shrink.

pub mod lexer;
pub mod tree;

#[cfg(test)]
mod arrows;
#[cfg(test)]
mod clock;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod size;
#[cfg(test)]
mod sql;

/// Fails with one line for each finding, after a sentence that says what to do.
///
/// # Panics
/// When there is a finding.
pub fn nothing(findings: &[String], advice: &str) {
    assert!(findings.is_empty(), "{advice}\n  {}\n", findings.join("\n  "));
}
