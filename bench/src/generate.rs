//! A database of any size: people, groups, services, and incidents with their
//! history, versions and full text, written by the product's own functions in
//! large transactions. The same 5,000 are open whatever the size.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use serde_json::Value as Json;
use steward_base::{Entropy, Result as Done, Timestamp, Uuid, time::wire};
use steward_database::{Db, Options, Tx};
use steward_fields::{Registries, ensure_choice};
use steward_history::Door;
use steward_incident::{KIND, PREFIX};
use steward_people::items::{self, NewItem};
use steward_people::persons::{self, NewPerson};
use steward_people::{Call, DEFAULT_ORGANISATION, Role, SYSTEM, access, teams};
use steward_ticket::{Past, PastUpdate, record_history};

use crate::Result;
use crate::data::Data;
use crate::words::{Chance, cure, long, short};

/// Open incidents, whatever the size.
pub const OPEN: u64 = 5000;
/// Incidents of one transaction.
const GROUP: usize = 2000;
/// When the first incident was opened: 1 January 2023.
const BEGIN: i64 = 1_672_531_200;
/// The span over which incidents are opened, in seconds: three years.
const SPAN: i64 = 3 * 365 * 86_400;
const CATEGORIES: [&str; 12] = [
    "email",
    "network",
    "hardware",
    "software",
    "access",
    "printing",
    "telephony",
    "database",
    "storage",
    "security",
    "mobile",
    "workplace",
];

/// What incidents name.
struct World {
    callers: Vec<Uuid>,
    agents: Vec<Uuid>,
    teams: Vec<Uuid>,
    services: Vec<Uuid>,
    items: Vec<Uuid>,
    locations: Vec<Uuid>,
}

/// Fills an empty database with `count` incidents, at least [`OPEN`] of them.
pub fn fill(data: &Data, count: u64) -> Result<()> {
    let db = Db::open(&Options::Sqlite(data.database()))?;
    let entropy = system_entropy();
    let actor = db.read_blocking(|tx| access::actor_of(tx, SYSTEM))?.ok_or("no actor")?;
    let call = Call {
        actor: Arc::new(actor),
        now: now(),
        door: Door::Cli,
        cause: None,
        entropy: entropy.clone(),
    };
    let world = {
        let call = call.clone();
        Arc::new(db.write_blocking(move |tx| make_world(tx, &call))?)
    };
    let (groups, queue) = sync_channel::<Vec<Past>>(2);
    let writing = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut maker = Maker::new(world.clone(), count);
            loop {
                let group: Vec<Past> = maker.by_ref().take(GROUP).collect();
                if group.is_empty() || groups.send(group).is_err() {
                    drop(groups);
                    return;
                }
            }
        });
        write_all(&db, &call, &queue)
    });
    writing?;
    Ok(())
}

fn write_all(db: &Db, call: &Call, queue: &Receiver<Vec<Past>>) -> Done<()> {
    let shipped = steward_incident::registry as fn() -> _;
    let registries = Arc::new(Registries::new(vec![(KIND, shipped)]));
    while let Ok(group) = queue.recv() {
        let (registries, call) = (registries.clone(), Call { now: now(), ..call.clone() });
        db.write_blocking(move |tx| {
            let registry = registries.get(tx, KIND)?;
            for past in &group {
                record_history(tx, &call, &registry, past)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn make_world(tx: &mut Tx, call: &Call) -> Done<World> {
    for category in CATEGORIES {
        ensure_choice(tx, KIND, "category", category, category)?;
    }
    let mut item = |kind: &'static str, name: &str, count: usize| -> Done<Vec<Uuid>> {
        let one = |n: usize| {
            let new = NewItem {
                name: format!("{name} {n}"),
                organisation: Some(DEFAULT_ORGANISATION),
                ..NewItem::default()
            };
            items::create(tx, call, kind, &new).map(|item| item.id)
        };
        (1..=count).map(one).collect()
    };
    let services = item("service", "Service", 40)?;
    let configuration_items = item("configuration_item", "Server", 500)?;
    let locations = item("location", "Site", 50)?;
    let team = |tx: &mut Tx, n| {
        teams::create(tx, call, &format!("Support {n}"), None, Some(DEFAULT_ORGANISATION))
            .map(|team| team.id)
    };
    let teams = (1..=50).map(|n| team(tx, n)).collect::<Done<Vec<_>>>()?;
    let mut person = |name: &str, n: usize, role, teams: Vec<Uuid>| {
        let new = NewPerson {
            login: format!("{}.{n}", name.to_lowercase()),
            name: format!("{name} Number {n}"),
            email: Some(format!("{}.{n}@example.org", name.to_lowercase())),
            organisation: Some(DEFAULT_ORGANISATION),
            roles: vec![role],
            teams,
            ..NewPerson::default()
        };
        persons::create(tx, call, &new).map(|person| person.id)
    };
    let agent = |n: usize| (n, vec![teams[n % teams.len()]]);
    let agents = (1..=150).map(agent).collect::<Vec<_>>();
    let agents = agents
        .into_iter()
        .map(|(n, teams)| person("Agent", n, Role::Agent, teams))
        .collect::<Done<Vec<_>>>()?;
    let callers = (1..=2000)
        .map(|n| person("Caller", n, Role::Requester, Vec::new()))
        .collect::<Done<Vec<_>>>()?;
    Ok(World { callers, agents, teams, services, items: configuration_items, locations })
}

/// Makes the incidents one by one; open ones stand evenly between closed ones.
struct Maker {
    world: Arc<World>,
    count: u64,
    made: u64,
    opened: u64,
    of_open: Chance,
    of_closed: Chance,
}

impl Maker {
    fn new(world: Arc<World>, count: u64) -> Maker {
        let (of_open, of_closed) = (Chance::new(1), Chance::new(2));
        Maker { world, count, made: 0, opened: 0, of_open, of_closed }
    }
}

impl Iterator for Maker {
    type Item = Past;

    fn next(&mut self) -> Option<Past> {
        if self.made >= self.count {
            return None;
        }
        self.made += 1;
        let n = self.made;
        if n * OPEN / self.count > self.opened {
            self.opened += 1;
            // By its own count, so that it is the same in every size.
            let at = BEGIN + (self.opened as i64) * SPAN / (OPEN as i64 + 1);
            return Some(open(&self.world, &mut self.of_open, n, at));
        }
        let at = BEGIN + (n as f64 / self.count as f64 * SPAN as f64) as i64;
        Some(closed(&self.world, &mut self.of_closed, n, at))
    }
}

fn open(world: &World, chance: &mut Chance, n: u64, at: i64) -> Past {
    let mut past = begun(world, chance, n, at);
    let by = *chance.pick(&world.agents);
    match chance.below(3) {
        0 => {}
        1 => past.updates.push(update(at + 1800, by, taken(by))),
        _ => {
            past.updates.push(update(at + 1800, by, taken(by)));
            let waits = vec![
                ("state".into(), "on_hold".into()),
                ("on_hold_reason".into(), "awaiting_caller".into()),
            ];
            past.updates.push(update(at + 7200, by, waits));
        }
    }
    past
}

fn closed(world: &World, chance: &mut Chance, n: u64, at: i64) -> Past {
    let mut past = begun(world, chance, n, at);
    let by = *chance.pick(&world.agents);
    let resolved = at + 3600 + chance.below(200_000) as i64;
    past.updates.push(update(at + 1800, by, taken(by)));
    let solved = vec![
        ("state".into(), "resolved".into()),
        ("resolved_at".into(), time(resolved)),
        ("resolved_by".into(), id(by)),
        ("close_code".into(), "solved".into()),
        ("close_notes".into(), cure(chance).into()),
    ];
    past.updates.push(update(resolved, by, solved));
    let ended = resolved + 7 * 86_400;
    let done = vec![("state".into(), "closed".into()), ("closed_at".into(), time(ended))];
    past.updates.push(update(ended, by, done));
    past
}

fn begun(world: &World, chance: &mut Chance, n: u64, at: i64) -> Past {
    let (impact, urgency) = (1 + chance.below(3) as i64, 1 + chance.below(3) as i64);
    let caller = *chance.pick(&world.callers);
    let set: Vec<(String, Json)> = vec![
        ("short_description".into(), short(chance).into()),
        ("description".into(), long(chance).into()),
        ("state".into(), "new".into()),
        ("impact".into(), impact.into()),
        ("urgency".into(), urgency.into()),
        ("priority".into(), (impact + urgency - 1).min(4).into()),
        ("caller".into(), id(caller)),
        ("opened_by".into(), id(*chance.pick(&world.agents))),
        ("contact_type".into(), (*chance.pick(&["phone", "email", "chat"])).into()),
        ("category".into(), (*chance.pick(&CATEGORIES)).into()),
        ("assignment_group".into(), id(*chance.pick(&world.teams))),
        ("service".into(), id(*chance.pick(&world.services))),
        ("configuration_item".into(), id(*chance.pick(&world.items))),
        ("location".into(), id(*chance.pick(&world.locations))),
        ("opened_at".into(), time(at)),
    ];
    Past {
        kind: KIND,
        prefix: PREFIX,
        record: None,
        number: format!("INC{n:07}"),
        organisation: DEFAULT_ORGANISATION,
        updates: vec![update(at, caller, set)],
    }
}

fn taken(by: Uuid) -> Vec<(String, Json)> {
    vec![("state".into(), "in_progress".into()), ("assigned_to".into(), id(by))]
}

fn update(at: i64, by: Uuid, set: Vec<(String, Json)>) -> PastUpdate {
    PastUpdate { at: instant(at), by, set, kept: Vec::new() }
}

fn id(id: Uuid) -> Json {
    id.to_string().into()
}

fn time(at: i64) -> Json {
    wire(instant(at)).into()
}

fn instant(at: i64) -> Timestamp {
    Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[expect(clippy::disallowed_methods, reason = "when the rows are written, as the root would say")]
fn now() -> Timestamp {
    steward_base::time::micros(Timestamp::now())
}

/// Ids and salts from a seed that no other run has.
fn system_entropy() -> Entropy {
    Entropy::seeded(now().as_microsecond().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_incidents_are_open_whatever_the_size() {
        let id = |n: u128| vec![Uuid::from_u128(n)];
        let world = Arc::new(World {
            callers: id(1),
            agents: id(2),
            teams: id(3),
            services: id(4),
            items: id(5),
            locations: id(6),
        });
        let open = |count: u64| -> Vec<Vec<PastUpdate>> {
            let all = Maker::new(world.clone(), count);
            let still = |past: &Past| past.updates.len() < 4;
            all.filter(still).map(|past| past.updates).collect()
        };
        let (small, large) = (open(10_000), open(60_000));
        assert_eq!(small.len() as u64, OPEN);
        assert!(small == large);
    }
}
