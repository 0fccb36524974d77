//! What an import did and could not do.

use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};

use steward_base::{Error, Result};

use crate::fact::Unmapped;

/// One line of a report: row, column, value, reason.
type Line = [String; 4];

/// The report file: CSV of row, column, value, reason. It is made with the
/// first entry that the report before it does not hold, so an import without
/// anything new to say writes no file; one that stands there already is never
/// written over, since a known update is not reported again.
pub struct Report {
    path: PathBuf,
    writer: Option<csv::Writer<File>>,
    /// The newest report that was there before, and what it says.
    before: Option<(PathBuf, HashSet<Line>)>,
    /// Entries that stand in it too, until there is a new one.
    held: Vec<Line>,
}

/// Where what an import had to say can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// In a report of its own.
    Now(PathBuf),
    /// In an earlier report, every word of it.
    Before(PathBuf),
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
        let (newest, free) = places(path);
        let before = newest.and_then(|path| lines(&path).map(|lines| (path, lines)));
        Report { path: free, writer: None, before, held: Vec::new() }
    }

    /// Writes one entry.
    ///
    /// # Errors
    /// `Invalid` when the file cannot be written.
    pub fn add(&mut self, entry: &Unmapped) -> Result<()> {
        let (row, entry) = (entry.row.to_string(), entry.clone());
        let line = [row, entry.column, entry.value, entry.reason];
        let told = self.before.as_ref().is_some_and(|(_, lines)| lines.contains(&line));
        self.held.push(line);
        if told && self.writer.is_none() {
            return Ok(());
        }
        if self.writer.is_none() {
            let file = File::create_new(&self.path).map_err(|e| self.broken(e))?;
            let mut writer = csv::Writer::from_writer(file);
            writer.write_record(HEADER).map_err(|e| self.broken(e))?;
            self.writer = Some(writer);
        }
        for line in std::mem::take(&mut self.held) {
            let written = self.writer.as_mut().map_or(Ok(()), |w| w.write_record(&line));
            written.map_err(|e| self.broken(e))?;
        }
        Ok(())
    }

    /// Sees to it that what was added stands in the file.
    ///
    /// # Errors
    /// `Invalid` when the file cannot be written.
    pub fn flush(&mut self) -> Result<()> {
        let flushed = self.writer.as_mut().map_or(Ok(()), csv::Writer::flush);
        flushed.map_err(|e| self.broken(e))
    }

    /// Writes what is left; where it stands, when there was something to say.
    ///
    /// # Errors
    /// `Invalid` when the file cannot be written.
    pub fn finish(mut self) -> Result<Option<Told>> {
        let Some(mut writer) = self.writer.take() else {
            let told = self.before.filter(|_| !self.held.is_empty());
            return Ok(told.map(|(path, _)| Told::Before(path)));
        };
        writer.flush().map_err(|e| self.broken(e))?;
        Ok(Some(Told::Now(self.path)))
    }

    fn broken(&self, e: impl fmt::Display) -> Error {
        Error::invalid("report", "write", format!("{}: {e}", self.path.display()))
    }
}

const HEADER: [&str; 4] = ["row", "column", "value", "reason"];

/// What a report says; `None` when it cannot be read or is none.
fn lines(path: &Path) -> Option<HashSet<Line>> {
    let mut reader = csv::Reader::from_path(path).ok()?;
    if reader.headers().ok()? != HEADER[..] {
        return None;
    }
    reader.deserialize().collect::<std::result::Result<_, _>>().ok()
}

/// Of `x.csv`, `x-2.csv`, `x-3.csv`, ... the last one that is there, and the first
/// that is not.
fn places(path: &Path) -> (Option<PathBuf>, PathBuf) {
    let part =
        |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let (stem, ending) = (part(path.file_stem()), part(path.extension()));
    let name = |n: u32| match (n, ending.is_empty()) {
        (1, _) => path.to_owned(),
        (n, true) => path.with_file_name(format!("{stem}-{n}")),
        (n, false) => path.with_file_name(format!("{stem}-{n}.{ending}")),
    };
    let mut newest = None;
    for path in (1..).map(name) {
        if !path.exists() {
            return (newest, path);
        }
        newest = Some(path);
    }
    (newest, path.to_owned())
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
    pub report: Option<Told>,
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
            Some(Told::Now(path)) => write!(
                f,
                "{} values without a place here and all conflicts: {}",
                self.unmapped,
                path.display()
            ),
            Some(Told::Before(path)) => {
                write!(f, "nothing new to report; what still holds: {}", path.display())
            }
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
        assert_eq!(report.finish().expect("written"), Some(Told::Now(path.clone())));
        let text = std::fs::read_to_string(&path).expect("is there");
        let say = |rows: &[u64]| {
            let mut report = Report::new(&path);
            for row in rows {
                report.add(&Unmapped { row: *row, ..entry.clone() }).expect("written");
            }
            report.finish().expect("written").expect("there is something to say")
        };
        let place = |name: &str| dir.path().join(name);
        assert_eq!(say(&[7]), Told::Before(path.clone()), "the same again is no new report");
        assert_eq!(say(&[7, 8]), Told::Now(place("report-2.csv")), "with what was said before");
        assert_eq!(say(&[7]), Told::Before(place("report-2.csv")), "less is nothing new");
        assert_eq!(say(&[8, 7]), Told::Before(place("report-2.csv")));
        assert_eq!(say(&[9]), Told::Now(place("report-3.csv")));
        assert_eq!(say(&[7]), Told::Now(place("report-4.csv")), "the newest counts");
        let whole = std::fs::read_to_string(place("report-2.csv")).expect("is there");
        assert_eq!(whole.lines().count(), 3, "{whole}");
        assert_eq!(text, "row,column,value,reason\n7,state,\"a, \"\"b\"\"\",is no state\n");
    }
}
