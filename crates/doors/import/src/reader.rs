//! Reads a CSV file, plain or gzip, as the updates of one incident after the
//! other, without holding the file in memory.
//!
//! A first pass counts rows and finds numbers whose rows do not stand
//! together; the second pass holds back only those. A file in good order needs
//! memory for its longest incident and its list of numbers.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use steward_base::{Error, Result};

/// One row of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its row in the file as a spreadsheet counts: the header is row 1.
    pub no: u64,
    /// Its values, one for each column of the header; missing ones are empty.
    pub values: Vec<Box<str>>,
    /// What is wrong with the row itself (too few or too many columns, bytes
    /// that are not UTF-8).
    pub flaw: Option<String>,
}

/// All rows of one number, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What the rows share.
    pub number: Box<str>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// What the first pass found.
#[derive(Debug, Clone)]
pub struct Survey {
    path: PathBuf,
    /// The header's names in order.
    pub columns: Arc<[Box<str>]>,
    /// Rows below the header.
    pub rows: u64,
    /// Different numbers.
    pub groups: u64,
    key: usize,
    /// Numbers whose rows do not stand together, with how many each has.
    scattered: HashMap<Box<str>, u64>,
}

/// Opens a CSV file; gzip is known by its first two bytes.
///
/// # Errors
/// `Invalid` for a file that cannot be opened.
pub fn open(path: &Path) -> Result<csv::Reader<Box<dyn Read + Send>>> {
    let broken =
        |e: std::io::Error| Error::invalid("file", "open", format!("{}: {e}", path.display()));
    let mut buffered = BufReader::with_capacity(1 << 16, File::open(path).map_err(broken)?);
    let gzip = buffered.fill_buf().map_err(broken)?.starts_with(&[0x1f, 0x8b]);
    let bytes: Box<dyn Read + Send> =
        if gzip { Box::new(MultiGzDecoder::new(buffered)) } else { Box::new(buffered) };
    Ok(csv::ReaderBuilder::new().flexible(true).buffer_capacity(1 << 16).from_reader(bytes))
}

/// The names of the header, without a byte order mark.
///
/// # Errors
/// `Invalid` when the file has no header or names a column twice.
pub fn header<R: Read>(reader: &mut csv::Reader<R>) -> Result<Vec<Box<str>>> {
    let header = reader.byte_headers().map_err(unreadable)?;
    let name = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        Box::from(text.trim_start_matches('\u{feff}').trim())
    };
    let names: Vec<Box<str>> = header.iter().map(name).collect();
    if names.iter().all(|n| n.is_empty()) {
        return Err(Error::invalid("file", "header", "the file has no header line"));
    }
    let twice = names.iter().enumerate().find(|(i, n)| names[..*i].contains(n));
    match twice {
        Some((_, name)) => {
            Err(Error::invalid("file", "header", format!("the column {name:?} stands there twice")))
        }
        None => Ok(names),
    }
}

/// Checks that every needed column is there.
///
/// # Errors
/// `Invalid` that names all missing ones at once.
pub fn require<'a>(columns: &[Box<str>], needed: impl IntoIterator<Item = &'a str>) -> Result<()> {
    let mut missing: Vec<&str> = Vec::new();
    for name in needed {
        if !columns.iter().any(|c| **c == *name) && !missing.contains(&name) {
            missing.push(name);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("the file lacks the columns {}", missing.join(", "));
    Err(Error::invalid("file", "columns", message))
}

fn unreadable(e: csv::Error) -> Error {
    Error::invalid("file", "csv", e.to_string())
}

/// The first pass: counts rows and numbers.
///
/// # Errors
/// `Invalid` when the file cannot be read or lacks the column of the number.
pub fn survey(path: &Path, number_column: &str) -> Result<Survey> {
    let mut reader = open(path)?;
    let columns = header(&mut reader)?;
    require(&columns, [number_column])?;
    let key = columns.iter().position(|c| **c == *number_column).unwrap_or_default();
    let mut counts: HashMap<Box<str>, u64> = HashMap::new();
    let mut scattered: HashMap<Box<str>, u64> = HashMap::new();
    let mut last: Box<str> = "".into();
    let mut record = csv::ByteRecord::new();
    let mut rows = 0;
    while reader.read_byte_record(&mut record).map_err(unreadable)? {
        rows += 1;
        let number = text(record.get(key).unwrap_or_default()).0;
        if let Some(count) = counts.get_mut(&number) {
            *count += 1;
            if number != last {
                scattered.insert(number.clone(), 0);
            }
        } else {
            counts.insert(number.clone(), 1);
        }
        last = number;
    }
    let groups = counts.len() as u64;
    for (number, count) in &mut scattered {
        *count = counts[number];
    }
    Ok(Survey { path: path.to_owned(), columns: columns.into(), rows, groups, key, scattered })
}

impl Survey {
    /// The second pass: one group after the other, each given when its last
    /// row has been read.
    ///
    /// # Errors
    /// `Invalid` when the file cannot be opened any more.
    pub fn groups(&self) -> Result<Groups<'_>> {
        let mut reader = open(&self.path)?;
        header(&mut reader)?;
        Ok(Groups { survey: self, reader, no: 1, held: HashMap::new(), current: None, ready: None })
    }
}

/// The groups of a file.
pub struct Groups<'s> {
    survey: &'s Survey,
    reader: csv::Reader<Box<dyn Read + Send>>,
    no: u64,
    held: HashMap<Box<str>, Group>,
    current: Option<Group>,
    ready: Option<Group>,
}

impl Groups<'_> {
    /// Takes in a row; the group it completes, if any.
    fn take(&mut self, number: Box<str>, row: Row) -> Option<Group> {
        if let Some(count) = self.survey.scattered.get(&number) {
            let group = self
                .held
                .entry(number.clone())
                .or_insert_with(|| Group { number: number.clone(), rows: Vec::new() });
            group.rows.push(row);
            let whole = group.rows.len() as u64 >= *count;
            let before = self.current.take();
            let done = if whole { self.held.remove(&number) } else { None };
            return match (before, done) {
                (Some(before), done) => {
                    self.ready = done;
                    Some(before)
                }
                (None, done) => done,
            };
        }
        match &mut self.current {
            Some(group) if group.number == number => {
                group.rows.push(row);
                None
            }
            current => current.replace(Group { number, rows: vec![row] }),
        }
    }
}

impl Iterator for Groups<'_> {
    type Item = Result<Group>;

    fn next(&mut self) -> Option<Result<Group>> {
        if let Some(ready) = self.ready.take() {
            return Some(Ok(ready));
        }
        let mut record = csv::ByteRecord::new();
        loop {
            match self.reader.read_byte_record(&mut record) {
                Err(e) => return Some(Err(unreadable(e))),
                Ok(false) => return self.current.take().map(Ok),
                Ok(true) => {}
            }
            self.no += 1;
            let row = row(self.no, &record, self.survey.columns.len());
            let number = row.values[self.survey.key].clone();
            if let Some(group) = self.take(number, row) {
                return Some(Ok(group));
            }
        }
    }
}

/// Makes a row of exactly `width` values.
pub(crate) fn row(no: u64, record: &csv::ByteRecord, width: usize) -> Row {
    let mut flaw = None;
    let mut values = Vec::with_capacity(width);
    for bytes in record.iter().take(width) {
        let (value, whole) = text(bytes);
        if !whole {
            flaw = Some("holds bytes that are not UTF-8; they are replaced".to_owned());
        }
        values.push(value);
    }
    values.resize_with(width, || "".into());
    if record.len() != width {
        flaw = Some(format!("has {} columns, the header {width}", record.len()));
    }
    Row { no, values, flaw }
}

fn text(bytes: &[u8]) -> (Box<str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.into(), true),
        Err(_) => (String::from_utf8_lossy(bytes).into(), false),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(content: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(content).expect("written");
        file
    }

    fn groups(content: &[u8]) -> Vec<(String, Vec<u64>)> {
        let file = file(content);
        let survey = survey(file.path(), "number").expect("a survey");
        let all = survey.groups().expect("opens").map(|g| g.expect("reads"));
        all.map(|g| (g.number.to_string(), g.rows.iter().map(|r| r.no).collect())).collect()
    }

    #[test]
    fn rows_are_grouped_also_when_a_number_comes_back() {
        let plain = b"number,a\nX,1\nX,2\nY,1\nX,3\nZ,1\n";
        let got = groups(plain);
        let expected = [("X", vec![2, 3, 5]), ("Y", vec![4]), ("Z", vec![6])];
        let mut sorted = got.clone();
        sorted.sort();
        assert_eq!(sorted, expected.map(|(n, r)| (n.to_owned(), r)));
    }

    #[test]
    fn gzip_is_known_by_its_first_bytes() {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(b"number,a\nX,1\nY,2\n").expect("packed");
        let packed = gz.finish().expect("packed");
        assert_eq!(groups(&packed), [("X".to_owned(), vec![2]), ("Y".to_owned(), vec![3])]);
    }

    #[test]
    fn a_row_of_another_width_is_kept_with_its_flaw() {
        let file = file(b"number,a,b\nX,1\nX,1,2,3\n");
        let survey = survey(file.path(), "number").expect("a survey");
        let group = survey.groups().expect("opens").next().expect("a group").expect("reads");
        assert_eq!(group.rows[0].values.len(), 3);
        assert_eq!(group.rows[0].flaw.as_deref(), Some("has 2 columns, the header 3"));
        assert_eq!(group.rows[1].flaw.as_deref(), Some("has 4 columns, the header 3"));
    }

    #[test]
    fn missing_columns_are_named_at_once() {
        let columns: Vec<Box<str>> = vec!["a".into(), "b".into()];
        let error = require(&columns, ["b", "c", "d", "c"]).expect_err("two are missing");
        assert!(error.to_string().contains("lacks the columns c, d"), "{error}");
        let file = file(b"a,b\n1,2\n");
        assert!(survey(file.path(), "number").is_err());
    }

    #[test]
    fn a_column_named_twice_is_refused() {
        let file = file(b"number,a,a\nX,1,2\n");
        assert!(survey(file.path(), "number").is_err());
    }
}
