//! The bell on both engines: who is told, who is not, and only once.

mod common;

use std::sync::Arc;

use common::World;
use steward_base::Timestamp;
use steward_history::{Door, Subscriber, prune};
use steward_notification::{
    Asked, Notifications, READ, Shown, count, list, mark_all_read, mark_read, newer, newest,
};
use steward_people::grants;
use steward_schema::testing::on_both;
use steward_ticket::journal::EntryKind;

fn bell(world: &World) -> Arc<dyn Subscriber> {
    Arc::new(Notifications::new(world.entropy.clone()))
}

fn shown(world: &World, login: &str, unread: bool) -> Vec<Shown> {
    let actor = world.actor(login);
    world.read(move |tx| list(tx, &actor, &Asked { unread, before: None, limit: 50 }))
}

/// Oldest first: what a person was told.
fn told(world: &World, login: &str) -> Vec<&'static str> {
    shown(world, login, false).iter().rev().map(|s| s.row.kind.as_str()).collect()
}

#[test]
fn those_concerned_are_told_and_nobody_of_their_own_acts() {
    on_both(|test| {
        let world = World::new(test);
        let (ann, bob, cara) = (world.id("ann"), world.id("bob"), world.id("cara"));
        let ticket = world.ticket("ann", move |t| {
            t.caller = Some(cara);
            t.assigned_to = Some(ann);
        });
        world.change("ann", ticket, "incident.assigned", move |t| t.assigned_to = Some(bob));
        world.entry("bob", ticket, EntryKind::Comment, "Which printer?", &[]);
        world.entry("cara", ticket, EntryKind::Comment, "The big one", &[]);
        world.entry("bob", ticket, EntryKind::WorkNote, "she means @ann's", &[ann]);
        world.change("bob", ticket, "incident.resolved", |t| t.state = "resolved".into());
        world.feed(&bell(&world));
        assert_eq!(told(&world, "ann"), ["mentioned"], "not of what she gave herself");
        assert_eq!(told(&world, "bob"), ["assigned", "commented"]);
        assert_eq!(told(&world, "cara"), ["commented", "resolved"]);
        assert_eq!(told(&world, "dan"), [""; 0]);
        let first = &shown(&world, "cara", false)[1];
        assert_eq!(first.text_key(), "notification.commented");
        assert_eq!(first.by.as_ref().map(|n| n.name.as_str()), Some("Name of bob"));
        assert_eq!(first.record.number.as_deref(), Some("INC0000001"));
    });
}

#[test]
fn hidden_things_are_told_to_nobody_who_may_not_read_them() {
    on_both(|test| {
        let world = World::new(test);
        let (cara, dan, ann) = (world.id("cara"), world.id("dan"), world.id("ann"));
        let ticket = world.ticket("bob", move |t| {
            t.caller = Some(cara);
            t.assigned_to = Some(ann);
        });
        // Mentioned, but a requester; and one who may not see the ticket.
        world.entry("bob", ticket, EntryKind::WorkNote, "between us", &[cara, dan]);
        world.entry("bob", ticket, EntryKind::Comment, "hello", &[dan]);
        world.feed(&bell(&world));
        assert_eq!(told(&world, "cara"), ["commented"]);
        assert_eq!(told(&world, "dan"), [""; 0]);
        assert_eq!(told(&world, "ann"), ["assigned", "noted", "commented"]);
        // Asked again whenever it is shown: ann is an agent no more.
        let call = world.by("admin");
        world
            .write(move |tx| {
                for grant in grants::held_by(tx, ann)? {
                    grants::delete(tx, &call, grant.id)?;
                }
                Ok(())
            })
            .expect("revoked");
        assert_eq!(told(&world, "ann"), [""; 0]);
    });
}

#[test]
fn an_imported_fact_tells_nobody() {
    on_both(|test| {
        let world = World::new(test);
        let bob = world.id("bob");
        let mut call = world.by("ann");
        call.door = Door::Import;
        world.ticket_through(call, move |t| t.assigned_to = Some(bob));
        world.feed(&bell(&world));
        assert_eq!(told(&world, "bob"), [""; 0]);
    });
}

#[test]
fn reading_the_log_again_tells_nobody_twice_and_nobody_else() {
    on_both(|test| {
        let world = World::new(test);
        let (ann, bob, cara) = (world.id("ann"), world.id("bob"), world.id("cara"));
        let ticket = world.ticket("ann", move |t| {
            t.caller = Some(cara);
            t.assigned_to = Some(bob);
        });
        world.entry("cara", ticket, EntryKind::Comment, "for bob", &[]);
        let bell = bell(&world);
        world.feed(&bell);
        let call = world.by("bob");
        world.write(move |tx| mark_all_read(tx, &call)).expect("read");
        world.advance(60);
        // Later it is ann's, with dan as a watcher: the old comment is not theirs.
        world.change("bob", ticket, "incident.assigned", move |t| t.assigned_to = Some(ann));
        let (dan, now) = (world.id("dan"), world.now());
        world
            .write(move |tx| steward_ticket::store::add_watcher(tx, ticket, dan, now))
            .expect("a watcher");
        world.feed(&bell);
        let all = |w: &World| ["ann", "bob", "cara", "dan"].map(|login| told(w, login));
        let before = all(&world);
        assert_eq!(before[1], ["assigned", "commented"]);
        assert_eq!(before[0], ["assigned"]);
        world.rewind(&bell);
        world.feed(&bell);
        assert_eq!(all(&world), before);
        assert_eq!(shown(&world, "bob", true).len(), 0, "what was read stays read");
    });
}

/// What is said on a duplicate rings whoever had the other one then.
#[test]
fn a_comment_on_a_duplicate_rings_who_has_the_other() {
    on_both(|test| {
        let world = World::new(test);
        let (ann, bob, cara) = (world.id("ann"), world.id("bob"), world.id("cara"));
        let original = world.ticket("admin", move |t| t.assigned_to = Some(bob));
        let twin = world.ticket("admin", move |t| t.caller = Some(cara));
        world.change("admin", twin, "incident.merged", move |t| {
            t.state = "canceled".into();
            t.duplicate_of = Some(original);
        });
        world.entry("cara", twin, EntryKind::Comment, "still no mail", &[]);
        let bell = bell(&world);
        world.feed(&bell);
        assert_eq!(told(&world, "bob"), ["assigned", "commented"]);
        assert_eq!(told(&world, "cara"), ["merged"]);
        world.advance(60);
        world.change("admin", original, "incident.assigned", move |t| t.assigned_to = Some(ann));
        world.change("admin", twin, "incident.unmerged", |t| t.duplicate_of = None);
        world.entry("cara", twin, EntryKind::Comment, "on its own again", &[]);
        world.feed(&bell);
        let all = |w: &World| ["ann", "bob", "cara"].map(|login| told(w, login));
        assert_eq!(all(&world), [vec!["assigned"], vec!["assigned", "commented"], vec!["merged"]]);
        world.rewind(&bell);
        world.feed(&bell);
        assert_eq!(all(&world), [vec!["assigned"], vec!["assigned", "commented"], vec!["merged"]]);
    });
}

#[test]
fn marks_are_ones_own() {
    on_both(|test| {
        let world = World::new(test);
        let bob = world.id("bob");
        world.ticket("ann", move |t| t.assigned_to = Some(bob));
        world.feed(&bell(&world));
        let count = |w: &World| {
            let actor = w.actor("bob");
            w.read(move |tx| count(tx, &actor, true))
        };
        assert_eq!(count(&world), 1);
        let id = shown(&world, "bob", true)[0].row.id;
        let other = world.by("ann");
        world.write(move |tx| mark_read(tx, &other, &[id])).expect("passes over it");
        assert_eq!(count(&world), 1);
        let own = world.by("bob");
        world.write(move |tx| mark_read(tx, &own, &[id])).expect("read");
        assert_eq!(count(&world), 0);
        let news = world.read(|tx| newer(tx, 0, 10));
        assert_eq!(news.iter().map(|n| (n.1, n.2)).collect::<Vec<_>>(), [(bob, id)]);
        assert_eq!(world.read(newest), news[0].0);
    });
}

/// Prunes in steps of two rows; how many went.
fn prune_all(world: &World, days: i64) -> u64 {
    let before = Timestamp::from_second(world.now().as_second() - days * 86_400).expect("a time");
    let (mut next, mut removed) = (Some(0), 0);
    while let Some(after) = next {
        let step = world.write(move |tx| prune(tx, &READ, before, after, 2)).expect("a step");
        (next, removed) = (step.next, removed + step.removed);
    }
    removed
}

#[test]
fn what_was_read_long_ago_is_pruned_and_not_told_again() {
    on_both(|test| {
        let (world, log) = (World::new(test), 5);
        let cara = world.id("cara");
        let bell = bell(&world);
        let ticket = world.ticket("ann", move |t| t.caller = Some(cara));
        for n in 0..log {
            world.entry("ann", ticket, EntryKind::Comment, &format!("old {n}"), &[]);
        }
        // Nothing is pruned while facts wait to be told.
        assert_eq!(prune_all(&world, 0), 0);
        world.feed(&bell);
        let unread_one = shown(&world, "cara", false)[0].row.id;
        let read: Vec<_> = shown(&world, "cara", true).iter().map(|s| s.row.id).collect();
        let read: Vec<_> = read.into_iter().filter(|id| *id != unread_one).collect();
        let call = world.by("cara");
        world.write(move |tx| mark_read(tx, &call, &read)).expect("marked");
        world.advance(100 * 86_400);
        world.entry("ann", ticket, EntryKind::Comment, "new", &[]);
        world.feed(&bell);
        let facts = world.facts(ticket).len();
        assert_eq!(prune_all(&world, 90), 4, "read and old: the unread one and the new one stay");
        assert_eq!(prune_all(&world, 90), 0);
        assert_eq!(told(&world, "cara"), ["commented", "commented"]);
        assert_eq!(world.facts(ticket).len(), facts, "history is not pruned");
        // The log read again from the beginning rings nobody for what is gone.
        world.rewind(&bell);
        world.feed(&bell);
        assert_eq!(told(&world, "cara"), ["commented", "commented"]);
        world.verifies();
    });
}
