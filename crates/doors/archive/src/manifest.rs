//! What an archive says about itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use steward_base::{Error, Result};

/// The version of the form described in `lib.rs`.
pub const FORMAT: u32 = 1;

/// `archive.json`, the first entry: what must be known before anything is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Version of the archive's form.
    pub format: u32,
    /// Version of the database schema its rows have.
    pub schema: i64,
    /// Which engine it came from: `sqlite` or `postgres`.
    pub engine: String,
    /// When it was made, as on the wire.
    pub made_at: String,
    /// The version of the program that made it.
    pub program: String,
}

/// `manifest.json`, the last entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The first entry again.
    #[serde(flatten)]
    pub about: About,
    /// Rows of each table.
    pub tables: BTreeMap<String, u64>,
    /// Tables that do not travel, with the reason.
    pub left_out: BTreeMap<String, String>,
    /// Files of attachments.
    pub files: u64,
    /// Files that were missing or damaged when the archive was made, by object.
    pub lost_files: Vec<String>,
    /// Every entry before this one.
    pub parts: Vec<Part>,
}

/// One entry of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its path in the tar.
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
    /// SHA-256 over them, in hexadecimal.
    pub sha256: String,
}

/// `counters.json`: what the numbers that the database gives go on from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// The last row number of each table that counts them.
    pub rows: BTreeMap<String, i64>,
    /// The last number of each prefix, e.g. `INC`.
    pub numbers: BTreeMap<String, i64>,
}

impl About {
    /// # Errors
    /// `Refused`, in words, for an archive of a newer program.
    pub(crate) fn check(&self, newest_schema: i64) -> Result<()> {
        if self.format > FORMAT || self.schema > newest_schema {
            return Err(Error::Refused(format!(
                "this archive was made by a newer Steward (version {}, schema {}); this program \
                 knows up to schema {newest_schema}",
                self.program, self.schema
            )));
        }
        Ok(())
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
