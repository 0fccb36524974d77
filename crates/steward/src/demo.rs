//! `serve --demo`: a real incident log to look at, and a few people to be.

use std::path::Path;

use steward_api::DemoSignIn;
use steward_base::{Entropy, Error, Result};
use steward_database::{Db, Tx};
use steward_history::{set_setting, setting};
use steward_import::{Show, Summary};
use steward_people::auth::{hash_password, verify_password};
use steward_people::passwords::{Candidate, candidate};
use steward_people::persons::{self, NewPerson};
use steward_people::{Call, DEFAULT_ORGANISATION, Role, resolve};
use steward_practice::Rooms;

use crate::commands::import::{Asked, read_log};
use crate::open::own_actor;
use crate::system;

/// The incident log of a real company (CC BY 4.0); `testdata` says whose.
static LOG: &[u8] = include_bytes!("../../../testdata/uci-incident-log/incident_event_log.csv.gz");
/// Where a database notes that the demonstration is in it.
const SETTING: &str = "demo";
/// The password of all demonstration sign-ins: shown to whoever opens the page.
const PASSWORD: &str = "steward-demo";
/// That of the first administrator, where the demonstration made the database.
pub(crate) const ADMIN_PASSWORD: &str = PASSWORD;
/// The group that works on most incidents of the log.
const GROUP: &str = "Group 70";

/// Login, name, role, what one sees.
const PEOPLE: [(&str, &str, Role, &str); 3] = [
    ("agent", "Alex Agent", Role::Agent, "Works on incidents, member of Group 70"),
    ("manager", "Mia Manager", Role::IncidentManager, "Answers for incident management"),
    ("requester", "Robin Requester", Role::Requester, "Reports incidents, sees only their own"),
];

/// Fills an empty database; one that holds other data is left alone. Gives the
/// sign-ins to show.
pub(crate) fn prepare(
    db: &Db,
    entropy: &Entropy,
    rooms: &Rooms,
    data: &Path,
) -> Result<Vec<DemoSignIn>> {
    match db.read_blocking(|tx| setting(tx, SETTING))?.as_deref() {
        Some("done") => return sign_ins(db),
        // Begun and stopped: the import goes on where it was.
        Some(_) => {}
        None if is_empty(db)? => {
            db.write_blocking(|tx| set_setting(tx, SETTING, "begun"))?;
        }
        None => {
            tracing::warn!("this database holds other data: the demonstration is left out");
            return Ok(Vec::new());
        }
    }
    tracing::info!("importing the demonstration's incident log: 141,712 updates");
    let summary = import(db, entropy, rooms, data)?;
    tracing::info!(incidents = summary.created, "imported");
    make_people(db, entropy)?;
    sign_ins(db)
}

fn is_empty(db: &Db) -> Result<bool> {
    db.read_blocking(|tx| match steward_ticket::store::by_number(tx, "INC0000001") {
        Ok(_) => Ok(false),
        Err(Error::NotFound) => Ok(true),
        Err(other) => Err(other),
    })
}

fn import(db: &Db, entropy: &Entropy, rooms: &Rooms, data: &Path) -> Result<Summary> {
    let file = data.join("demo-incident-log.csv.gz");
    let cannot = |error: std::io::Error| Error::DiskFull(format!("{}: {error}", file.display()));
    std::fs::write(&file, LOG).map_err(cannot)?;
    let asked =
        Asked { kind: "incident-log", file: &file, mapping: None, zone: None, dry_run: false };
    let report = data.join("demo-report.csv");
    let summary = read_log(db, entropy, rooms, &asked, &report, Show::Auto);
    std::fs::remove_file(&file).map_err(cannot)?;
    summary
}

fn make_people(db: &Db, entropy: &Entropy) -> Result<()> {
    let hash = hash_password(PASSWORD, entropy.salt())?;
    let call = system::call(own_actor(db)?, entropy);
    for (login, name, role, _) in PEOPLE {
        let (call, hash) = (call.clone(), hash.clone());
        let made = db.write_blocking(move |tx| make_person(tx, &call, login, name, role, &hash));
        match made {
            // Somebody else has the address or the name.
            Err(Error::Invalid(_)) => tracing::warn!(login, "this sign-in is left out"),
            other => other?,
        }
    }
    db.write_blocking(|tx| set_setting(tx, SETTING, "done"))
}

fn make_person(
    tx: &mut Tx,
    call: &Call,
    login: &str,
    name: &str,
    role: Role,
    hash: &str,
) -> Result<()> {
    match persons::by_login(tx, login) {
        // Whoever has the login already keeps it.
        Ok(_) => return Ok(()),
        Err(Error::NotFound) => {}
        Err(other) => return Err(other),
    }
    let teams = match role {
        Role::Agent => resolve(tx, &call.actor, "team", "teams", GROUP).map(|g| vec![g.id])?,
        _ => Vec::new(),
    };
    let new = NewPerson {
        login: login.into(),
        name: name.into(),
        email: Some(format!("{login}@example.org")),
        organisation: Some(DEFAULT_ORGANISATION),
        teams,
        roles: vec![role],
        password_hash: Some(hash.into()),
        ..NewPerson::default()
    };
    persons::create(tx, call, &new).map(drop)
}

/// Those whose password really is that of the demonstration; the page looks
/// again each time whether it still is.
fn sign_ins(db: &Db) -> Result<Vec<DemoSignIn>> {
    let admin = "Administrator: people, permissions, fields";
    let admin = ("admin", "Administrator", Role::Administrator, admin);
    // A password that the operator chose is shown to nobody.
    let chosen = std::env::var("STEWARD_ADMIN_PASSWORD").is_ok_and(|text| !text.is_empty());
    let mut shown = Vec::new();
    for (login, _, _, note) in PEOPLE.into_iter().chain((!chosen).then_some(admin)) {
        let found = db.read_blocking(move |tx| candidate(tx, login))?;
        let fits = |c: &Candidate| verify_password(PASSWORD, Some(&c.password_hash));
        if let Some(person) = found.filter(fits) {
            shown.push(DemoSignIn {
                login: login.into(),
                password: PASSWORD.into(),
                name: person.actor.name,
                note: note.into(),
                hash: person.password_hash,
            });
        }
    }
    Ok(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Place;
    use crate::config::Config;
    use crate::open::{Migrate, open};

    #[test]
    fn a_password_is_shown_only_to_whom_it_lets_in() {
        let dir = tempfile::tempdir().expect("a directory");
        let place = Place { data: Some(dir.path().into()), database: None, config: None };
        let mut config = Config::read(place).unwrap_or_else(|_| panic!("options"));
        config.first_password = Some(ADMIN_PASSWORD);
        let entropy = system::entropy();
        let db = open(&config, Migrate::Yes, &entropy).expect("opens");
        let call = system::call(own_actor(&db).expect("an actor"), &entropy);
        // Whoever has a login already keeps name and password.
        let own = hash_password("a password of her own", entropy.salt()).expect("a hash");
        let agent = NewPerson {
            login: "Agent".into(),
            name: "Ann".into(),
            organisation: Some(DEFAULT_ORGANISATION),
            password_hash: Some(own),
            ..NewPerson::default()
        };
        db.write_blocking(move |tx| persons::create(tx, &call, &agent)).expect("a person");
        make_people(&db, &entropy).expect("goes on");
        let shown = sign_ins(&db).expect("reads");
        let logins: Vec<&str> = shown.iter().map(|one| one.login.as_str()).collect();
        assert_eq!(logins, ["manager", "requester", "admin"]);
    }
}
