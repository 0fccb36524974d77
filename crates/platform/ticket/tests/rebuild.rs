//! What is derived is made anew while others write, and ends equal.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use common::World;
use steward_base::Result;
use steward_database::{Engine, Row, Tx};
use steward_fields::Registries;
use steward_schema::testing::on_both;
use steward_ticket::journal::EntryKind;
use steward_ticket::{Effect, rebuild, save, store};

fn registries() -> Arc<Registries> {
    Arc::new(Registries::new(vec![("incident", common::shipped)]))
}

/// Every version of every ticket, in one text.
fn versions(world: &World) -> Vec<String> {
    world.read(|tx: &mut Tx| {
        tx.rows(
            "select ticket, seq, valid_from, valid_to, recorded_at, state, priority,
             assignment_group, custom from ticket_version order by ticket, seq",
            &[],
            |r: &Row| -> Result<String> {
                Ok(format!(
                    "{} {} {} {:?} {} {} {} {:?} {:?}",
                    r.get::<uuid::Uuid>(0)?,
                    r.get::<i64>(1)?,
                    r.get::<i64>(2)?,
                    r.opt::<i64>(3)?,
                    r.get::<i64>(4)?,
                    r.get::<String>(5)?,
                    r.get::<i64>(6)?,
                    r.opt::<uuid::Uuid>(7)?,
                    r.opt::<serde_json::Value>(8)?,
                ))
            },
        )
    })
}

/// A history for some tickets.
fn history(world: &World, tickets: usize) -> Vec<steward_ticket::Ticket> {
    let agent = world.by("agent", 10);
    let desk = world.desk;
    let make = |n: usize| {
        let ticket = world.ticket(&agent, move |t| {
            t.short_description = format!("needle{n} in a haystack");
            t.custom.insert("floor".into(), serde_json::json!(n));
        });
        world.change(&agent, &ticket, move |t| t.assignment_group = Some(desk));
        world.say(&agent, &ticket, EntryKind::WorkNote, "a note").expect("notes");
        world.change(&agent, &ticket, |t| t.state = "in_progress".into())
    };
    (0..tickets).map(make).collect()
}

#[test]
fn versions_and_text_are_made_anew_as_they_were() {
    on_both(|test| {
        let world = World::new(test);
        history(&world, 5);
        let before = versions(&world);
        assert_eq!(before.len(), 15);
        world
            .write(|tx| {
                tx.run("delete from ticket_version where seq > 1", &[])?;
                let column = if tx.engine() == Engine::Sqlite { "rowid" } else { "row_no" };
                tx.run(&format!("delete from text_public where {column} > 0"), &[])
            })
            .expect("is broken");
        assert_eq!(world.finds("agent", "haystack"), Vec::<String>::new());
        let mut told = 0;
        let count = rebuild::versions(world.db(), &registries(), &mut |n| told = n);
        assert_eq!((count, told), (Ok(5), 5));
        assert_eq!(rebuild::texts(world.db(), &registries(), &mut |_| {}), Ok(5));
        assert_eq!(versions(&world), before);
        assert_eq!(world.finds("agent", "haystack").len(), 5);
        assert_eq!(world.finds("agent", "needle3"), ["needle3 in a haystack"]);
        world.verifies();
    });
}

#[test]
fn others_write_while_it_is_made_anew() {
    on_both(|test| {
        let world = World::new(test);
        let tickets = history(&world, 8);
        let (done, writes) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let writer = {
            let (db, done, writes) = (world.db().clone(), done.clone(), writes.clone());
            let (registry, call) = (world.registry.clone(), world.by("agent", 100));
            std::thread::spawn(move || {
                for n in 0_u64.. {
                    if done.load(Ordering::Relaxed) && n > 20 {
                        return;
                    }
                    let id = tickets[usize::try_from(n).unwrap_or(0) % tickets.len()].head.id;
                    let (registry, mut call) = (registry.clone(), call.clone());
                    call.now = common::later(100 + i64::try_from(n).unwrap_or(0));
                    let written = db.write_blocking(move |tx| {
                        let before = store::by_id(tx, id)?;
                        let mut after = before.clone();
                        after.priority = 1 + u8::try_from(n % 4).unwrap_or(0);
                        after.short_description = format!("renamed{n}");
                        let fact = "incident.updated".into();
                        let effect = Effect { fact, ..Effect::default() };
                        save(tx, &call, &registry, &before, &mut after, effect).map(drop)
                    });
                    written.expect("nobody is refused for a rebuild");
                    writes.fetch_add(1, Ordering::Relaxed);
                }
            })
        };
        for _ in 0..6 {
            rebuild::versions(world.db(), &registries(), &mut |_| {}).expect("versions");
            rebuild::texts(world.db(), &registries(), &mut |_| {}).expect("texts");
        }
        done.store(true, Ordering::Relaxed);
        writer.join().expect("the writer ends");
        assert!(writes.load(Ordering::Relaxed) > 20);
        let kept = versions(&world);
        let names = world.finds("agent", "renamed*");
        rebuild::versions(world.db(), &registries(), &mut |_| {}).expect("versions");
        rebuild::texts(world.db(), &registries(), &mut |_| {}).expect("texts");
        assert_eq!(kept, versions(&world), "what was kept is what the facts say");
        assert_eq!((names.len(), &names), (8, &world.finds("agent", "renamed*")));
        assert_eq!(world.finds("agent", "needle*"), Vec::<String>::new());
        world.verifies();
    });
}
