//! Keeps many writes under way, so that SQLite commits them in groups and
//! PostgreSQL's workers all have something to do.

use std::collections::VecDeque;
use std::future::Future;

use steward_base::{Error, Result};
use tokio::task::JoinHandle;

/// Most writes under way: two full groups of SQLite's writer.
pub const UNDER_WAY: usize = 512;

/// Writes under way, each answering a `T`; answers come in the order of the
/// writes, so that a report reads like its file.
pub struct Pump<T> {
    tasks: VecDeque<JoinHandle<T>>,
    limit: usize,
}

impl<T: Send + 'static> Pump<T> {
    /// With at most `limit` writes under way.
    pub fn new(limit: usize) -> Pump<T> {
        Pump { tasks: VecDeque::new(), limit: limit.max(1) }
    }

    /// Starts one more and gives the answers that are there. When the pump is
    /// full it waits for the oldest first.
    ///
    /// # Errors
    /// `Internal` when a write panicked.
    pub async fn push(
        &mut self,
        write: impl Future<Output = T> + Send + 'static,
    ) -> Result<Vec<T>> {
        let mut done = Vec::new();
        while self.tasks.len() >= self.limit
            || self.tasks.front().is_some_and(JoinHandle::is_finished)
        {
            done.extend(self.next().await?);
        }
        self.tasks.push_back(tokio::spawn(write));
        Ok(done)
    }

    /// The answer of the oldest write; `None` when none is under way.
    ///
    /// # Errors
    /// `Internal` when a write panicked.
    pub async fn next(&mut self) -> Result<Option<T>> {
        match self.tasks.pop_front() {
            None => Ok(None),
            Some(task) => task.await.map(Some).map_err(Error::internal),
        }
    }
}

impl<T> Drop for Pump<T> {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn answers_come_in_order_and_the_limit_holds() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let answers = runtime.block_on(async {
            let mut pump = Pump::new(4);
            let mut answers = Vec::new();
            for n in 0..50 {
                let (running, most) = (running.clone(), most.clone());
                let write = async move {
                    let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                    most.fetch_max(now, Ordering::SeqCst);
                    tokio::task::yield_now().await;
                    running.fetch_sub(1, Ordering::SeqCst);
                    n
                };
                answers.extend(pump.push(write).await.expect("no panic"));
            }
            while let Some(answer) = pump.next().await.expect("no panic") {
                answers.push(answer);
            }
            answers
        });
        assert_eq!(answers, (0..50).collect::<Vec<_>>());
        assert!(most.load(Ordering::SeqCst) <= 4);
    }
}
