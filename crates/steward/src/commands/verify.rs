//! `steward verify`.

use crate::config::Config;
use crate::open::{Migrate, open};
use crate::print::say;
use crate::{Failure, system};

/// Walks every chain and every seal; status 1 when anything is wrong.
pub(crate) fn run(config: &Config, against: Option<String>) -> Result<(), Failure> {
    if let Some(line) = &against
        && !is_seal(line.trim())
    {
        let words = "--against takes a line that `steward seal print` gave".into();
        return Err(Failure::Usage(words));
    }
    let db = open(config, Migrate::OnlyEmpty, &system::entropy())?;
    let seal = against.map(|line| line.trim().to_owned());
    let report = db.read_blocking(move |tx| steward_history::verify(tx, seal.as_deref()))?;
    for finding in &report.findings {
        say(finding)?;
    }
    say(format!(
        "{} records, {} facts, {} texts ({} erased), {} seals",
        report.records, report.facts, report.contents, report.erased, report.seals
    ))?;
    if report.findings.is_empty() {
        return say("all chains and seals hold");
    }
    Err(Failure::Failed(format!("{} findings", report.findings.len())))
}

/// Whether this is a line as `steward seal print` gives it.
fn is_seal(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("steward-seal-1:") else { return false };
    let Some((no, hash)) = rest.split_once(':') else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let hex = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    digits(no) && hash.len() == 64 && hex(hash)
}
