//! What the HTTP library refuses by itself, before there is a request: a head
//! that is none, or too large. It answers with an empty body; here that answer
//! gets the body every error has.
//!
//! The library writes what a request asked for, and these refusals; nothing
//! else. So what begins like an answer of HTTP/1 while no request was handed
//! over since everything was written out, is one of them. No body is looked into.

use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::StatusCode;
use hyper::body::{Frame, SizeHint};
use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use steward_api::{App, PROBLEM_JSON, Problem};
use steward_base::Error;
use tokio::time::Sleep;

/// Nothing was asked since all was written out.
const QUIET: u8 = 0;
/// A request was handed over.
const ASKED: u8 = 1;
/// Its answer is complete, and perhaps not yet written out.
const ANSWERED: u8 = 2;
/// After a refusal the rest of what the client sends is read away for so long,
/// so that it sees the answer.
const LINGER: Duration = Duration::from_secs(2);

/// Where the talk on one connection stands.
#[derive(Clone, Default)]
pub(crate) struct Talk(Arc<AtomicU8>);

impl Talk {
    /// A request is handed over.
    pub fn asked(&self) {
        self.0.store(ASKED, Ordering::SeqCst);
    }

    fn answered(&self) {
        self.0.store(ANSWERED, Ordering::SeqCst);
    }

    fn written_out(&self) {
        let _ = self.0.compare_exchange(ANSWERED, QUIET, Ordering::SeqCst, Ordering::SeqCst);
    }

    fn is_quiet(&self) -> bool {
        self.0.load(Ordering::SeqCst) == QUIET
    }
}

/// The body of an answer, which says when it is over.
pub(crate) struct Answer {
    body: Body,
    talk: Talk,
}

impl Answer {
    /// The body of an answer on the connection of this talk.
    pub fn new(body: Body, talk: Talk) -> Answer {
        Answer { body, talk }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.talk.answered();
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A connection whose refusals get a body.
pub(crate) struct Watched<IO> {
    io: IO,
    talk: Talk,
    app: App,
    refused: bool,
    /// What is still to be written in place of a refusal.
    instead: Vec<u8>,
    linger: Option<Pin<Box<Sleep>>>,
}

impl<IO: Read + Write + Unpin> Watched<IO> {
    /// Watches a connection.
    pub fn new(io: IO, talk: Talk, app: App) -> Watched<IO> {
        Watched { io, talk, app, refused: false, instead: Vec::new(), linger: None }
    }

    /// Takes a refusal by the library, and keeps what is written instead.
    fn takes(&mut self, written: &[u8]) -> bool {
        if self.refused || !self.talk.is_quiet() {
            return self.refused;
        }
        let Some(instead) = with_body(&self.app, written) else { return false };
        (self.instead, self.refused) = (instead, true);
        true
    }

    fn write_instead(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        while !self.instead.is_empty() {
            let written = ready!(Pin::new(&mut self.io).poll_write(cx, &self.instead))?;
            if written == 0 {
                return Poll::Ready(Err(std::io::ErrorKind::WriteZero.into()));
            }
            self.instead.drain(..written);
        }
        Poll::Ready(Ok(()))
    }

    /// Reads away what the client still sends.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let linger = self.linger.get_or_insert_with(|| Box::pin(tokio::time::sleep(LINGER)));
        let mut bytes = [0; 4096];
        while linger.as_mut().poll(cx).is_pending() {
            let mut piece = ReadBuf::new(&mut bytes);
            match ready!(Pin::new(&mut self.io).poll_read(cx, piece.unfilled())) {
                Ok(()) if !piece.filled().is_empty() => {}
                _ => break,
            }
        }
        Poll::Ready(())
    }
}

impl<IO: Read + Unpin> Read for Watched<IO> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl<IO: Read + Write + Unpin> Write for Watched<IO> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<Result<usize>> {
        if self.takes(buf) {
            return Poll::Ready(Ok(buf.len()));
        }
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let first = bufs.iter().find(|buf| !buf.is_empty());
        if let Some(first) = first
            && self.takes(first)
        {
            return Poll::Ready(Ok(first.len()));
        }
        Pin::new(&mut self.io).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        ready!(self.write_instead(cx))?;
        ready!(Pin::new(&mut self.io).poll_flush(cx))?;
        self.talk.written_out();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        ready!(self.write_instead(cx))?;
        ready!(Pin::new(&mut self.io).poll_shutdown(cx))?;
        if self.refused {
            ready!(self.wait(cx));
        }
        Poll::Ready(Ok(()))
    }
}

/// A refusal by the library with a body and a request id; `None` for all else.
fn with_body(app: &App, written: &[u8]) -> Option<Vec<u8>> {
    let head = std::str::from_utf8(written.strip_suffix(b"\r\n\r\n")?).ok()?;
    let status: u16 = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
    let words = match status {
        400 => "this is no request of HTTP: write < > \" and spaces of a URL as %3C %3E %22 %20",
        414 => "the URL is too long",
        431 => "the head of the request is larger than 64 KiB",
        _ => return None,
    };
    let mut problem = Problem::from(Error::malformed("request", "http", words));
    problem.status = StatusCode::from_u16(status).ok()?;
    let now = app.now();
    let id = app.entropy().id(now).to_string();
    let body = serde_json::to_vec(&problem.body(&id)).ok()?;
    tracing::debug!(id, status, "what came is no request");
    let kept = head.split("\r\n").filter(|line| !line.starts_with("content-length:"));
    let mut text = kept.collect::<Vec<_>>().join("\r\n");
    for line in [
        format!("content-type: {PROBLEM_JSON}"),
        "cache-control: no-store".into(),
        format!("x-request-id: {id}"),
        format!("content-length: {}", body.len()),
    ] {
        text.push_str("\r\n");
        text.push_str(&line);
    }
    text.push_str("\r\n\r\n");
    Some([text.into_bytes(), body].concat())
}
