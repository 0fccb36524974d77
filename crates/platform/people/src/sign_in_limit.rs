//! How often somebody may fail to sign in. Pure: time is passed in. Nothing
//! sleeps and nobody is locked out: an attempt too many is refused at once,
//! with the time after which the next is taken.
//!
//! Three counts: an account from one address (the limit), an account from all
//! addresses and an address over all accounts (five times the limit), so that
//! neither many addresses nor many accounts get around it, and a stranger who
//! guesses at an account hardly bothers its owner.

use std::collections::HashMap;
use std::net::IpAddr;

use steward_base::text::fold;
use steward_base::{Error, Result, Timestamp};

/// In this time as many failures as the limit says are taken.
const WINDOW: i64 = 60_000_000;
/// More keys than this are never kept; the rest share one count.
const MOST_KEYS: usize = 100_000;
/// The wider counts take this many times the limit.
const WIDE: i64 = 5;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Pair(Option<String>, u128),
    Account(String),
    Address(u128),
    /// Everybody for whom there was no room.
    Rest,
}

/// The counts of failed sign-ins and wrong tokens.
#[derive(Debug)]
pub struct SignInLimit {
    /// Microseconds one failure costs; 0 is off.
    cost: i64,
    /// When each key's debt is paid, microseconds.
    paid: HashMap<Key, i64>,
}

impl SignInLimit {
    /// At most `limit` failures a minute for an account from one address; 0 is
    /// off.
    pub fn new(limit: u32) -> SignInLimit {
        let cost = if limit == 0 { 0 } else { WINDOW / i64::from(limit) };
        SignInLimit { cost, paid: HashMap::new() }
    }

    /// Counts an attempt as failed before it is verified, so that attempts at
    /// the same time cannot slip through together; [`Self::succeeded`] takes it
    /// back. `account` is the login as typed; `None` is a wrong token, counted
    /// after it was found to be wrong.
    ///
    /// # Errors
    /// `TooMany` with the seconds to wait; the attempt must not be verified then.
    pub fn attempt(
        &mut self,
        account: Option<&str>,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<()> {
        if self.cost == 0 {
            return Ok(());
        }
        let now = now.as_microsecond();
        self.make_room(now);
        let keys = self.keys(account, address);
        let wait = keys.iter().map(|(key, cost)| self.wait(key, *cost, now)).max().unwrap_or(0);
        if wait > 0 {
            let seconds = wait.div_euclid(1_000_000) + i64::from(wait.rem_euclid(1_000_000) > 0);
            return Err(Error::TooMany(seconds.unsigned_abs()));
        }
        for (key, cost) in keys {
            let paid = self.paid.entry(key).or_insert(now);
            *paid = (*paid).max(now) + cost;
        }
        Ok(())
    }

    /// The attempt was right: it is taken back, and what failed before for this
    /// account from this address is forgotten.
    pub fn succeeded(&mut self, account: Option<&str>, address: IpAddr) {
        for (key, cost) in self.keys(account, address) {
            if matches!(key, Key::Pair(..)) {
                self.paid.remove(&key);
            } else if let Some(paid) = self.paid.get_mut(&key) {
                *paid -= cost;
            }
        }
    }

    fn wait(&self, key: &Key, cost: i64, now: i64) -> i64 {
        let debt = self.paid.get(key).map_or(0, |paid| (paid - now).max(0));
        debt + cost - WINDOW.max(cost)
    }

    fn keys(&self, account: Option<&str>, address: IpAddr) -> Vec<(Key, i64)> {
        let account = account.map(|a| fold(&a.chars().take(64).collect::<String>()));
        let place = place(address);
        let wide = (self.cost / WIDE).max(1);
        let mut keys =
            vec![(Key::Pair(account.clone(), place), self.cost), (Key::Address(place), wide)];
        keys.extend(account.map(|a| (Key::Account(a), wide)));
        for (key, _) in &mut keys {
            if self.paid.len() >= MOST_KEYS && !self.paid.contains_key(key) {
                *key = Key::Rest;
            }
        }
        keys
    }

    fn make_room(&mut self, now: i64) {
        if self.paid.len() >= MOST_KEYS {
            self.paid.retain(|_, paid| *paid > now);
        }
    }
}

/// An IPv4 address, or the /64 of an IPv6 one: who has one address of it has all.
fn place(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => (v6.to_bits() >> 64) << 64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).expect("an instant")
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn an_account_from_one_address_has_the_limit() {
        let mut limit = SignInLimit::new(5);
        for _ in 0..5 {
            assert_eq!(limit.attempt(Some("ann"), ip("10.0.0.1"), at(0)), Ok(()));
        }
        assert_eq!(limit.attempt(Some("ANN"), ip("10.0.0.1"), at(0)), Err(Error::TooMany(12)));
        assert_eq!(limit.attempt(Some("ann"), ip("10.0.0.1"), at(11)), Err(Error::TooMany(1)));
        // A refused attempt costs nothing: after the time told the next is taken.
        assert_eq!(limit.attempt(Some("ann"), ip("10.0.0.1"), at(12)), Ok(()));
        assert_eq!(limit.attempt(Some("ann"), ip("10.0.0.1"), at(12)), Err(Error::TooMany(12)));
        // Neither another account nor another address is refused for it.
        assert_eq!(limit.attempt(Some("bob"), ip("10.0.0.1"), at(12)), Ok(()));
        assert_eq!(limit.attempt(Some("ann"), ip("10.0.0.2"), at(12)), Ok(()));
        assert_eq!(limit.attempt(None, ip("10.0.0.1"), at(12)), Ok(()));
    }

    #[test]
    fn neither_many_addresses_nor_many_accounts_get_around() {
        let mut limit = SignInLimit::new(5);
        let taken = (0..100)
            .filter(|n| limit.attempt(Some("ann"), ip(&format!("10.0.1.{n}")), at(0)).is_ok());
        assert_eq!(taken.count(), 25);
        let mut limit = SignInLimit::new(5);
        let taken = (0..100)
            .filter(|n| limit.attempt(Some(&format!("p{n}")), ip("10.0.0.1"), at(0)).is_ok());
        assert_eq!(taken.count(), 25);
        let mut limit = SignInLimit::new(5);
        let taken = (0..100)
            .filter(|n| limit.attempt(Some("ann"), ip(&format!("2001:db8::{n:x}")), at(0)).is_ok());
        assert_eq!(taken.count(), 5);
    }

    #[test]
    fn success_costs_nothing() {
        let mut limit = SignInLimit::new(2);
        for _ in 0..100 {
            assert_eq!(limit.attempt(Some("ann"), ip("10.0.0.1"), at(0)), Ok(()));
            limit.succeeded(Some("ann"), ip("10.0.0.1"));
        }
    }

    #[test]
    fn zero_is_off_and_one_is_one() {
        let mut limit = SignInLimit::new(0);
        for _ in 0..1000 {
            assert_eq!(limit.attempt(Some("ann"), ip("10.0.0.1"), at(0)), Ok(()));
        }
        let mut limit = SignInLimit::new(1);
        assert_eq!(limit.attempt(None, ip("10.0.0.1"), at(0)), Ok(()));
        assert_eq!(limit.attempt(None, ip("10.0.0.1"), at(0)), Err(Error::TooMany(60)));
        assert_eq!(limit.attempt(None, ip("10.0.0.1"), at(60)), Ok(()));
    }

    #[test]
    fn memory_is_bounded() {
        let mut limit = SignInLimit::new(5);
        for n in 0..60_000_u32 {
            let address = IpAddr::V4(std::net::Ipv4Addr::from_bits(n));
            let _ = limit.attempt(Some(&format!("p{n}")), address, at(0));
        }
        assert!(limit.paid.len() <= MOST_KEYS + 3);
        limit.attempt(Some("ann"), ip("10.0.0.1"), at(600)).expect("room again");
        assert!(limit.paid.len() < 10);
    }
}
