//! How far an import is: a bar on a terminal, plain lines elsewhere.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Where progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Show {
    /// A bar when standard error is a terminal, else plain lines on it.
    #[default]
    Auto,
    /// Nowhere.
    Nothing,
}

/// Shows how many rows are done, the rate, and the time left.
pub struct Progress {
    total: u64,
    done: u64,
    begun: Instant,
    look: Look,
}

enum Look {
    Bar(ProgressBar),
    Lines { next: u64 },
    Nothing,
}

impl Progress {
    /// For so many rows.
    pub fn new(total: u64, show: Show) -> Progress {
        let look = match show {
            Show::Nothing => Look::Nothing,
            Show::Auto if std::io::stderr().is_terminal() => Look::Bar(bar(total)),
            Show::Auto => Look::Lines { next: step(total) },
        };
        Progress { total, done: 0, begun: Instant::now(), look }
    }

    /// So many more rows are done.
    pub fn add(&mut self, rows: u64) {
        self.done += rows;
        match &mut self.look {
            Look::Nothing => {}
            Look::Bar(bar) => bar.set_position(self.done),
            Look::Lines { next } => {
                if self.done >= *next {
                    *next = self.done + step(self.total);
                    let line = line(self.done, self.total, self.begun.elapsed());
                    // A closed pipe must not end an import.
                    let _ = writeln!(std::io::stderr(), "{line}");
                }
            }
        }
    }

    /// Leaves the last state standing.
    pub fn finish(self) {
        if let Look::Bar(bar) = self.look {
            bar.abandon();
        }
    }
}

fn bar(total: u64) -> ProgressBar {
    let bar = ProgressBar::new(total);
    let template = "{bar:30} {human_pos} of {human_len} rows, {per_sec:0}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// A line for each tenth.
fn step(total: u64) -> u64 {
    (total / 10).max(1)
}

fn line(done: u64, total: u64, elapsed: Duration) -> String {
    let rate = done as f64 / elapsed.as_secs_f64().max(0.001);
    let left = total.saturating_sub(done) as f64 / rate.max(0.001);
    let percent = done.saturating_mul(100) / total.max(1);
    format!("{done} of {total} rows ({percent} %), {rate:.0} rows/s, {left:.0} s left")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_rate_and_time_left() {
        assert_eq!(
            line(5_000, 20_000, Duration::from_secs(2)),
            "5000 of 20000 rows (25 %), 2500 rows/s, 6 s left"
        );
        assert_eq!(line(0, 0, Duration::ZERO), "0 of 0 rows (0 %), 0 rows/s, 0 s left");
    }
}
