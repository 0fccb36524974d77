//! Webhooks out: facts as CloudEvents, signed as Standard Webhooks say.
//!
//! A subscriber of the log writes deliveries; a worker sends them outside of
//! any transaction, again and again until the receiver takes them or the last
//! attempt has failed. What is sent is made at that moment: words erased since,
//! and what the webhook's owner may no longer read, do not leave.

mod address;
mod body;
mod manage;
mod send;
mod sign;
mod store;
mod subscriber;
mod worker;

use serde::Serialize;
use steward_base::{Timestamp, Uuid};

pub use address::is_private;
pub use manage::{
    NewWebhook, WebhookChange, count, count_deliveries, create, delete, deliveries, get, list,
    redeliver, update,
};
pub use send::{Addresses, Lookup, Sender, SenderOptions};
pub use sign::{secret_text, signature};
pub use store::{DELIVERIES, pending};
pub(crate) use store::{enqueue, forget_deleted, forget_responses, load_active};
pub use subscriber::Webhooks;
pub use worker::{RETRIES, deliver_due, run};

/// The kind of record.
pub const KIND: &str = "webhook";

/// A webhook as stored. Its secret never leaves the store but to sign.
#[derive(Debug, Clone, PartialEq)]
pub struct Webhook {
    /// Its record.
    pub id: Uuid,
    /// The organisation whose records it tells of.
    pub organisation: Uuid,
    /// Counts its changes.
    pub version: i64,
    /// Where to.
    pub url: String,
    /// Which facts.
    pub facts: Vec<String>,
    /// The condition; empty is all.
    pub condition: String,
    /// Whether it is on.
    pub active: bool,
    /// Who last changed it: it sends what they may read.
    pub owner: Uuid,
    /// When it was made; earlier facts are not its business.
    pub created_at: Timestamp,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// To be sent, or to be sent again.
    Pending,
    /// The receiver took it (2xx).
    Delivered,
    /// The last attempt failed.
    Failed,
    /// Nothing was sent: the webhook is off, or its owner may not read this.
    Dropped,
}

impl DeliveryState {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            DeliveryState::Pending => "pending",
            DeliveryState::Delivered => "delivered",
            DeliveryState::Failed => "failed",
            DeliveryState::Dropped => "dropped",
        }
    }

    fn parse(name: &str) -> DeliveryState {
        match name {
            "pending" => DeliveryState::Pending,
            "delivered" => DeliveryState::Delivered,
            "dropped" => DeliveryState::Dropped,
            _ => DeliveryState::Failed,
        }
    }
}

/// One delivery, with its last attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Grows with every delivery.
    pub no: i64,
    /// Its id: `webhook-id`, the same for every attempt.
    pub id: Uuid,
    /// The webhook.
    pub webhook: Uuid,
    /// The record.
    pub record: Uuid,
    /// Place of the fact in the record's history.
    pub seq: i64,
    /// What happened.
    pub fact: String,
    /// How it stands.
    pub state: DeliveryState,
    /// Attempts made.
    pub attempts: i64,
    /// When the next one is made.
    pub next_at: Timestamp,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Status of the last answer.
    pub status: Option<i64>,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// Beginning of the last answer's body, at most 4 KiB.
    pub response: Option<String>,
}
