//! A figure measured several times.

/// The values of the runs of one line.
#[derive(Debug, Clone, Default)]
pub struct Series(Vec<f64>);

impl Series {
    /// Adds the value of one run.
    pub fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    fn sorted(&self) -> Vec<f64> {
        let mut values = self.0.clone();
        values.sort_by(f64::total_cmp);
        values
    }

    /// The value in the middle; 0 when there is none.
    pub fn median(&self) -> f64 {
        let values = self.sorted();
        values.get(values.len() / 2).copied().unwrap_or(0.0)
    }

    /// The least value.
    pub fn least(&self) -> f64 {
        self.sorted().first().copied().unwrap_or(0.0)
    }

    /// The greatest value.
    pub fn most(&self) -> f64 {
        self.sorted().last().copied().unwrap_or(0.0)
    }

    /// Median with its spread, each written by `form`.
    pub fn shown(&self, form: impl Fn(f64) -> String) -> String {
        format!("{} ({} to {})", form(self.median()), form(self.least()), form(self.most()))
    }
}

/// A count with separators: 12,345.
pub fn count(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Seconds as milliseconds.
pub fn millis(seconds: f64) -> String {
    format!("{:.2} ms", seconds * 1000.0)
}

/// Bytes as megabytes of 2^20.
pub fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / f64::from(1 << 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_stands_in_the_middle() {
        let mut series = Series::default();
        for value in [5.0, 1.0, 9.0, 3.0, 4.0] {
            series.push(value);
        }
        assert_eq!((series.least(), series.median(), series.most()), (1.0, 4.0, 9.0));
        assert_eq!(count(1_234_567.4), "1,234,567");
        assert_eq!(count(12.0), "12");
    }
}
