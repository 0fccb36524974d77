//! Ids and salts are passed in, like time: rules and stores never draw them
//! from the system themselves.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

/// Fills a buffer with random bytes.
type Fill = dyn Fn(&mut [u8]) + Send + Sync;

/// A source of random bytes; cheap to clone.
#[derive(Clone)]
pub struct Entropy(Arc<Fill>);

impl Entropy {
    /// A source from a function that fills a buffer.
    pub fn new(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Entropy {
        Entropy(Arc::new(fill))
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

    /// A new id (UUIDv7) for something made at `now`.
    pub fn id(&self, now: Timestamp) -> Uuid {
        let mut bytes = [0; 10];
        (self.0)(&mut bytes);
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    /// 128 random bits.
    pub fn salt(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        (self.0)(&mut bytes);
        bytes
    }

    /// 256 random bits, for a secret.
    pub fn secret(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        (self.0)(&mut bytes);
        bytes
    }
}

impl std::fmt::Debug for Entropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entropy")
    }
}
