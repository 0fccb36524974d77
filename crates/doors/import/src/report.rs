//! What an import did and could not do.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};

use steward_base::{Error, Result};

use crate::fact::Unmapped;

/// The report file: CSV of row, column, value, reason. It is made with its
/// first entry, so an import without anything to say writes no file; one that
/// stands there already is never written over, since a known update is not
/// reported again.
pub struct Report {
    path: PathBuf,
    writer: Option<csv::Writer<File>>,
}

/// Where the report of a file stands unless told otherwise: in the current
/// directory, as `<name>-report.csv`.
///
/// ```
/// use std::path::Path;
/// let report = steward_import::default_report(Path::new("logs/export.csv.gz"));
/// assert_eq!(report, Path::new("export-report.csv"));
/// ```
pub fn default_report(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let name = name.strip_suffix(".csv").unwrap_or(name);
    PathBuf::from(format!("{name}-report.csv"))
}

impl Report {
    /// A report that will stand at this path.
    pub fn new(path: &Path) -> Report {
        Report { path: path.to_owned(), writer: None }
    }

    /// Writes one entry.
    ///
    /// # Errors
    /// `Invalid` when the file cannot be written.
    pub fn add(&mut self, entry: &Unmapped) -> Result<()> {
        if self.writer.is_none() {
            self.path = free(&self.path);
            let file = File::create_new(&self.path).map_err(|e| self.broken(e))?;
            let mut writer = csv::Writer::from_writer(file);
            writer
                .write_record(["row", "column", "value", "reason"])
                .map_err(|e| self.broken(e))?;
            self.writer = Some(writer);
        }
        let row = entry.row.to_string();
        let fields = [row.as_str(), &entry.column, &entry.value, &entry.reason];
        let written = self.writer.as_mut().map_or(Ok(()), |w| w.write_record(fields));
        written.map_err(|e| self.broken(e))
    }

    /// Sees to it that what was added stands in the file.
    ///
    /// # Errors
    /// `Invalid` when the file cannot be written.
    pub fn flush(&mut self) -> Result<()> {
        let flushed = self.writer.as_mut().map_or(Ok(()), csv::Writer::flush);
        flushed.map_err(|e| self.broken(e))
    }

    /// Writes what is left; the path of the file when there is one.
    ///
    /// # Errors
    /// `Invalid` when the file cannot be written.
    pub fn finish(mut self) -> Result<Option<PathBuf>> {
        let Some(mut writer) = self.writer.take() else { return Ok(None) };
        writer.flush().map_err(|e| self.broken(e))?;
        Ok(Some(self.path))
    }

    fn broken(&self, e: impl fmt::Display) -> Error {
        Error::invalid("report", "write", format!("{}: {e}", self.path.display()))
    }
}

/// The first of `x.csv`, `x-2.csv`, `x-3.csv`, ... that is not there.
fn free(path: &Path) -> PathBuf {
    let part =
        |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let (stem, ending) = (part(path.file_stem()), part(path.extension()));
    let name = |n: u32| match (n, ending.is_empty()) {
        (1, _) => path.to_owned(),
        (n, true) => path.with_file_name(format!("{stem}-{n}")),
        (n, false) => path.with_file_name(format!("{stem}-{n}.{ending}")),
    };
    (1..).map(name).find(|path| !path.exists()).unwrap_or_else(|| path.to_owned())
}

/// What an import did, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Whether nothing was written on purpose.
    pub dry_run: bool,
    /// Rows of the file.
    pub rows: u64,
    /// Rows written now, each as one fact (or one record).
    pub written: u64,
    /// Rows that were there already.
    pub known: u64,
    /// Records made now.
    pub created: u64,
    /// Records changed now.
    pub changed: u64,
    /// Records left as they are, since they or their past rows have changed.
    pub conflicts: u64,
    /// Values without a place here; each is in the report.
    pub unmapped: u64,
    /// Persons, teams and others made since rows name them, by kind.
    pub made: Vec<(String, u64)>,
    /// Columns kept as text with the facts.
    pub kept: Vec<String>,
    /// Columns left out, with the reason.
    pub ignored: Vec<(String, String)>,
    /// Where the report stands, when there was something to report.
    pub report: Option<PathBuf>,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let did = if self.dry_run { "would be written" } else { "written" };
        writeln!(f, "{} rows: {} {did}, {} known already", self.rows, self.written, self.known)?;
        writeln!(
            f,
            "records: {} made, {} changed, {} conflicts",
            self.created, self.changed, self.conflicts
        )?;
        for (kind, count) in &self.made {
            writeln!(f, "made since rows name them: {count} {kind}")?;
        }
        if !self.kept.is_empty() {
            writeln!(f, "kept as text with the facts: {}", self.kept.join(", "))?;
        }
        for (column, reason) in &self.ignored {
            writeln!(f, "left out: {column} ({reason})")?;
        }
        match &self.report {
            Some(path) => write!(
                f,
                "{} values without a place here and all conflicts: {}",
                self.unmapped,
                path.display()
            ),
            None => write!(f, "nothing to report"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_without_entries_is_no_file() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("report.csv");
        assert_eq!(Report::new(&path).finish().expect("nothing to do"), None);
        assert!(!path.exists());
        let mut report = Report::new(&path);
        let entry = Unmapped {
            row: 7,
            column: "state".into(),
            value: "a, \"b\"".into(),
            reason: "is no state".into(),
        };
        report.add(&entry).expect("written");
        assert_eq!(report.finish().expect("written"), Some(path.clone()));
        let text = std::fs::read_to_string(&path).expect("is there");
        let mut second = Report::new(&path);
        second.add(&entry).expect("written");
        assert_eq!(second.finish().expect("written"), Some(dir.path().join("report-2.csv")));
        assert_eq!(text, "row,column,value,reason\n7,state,\"a, \"\"b\"\"\",is no state\n");
    }
}
