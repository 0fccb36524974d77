//! What nobody read of a request's body. Many clients send all of it before
//! they look at the answer; closed on too early, they never see why they were
//! refused. So the rest is read away, up to 16 MiB, before the answer.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, StatusCode, Version, header};
use hyper::body::{Frame, SizeHint};
use steward_api::{BODY_TIMEOUT, DRAIN_LIMIT, PIECE_TIMEOUT};

/// A body lent to whoever answers.
struct Lent(Arc<Mutex<Owned>>);

struct Owned {
    body: Body,
    seen: usize,
}

/// What the body's owner keeps.
pub(crate) struct Leftover {
    owned: Arc<Mutex<Owned>>,
    /// The client sends nothing before it is asked to.
    waits: bool,
}

fn lock(owned: &Mutex<Owned>) -> MutexGuard<'_, Owned> {
    owned.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The body to hand on, and what is left of it afterwards; `None` where there
/// is no body, and for HTTP/2, where refusing one stream disturbs no other.
pub(crate) fn lend(version: Version, headers: &HeaderMap, body: Body) -> (Body, Option<Leftover>) {
    if body.is_end_stream() || version > Version::HTTP_11 {
        return (body, None);
    }
    let owned = Arc::new(Mutex::new(Owned { body, seen: 0 }));
    let waits = headers.contains_key(header::EXPECT);
    (Body::new(Lent(owned.clone())), Some(Leftover { owned, waits }))
}

impl Leftover {
    /// Reads away what is left, within the limits of size and time that every
    /// body has.
    pub async fn read_away(self, status: StatusCode) {
        let begun = lock(&self.owned).seen > 0;
        // Who was too slow once is not waited for again.
        if status == StatusCode::REQUEST_TIMEOUT || (self.waits && !begun) {
            return;
        }
        let read = async {
            while lock(&self.owned).seen <= DRAIN_LIMIT {
                let piece = poll_fn(|cx| lock(&self.owned).poll(cx));
                match tokio::time::timeout(PIECE_TIMEOUT, piece).await {
                    Ok(Some(Ok(_))) => {}
                    Ok(Some(Err(_)) | None) | Err(_) => return,
                }
            }
        };
        let _ = tokio::time::timeout(BODY_TIMEOUT, read).await;
    }
}

impl Owned {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            self.seen += frame.data_ref().map_or(0, Bytes::len);
        }
        polled
    }
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        lock(&self.0).poll(cx)
    }

    fn is_end_stream(&self) -> bool {
        lock(&self.0).body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        lock(&self.0).body.size_hint()
    }
}
