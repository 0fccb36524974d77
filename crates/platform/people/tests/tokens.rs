//! Tokens of the command line, and of people who have left.

mod common;

use common::{World, now};
use steward_base::{Error, Result};
use steward_history::Door;
use steward_people::access::actor_by_token;
use steward_people::auth::Secret;
use steward_people::tokens::{self, NewToken, Token};
use steward_people::{Call, Role, disable, erase};
use steward_schema::testing::on_both;

fn make(world: &World, call: &Call, secret: &Secret, person: steward_base::Uuid) -> Result<Token> {
    let call = call.clone();
    let new = NewToken {
        person,
        name: "a script".into(),
        scopes: vec![],
        expires_at: None,
        hash: secret.hash,
    };
    world.write(move |tx| tokens::create(tx, &call, &new))
}

#[test]
fn a_token_of_the_command_line_reads_times_in_utc() {
    on_both(|db| {
        let world = World::new(db);
        let nora = world.person("nora", world.north, &[Role::Agent]);
        let zone_of = |door: Door| {
            let secret = Secret::token(&world.entropy);
            let mut call = world.by("admin");
            call.door = door;
            let token = make(&world, &call, &secret, nora).expect("a token");
            assert_eq!(token.scopes, ["read", "write"]);
            let hash = secret.hash;
            let access = world.read(move |tx| actor_by_token(tx, &hash, now())).expect("known");
            assert!(!access.actor.read_only);
            access.actor.zone.clone()
        };
        assert_eq!(zone_of(Door::Api), "Europe/Prague");
        assert_eq!(zone_of(Door::Cli), "UTC");
        for token in world.read(move |tx| tokens::of_person(tx, nora)) {
            assert_eq!(token.scopes, ["read", "write"], "the mark is shown to nobody");
        }
    });
}

#[test]
fn who_has_left_gets_no_token() {
    on_both(|db| {
        let world = World::new(db);
        let (ann, bob) = (world.here("ann", &[]), world.here("bob", &[]));
        let admin = world.by("admin");
        let call = admin.clone();
        world.write(move |tx| disable(tx, &call, ann, None)).expect("disabled");
        let call = admin.clone();
        world.write(move |tx| erase(tx, &call, bob, "asked for")).expect("erased");
        for (person, how) in [(ann, "is disabled"), (bob, "is erased")] {
            let refused = make(&world, &admin, &Secret::token(&world.entropy), person);
            let Err(Error::Refused(words)) = refused else { panic!("{refused:?}") };
            assert!(words.contains(how), "{words}");
        }
    });
}
