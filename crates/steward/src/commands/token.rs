//! `steward token create`.

use steward_people::auth::Secret;
use steward_people::persons;
use steward_people::tokens::{self, NewToken};

use crate::config::Config;
use crate::open::{Migrate, open, own_actor};
use crate::print::put;
use crate::{Failure, system};

/// Makes a token for a person and prints it alone.
pub(crate) fn create(config: &Config, person: &str, name: &str) -> Result<(), Failure> {
    let entropy = system::entropy();
    let db = open(config, Migrate::OnlyEmpty, &entropy)?;
    let call = system::call(own_actor(&db)?, &entropy);
    let secret = Secret::token(&entropy);
    let login = person.to_owned();
    let found = db.read_blocking(move |tx| persons::by_login(tx, &login));
    let found = found.map_err(|_| Failure::Failed(format!("there is no person {person}")))?;
    let new = NewToken {
        person: found.id,
        name: name.to_owned(),
        scopes: Vec::new(),
        expires_at: None,
        hash: secret.hash,
    };
    db.write_blocking(move |tx| tokens::create(tx, &call, &new).map(drop))?;
    put(format!("{}\n", secret.text).as_bytes()).map_err(|error| {
        Failure::Failed(format!(
            "the token was made and could not be printed ({error}); nobody has it, and it can be \
             revoked: {name}, a token of {person}"
        ))
    })
}
