//! The one reader of the log on this node.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use steward_api::App;
use steward_base::{Result, Uuid};
use steward_database::Tx;
use steward_history::{Fact, Place, facts_after, head, newest};
use tokio::sync::{broadcast, watch};

/// Events a slow stream may be behind before it reads the log itself.
const BUFFER: usize = 1024;
/// Facts read at a time.
pub(crate) const PAGE: i64 = 500;

/// Something that happened to a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct News {
    /// Where in the log.
    pub place: Place,
    /// The record.
    pub record: Uuid,
    /// Its kind.
    pub kind: String,
    /// Its number, for tickets.
    pub number: Option<String>,
    /// Its organisation.
    pub organisation: Uuid,
    /// Its version now.
    pub version: i64,
    /// Whether all of it is internal: only who reads work notes hears of it.
    pub internal: bool,
}

/// The event's data as sent.
#[derive(Debug, Serialize)]
pub(crate) struct Shown<'a> {
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<&'a str>,
    id: Uuid,
    version: i64,
    position: i64,
}

impl News {
    /// What a stream sends.
    pub fn shown(&self) -> Shown<'_> {
        Shown {
            kind: &self.kind,
            number: self.number.as_deref(),
            id: self.record,
            version: self.version,
            position: self.place.position,
        }
    }

    /// Whether it may change what others may see: people, teams, grants.
    pub fn is_about_rights(&self) -> bool {
        self.kind == "person" || self.kind == "team"
    }
}

/// The live updates of this node. Cheap to clone.
#[derive(Clone)]
pub struct Live {
    inner: Arc<Inner>,
}

struct Inner {
    news: broadcast::Sender<Arc<News>>,
    closing: watch::Sender<bool>,
    streams: AtomicUsize,
}

impl Live {
    /// A hub that nobody feeds yet; see [`Live::run`].
    pub fn new() -> Live {
        let inner = Inner {
            news: broadcast::channel(BUFFER).0,
            closing: watch::channel(false).0,
            streams: AtomicUsize::new(0),
        };
        Live { inner: Arc::new(inner) }
    }

    /// Reads the log from its newest place on, until [`Live::close`].
    pub async fn run(&self, app: App) {
        let mut commits = app.db().commits();
        let mut closing = self.inner.closing.subscribe();
        let mut place = loop {
            match app.db().read(newest).await {
                Ok(place) => break place,
                Err(error) => tracing::warn!(%error, "live updates wait for the database"),
            }
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        };
        loop {
            match app.db().read(move |tx| news_after(tx, place)).await {
                Ok((_, None)) => {
                    tokio::select! {
                        changed = commits.changed() => if changed.is_err() { return },
                        _ = closing.wait_for(|closing| *closing) => return,
                    }
                }
                Ok((news, Some(last))) => {
                    place = last;
                    for one in news {
                        // Without a stream there is nobody to tell.
                        let _ = self.inner.news.send(Arc::new(one));
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "live updates could not read the log");
                    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                }
            }
        }
    }

    /// Ends all streams: the server stops.
    pub fn close(&self) {
        self.inner.closing.send_replace(true);
    }

    /// How many streams are open.
    pub fn streams(&self) -> usize {
        self.inner.streams.load(Ordering::Relaxed)
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Arc<News>> {
        self.inner.news.subscribe()
    }

    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.inner.closing.subscribe()
    }

    pub(crate) fn opened(&self) -> Opened {
        self.inner.streams.fetch_add(1, Ordering::Relaxed);
        Opened(self.clone())
    }
}

impl Default for Live {
    fn default() -> Live {
        Live::new()
    }
}

/// Counts a stream while it is open.
pub(crate) struct Opened(Live);

impl Drop for Opened {
    fn drop(&mut self) {
        self.0.inner.streams.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What happened after `place`, one entry for each record and batch, and where
/// the batch ends; `None` when there is nothing new.
pub(crate) fn news_after(tx: &mut Tx, place: Place) -> Result<(Vec<News>, Option<Place>)> {
    let facts = facts_after(tx, place, PAGE)?;
    let Some(end) = facts.last().map(|fact| fact.place) else { return Ok((Vec::new(), None)) };
    let mut last: HashMap<Uuid, (Place, bool)> = HashMap::new();
    for fact in &facts {
        let internal = is_internal(fact);
        let entry = last.entry(fact.record).or_insert((fact.place, internal));
        *entry = (fact.place, entry.1 && internal);
    }
    let mut news = Vec::with_capacity(last.len());
    for (record, (place, internal)) in last {
        let head = head(tx, record)?;
        news.push(News {
            place,
            record,
            kind: head.kind,
            number: head.number,
            organisation: head.organisation,
            version: head.version,
            internal,
        });
    }
    news.sort_by_key(|one| one.place);
    Ok((news, Some(end)))
}

/// Whether a fact tells of nothing but internal things. Facts name their work
/// notes (`incident.work_note_added`).
fn is_internal(fact: &Fact) -> bool {
    fact.kind.contains("work_note")
}
