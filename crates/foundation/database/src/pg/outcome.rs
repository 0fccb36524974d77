//! What became of a transaction whose commit was not answered, since its
//! connection broke: looked up by its id on a new connection.

use std::time::{Duration, Instant};

use steward_base::{Error, Result};

use super::{Worker, closed, error};

/// How long the server is asked before the outcome counts as unknown.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two questions.
const PAUSE: Duration = Duration::from_millis(100);

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Committed,
    /// Nothing of it is there, and nothing will be.
    Aborted,
    Unknown,
}

/// What the caller is told then.
pub(super) fn unknown() -> Error {
    Error::OutcomeUnknown("the connection to PostgreSQL broke while it committed".into())
}

impl Worker {
    /// Asks until the server knows; `life` is the one that gave the id.
    pub(super) fn outcome(&mut self, xid: u64, life: &str) -> Outcome {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.connected().and_then(|()| self.status(xid)) {
                Ok(Some(status)) if status == "committed" => {
                    let same = self.session.as_ref().is_some_and(|s| s.life == life);
                    return if same { Outcome::Committed } else { Outcome::Unknown };
                }
                Ok(Some(status)) if status == "aborted" => return Outcome::Aborted,
                Ok(None) => return Outcome::Unknown,
                // Still in progress, or the server is not there yet.
                Ok(Some(_)) | Err(_) => {}
            }
            if Instant::now() > until {
                return Outcome::Unknown;
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// The server's word on a transaction; `None` when it has forgotten. One
    /// whose session still stands, cut off from us, is ended, so that it is
    /// decided.
    fn status(&mut self, xid: u64) -> Result<Option<String>> {
        let Some(session) = &self.session else { return Err(closed()) };
        let ask = async {
            let asked = format!("select pg_xact_status('{xid}'::xid8)");
            let answer = match session.client.query_one(&asked, &[]).await {
                Ok(row) => row.get::<_, Option<String>>(0),
                // An id that a crashed server never wrote down lies in the future.
                Err(e) if e.code().is_some_and(|code| code.code() == "22023") => {
                    Some("aborted".into())
                }
                Err(e) => return Err(e),
            };
            if answer.as_deref() == Some("in progress") {
                let end = format!(
                    "select pg_terminate_backend(pid) from pg_stat_activity
                     where backend_xid = '{xid}'::xid8::xid and pid <> pg_backend_pid()"
                );
                session.client.batch_execute(&end).await?;
            }
            Ok(answer)
        };
        self.runtime.block_on(ask).map_err(error)
    }
}
