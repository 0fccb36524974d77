//! What is kept in memory of people is never older than the transaction: every
//! change counts at once, whoever made it, and one that is rolled back leaves
//! nothing behind.

mod common;

use common::{World, later};
use steward_base::{Error, Result, Uuid};
use steward_database::{Db, Row, Value};
use steward_people::access::{self, actor_by_session, actor_by_token, actor_of};
use steward_people::auth::Secret;
use steward_people::passwords::candidate;
use steward_people::sessions::{self, NewSession};
use steward_people::tokens::{self, NewToken};
use steward_people::{Actor, Grant, Name, Role, disable, enable, grants, names, teams};
use steward_schema::testing::on_both;
use steward_schema::{Kind, MIGRATIONS, tables};

/// Ann with a token, a session, a grant and a team.
struct Ann {
    id: Uuid,
    team: Uuid,
    token: [u8; 32],
    session: [u8; 32],
}

fn ann(world: &World) -> Ann {
    let id = world.here("ann", &[Role::Agent]);
    let (token, session) =
        (Secret::token(&world.entropy).hash, Secret::session(&world.entropy).hash);
    let admin = world.by("admin");
    let found = world.read(|tx| candidate(tx, "ann")).expect("may sign in");
    let call = world.call(found.actor);
    let new = NewSession {
        hash: session,
        verified: found.password_hash,
        expires_at: later(3600),
        address: None,
        user_agent: None,
    };
    let team = world
        .write(move |tx| {
            let scopes = vec![];
            let new_token =
                NewToken { person: id, name: "t".into(), scopes, expires_at: None, hash: token };
            tokens::create(tx, &call, &new_token)?;
            sessions::create(tx, &call, &new)?;
            let team = teams::create(tx, &admin, "Network", None, None)?.id;
            teams::add_member(tx, &admin, team, id, None)?;
            Ok(team)
        })
        .expect("signed in");
    Ann { id, team, token, session }
}

/// What a process knows of Ann: by token, by session, by id, by name.
type Known = (Option<Actor>, Option<Actor>, Option<Actor>, Option<Name>);

fn known(db: &Db, ann: &Ann) -> Known {
    let (id, token, session) = (ann.id, ann.token, ann.session);
    let look = move |tx: &mut steward_database::Tx| {
        let by_token = actor_by_token(tx, &token, later(0))?.map(|a| Actor::clone(&a.actor));
        let by_session = actor_by_session(tx, &session, later(0))?.map(|a| Actor::clone(&a.actor));
        let name = names(tx, &[id])?.remove(&id).map(|name| Name::clone(&name));
        Ok((by_token, by_session, actor_of(tx, id)?, name))
    };
    db.read_blocking(look).expect("read")
}

/// What is known of Ann's token without any statement, after one statement.
fn unchanged(db: &Db, ann: &Ann) -> Option<Option<Actor>> {
    let (token, stamp) = (ann.token, db.stamp());
    let look = move |tx: &mut steward_database::Tx| {
        access::remembered(tx, stamp, access::Kind::Token, &token, later(0))
    };
    let remembered = db.read_blocking(look).expect("read");
    let known = access::unchanged(db, access::Kind::Token, &ann.token, later(0));
    let name = |access: access::Access| Actor::clone(&access.actor);
    db.stamp().map(|_| {
        assert_eq!(known.is_some(), remembered.is_some());
        known.map(name)
    })
}

/// What somebody knows who remembers nothing.
fn fresh(world: &World, ann: &Ann) -> Known {
    known(&Db::open(&world.test.options).expect("opens"), ann)
}

#[test]
fn every_change_counts_at_once_also_one_of_another_process() {
    on_both(|db| {
        let world = World::new(db);
        let ann = ann(&world);
        let other = Db::open(&world.test.options).expect("a second process");
        let admin = world.by("admin");
        let (id, team, token) = (ann.id, ann.team, ann.token);
        type Change = Box<dyn Fn(&mut steward_database::Tx) -> Result<()> + Send>;
        let by = || admin.clone();
        let (a, b, c, d, e, f) = (by(), by(), by(), by(), by(), by());
        let changes: Vec<(&str, Change)> = vec![
            (
                "a grant more",
                Box::new(move |tx| grants::create(tx, &a, id, Role::Auditor, None).map(drop)),
            ),
            (
                "a grant less",
                Box::new(move |tx| {
                    let held = grants::held_by(tx, id)?;
                    let auditor =
                        held.iter().find(|g| g.role == Role::Auditor).expect("given before");
                    grants::delete(tx, &b, auditor.id)
                }),
            ),
            (
                "the team's grant",
                Box::new(move |tx| {
                    grants::create(tx, &c, team, Role::IncidentManager, None).map(drop)
                }),
            ),
            (
                "no member any more",
                Box::new(move |tx| teams::remove_member(tx, &d, team, id, None).map(drop)),
            ),
            (
                "the token revoked",
                Box::new({
                    let admin = by();
                    move |tx| {
                        let all = tokens::of_person(tx, id)?;
                        all.iter().try_for_each(|token| tokens::revoke(tx, &admin, token.id))
                    }
                }),
            ),
            ("disabled", Box::new(move |tx| disable(tx, &e, id, None).map(drop))),
            ("enabled", Box::new(move |tx| enable(tx, &f, id, None).map(drop))),
        ];
        let before = known(world.db(), &ann);
        assert!(before.0.as_ref().is_some_and(|a| a.teams == [team]), "{before:?}");
        assert_eq!(known(&other, &ann), before);
        for (what, change) in changes {
            let was = known(world.db(), &ann);
            // SQLite alone tells without a statement that nothing was committed.
            let told = unchanged(world.db(), &ann);
            assert_eq!(told, world.db().stamp().map(|_| was.0.clone()), "{what}");
            other.write_blocking(change).unwrap_or_else(|e| panic!("{what}: {e}"));
            let token = access::Kind::Token;
            let stale = access::unchanged(world.db(), token, &ann.token, later(0));
            assert!(stale.is_none(), "{what}");
            let now = known(world.db(), &ann);
            assert_ne!(now, was, "{what}");
            assert_eq!(now, known(&other, &ann), "{what}");
            assert_eq!(now, fresh(&world, &ann), "{what}");
        }
        assert_eq!(known(world.db(), &ann).0, None);
        let gone = world.read(move |tx| actor_by_token(tx, &token, later(0)));
        assert!(gone.is_none());
    });
}

#[test]
fn what_was_rolled_back_is_not_remembered() {
    on_both(|db| {
        let world = World::new(db);
        let ann = ann(&world);
        let before = known(world.db(), &ann);
        let (id, token, admin) = (ann.id, ann.token, world.by("admin"));
        for _ in 0..2 {
            let admin = admin.clone();
            let refused = world.write(move |tx| -> Result<()> {
                grants::create(tx, &admin, id, Role::Administrator, None)?;
                // Read while it stands, so that it is kept in memory.
                let actor = actor_by_token(tx, &token, later(0))?.expect("known").actor;
                let all = Grant { role: Role::Administrator, organisation: None };
                assert!(actor.grants.contains(&all));
                Err(Error::Refused("not after all".into()))
            });
            assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
            assert_eq!(known(world.db(), &ann), before);
        }
    });
}

fn value(row: &Row, kind: Kind) -> Result<Value> {
    Ok(match kind {
        Kind::Id => row.opt::<Uuid>(0)?.into(),
        Kind::Bool => row.opt::<bool>(0)?.into(),
        Kind::Bytes => row.opt::<Vec<u8>>(0)?.into(),
        Kind::Text => row.opt::<String>(0)?.into(),
        _ => row.opt::<i64>(0)?.into(),
    })
}

fn another(kind: Kind) -> Value {
    match kind {
        Kind::Id => Uuid::from_u128(77).into(),
        Kind::Bool => false.into(),
        Kind::Bytes => vec![7_u8; 32].into(),
        Kind::Text => "other".into(),
        _ => 5_i64.into(),
    }
}

/// Changes every column of every table that stands behind a person, one after
/// the other, and back: a column that a trigger forgets fails here.
#[test]
fn no_column_behind_it_is_forgotten() {
    on_both(|db| {
        let world = World::new(db);
        let ann = ann(&world);
        let organisation = known(world.db(), &ann).0.expect("known").organisation;
        let mut differed = 0;
        for (table, by, of) in [
            ("person", "id", ann.id),
            ("record", "id", ann.id),
            ("organisation", "id", organisation),
            ("team_member", "person", ann.id),
            ("grant_row", "holder", ann.id),
            ("session", "person", ann.id),
            ("token", "person", ann.id),
        ] {
            let all = tables(MIGRATIONS);
            let columns = &all.iter().find(|t| t.name == table).expect("a table").columns;
            for column in columns.iter().filter(|c| c.kind != Kind::Serial) {
                let (name, kind) = (column.name.clone(), column.kind);
                let before = known(world.db(), &ann);
                let sql = format!("select {name} from {table} where {by} = $1");
                let was = world.read(move |tx| tx.one(&sql, &[of.into()], |r| value(r, kind)));
                let set = |to: Value, at: Uuid| {
                    let sql = format!("update {table} set {name} = $1 where {by} = $2");
                    world.write(move |tx| tx.run(&sql, &[to.clone(), at.into()])).expect("changed")
                };
                assert_eq!(set(another(kind), of), 1, "{table}.{name}");
                let now = known(world.db(), &ann);
                assert_eq!(now, fresh(&world, &ann), "{table}.{name}");
                differed += usize::from(now != before);
                let at = if name == by { Uuid::from_u128(77) } else { of };
                assert_eq!(set(was, at), 1, "{table}.{name} back");
                assert_eq!(known(world.db(), &ann), before, "{table}.{name} back");
            }
        }
        assert!(differed >= 20, "only {differed} columns made a difference");
    });
}
