//! What every installation begins with: two organisations, the installation's
//! own actor, the first administrator. Made at first start and not by a
//! migration, since each begins with a fact.

use serde_json::json;
use steward_base::{Error, Result, Uuid};
use steward_database::Tx;
use steward_history::Change;

use super::persons::{NewPerson, PersonKind, create};
use super::{finish, grants, organisations};
use crate::actor::{Actor, Call, DEFAULT_ORGANISATION, EVERYONE, Grant, Role, SYSTEM};

/// The login of the first administrator.
const ADMIN: &str = "admin";

/// The installation's own actor as it is before the database knows it: for the
/// call of [`ensure_foundation`]. Afterwards read it with
/// [`super::access::actor_of`], since its grants can be changed like others'.
pub fn system_actor() -> Actor {
    Actor {
        id: SYSTEM,
        login: "system".into(),
        name: "Steward".into(),
        organisation: EVERYONE,
        teams: Vec::new(),
        grants: vec![Grant { role: Role::Administrator, organisation: None }],
        zone: "UTC".into(),
        read_only: false,
    }
}

/// Whether the foundation is still to be made, so that a password is hashed
/// only then.
pub fn needs_foundation(tx: &mut Tx) -> Result<bool> {
    let found =
        tx.opt("select id from organisation where id = $1", &[DEFAULT_ORGANISATION.into()], |r| {
            r.get::<Uuid>(0)
        })?;
    Ok(found.is_none())
}

/// Makes the foundation where it is missing; says whether it did. `call` is by
/// [`system_actor`]; `admin_password_hash` becomes the first administrator's
/// (without one the administrator has no password yet).
///
/// # Errors
/// `Internal` for a call of anybody else.
pub fn ensure_foundation(
    tx: &mut Tx,
    call: &Call,
    admin_password_hash: Option<&str>,
) -> Result<bool> {
    if call.actor.id != SYSTEM {
        return Err(Error::internal("the foundation is made by the installation's own actor"));
    }
    if !needs_foundation(tx)? {
        return Ok(false);
    }
    organisations::create(tx, call, Some(DEFAULT_ORGANISATION), "Default", None)
        .map_err(made_by_another)?;
    organisations::create(tx, call, Some(EVERYONE), "Everyone", None)?;
    let system = NewPerson {
        id: Some(SYSTEM),
        kind: PersonKind::Service,
        login: "system".into(),
        name: "Steward".into(),
        organisation: Some(EVERYONE),
        ..NewPerson::default()
    };
    create(tx, call, &system)?;
    grant_all(tx, call, SYSTEM)?;
    let admin = NewPerson {
        login: ADMIN.into(),
        name: "Administrator".into(),
        organisation: Some(DEFAULT_ORGANISATION),
        password_hash: admin_password_hash.map(Into::into),
        ..NewPerson::default()
    };
    let admin = create(tx, call, &admin)?.id;
    grant_all(tx, call, admin)?;
    Ok(true)
}

fn grant_all(tx: &mut Tx, call: &Call, person: Uuid) -> Result<()> {
    let mut head = steward_history::head(tx, person)?;
    let grant = grants::insert(tx, call, person, "person", Role::Administrator, None)?;
    let change = Change::plain("grant", json!(null), grant.as_json());
    finish(tx, call, &mut head, "person.granted", &[change]).map(drop)
}

/// Two nodes may start at once: who comes second begins again and finds it made.
fn made_by_another(failure: Error) -> Error {
    match failure {
        Error::Duplicate(_) => Error::Retry,
        other => other,
    }
}
