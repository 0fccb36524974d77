//! Importing: the rows of the product's import, in groups of the sizes it made.

use std::path::Path;
use std::time::Instant;

use super::rows::Inserts;
use crate::Result;
use crate::record::{connect, read};

/// Replays into a migrated, empty database and prints the seconds it took.
pub fn run(database: &Path, recorded: &Path, groups: &Path) -> Result<()> {
    let recording = read(recorded, 0)?;
    let groups: Vec<usize> = std::fs::read_to_string(groups)?
        .lines()
        .map(|line| Ok(line.parse()?))
        .collect::<Result<_>>()?;
    let begun = Instant::now();
    let conn = connect(database)?;
    let mut inserts = Inserts::new(&conn, &recording.tables)?;
    let mut begin = conn.prepare("begin immediate")?;
    let mut commit = conn.prepare("commit")?;
    begin.execute([])?;
    for row in &recording.others {
        inserts.row(row)?;
    }
    commit.execute([])?;
    let mut units = recording.units.iter().peekable();
    for size in groups {
        begin.execute([])?;
        let mut tickets = 0;
        // People and teams go with the incidents that name them.
        while let Some(unit) = units.next_if(|unit| unit.number.is_none() || tickets < size) {
            tickets += usize::from(unit.number.is_some());
            inserts.unit(unit)?;
        }
        commit.execute([])?;
    }
    let left = units.count();
    if left > 0 {
        return Err(format!("{left} records are in no group").into());
    }
    println!("{}", begun.elapsed().as_secs_f64());
    Ok(())
}
