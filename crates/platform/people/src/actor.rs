//! Who acts, and the context of one call.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use steward_base::{Entropy, Timestamp, Uuid};
use steward_history::{Door, FactRef, Stamp};

/// The organisation for work until others are made ("Default").
pub const DEFAULT_ORGANISATION: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
/// The organisation of what is global ("Everyone"): readable by role alone.
pub const EVERYONE: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0002);
/// The service actor of the installation itself (first start, imports at the
/// command line, closing by time). It has the grants given to it, no more.
pub const SYSTEM: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0003);

/// A role of the permission matrix.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Asks for help and follows what became of it.
    Requester,
    /// Works on tickets.
    Agent,
    /// Answers for the incident practice.
    IncidentManager,
    /// Reads everything, changes nothing.
    Auditor,
    /// May do everything.
    Administrator,
}

impl Role {
    /// Every role, in the order the matrix is printed.
    pub const ALL: [Role; 5] =
        [Role::Requester, Role::Agent, Role::IncidentManager, Role::Auditor, Role::Administrator];

    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Requester => "requester",
            Role::Agent => "agent",
            Role::IncidentManager => "incident_manager",
            Role::Auditor => "auditor",
            Role::Administrator => "administrator",
        }
    }

    /// The role of that name.
    pub fn parse(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|r| r.as_str() == name)
    }
}

/// A role held for one organisation, or for all (`None`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// For which organisation; `None` is all of them.
    pub organisation: Option<Uuid>,
}

/// Whoever acts: a person or a service actor, with what it holds right now.
#[derive(Debug, Clone, PartialEq)]
pub struct Actor {
    /// The person's record.
    pub id: Uuid,
    /// Sign-in name.
    pub login: String,
    /// Name as shown.
    pub name: String,
    /// The person's own organisation.
    pub organisation: Uuid,
    /// Teams the person is a member of.
    pub teams: Vec<Uuid>,
    /// Roles held directly and through teams.
    pub grants: Vec<Grant>,
    /// Time zone for reading dates, IANA name.
    pub zone: String,
    /// A token that may only read.
    pub read_only: bool,
}

impl Actor {
    /// Whether the actor holds the role for this organisation.
    pub fn holds(&self, role: Role, organisation: Uuid) -> bool {
        let covers = |g: &Grant| g.organisation.is_none_or(|o| o == organisation);
        self.grants.iter().any(|g| g.role == role && covers(g))
    }

    /// Whether the actor holds the role anywhere.
    pub fn has_role(&self, role: Role) -> bool {
        self.grants.iter().any(|g| g.role == role)
    }
}

/// The context of one call: everything ambient travels in here.
#[derive(Debug, Clone)]
pub struct Call {
    /// Who acts.
    pub actor: Arc<Actor>,
    /// The moment of the call, taken once at the door.
    pub now: Timestamp,
    /// Through which door.
    pub door: Door,
    /// The first fact of the chain this follows from (rules, timers).
    pub cause: Option<FactRef>,
    /// Ids and salts.
    pub entropy: Entropy,
}

impl Call {
    /// The stamp of facts of this call.
    pub fn stamp(&self) -> Stamp {
        Stamp {
            by: self.actor.id,
            on_behalf_of: None,
            at: self.now,
            recorded_at: self.now,
            door: self.door,
            cause: self.cause,
        }
    }

    /// A new id made now.
    pub fn new_id(&self) -> Uuid {
        self.entropy.id(self.now)
    }
}
