//! What it costs to know who calls: it stands before every request.

mod common;

use std::time::Instant;

use common::{World, later};
use steward_people::access::actor_by_token;
use steward_people::auth::Secret;
use steward_people::tokens::{self, NewToken};
use steward_people::{Role, grants, teams};

/// Well above what it takes in a test build (35 us where it was written), and
/// below what a table read from end to end would at any size.
#[test]
fn knowing_who_calls_is_quick() {
    let world = World::new(steward_schema::testing::sqlite());
    let ann = world.here("ann", &[Role::Agent]);
    let call = world.by("admin");
    let secret = Secret::token(&world.entropy);
    let new = NewToken {
        person: ann,
        name: "a script".into(),
        scopes: vec![],
        expires_at: None,
        hash: secret.hash,
    };
    world
        .write(move |tx| {
            tokens::create(tx, &call, &new)?;
            for n in 0..3 {
                let team = teams::create(tx, &call, &format!("Team {n}"), None, None)?.id;
                grants::create(tx, &call, team, Role::Auditor, None)?;
                teams::add_member(tx, &call, team, ann, None)?;
            }
            Ok(())
        })
        .expect("a token");
    let best = world.read(move |tx| {
        let mut best = u128::MAX;
        for _ in 0..2000 {
            let start = Instant::now();
            assert!(actor_by_token(tx, &secret.hash, later(0))?.is_some());
            best = best.min(start.elapsed().as_nanos());
        }
        Ok(best)
    });
    println!("{best} ns");
    assert!(best < 150_000, "{best} ns");
}
