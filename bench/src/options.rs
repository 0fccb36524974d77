//! What a run was asked to do.

use std::time::Duration;

/// The lines, in the order they are measured.
pub const LINES: [&str; 9] =
    ["binary", "import", "ready", "idle", "create", "read", "generate", "page", "serving"];

/// What a run was asked to do.
pub struct Options {
    /// Short runs, to see where one stands.
    pub quick: bool,
    /// The lines to measure.
    pub only: Vec<String>,
    /// Incidents in the large database.
    pub incidents: u64,
    /// Take generated databases that are there already.
    pub reuse: bool,
    /// Write the table into bench/README.md.
    pub write: bool,
}

impl Options {
    /// Reads the command line.
    ///
    /// # Errors
    /// The sentence for whoever wrote it.
    pub fn parse(words: &[String]) -> Result<Options, String> {
        let mut options = Options {
            quick: false,
            only: LINES.map(Into::into).into(),
            incidents: 1_000_000,
            reuse: false,
            write: false,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--quick" => options.quick = true,
                "--reuse" => options.reuse = true,
                "--write" => options.write = true,
                "--only" => options.only = lines(words.next())?,
                "--incidents" => options.incidents = number(words.next())?,
                _ => return Err(format!("what is {word}? {USAGE}")),
            }
        }
        options.write |= !options.quick && options.only.len() == LINES.len();
        Ok(options)
    }

    /// How often each line is measured.
    pub fn runs(&self) -> usize {
        if self.quick { 3 } else { 5 }
    }

    /// How long each run takes.
    pub fn length(&self) -> Duration {
        Duration::from_secs(if self.quick { 3 } else { 20 })
    }

    /// How long the load runs before it counts.
    pub fn warm_up(&self) -> Duration {
        Duration::from_millis(if self.quick { 500 } else { 2000 })
    }

    /// Whether this line is asked for.
    pub fn wants(&self, line: &str) -> bool {
        self.only.iter().any(|wanted| wanted == line)
    }
}

const USAGE: &str =
    "steward-bench [--quick] [--only LINE,LINE] [--incidents N] [--reuse] [--write]";

fn lines(text: Option<&String>) -> Result<Vec<String>, String> {
    let text = text.ok_or(USAGE)?;
    let named: Vec<String> = text.split(',').map(Into::into).collect();
    match named.iter().find(|name| !LINES.contains(&name.as_str())) {
        None => Ok(named),
        Some(name) => Err(format!("{name} is no line; there are {}", LINES.join(", "))),
    }
}

fn number(text: Option<&String>) -> Result<u64, String> {
    let number = text.and_then(|text| text.replace('_', "").parse().ok());
    number.filter(|n| *n >= 10_000).ok_or_else(|| "--incidents takes 10000 or more".into())
}
