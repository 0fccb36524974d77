//! Signing in: passwords, sessions, tokens, and what ends them.

mod common;

use std::sync::Arc;

use common::{World, later, now};
use steward_base::{Error, Result};
use steward_people::access::{self, Access, Credential, actor_by_session, actor_by_token};
use steward_people::auth::Secret;
use steward_people::passwords::{self, candidate};
use steward_people::sessions::{self, NewSession};
use steward_people::tokens::{self, NewToken};
use steward_people::{Grant, Role, SYSTEM, disable, enable, grants, persons, teams};
use steward_schema::testing::on_both;

fn sign_in(world: &World, login: &'static str) -> (Secret, sessions::Session) {
    let secret = Secret::session(&world.entropy);
    let found = world.read(move |tx| candidate(tx, login)).expect("may sign in");
    let call = world.call(found.actor);
    let new = NewSession {
        hash: secret.hash,
        verified: found.password_hash,
        expires_at: later(3600),
        address: Some("192.0.2.1".into()),
        user_agent: Some("A browser".into()),
    };
    let session = world.write(move |tx| sessions::create(tx, &call, &new)).expect("a session");
    (secret, session)
}

fn make_token(world: &World, login: &str, scopes: &[&str]) -> Result<(Secret, tokens::Token)> {
    let secret = Secret::token(&world.entropy);
    let call = world.by(login);
    let new = NewToken {
        person: call.actor.id,
        name: "a script".into(),
        scopes: scopes.iter().map(|s| (*s).to_owned()).collect(),
        expires_at: None,
        hash: secret.hash,
    };
    let token = world.write(move |tx| tokens::create(tx, &call, &new))?;
    Ok((secret, token))
}

fn by_session(world: &World, secret: &Secret, at: i64) -> Option<Access> {
    let hash = secret.hash;
    world.read(move |tx| actor_by_session(tx, &hash, later(at)))
}

fn by_token(world: &World, secret: &Secret, at: i64) -> Option<Access> {
    let hash = secret.hash;
    world.read(move |tx| actor_by_token(tx, &hash, later(at)))
}

#[test]
fn sessions_begin_and_end() {
    on_both(|db| {
        let world = World::new(db);
        let ann = world.here("ann", &[Role::Agent]);
        for login in ["nobody", "system", "ANN "] {
            assert_eq!(world.read(move |tx| candidate(tx, login)), None, "{login}");
        }
        let (secret, session) = sign_in(&world, "ANN");
        let access = by_session(&world, &secret, 0).expect("signed in");
        assert_eq!(*access.actor, world.actor("ann"));
        assert_eq!(access.credential, Credential::Session(session.id));
        assert!(by_session(&world, &Secret::session(&world.entropy), 0).is_none());
        assert!(by_session(&world, &secret, 3599).is_some());
        assert!(by_session(&world, &secret, 3600).is_none(), "over");

        assert!(!access.takes_touch(later(59)));
        assert!(access.takes_touch(later(60)), "once a minute");
        assert!(!access.takes_touch(later(60)), "and once for all who have it from memory");
        let credential = access.credential;
        world.write(move |tx| access::touch(tx, credential, later(60))).expect("noted");
        let again = by_session(&world, &secret, 61).expect("signed in");
        assert!(!again.takes_touch(later(119)) && again.takes_touch(later(120)));
        let noted = world.read(move |tx| sessions::of_person(tx, ann, later(60)))[0].last_used_at;
        assert_eq!(noted, later(60));

        let other = world.here("bob", &[]);
        let call = world.by("bob");
        assert_eq!(
            world.write(move |tx| sessions::end(tx, &call, session.id)),
            Err(Error::NotFound)
        );
        let call = world.by("ann");
        world.write(move |tx| sessions::end(tx, &call, session.id)).expect("ended");
        assert!(by_session(&world, &secret, 0).is_none());
        assert_eq!(world.facts(ann), ["person.created", "person.signed_in", "person.signed_out"]);
        assert_eq!(world.facts(other), ["person.created"]);
        assert_eq!(
            world.read(move |tx| persons::load(tx, ann)).version,
            1,
            "signing in is no edit"
        );
        world.verifies();
    });
}

#[test]
fn a_sign_in_counts_only_with_the_password_that_was_verified() {
    on_both(|db| {
        let world = World::new(db);
        let ann = world.here("ann", &[]);
        let found = world.read(|tx| candidate(tx, "ann")).expect("may sign in");
        let admin = world.by("admin");
        world.write(move |tx| passwords::set(tx, &admin, ann, "another hash")).expect("set");
        let call = world.call(found.actor);
        let new = NewSession {
            hash: [1; 32],
            verified: found.password_hash,
            expires_at: later(3600),
            address: None,
            user_agent: None,
        };
        let refused = world.write(move |tx| sessions::create(tx, &call, &new));
        assert_eq!(refused, Err(Error::Unauthenticated));
    });
}

#[test]
fn tokens_have_scopes_and_ends() {
    on_both(|db| {
        let world = World::new(db);
        let ann = world.here("ann", &[Role::Agent]);
        let (full, token) = make_token(&world, "ann", &[]).expect("a token");
        assert_eq!(token.scopes, ["read", "write"]);
        assert!(!by_token(&world, &full, 0).expect("known").actor.read_only);
        let (reading, _) = make_token(&world, "ann", &["read"]).expect("a token");
        let access = by_token(&world, &reading, 0).expect("known");
        assert!(access.actor.read_only);
        for scopes in [vec!["write"], vec!["admin"]] {
            assert!(matches!(make_token(&world, "ann", &scopes), Err(Error::Invalid(_))));
        }
        // A token that may only read makes no other.
        let call = world.call(access.actor.as_ref().clone());
        let new = NewToken {
            person: ann,
            name: "more".into(),
            scopes: vec![],
            expires_at: None,
            hash: [2; 32],
        };
        let refused = world.write(move |tx| tokens::create(tx, &call, &new));
        assert!(matches!(refused, Err(Error::Forbidden(_))));
        // Nor does somebody else for her, but who may take her account in hand.
        world.here("bob", &[Role::IncidentManager]);
        for (login, refused) in [("bob", true), ("admin", false)] {
            let call = world.by(login);
            let new = NewToken {
                person: ann,
                name: "for ann".into(),
                scopes: vec![],
                expires_at: Some(later(60)),
                hash: [3; 32],
            };
            let made = world.write(move |tx| tokens::create(tx, &call, &new));
            assert_eq!(made.is_err(), refused, "{login}");
        }
        let hash = [3; 32];
        assert!(world.read(move |tx| actor_by_token(tx, &hash, later(59))).is_some());
        assert!(world.read(move |tx| actor_by_token(tx, &hash, later(60))).is_none(), "expired");
        let call = world.by("ann");
        world.write(move |tx| tokens::revoke(tx, &call, token.id)).expect("revoked");
        assert!(by_token(&world, &full, 0).is_none());
        assert_eq!(world.read(move |tx| tokens::of_person(tx, ann)).len(), 2);
        world.verifies();
    });
}

#[test]
fn passwords_are_changed_and_reset() {
    on_both(|db| {
        let world = World::new(db);
        let ann = world.here("ann", &[]);
        let (one, kept) = sign_in(&world, "ann");
        let (two, _) = sign_in(&world, "ann");
        let call = world.by("ann");
        let wrong = world.write({
            let call = call.clone();
            move |tx| passwords::change_own(tx, &call, "wrong", "new hash", None)
        });
        assert!(matches!(wrong, Err(Error::Invalid(_))));
        world
            .write(move |tx| {
                passwords::change_own(tx, &call, "hash of ann", "new hash", Some(kept.id))
            })
            .expect("changed");
        assert!(by_session(&world, &one, 0).is_some(), "the session that changed it stays");
        assert!(by_session(&world, &two, 0).is_none(), "the others end");

        let admin = world.by("admin");
        let reset = Secret::session(&world.entropy);
        let hash = reset.hash;
        world
            .write(move |tx| passwords::issue_reset(tx, &admin, ann, &hash, later(100)))
            .expect("issued");
        assert_eq!(world.read(move |tx| passwords::reset_candidate(tx, &hash, later(100))), None);
        let actor = world
            .read(move |tx| passwords::reset_candidate(tx, &hash, now()))
            .expect("may choose a password");
        let call = world.call(actor);
        let use_it = || {
            let call = call.clone();
            world.write(move |tx| passwords::use_reset(tx, &call, &hash, "third hash"))
        };
        use_it().expect("reset");
        assert!(matches!(use_it(), Err(Error::Invalid(_))), "once");
        assert!(by_session(&world, &one, 0).is_none());
        let found = world.read(|tx| candidate(tx, "ann")).expect("may sign in");
        assert_eq!(found.password_hash, "third hash");
        world.verifies();
    });
}

#[test]
fn disabling_ends_sessions_and_tokens_at_once() {
    on_both(|db| {
        let world = World::new(db);
        let ann = world.here("ann", &[Role::Agent]);
        let (session, _) = sign_in(&world, "ann");
        let (token, _) = make_token(&world, "ann", &[]).expect("a token");
        let call = world.by("admin");
        let person = world.write(move |tx| disable(tx, &call, ann, Some(1))).expect("disabled");
        assert!(!person.active);
        assert!(by_session(&world, &session, 0).is_none());
        assert!(by_token(&world, &token, 0).is_none());
        assert_eq!(world.read(|tx| candidate(tx, "ann")), None);
        assert_eq!(world.read(move |tx| access::actor_of(tx, ann)), None);
        let call = world.by("admin");
        let person = world.write(move |tx| enable(tx, &call, ann, None)).expect("enabled");
        assert!(person.active);
        assert!(by_session(&world, &session, 0).is_none(), "ended is ended");
        assert!(by_token(&world, &token, 0).is_none());
        assert_eq!(world.actor("ann").grants.len(), 1, "roles stay");
        world.verifies();
    });
}

#[test]
fn a_changed_grant_counts_from_the_next_request() {
    on_both(|db| {
        let world = World::new(db);
        let ann = world.here("ann", &[]);
        let (token, _) = make_token(&world, "ann", &[]).expect("a token");
        let north = world.north;
        let call = world.by("admin");
        let grant = world
            .write(move |tx| grants::create(tx, &call, ann, Role::Agent, Some(north)))
            .expect("granted");
        let held = by_token(&world, &token, 0).expect("known").actor.grants.clone();
        assert_eq!(held, [Grant { role: Role::Agent, organisation: Some(north) }]);
        let call = world.by("admin");
        let team = world
            .write(move |tx| {
                let team = teams::create(tx, &call, "Desk", None, None)?;
                grants::create(tx, &call, team.id, Role::Auditor, None)?;
                teams::add_member(tx, &call, team.id, ann, None)?;
                Ok(team.id)
            })
            .expect("a team");
        let actor = by_token(&world, &token, 0).expect("known").actor;
        assert_eq!(actor.teams, [team]);
        assert!(actor.holds(Role::Auditor, world.south) && actor.holds(Role::Agent, north));
        let call = world.by("admin");
        world
            .write(move |tx| {
                grants::delete(tx, &call, grant.id)?;
                teams::remove_member(tx, &call, team, ann, None)
            })
            .expect("taken away");
        let actor = by_token(&world, &token, 0).expect("known").actor;
        assert!(actor.grants.is_empty() && actor.teams.is_empty());
        world.verifies();
    });
}

#[test]
fn nobody_gives_more_than_they_hold() {
    on_both(|db| {
        let world = World::new(db);
        world.here("manager", &[Role::IncidentManager]);
        let ann = world.here("ann", &[Role::Agent]);
        let north = world.north;
        world.person("north.admin", north, &[]);
        let boss = world.person("boss", north, &[]);
        let admin = world.by("admin");
        let (desk, kings) = world
            .write(move |tx| {
                grants::create(tx, &admin, boss, Role::Administrator, None)?;
                let desk = teams::create(tx, &admin, "Desk", None, None)?.id;
                grants::create(tx, &admin, desk, Role::Agent, Some(admin.actor.organisation))?;
                let kings = teams::create(tx, &admin, "Kings", None, None)?.id;
                grants::create(tx, &admin, kings, Role::Administrator, None)?;
                Ok((desk, kings))
            })
            .expect("teams");
        let manager = world.by("manager");
        let add = |team, call: steward_people::Call| {
            world.write(move |tx| teams::add_member(tx, &call, team, ann, None))
        };
        assert_eq!(add(desk, manager.clone()), Ok(()), "a manager holds what an agent holds");
        assert!(matches!(add(kings, manager.clone()), Err(Error::Forbidden(_))));
        // Nobody is made one any more; a grant of earlier reaches no further than it says.
        let mut local = world.by("north.admin");
        Arc::make_mut(&mut local.actor).grants =
            vec![Grant { role: Role::Administrator, organisation: Some(north) }];
        for (organisation, fits) in [(Some(north), true), (Some(world.south), false), (None, false)]
        {
            let local = local.clone();
            let given =
                world.write(move |tx| grants::create(tx, &local, boss, Role::Agent, organisation));
            assert_eq!(given.is_ok(), fits, "{organisation:?}");
        }
        // Who gets hold of an account gets its rights.
        let reset = world.write({
            let local = local.clone();
            move |tx| passwords::issue_reset(tx, &local, boss, &[1; 32], later(9))
        });
        assert!(matches!(reset, Err(Error::Forbidden(_))));
        let off = world.write(move |tx| disable(tx, &local, boss, None));
        assert!(matches!(off, Err(Error::Forbidden(_))));
        world.verifies();
    });
}

#[test]
fn an_administrator_is_one_of_every_organisation() {
    on_both(|db| {
        let world = World::new(db);
        let north = world.north;
        let boss = world.person("boss", north, &[Role::Administrator, Role::Agent]);
        let held = world.read(move |tx| grants::held_by(tx, boss));
        let of = |role| held.iter().find(|g| g.role == role).expect("held").organisation;
        assert_eq!((of(Role::Administrator), of(Role::Agent)), (None, Some(north)));
        let ann = world.here("ann", &[]);
        let admin = world.by("admin");
        let refused = world
            .write(move |tx| grants::create(tx, &admin, ann, Role::Administrator, Some(north)));
        let Err(Error::Invalid(errors)) = refused else { panic!("{refused:?}") };
        assert_eq!((&*errors[0].field, &*errors[0].rule), ("organisation", "everywhere"));
        // Whoever may give roles in one organisation alone makes nobody administrator.
        let mut local = world.by("boss");
        Arc::make_mut(&mut local.actor).grants =
            vec![Grant { role: Role::Administrator, organisation: Some(north) }];
        for role in [Role::Administrator, Role::Agent] {
            let new = persons::NewPerson {
                login: "next".into(),
                name: "Next".into(),
                organisation: Some(north),
                roles: vec![role],
                ..Default::default()
            };
            let local = local.clone();
            let made = world.write(move |tx| persons::create(tx, &local, &new));
            assert_eq!(made.is_ok(), role == Role::Agent, "{made:?}");
        }
        world.verifies();
    });
}

#[test]
fn an_administrator_is_always_left() {
    on_both(|db| {
        let world = World::new(db);
        let admin = world.by("admin");
        let id = admin.actor.id;
        let held = world.read(move |tx| grants::held_by(tx, id));
        let grant = held[0].id;
        let taken = world.write({
            let admin = admin.clone();
            move |tx| grants::delete(tx, &admin, grant)
        });
        assert!(matches!(taken, Err(Error::Refused(_))), "{taken:?}");
        let system = world.call(steward_people::system_actor());
        let off = world.write(move |tx| disable(tx, &system, id, None));
        assert!(matches!(off, Err(Error::Refused(_))), "{off:?}");
        let off = world.write(move |tx| disable(tx, &admin, SYSTEM, None));
        assert!(matches!(off, Err(Error::Refused(_))), "{off:?}");
        assert!(world.actor("admin").has_role(Role::Administrator));
    });
}

/// Two administrators who disable each other at the same moment: one stays.
#[test]
fn two_administrators_cannot_disable_each_other() {
    on_both(|db| {
        let world = World::new(db);
        world.here("second", &[]);
        let admin = world.by("admin");
        let (first, second) = (admin.actor.id, world.actor("second").id);
        world
            .write(move |tx| grants::create(tx, &admin, second, Role::Administrator, None))
            .expect("granted");
        for _ in 0..5 {
            let pairs = [(world.by("admin"), second), (world.by("second"), first)];
            let off: Vec<bool> = std::thread::scope(|scope| {
                let threads = pairs.map(|(call, other)| {
                    let db = world.db();
                    scope.spawn(move || {
                        db.write_blocking(move |tx| disable(tx, &call, other, None)).is_ok()
                    })
                });
                threads.into_iter().map(|t| t.join().expect("no panic")).collect()
            });
            assert_eq!(off.iter().filter(|ok| **ok).count(), 1, "{off:?}");
            let system = world.call(steward_people::system_actor());
            world
                .write(move |tx| {
                    enable(tx, &system, first, None)?;
                    enable(tx, &system, second, None)
                })
                .expect("both again");
        }
        world.verifies();
    });
}
