//! The one reader of the log on this node.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use steward_api::App;
use steward_base::{Result, Uuid};
use steward_database::{Engine, Tx};
use steward_fields::Registries;
use steward_history::{Fact, Place, facts_after, head, newest};
use tokio::sync::{broadcast, watch};

/// Events a slow stream may be behind before it reads the log itself.
const BUFFER: usize = 1024;
/// Facts read at a time.
pub(crate) const PAGE: i64 = 500;
/// Between looks when nobody wakes the hub, and after a failure.
const RETRY: std::time::Duration = std::time::Duration::from_secs(1);

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

/// What the hub tells its streams.
#[derive(Debug, Clone)]
pub(crate) enum Told {
    /// Something happened to a record.
    Record(Arc<News>),
    /// Somebody has a new notification.
    Notification {
        /// Whose it is.
        person: Uuid,
        /// The notification.
        id: Uuid,
    },
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
    news: broadcast::Sender<Told>,
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
        let registries = app.find_service::<Registries>();
        let mut at = loop {
            match app.db().read(|tx| Ok((newest(tx)?, steward_notification::newest(tx)?))).await {
                Ok(at) => break at,
                Err(error) => tracing::warn!(%error, "live updates wait for the database"),
            }
            tokio::time::sleep(RETRY).await;
        };
        loop {
            commits.borrow_and_update();
            match self.read_on(&app, registries.clone(), &mut at).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "live updates could not read the log");
                    tokio::time::sleep(RETRY).await;
                }
            }
            tokio::select! {
                changed = commits.changed() => if changed.is_err() { return },
                // On PostgreSQL an open transaction holds back what was committed.
                () = tokio::time::sleep(RETRY) => {}
                _ = closing.wait_for(|closing| *closing) => return,
            }
        }
    }

    /// Reads and tells one batch; whether there may be more.
    async fn read_on(
        &self,
        app: &App,
        registries: Option<Arc<Registries>>,
        at: &mut (Place, i64),
    ) -> Result<bool> {
        if self.streams() == 0 && app.db().engine() == Engine::Sqlite {
            let end =
                app.db().read(|tx| Ok((newest(tx)?, steward_notification::newest(tx)?))).await?;
            // Whoever opens a stream from here on hears of what comes after. On
            // PostgreSQL a commit may still come before the newest place.
            if self.streams() == 0 {
                *at = end;
                return Ok(false);
            }
        }
        let (place, no) = *at;
        let read = move |tx: &mut Tx| {
            let news = news_after(tx, place, registries.as_deref())?;
            Ok((news, steward_notification::newer(tx, no, PAGE)?))
        };
        let ((news, end), rows) = app.db().read(read).await?;
        let more = end.is_some() || !rows.is_empty();
        // Without a stream there is nobody to tell: an error says no more.
        for one in news {
            let _ = self.inner.news.send(Told::Record(Arc::new(one)));
        }
        for (no, person, id) in rows {
            at.1 = no;
            let _ = self.inner.news.send(Told::Notification { person, id });
        }
        at.0 = end.unwrap_or(place);
        Ok(more)
    }

    /// Ends all streams: the server stops.
    pub fn close(&self) {
        self.inner.closing.send_replace(true);
    }

    /// How many streams are open.
    pub fn streams(&self) -> usize {
        self.inner.streams.load(Ordering::Relaxed)
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Told> {
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
pub(crate) fn news_after(
    tx: &mut Tx,
    place: Place,
    registries: Option<&Registries>,
) -> Result<(Vec<News>, Option<Place>)> {
    let facts = facts_after(tx, place, PAGE)?;
    let Some(end) = facts.last().map(|fact| fact.place) else { return Ok((Vec::new(), None)) };
    let mut last: HashMap<Uuid, (Place, bool)> = HashMap::new();
    for fact in &facts {
        let internal = is_internal(tx, fact, registries)?;
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

/// Whether a fact tells of nothing but internal things. Of a retracted comment
/// everybody who saw it hears, so that no screen goes on showing it.
fn is_internal(tx: &mut Tx, fact: &Fact, registries: Option<&Registries>) -> Result<bool> {
    let Some(registries) = registries.filter(|r| r.knows(&fact.record_kind)) else {
        return Ok(false);
    };
    let registry = registries.get(tx, &fact.record_kind)?;
    Ok(steward_ticket::is_internal(fact, &registry))
}
