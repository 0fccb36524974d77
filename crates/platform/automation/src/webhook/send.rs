//! One attempt over HTTP: no redirects, no proxy, 15 s, 4 KiB of the answer.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use steward_base::{Error, Result, Uuid};

use super::address::is_private;
use super::sign::signature;
use super::store::Attempt;

/// A whole attempt, from the look-up of the name to the end of the answer.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Bytes kept of an answer.
const MOST_RESPONSE: usize = 4096;

/// What the composition root decides.
#[derive(Debug, Clone, Default)]
pub struct SenderOptions {
    /// Whether private address ranges may be reached.
    pub allow_private: bool,
    /// How the outside reaches this installation (`source` of the events).
    pub public_url: Option<String>,
}

/// Sends. Cheap to clone.
#[derive(Clone)]
pub struct Sender {
    client: reqwest::Client,
    options: SenderOptions,
}

/// What one attempt sends.
pub(crate) struct Message {
    pub url: String,
    pub id: Uuid,
    pub trace: String,
    pub seconds: i64,
    pub body: Vec<u8>,
    pub secret: Vec<u8>,
}

impl Sender {
    /// A sender; the composition root has installed the TLS provider before.
    ///
    /// # Errors
    /// `Internal` when TLS cannot be set up.
    pub fn new(options: SenderOptions) -> Result<Sender> {
        Sender::looking_up(options, Arc::new(system_lookup))
    }

    /// The same with a look-up of names of its own.
    ///
    /// # Errors
    /// As [`Sender::new`].
    pub fn looking_up(options: SenderOptions, lookup: Arc<Lookup>) -> Result<Sender> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT)
            // Every attempt looks the name up once, and connects to nothing
            // but what that look-up was checked for.
            .dns_resolver(Arc::new(Guarded { allow_private: options.allow_private, lookup }))
            .pool_max_idle_per_host(0)
            .user_agent(concat!("Steward/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(Error::internal)?;
        Ok(Sender { client, options })
    }

    /// What events name as their source.
    pub(crate) fn source(&self) -> &str {
        self.options.public_url.as_deref().unwrap_or("/steward")
    }

    /// Makes one attempt; whatever happens is told in the answer.
    pub(crate) async fn attempt(&self, message: Message) -> Attempt {
        match self.exchange(message).await {
            Ok((status, response)) => {
                let error = (!(200..300).contains(&status))
                    .then(|| format!("the receiver answered {status}"));
                Attempt { status: Some(status.into()), error, response: Some(response) }
            }
            Err(words) => Attempt { status: None, error: Some(words), response: None },
        }
    }

    async fn exchange(&self, message: Message) -> std::result::Result<(u16, String), String> {
        let url = reqwest::Url::parse(&message.url).map_err(|e| e.to_string())?;
        self.check_literal(&url)?;
        let id = message.id.to_string();
        let signed = signature(&message.secret, &id, message.seconds, &message.body);
        let mut answer = self
            .client
            .post(url)
            .header("content-type", "application/cloudevents+json; charset=utf-8")
            .header("webhook-id", id)
            .header("webhook-timestamp", message.seconds.to_string())
            .header("webhook-signature", signed)
            .header("traceparent", message.trace)
            .body(message.body)
            .send()
            .await
            .map_err(|e| sentence(&e))?;
        let status = answer.status().as_u16();
        let mut kept = Vec::new();
        while kept.len() < MOST_RESPONSE {
            match answer.chunk().await {
                Ok(Some(chunk)) => kept.extend_from_slice(&chunk),
                // The status is what counts; a body that breaks off is cut.
                Ok(None) | Err(_) => break,
            }
        }
        kept.truncate(MOST_RESPONSE);
        // PostgreSQL stores no NUL in a text.
        Ok((status, String::from_utf8_lossy(&kept).replace('\0', "\u{fffd}")))
    }

    /// An address written into the URL is not looked up, so it is checked here.
    fn check_literal(&self, url: &reqwest::Url) -> std::result::Result<(), String> {
        let host = url.host_str().unwrap_or("").trim_start_matches('[').trim_end_matches(']');
        match host.parse::<IpAddr>() {
            Ok(address) if !self.options.allow_private && is_private(address) => {
                Err(refused(address))
            }
            _ => Ok(()),
        }
    }
}

fn refused(address: IpAddr) -> String {
    format!("{address} is in a private range; such webhooks are off unless allowed")
}

/// An error with its causes in one line.
fn sentence(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", TIMEOUT.as_secs());
    }
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        words = format!("{words}: {next}");
        cause = next.source();
    }
    words
}

/// The addresses a name has right now.
pub type Lookup = dyn Fn(String) -> Addresses + Send + Sync;
/// What a look-up answers.
pub type Addresses = Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>>;

fn system_lookup(name: String) -> Addresses {
    Box::pin(async move {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
    })
}

/// Looks a name up once; one private address among the answers refuses it.
struct Guarded {
    allow_private: bool,
    lookup: Arc<Lookup>,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (allow_private, found) = (self.allow_private, (self.lookup)(name.as_str().to_owned()));
        Box::pin(async move {
            let found = found.await?;
            if !allow_private && let Some(inside) = found.iter().find(|a| is_private(**a)) {
                return Err(refused(*inside).into());
            }
            Ok(Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}
