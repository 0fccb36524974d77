//! One stream of one caller.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use steward_api::{Caller, Problem};
use steward_base::Error;
use steward_fields::Registries;
use steward_history::Place;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::Interval;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::hub::{Live, News, Opened, Told, news_after};
use crate::Door;
use crate::audience::may_see;

/// A comment is sent this often, and rights that end by time end with it.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Pages of the log read for a stream that was away; one that was away longer
/// is told to load anew.
const MOST_PAGES: usize = 20;

pub(crate) fn routes() -> OpenApiRouter<Door> {
    OpenApiRouter::new().routes(routes!(live))
}

/// Server-sent events: what happens, as far as the caller may see it
///
/// `record` events carry `{"kind","number","id","version","position"}`,
/// `notification` events `{"id"}`. After
/// a gap, `Last-Event-ID` goes on where the stream was; `reset` says that too
/// much was missed and that shown lists must be loaded again. The stream ends
/// with the session or token.
#[utoipa::path(
    get, path = "/live", tag = "live",
    responses((status = 200, description = "A stream of events", content_type = "text/event-stream", body = String))
)]
async fn live(
    State(door): State<Door>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let after = match headers.get("last-event-id") {
        None => None,
        Some(id) => Some(read_place(id.to_str().unwrap_or("")).ok_or_else(|| {
            Error::malformed("Last-Event-ID", "format", "is not an id of this stream")
        })?),
    };
    let stream = Stream::new(&door.live, caller, after);
    let events = unfold(stream, |mut stream| async move {
        stream.next().await.map(|event| (Ok::<_, Infallible>(event), stream))
    });
    let mut response = Sse::new(events).into_response();
    // Tells nginx not to hold events back.
    let no = HeaderValue::from_static("no");
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), no);
    Ok(response)
}

struct Stream {
    caller: Caller,
    news: broadcast::Receiver<Told>,
    closing: watch::Receiver<bool>,
    heartbeat: Interval,
    /// The last place looked at; `None` until the first event.
    place: Option<Place>,
    /// Events ready to be sent.
    ready: VecDeque<Event>,
    /// Whether the log must be read before the hub is heard.
    behind: bool,
    _opened: Opened,
}

/// What a stream wakes up for.
enum Heard {
    Told(Told),
    TooMuch,
    Nothing,
    End,
}

impl Stream {
    fn new(live: &Live, caller: Caller, after: Option<Place>) -> Stream {
        let start = tokio::time::Instant::now() + HEARTBEAT;
        Stream {
            caller,
            news: live.subscribe(),
            closing: live.closing(),
            heartbeat: tokio::time::interval_at(start, HEARTBEAT),
            place: after,
            // The first bytes open the stream for the browser at once.
            ready: VecDeque::from([Event::default().comment("live")]),
            behind: after.is_some(),
            _opened: live.opened(),
        }
    }

    /// The next event; `None` ends the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.behind {
                self.catch_up().await?;
                continue;
            }
            match self.hear().await {
                Heard::Told(Told::Record(news)) => self.take(&news).await?,
                Heard::Told(Told::Notification { person, id }) => {
                    if person == self.caller.call.actor.id {
                        let data = format!("{{\"id\":\"{id}\"}}");
                        self.ready.push_back(Event::default().event("notification").data(data));
                    }
                }
                Heard::TooMuch => self.behind = true,
                Heard::Nothing => {
                    self.look_again().await?;
                    self.ready.push_back(Event::default().comment("heartbeat"));
                }
                Heard::End => return None,
            }
        }
    }

    async fn hear(&mut self) -> Heard {
        tokio::select! {
            biased;
            _ = self.closing.wait_for(|closing| *closing) => Heard::End,
            heard = self.news.recv() => match heard {
                Ok(told) => Heard::Told(told),
                Err(RecvError::Lagged(_)) => Heard::TooMuch,
                Err(RecvError::Closed) => Heard::End,
            },
            _ = self.heartbeat.tick() => Heard::Nothing,
        }
    }

    /// Who the caller is now; `None` when they may no longer listen.
    async fn look_again(&mut self) -> Option<()> {
        match self.caller.again().await {
            Ok(Some(caller)) => self.caller = caller,
            Ok(None) => return None,
            Err(error) => {
                // What cannot be checked is not shown; the browser comes back.
                tracing::debug!(%error, "a live stream could not check its rights");
                return None;
            }
        }
        Some(())
    }

    async fn take(&mut self, news: &News) -> Option<()> {
        if self.place.is_some_and(|place| news.place <= place) {
            return Some(());
        }
        self.place = Some(news.place);
        let actor = &self.caller.call.actor;
        let mine = news.record == actor.id || news.kind == "team";
        if news.is_about_rights() && mine {
            self.look_again().await?;
        }
        let seen = may_see(&self.caller, news).await;
        if seen.unwrap_or(false) {
            self.ready.push_back(event(news));
        }
        Some(())
    }

    /// Reads what was missed from the log.
    async fn catch_up(&mut self) -> Option<()> {
        self.behind = false;
        let Some(mut place) = self.place else { return Some(()) };
        self.look_again().await?;
        let db = self.caller.app().db().clone();
        for _ in 0..MOST_PAGES {
            let registries = self.caller.app().find_service::<Registries>();
            let read = db.read(move |tx| news_after(tx, place, registries.as_deref()));
            let Ok((news, end)) = read.await else { return None };
            let Some(end) = end else { return Some(()) };
            for one in &news {
                self.take(one).await?;
            }
            place = end;
            self.place = Some(end);
        }
        self.ready.clear();
        let newest = db.read(steward_history::newest).await.ok()?;
        self.place = Some(newest);
        self.ready.push_back(Event::default().event("reset").id(write_place(newest)).data("{}"));
        Some(())
    }
}

fn event(news: &News) -> Event {
    let event = Event::default().event("record").id(write_place(news.place));
    let data = serde_json::to_string(&news.shown()).unwrap_or_default();
    event.data(data)
}

fn write_place(place: Place) -> String {
    format!("{}.{}.{}", place.epoch, place.xid, place.position)
}

fn read_place(text: &str) -> Option<Place> {
    let mut parts = text.split('.').map(|part| part.parse::<i64>().ok());
    let place = Place { epoch: parts.next()??, xid: parts.next()??, position: parts.next()?? };
    parts.next().is_none().then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_id_is_a_place() {
        let place = Place { epoch: 2, xid: 77, position: 12345 };
        assert_eq!(read_place(&write_place(place)), Some(place));
        for broken in ["", "1.2", "1.2.3.4", "a.b.c"] {
            assert_eq!(read_place(broken), None, "{broken}");
        }
    }
}
