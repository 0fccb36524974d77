//! How many calls somebody who is signed in may make in a minute, where the
//! operator set a limit. Pure but for its counts in memory: time is passed in.
//! Answers tell the state in the headers of the IETF draft "RateLimit header
//! fields for HTTP".

use std::collections::HashMap;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use steward_base::{Timestamp, Uuid};

/// The window of the limit, seconds.
pub const WINDOW_SECONDS: i64 = 60;
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STATE: HeaderName = HeaderName::from_static("ratelimit");
/// With more actors than this, windows that are over are forgotten.
const MANY: usize = 10_000;

/// The counts of all actors.
#[derive(Debug)]
pub struct CallLimit {
    /// Calls in a window; 0 is no limit.
    quota: u32,
    /// Begin of the window, seconds, and calls made in it.
    made: HashMap<Uuid, (i64, u32)>,
}

/// Where an actor stands after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallsLeft {
    quota: u32,
    /// Calls left in this window.
    pub left: u32,
    /// Seconds until the window is over, at least 1.
    pub reset: i64,
    /// Whether the call was within the limit.
    pub allowed: bool,
}

impl CallLimit {
    /// At most `quota` calls a minute for each actor; 0 is no limit.
    pub fn new(quota: u32) -> CallLimit {
        CallLimit { quota, made: HashMap::new() }
    }

    /// Counts a call; `None` without a limit. A refused call costs nothing.
    pub fn call(&mut self, actor: Uuid, now: Timestamp) -> Option<CallsLeft> {
        if self.quota == 0 {
            return None;
        }
        let now = now.as_second();
        if self.made.len() > MANY {
            self.made.retain(|_, (began, _)| now - *began < WINDOW_SECONDS);
        }
        let (began, made) = self.made.entry(actor).or_insert((now, 0));
        // A clock that was set back begins a new window, too.
        if !(0..WINDOW_SECONDS).contains(&(now - *began)) {
            (*began, *made) = (now, 0);
        }
        let allowed = *made < self.quota;
        *made += u32::from(allowed);
        let (left, reset) = (self.quota - *made, *began + WINDOW_SECONDS - now);
        Some(CallsLeft { quota: self.quota, left, reset, allowed })
    }
}

impl CallsLeft {
    /// Puts the headers on an answer.
    pub fn write(&self, headers: &mut HeaderMap) {
        let policy = format!("\"calls\";q={};w={WINDOW_SECONDS}", self.quota);
        let state = format!("\"calls\";r={};t={}", self.left, self.reset);
        for (name, text) in [(POLICY, policy), (STATE, state)] {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("an instant")
    }

    #[test]
    fn a_window_takes_its_calls_and_no_more() {
        let mut limit = CallLimit::new(2);
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut call = |who, second| {
            let left = limit.call(who, at(second)).expect("a limit");
            (left.allowed, left.left, left.reset)
        };
        assert_eq!(call(one, 100), (true, 1, 60));
        assert_eq!(call(one, 130), (true, 0, 30));
        assert_eq!(call(one, 159), (false, 0, 1));
        assert_eq!(call(two, 159), (true, 1, 60), "each for itself");
        assert_eq!(call(one, 160), (true, 1, 60), "a new window");
        assert_eq!(call(one, 10), (true, 1, 60), "the clock was set back");
    }

    #[test]
    fn without_a_limit_nothing_is_counted() {
        let mut limit = CallLimit::new(0);
        assert_eq!(limit.call(Uuid::from_u128(1), at(1)), None);
        assert!(limit.made.is_empty());
    }
}
