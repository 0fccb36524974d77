//! Moments: of the wall's clock, and drawn by chance that a seed repeats.

use std::time::Duration;

/// Now.
#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark stands outside and has the wall's clock"
)]
pub fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// As the API writes a moment.
pub fn wire(at: jiff::Timestamp) -> String {
    format!("{at:.3}")
}

/// Chance, repeatable by its seed.
pub struct Chance(u64);

impl Chance {
    /// A row of its own for each name.
    pub fn new(seed: u64, name: &str) -> Chance {
        Chance(name.bytes().fold(seed, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())))
    }

    /// Some time from `least` ms on and below `most` ms.
    pub fn millis(&mut self, least: u64, most: u64) -> Duration {
        Duration::from_millis(least + self.next() % (most - least))
    }

    /// When a timer is to come due: soon enough that many fire before, around and after a kill.
    pub fn due(&mut self) -> String {
        wire(now() + self.millis(200, 3000))
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
