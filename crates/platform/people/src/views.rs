//! What the API shows. Times are text of one width; references carry what they
//! are called.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use steward_base::time::wire;
use steward_base::{Timestamp, Uuid};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::actor::Role;
use crate::store::grants::GrantRow;
use crate::store::items::Item;
use crate::store::organisations::Organisation;
use crate::store::persons::Person;
use crate::store::sessions::Session;
use crate::store::teams::Team;
use crate::store::tokens::Token;
use crate::store::{Name, Names};

/// The version of what is made and taken away but never changed.
pub const UNCHANGING: i64 = 1;

/// A reference to a record, as answers show it: `{"id", "name"}`, with `login`
/// for people and `number` for tickets. A page holds hundreds, so they share
/// what the directory keeps in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference(Arc<Name>);

impl Deref for Reference {
    type Target = Name;

    fn deref(&self) -> &Name {
        &self.0
    }
}

impl From<Arc<Name>> for Reference {
    fn from(name: Arc<Name>) -> Reference {
        Reference(name)
    }
}

impl Reference {
    /// The reference to `id`; a record that cannot be named shows an empty name.
    pub fn of<S: BuildHasher>(id: Uuid, names: &HashMap<Uuid, Arc<Name>, S>) -> Reference {
        Reference(names.get(&id).cloned().unwrap_or_else(|| Arc::new(Name::unknown(id))))
    }
}

impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.shown().serialize(serializer)
    }
}

/// A [`Reference`] lent by the names it was looked up in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lent<'a> {
    /// A record with a name.
    Named(&'a Name),
    /// A record that cannot be named.
    Unnamed(Uuid),
}

impl<'a> Lent<'a> {
    /// The reference to `id`; a record that cannot be named shows an empty name.
    pub fn of<S: BuildHasher>(id: Uuid, names: &'a HashMap<Uuid, Arc<Name>, S>) -> Lent<'a> {
        names.get(&id).map_or(Lent::Unnamed(id), |name| Lent::Named(name))
    }
}

impl Serialize for Lent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Lent::Named(name) => name.shown().serialize(serializer),
            Lent::Unnamed(id) => Name::unknown(*id).shown().serialize(serializer),
        }
    }
}

/// A reference to a record, as answers show it.
#[derive(ToSchema)]
#[schema(as = Reference)]
#[expect(dead_code, reason = "the shape of a reference, for the API's document")]
struct Shape {
    /// The record.
    id: Uuid,
    /// What it is called.
    name: String,
    /// The login, for people.
    #[schema(nullable = false)]
    login: Option<String>,
    /// The number, for tickets.
    #[schema(nullable = false)]
    number: Option<String>,
}

impl PartialSchema for Reference {
    fn schema() -> RefOr<Schema> {
        Shape::schema()
    }
}

impl ToSchema for Reference {
    fn name() -> Cow<'static, str> {
        Shape::name()
    }
}

/// A person.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Person)]
pub struct PersonView {
    /// The record.
    pub id: Uuid,
    /// Sign-in name.
    pub login: String,
    /// Name.
    pub name: String,
    /// E-mail address.
    #[schema(required)]
    pub email: Option<String>,
    /// Phone number.
    #[schema(required)]
    pub phone: Option<String>,
    /// The organisation the person belongs to.
    pub organisation: Reference,
    /// Teams the person is a member of, by name.
    pub teams: Vec<Reference>,
    /// Roles held for any organisation, directly or through teams.
    pub roles: Vec<Role>,
    /// Where the person usually is.
    #[schema(required)]
    pub location: Option<Reference>,
    /// Disabled persons cannot sign in.
    pub active: bool,
    /// To be treated with care.
    pub vip: bool,
    /// Own time zone.
    #[schema(required)]
    pub zone: Option<String>,
    /// Language tag.
    pub language: String,
    /// When the record was made.
    pub created_at: String,
    /// The record's version.
    pub version: i64,
}

/// What a person holds beside its row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Holdings {
    pub teams: Vec<Uuid>,
    pub roles: Vec<Role>,
}

impl PersonView {
    pub(crate) fn of(person: Person, held: &Holdings, names: &Names) -> PersonView {
        let mut teams: Vec<Reference> =
            held.teams.iter().map(|t| Reference::of(*t, names)).collect();
        teams.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        let mut roles = held.roles.clone();
        roles.sort_unstable();
        roles.dedup();
        PersonView {
            id: person.id,
            login: person.login,
            name: person.name,
            email: person.email,
            phone: person.phone,
            organisation: Reference::of(person.organisation, names),
            teams,
            roles,
            location: person.location.map(|l| Reference::of(l, names)),
            active: person.active,
            vip: person.vip,
            zone: person.zone,
            language: person.language,
            created_at: wire(person.created_at),
            version: person.version,
        }
    }
}

/// A team.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Team)]
pub struct TeamView {
    /// The record.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// The organisation it belongs to.
    pub organisation: Reference,
    /// Its members by name; absent for who may read only its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub members: Option<Vec<Reference>>,
    /// Where it is written to.
    #[schema(required)]
    pub email: Option<String>,
    /// The record's version.
    pub version: i64,
}

impl TeamView {
    pub(crate) fn of(team: Team, members: Option<&[Uuid]>, names: &Names) -> TeamView {
        let email = members.and(team.email);
        TeamView {
            id: team.id,
            name: team.name,
            organisation: Reference::of(team.organisation, names),
            members: members.map(|m| m.iter().map(|p| Reference::of(*p, names)).collect()),
            email,
            version: team.version,
        }
    }
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Organisation)]
pub struct OrganisationView {
    /// The record.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Time zone of people who have none of their own.
    #[schema(required)]
    pub zone: Option<String>,
    /// The record's version.
    pub version: i64,
}

impl From<Organisation> for OrganisationView {
    fn from(o: Organisation) -> OrganisationView {
        OrganisationView { id: o.id, name: o.name, zone: o.zone, version: o.version }
    }
}

/// A service, service offering, configuration item or location.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Item)]
pub struct ItemView {
    /// The record.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// What it is among its kind.
    pub class: String,
    /// Where in its life it is.
    pub life_cycle_status: String,
    /// Who answers for it.
    #[schema(required)]
    pub owner: Option<Reference>,
    /// The organisation it belongs to.
    pub organisation: Reference,
    /// The record's version.
    pub version: i64,
}

impl ItemView {
    pub(crate) fn of(item: Item, names: &Names) -> ItemView {
        ItemView {
            id: item.id,
            name: item.name,
            class: item.class,
            life_cycle_status: item.life_cycle_status,
            owner: item.owner.map(|o| Reference::of(o, names)),
            organisation: Reference::of(item.organisation, names),
            version: item.version,
        }
    }
}

/// Who holds a grant.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Holder {
    /// The person or team.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// The login, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub login: Option<String>,
    /// `person` or `team`.
    pub kind: String,
}

/// A grant.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Grant)]
pub struct GrantView {
    /// Its id.
    pub id: Uuid,
    /// Who holds it.
    pub holder: Holder,
    /// The role.
    pub role: Role,
    /// `organisation`, or `all`.
    pub scope: String,
    /// For which organisation; null for all of them.
    #[schema(required)]
    pub organisation: Option<Reference>,
    /// When it was given.
    pub created_at: String,
    /// Goes as `If-Match` when it is taken away; always 1, since a grant never changes.
    pub version: i64,
}

impl GrantView {
    /// The grant, with its references named.
    pub fn of<S: BuildHasher>(grant: GrantRow, names: &HashMap<Uuid, Arc<Name>, S>) -> GrantView {
        let holder = Reference::of(grant.holder, names);
        GrantView {
            id: grant.id,
            holder: Holder {
                id: holder.id,
                name: holder.name.clone(),
                login: holder.login.clone(),
                kind: grant.holder_kind,
            },
            role: grant.role,
            scope: if grant.organisation.is_some() { "organisation" } else { "all" }.into(),
            organisation: grant.organisation.map(|o| Reference::of(o, names)),
            created_at: wire(grant.created_at),
            version: UNCHANGING,
        }
    }
}

/// A session of one's own.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionView {
    /// Its id.
    pub id: Uuid,
    /// When it was started.
    pub created_at: String,
    /// When it was last used, to the minute.
    pub last_used_at: String,
    /// When it ends.
    pub expires_at: String,
    /// From where.
    #[schema(required)]
    pub address: Option<String>,
    /// With which browser.
    #[schema(required)]
    pub user_agent: Option<String>,
    /// Whether it is the one that asks.
    pub current: bool,
    /// Goes as `If-Match` when it is ended; always 1, since a session never changes.
    pub version: i64,
}

impl SessionView {
    /// The session; `current` is the id of the one that asks.
    pub fn of(session: Session, current: Option<Uuid>) -> SessionView {
        SessionView {
            current: current == Some(session.id),
            id: session.id,
            created_at: wire(session.created_at),
            last_used_at: wire(session.last_used_at),
            expires_at: wire(session.expires_at),
            address: session.address,
            user_agent: session.user_agent,
            version: UNCHANGING,
        }
    }
}

/// A token of one's own.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Token)]
pub struct TokenView {
    /// Its id.
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// `read`, `write`.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: String,
    /// When it ends; null is never.
    #[schema(required)]
    pub expires_at: Option<String>,
    /// When it was last used, to the minute.
    #[schema(required)]
    pub last_used_at: Option<String>,
    /// Goes as `If-Match` when it is revoked; always 1, since a token never changes.
    pub version: i64,
    /// The token itself, only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub token: Option<String>,
}

impl TokenView {
    /// The token; `text` only right after it was made.
    pub fn of(token: Token, text: Option<String>) -> TokenView {
        let at = |at: Option<Timestamp>| at.map(wire);
        TokenView {
            id: token.id,
            name: token.name,
            scopes: token.scopes,
            created_at: wire(token.created_at),
            expires_at: at(token.expires_at),
            last_used_at: at(token.last_used_at),
            version: UNCHANGING,
            token: text,
        }
    }
}
