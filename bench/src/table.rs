//! The results, on the screen and in bench/README.md.

use std::fmt::Write as _;

use crate::Result;
use crate::data::root;
use crate::options::Options;

const BEGIN: &str = "<!-- table: begin -->";
const END: &str = "<!-- table: end -->";

/// One line of the table.
#[derive(Debug, Default)]
pub struct Line {
    /// Its name, by which docs/promises.md points at it.
    pub name: &'static str,
    /// What was measured.
    pub what: &'static str,
    /// The product's median and spread.
    pub product: String,
    /// The raw limit's.
    pub raw: String,
    /// What the bound is about.
    pub figure: String,
    /// The bound.
    pub bound: &'static str,
    /// The plain sync beside it, where writes are durable.
    pub sync: String,
    /// Whether the bound holds.
    pub good: bool,
}

/// All lines of a run.
pub struct Table {
    machine: String,
    runs: String,
    lines: Vec<Line>,
}

impl Table {
    /// An empty table.
    pub fn new(machine: String, options: &Options) -> Table {
        let (runs, seconds) = (options.runs(), options.length().as_secs());
        Table { machine, runs: format!("median of {runs} runs of {seconds} s"), lines: Vec::new() }
    }

    /// Adds a line and says it.
    pub fn add(&mut self, line: Line) {
        let verdict = if line.good { "ok     " } else { "MISSED " };
        println!(
            "{verdict} {}: {} | {} | {} ({}) | sync {}",
            line.name, line.product, line.raw, line.figure, line.bound, line.sync
        );
        self.lines.push(line);
    }

    /// Whether every bound holds.
    pub fn good(&self) -> bool {
        self.lines.iter().all(|line| line.good)
    }

    fn text(&self) -> String {
        let mut text = format!(
            "Machine: {}.\n\nEach figure is the {}, with the least and the greatest in parentheses.\n\n\
             | line | measured | Steward | raw limit | figure | bound | plain fdatasync |\n\
             |---|---|---|---|---|---|---|\n",
            self.machine, self.runs
        );
        for line in &self.lines {
            let missed = if line.good { "" } else { " **missed**" };
            let or = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
            let _ = writeln!(
                text,
                "| bench: {} | {} | {} | {} | {} | {}{missed} | {} |",
                line.name,
                line.what,
                line.product,
                or(&line.raw),
                line.figure,
                line.bound,
                or(&line.sync)
            );
        }
        text
    }

    /// Prints the table and what was missed.
    pub fn print(&self) {
        println!("\n{}", self.text());
        for line in self.lines.iter().filter(|line| !line.good) {
            println!("MISSED {}: {}, the bound is {}", line.name, line.figure, line.bound);
        }
        let good = self.lines.iter().filter(|line| line.good).count();
        println!("{good} passed, {} failed", self.lines.len() - good);
    }

    /// Puts the table between the marks of bench/README.md.
    pub fn write(&self) -> Result<()> {
        let path = root().join("bench/README.md");
        let page = std::fs::read_to_string(&path)?;
        let (before, rest) = page.split_once(BEGIN).ok_or("bench/README.md has lost its marks")?;
        let (_, after) = rest.split_once(END).ok_or("bench/README.md has lost its marks")?;
        std::fs::write(path, format!("{before}{BEGIN}\n{}{END}{after}", self.text()))?;
        Ok(())
    }
}
