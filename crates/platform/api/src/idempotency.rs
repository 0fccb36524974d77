//! `Idempotency-Key`: a write sent twice happens once. The answer is stored in
//! the transaction of the write, for 24 hours, for one actor and route.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};
use steward_base::{Error, Result, Timestamp, Uuid};
use steward_database::{Engine, Tx};
use steward_people::auth::hash_password;

use crate::reply::Stored;
use crate::store;

/// Longest key, in characters.
const KEY_MAX: usize = 255;
/// How long an answer is kept, in seconds.
const KEPT_SECONDS: i64 = 24 * 3600;

/// Where a request's body leaves its digest.
#[derive(Debug, Clone, Default)]
pub struct BodySlot(Arc<Mutex<[u8; 32]>>);

impl BodySlot {
    /// Notes the digest of the body.
    pub fn fill(&self, digest: [u8; 32]) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = digest;
    }

    fn digest(&self) -> [u8; 32] {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The key of one request.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    /// Who sent it.
    pub actor: Uuid,
    /// Method and path.
    pub route: String,
    /// What the client chose.
    pub key: String,
    /// The digest of the body.
    pub body: BodySlot,
}

impl Key {
    /// The body's digest as it is kept where passwords stand in the body: as
    /// slow to guess from as a password's own hash.
    ///
    /// # Errors
    /// `Internal` when it cannot be made.
    pub fn slow_digest(&self) -> Result<[u8; 32]> {
        let name = format!("{} {} {}", self.actor, self.route, self.key);
        let mut salt = [0; 16];
        salt.copy_from_slice(&Sha256::digest(name)[..16]);
        let body: String = self.body.digest().iter().map(|b| format!("{b:02x}")).collect();
        Ok(Sha256::digest(hash_password(&body, salt)?).into())
    }
}

/// Whether a key can be one.
///
/// # Errors
/// `Malformed` when it is empty or too long.
pub(crate) fn check(key: &str) -> Result<()> {
    if key.is_empty() || key.chars().count() > KEY_MAX {
        let words = "takes 1 to 255 characters";
        return Err(Error::malformed("Idempotency-Key", "length", words));
    }
    Ok(())
}

/// The keys whose first request is running on this node.
#[derive(Debug, Clone, Default)]
pub(crate) struct Running(Arc<Mutex<HashSet<(Uuid, String, String)>>>);

impl Running {
    /// Notes that a request with this key runs, until the guard is dropped.
    ///
    /// # Errors
    /// `Refused` when one runs already.
    pub fn begin(&self, key: &Key) -> Result<Guard> {
        let name = (key.actor, key.route.clone(), key.key.clone());
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !running.insert(name.clone()) {
            return Err(still_running());
        }
        Ok(Guard { running: self.clone(), name })
    }
}

pub(crate) struct Guard {
    running: Running,
    name: (Uuid, String, String),
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut running = self.running.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.remove(&self.name);
    }
}

fn still_running() -> Error {
    Error::Refused("the first request with this Idempotency-Key is still running".into())
}

/// The answer the first request with this key got, if there was one.
///
/// # Errors
/// `Refused` while it runs on another node, `Invalid` when it had another body.
pub(crate) fn earlier(tx: &mut Tx, key: &Key, now: Timestamp) -> Result<Option<Stored>> {
    // On SQLite there is one node, whose memory knows who runs.
    if tx.engine() == Engine::Postgres && !store::try_lock(tx, key)? {
        return Err(still_running());
    }
    let Some((digest, at, answer)) = store::answer(tx, key)? else { return Ok(None) };
    if now.as_second() - at.as_second() >= KEPT_SECONDS {
        store::forget(tx, key)?;
        return Ok(None);
    }
    if digest != key.body.digest() {
        let words = "was sent before with another body; choose a new key";
        return Err(Error::invalid("Idempotency-Key", "reused", words));
    }
    Ok(Some(answer))
}

/// Keeps the answer for whoever sends the request again.
pub(crate) fn keep(tx: &mut Tx, key: &Key, answer: &Stored, now: Timestamp) -> Result<()> {
    store::keep(tx, key, &key.body.digest(), answer, now)
}

/// Forgets the answers about these persons and records, whose words may stand
/// in them: such a request, sent again, is done again. Returns how many.
///
/// # Errors
/// Those of the database.
pub fn forget(tx: &mut Tx, ids: &HashSet<String>) -> Result<u64> {
    store::forget_ids(tx, ids)
}

/// Forgets answers older than 24 hours, at most `limit`; returns how many.
///
/// # Errors
/// Those of the database.
pub fn sweep(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<u64> {
    let seconds = now.as_second() - KEPT_SECONDS;
    store::sweep(tx, Timestamp::from_second(seconds).map_err(Error::internal)?, limit)
}
