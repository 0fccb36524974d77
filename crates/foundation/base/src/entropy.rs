//! Ids and salts are passed in, like time: rules and stores never draw them
//! from the system themselves.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use uuid::Uuid;

/// Fills a buffer with random bytes.
type Fill = dyn Fn(&mut [u8]) + Send + Sync;

/// A source of random bytes; cheap to clone. Clones count their ids together.
#[derive(Clone)]
pub struct Entropy {
    fill: Arc<Fill>,
    last: Arc<Mutex<Last>>,
}

/// The millisecond of the last id and its place within it.
#[derive(Default)]
struct Last {
    millis: u64,
    count: u32,
}

/// Bits of an id that count within a millisecond; 48 random ones follow.
const COUNT_BITS: u32 = 26;

impl Entropy {
    /// A source from a function that fills a buffer.
    pub fn new(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Entropy {
        Entropy { fill: Arc::new(fill), last: Arc::default() }
    }

    /// A repeatable source for tests (not for secrets).
    pub fn seeded(seed: u64) -> Entropy {
        let state = std::sync::Mutex::new(seed);
        Entropy::new(move |buffer| {
            let mut state = state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            for byte in buffer {
                // SplitMix64 (Steele, Lea, Flood 2014).
                *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut z = *state;
                z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                *byte = (z ^ (z >> 31)) as u8;
            }
        })
    }

    /// A new id (UUIDv7) for something made at `now`. Ids of one millisecond grow
    /// (RFC 9562, 6.2, method 1): an import makes thousands at one moment, and
    /// random ones would be written all over every index.
    pub fn id(&self, now: Timestamp) -> Uuid {
        let mut bytes = [0; 10];
        (self.fill)(&mut bytes);
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let random = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let count = self.count(millis, random);
        // The version takes the upper half of byte 0, the variant two bits of byte 2.
        bytes[0] = (count >> 22) as u8 & 0x0f;
        bytes[1] = (count >> 14) as u8;
        bytes[2] = (count >> 8) as u8 & 0x3f;
        bytes[3] = count as u8;
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    /// The next place within this millisecond; the first is random, in the lower
    /// half, so that there is room above it.
    fn count(&self, millis: u64, random: u32) -> u32 {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.millis == millis && last.count + 1 < 1 << COUNT_BITS {
            last.count += 1;
        } else {
            *last = Last { millis, count: random >> (33 - COUNT_BITS) };
        }
        last.count
    }

    /// 128 random bits.
    pub fn salt(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        (self.fill)(&mut bytes);
        bytes
    }

    /// 256 random bits, for a secret.
    pub fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        (self.fill)(&mut bytes);
        bytes
    }
}

impl std::fmt::Debug for Entropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entropy")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_moment_grow_and_are_version_7() {
        let entropy = Entropy::seeded(7);
        let now = Timestamp::from_second(1_790_000_000).expect("an instant");
        let ids: Vec<Uuid> = (0..100_000).map(|_| entropy.clone().id(now)).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
        let later = Timestamp::from_millisecond(now.as_millisecond() + 1).expect("an instant");
        assert!(entropy.id(later) > ids[99_999]);
    }
}
