//! The laws of lists, and one answer from memory and from both engines.

mod common;

use std::collections::HashMap;
use std::sync::Arc;

use common::random::{
    ENTRIES, Edit, Ids, apply, condition, edit, edits, sort, term, tracked_sort, tracked_term,
};
use common::{World, asks, later};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::json;
use steward_base::text::fold;
use steward_base::{Error, Result, Uuid};
use steward_condition::Condition;
use steward_database::{Engine, Tx};
use steward_fields::{FieldType, Registry};
use steward_people::{Call, names, persons};
use steward_schema::testing::on_both;
use steward_ticket::journal::EntryKind;
use steward_ticket::list::{ListQuery, TicketSchema, parse_sort, read_condition, sees};
use steward_ticket::text::documents;
use steward_ticket::{InMemory, Ticket};

const TICKETS: usize = 60;

/// A world full of random tickets, the same in every run.
fn full(world: &World) {
    let ids = Ids::of(world);
    let mut runner = TestRunner::deterministic();
    let entry = (prop::sample::select(ENTRIES), any::<bool>());
    let shape = (edits(14), edits(6), prop::collection::vec(entry, 0..3));
    for n in 0..TICKETS as i64 {
        let (first, second, said) = shape.new_tree(&mut runner).expect("a shape").current();
        let login = ["agent", "rita", "ben", "agent", "agent.north"][n as usize % 5];
        let call = world.by(login, n * 40_000);
        let (a, b) = (ids.clone(), ids.clone());
        let shape = move |t: &mut Ticket| first.iter().for_each(|e| apply(t, e, &a));
        let ticket = world.ticket(&call, shape);
        if login != "agent.north" {
            let agent = world.by("agent", n * 40_000 + 60);
            world.change(&agent, &ticket, move |t| second.iter().for_each(|e| apply(t, e, &b)));
            for (text, public) in said {
                let kind = if public { EntryKind::Comment } else { EntryKind::WorkNote };
                world.say(&agent, &ticket, kind, text).expect("says");
            }
        }
    }
}

/// The moment of reading.
const NOW: i64 = 43_200 * 4 + 7;

fn check(cases: u32, strategy: impl Strategy<Value = Case>, law: impl Fn(Case) -> Verdict) {
    let mut runner = TestRunner::new(Config { cases, ..Config::default() });
    if let Err(failure) = runner.run(&strategy, law) {
        panic!("{failure}");
    }
}

type Verdict = std::result::Result<(), TestCaseError>;

/// Who asks what, in which order, so many at a time.
#[derive(Debug, Clone)]
struct Case {
    login: &'static str,
    q: String,
    sort: String,
    limit: i64,
}

fn cases<S: Strategy<Value = String> + 'static>(term: S) -> impl Strategy<Value = Case> {
    cases_by(term, sort())
}

fn cases_by<S: Strategy<Value = String> + 'static>(
    term: S,
    sort: impl Strategy<Value = String>,
) -> impl Strategy<Value = Case> {
    let login = prop::sample::select(&["agent", "admin", "auditor", "agent.north"][..]);
    let q = prop_oneof![2 => condition(term), 1 => Just(String::new())];
    (login, q, sort, 1..25_i64).prop_map(|(login, q, sort, limit)| Case { login, q, sort, limit })
}

fn failed(case: &Case, error: &Error) -> TestCaseError {
    TestCaseError::fail(format!("{case:?}: {error:?}"))
}

fn ids_of(world: &World, call: &Call, case: &Case, query: ListQuery) -> Result<Vec<Uuid>> {
    let query = ListQuery { sort: parse_sort(&case.sort)?, limit: 500, ..query };
    Ok(world.list(call, query)?.items.iter().map(|t| t.head.id).collect())
}

/// The ids of a list, read page by page.
fn paged(
    world: &World,
    call: &Call,
    case: &Case,
    query: ListQuery,
) -> std::result::Result<Vec<Uuid>, TestCaseError> {
    let mut query = ListQuery { limit: case.limit, ..query };
    let mut ids = Vec::new();
    loop {
        let page = world.list(call, query.clone()).map_err(|e| failed(case, &e))?;
        prop_assert!(page.items.len() as i64 <= case.limit);
        ids.extend(page.items.iter().map(|t| t.head.id));
        prop_assert!(ids.len() <= TICKETS, "goes on for ever: {:?}", case);
        match page.next {
            Some(next) => query.after = Some(next),
            None => return Ok(ids),
        }
    }
}

#[test]
fn pages_hold_every_row_once_in_order() {
    on_both(|test| {
        let world = World::new(test);
        full(&world);
        check(120, cases(term()), |case| {
            let call = world.by(case.login, NOW);
            let whole =
                ids_of(&world, &call, &case, asks(&case.q)).map_err(|e| failed(&case, &e))?;
            let sort = parse_sort(&case.sort).map_err(|e| failed(&case, &e))?;
            let query = ListQuery { q: case.q.clone(), sort, ..ListQuery::default() };
            let paged = paged(&world, &call, &case, query)?;
            prop_assert_eq!(&paged, &whole, "{:?}", case);
            let count = world.count(&call, asks(&case.q)).map_err(|e| failed(&case, &e))?;
            prop_assert_eq!(count, whole.len() as i64, "{:?}", case);
            Ok(())
        });
    });
}

/// How two tickets stand by one key: empty values last in both directions.
fn by_key(
    registry: &Registry,
    (a, b): (&Ticket, &Ticket),
    field: &str,
    descending: bool,
) -> std::cmp::Ordering {
    use steward_condition::FieldValue::{Bool, Float, Int, Text, Time};
    let known = registry.field(field).expect("a field");
    let key = |t: &Ticket| match known.custom {
        true => t.custom_value(&known.ty, field),
        false => t.value(field),
    };
    let folded = known.ty == FieldType::Text && field != "number";
    match (key(a), key(b)) {
        (None, None) => std::cmp::Ordering::Equal,
        (None, _) => std::cmp::Ordering::Greater,
        (_, None) => std::cmp::Ordering::Less,
        (Some(a), Some(b)) => {
            let order = match (a, b) {
                (Int(a), Int(b)) => a.cmp(&b),
                (Text(a), Text(b)) if folded => fold(&a).cmp(&fold(&b)),
                (Text(a), Text(b)) => a.cmp(&b),
                (Time(a), Time(b)) => a.cmp(&b),
                (Float(a), Float(b)) => a.total_cmp(&b),
                (Bool(a), Bool(b)) => a.cmp(&b),
                other => panic!("{other:?}"),
            };
            if descending { order.reverse() } else { order }
        }
    }
}

#[test]
fn a_list_stands_in_the_order_asked_for() {
    on_both(|test| {
        let world = World::new(test);
        full(&world);
        let call = world.by("admin", NOW);
        check(150, cases(Just(String::new())), |case| {
            let sort = parse_sort(&case.sort).map_err(|e| failed(&case, &e))?;
            let query = ListQuery { sort: sort.clone(), ..asks("") };
            let rows = world.list(&call, query).map_err(|e| failed(&case, &e))?.items;
            prop_assert_eq!(rows.len(), TICKETS);
            let tail = sort.last().is_some_and(|s| s.descending);
            for pair in rows.windows(2) {
                let by = |s: &steward_ticket::list::Sort| {
                    by_key(&world.registry, (&pair[0], &pair[1]), &s.field, s.descending)
                };
                let ids = pair[0].head.id.cmp(&pair[1].head.id);
                let ids = if tail { ids.reverse() } else { ids };
                let order = sort.iter().map(by).find(|o| o.is_ne()).unwrap_or(ids);
                prop_assert!(
                    order.is_lt(),
                    "{:?}: {:?} {:?}",
                    case,
                    pair[0].number(),
                    pair[1].number()
                );
            }
            Ok(())
        });
    });
}

#[test]
fn a_condition_and_its_negation_share_the_whole() {
    on_both(|test| {
        let world = World::new(test);
        full(&world);
        check(200, cases(term()), |case| {
            let call = world.by(case.login, NOW);
            let ask =
                |q: String| ids_of(&world, &call, &case, asks(&q)).map_err(|e| failed(&case, &e));
            let mut both = ask(format!("({})", some(&case.q)))?;
            both.extend(ask(format!("-({})", some(&case.q)))?);
            let mut whole = ask(String::new())?;
            both.sort();
            whole.sort();
            prop_assert_eq!(both, whole, "{:?}", case);
            Ok(())
        });
    });
}

fn some(q: &str) -> &str {
    if q.is_empty() { "priority:1" } else { q }
}

#[test]
fn as_of_now_is_now() {
    on_both(|test| {
        let world = World::new(test);
        full(&world);
        let far = TICKETS as i64 * 40_000 + 100;
        check(200, cases_by(tracked_term(), tracked_sort()), |case| {
            let call = world.by(case.login, far);
            let now = asks(&case.q);
            let then = ListQuery { as_of: Some(later(far)), ..now.clone() };
            let sort = parse_sort(&case.sort).map_err(|e| failed(&case, &e))?;
            let list = |query: ListQuery| {
                let query = ListQuery { sort: sort.clone(), ..query };
                world.list(&call, query).map_err(|e| failed(&case, &e))
            };
            let items = list(now.clone())?.items;
            prop_assert_eq!(&items, &list(then.clone())?.items, "{:?}", case);
            let whole: Vec<Uuid> = items.iter().map(|t| t.head.id).collect();
            let query = ListQuery { sort: sort.clone(), ..then.clone() };
            prop_assert_eq!(paged(&world, &call, &case, query)?, whole, "{:?}", case);
            let count = |query| world.count(&call, query).map_err(|e| failed(&case, &e));
            prop_assert_eq!(count(now)?, count(then)?, "{:?}", case);
            Ok(())
        });
    });
}

/// A ticket with the words and keys a reader of everything sees.
struct Known {
    ticket: Ticket,
    texts: Vec<Vec<String>>,
    keys: HashMap<Uuid, Vec<String>>,
}

fn known(tx: &mut Tx, ticket: Ticket, world: &steward_fields::Registry) -> Result<Known> {
    let (public, internal) = documents(tx, &ticket, world)?;
    let mut texts = public.texts();
    texts.extend(internal.texts());
    let helper = ticket.custom.get("helper").and_then(|v| v.as_str()?.parse().ok());
    let ids: Vec<Uuid> = [
        ticket.caller,
        ticket.assigned_to,
        ticket.assignment_group,
        ticket.service,
        helper,
        Some(ticket.head.organisation),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut keys = HashMap::new();
    for (id, name) in names(tx, &ids)? {
        let mut own = vec![fold(&name.name)];
        if name.kind == "person" {
            let person = persons::load(tx, id)?;
            own.push(fold(&person.login));
            own.extend(person.email.as_deref().map(fold));
        }
        keys.insert(id, own);
    }
    Ok(Known { ticket, texts, keys })
}

fn all_known(world: &World) -> Vec<Known> {
    let call = world.by("admin", NOW);
    let tickets = world.list(&call, asks("")).expect("lists").items;
    let registry = world.registry.clone();
    world.read(move |tx| tickets.into_iter().map(|t| known(tx, t, &registry)).collect())
}

fn read(world: &World, call: &Call, q: &str) -> Result<Condition> {
    let sees = sees(&call.actor, "incident");
    let schema = TicketSchema {
        registry: &world.registry,
        actor: &call.actor,
        sees: &sees,
        engine: Engine::Sqlite,
        past: false,
        few: false,
    };
    read_condition(&schema, q, &world.context(call))
}

#[test]
fn memory_and_the_engines_give_one_answer() {
    on_both(|test| {
        let world = World::new(test);
        full(&world);
        let all = all_known(&world);
        let call = world.by("admin", NOW);
        let registry: Arc<_> = world.registry.clone();
        check(700, cases(term()), |case| {
            let condition = read(&world, &call, &case.q).map_err(|e| failed(&case, &e))?;
            let met = all.iter().filter(|known| {
                condition.matches(&InMemory {
                    ticket: &known.ticket,
                    registry: &registry,
                    texts: known.texts.clone(),
                    keys: known.keys.clone(),
                })
            });
            let mut met: Vec<&str> = met.map(|k| k.ticket.number()).collect();
            let asked = world.list(&call, asks(&case.q)).map_err(|e| failed(&case, &e))?.items;
            let mut asked: Vec<&str> = asked.iter().map(Ticket::number).collect();
            met.sort_unstable();
            asked.sort_unstable();
            prop_assert_eq!(asked, met, "{}", case.q);
            Ok(())
        });
    });
}

#[test]
fn the_past_is_asked_with_the_same_conditions() {
    on_both(|test| {
        let world = World::new(test);
        let agent = world.by("agent", 100);
        let edit = |field, value| Edit { field, value };
        let ids = Ids::of(&world);
        let ticket = world.ticket(&agent, |t| drop(t.custom.insert("floor".into(), json!(2))));
        let (a, first) = (ids.clone(), [edit("state", 1), edit("priority", 0), edit("floor", 3)]);
        world.change(&world.by("agent", 200), &ticket, move |t| {
            first.iter().for_each(|e| apply(t, e, &a));
        });
        world.change(&world.by("agent", 300), &ticket, move |t| {
            [edit("state", 3), edit("floor", 0)].iter().for_each(|e| apply(t, e, &ids));
        });
        let call = world.by("agent", 400);
        for (at, q, found) in [
            (99, "", 0),
            (100, "state:new floor:2", 1),
            (199, "state:new floor:2 priority:4", 1),
            (200, "state:in_progress floor:2 priority:1", 1),
            (299, "state:open floor>1.5", 1),
            (299, "-floor:none", 1),
            (300, "state:resolved floor:none", 1),
            (350, "state:open", 0),
        ] {
            let query = ListQuery { as_of: Some(later(at)), ..asks(q) };
            let items = world.list(&call, query.clone()).expect("lists").items;
            assert_eq!(items.len(), found, "{at} {q}");
            assert_eq!(world.count(&call, query).expect("counts"), found as i64, "{at} {q}");
            if at == 100 {
                assert_eq!((items[0].state.as_str(), items[0].priority), ("new", 4));
                assert_eq!(items[0].custom.get("floor"), Some(&json!(2)));
            }
        }
        for q in ["printer", "description:x", "impact:1", "room:none"] {
            let query = ListQuery { as_of: Some(later(200)), ..asks(q) };
            let refused = world.list(&call, query);
            assert!(matches!(refused, Err(Error::Invalid(_))), "{q}: {refused:?}");
        }
    });
}

#[test]
fn a_broken_cursor_sort_or_limit_is_named() {
    on_both(|test| {
        let world = World::new(test);
        let call = world.by("agent", 100);
        world.ticket(&call, |_| {});
        let id = json!(world.north.to_string());
        for (sort, cursor) in [
            ("priority", vec![id.clone()]),
            ("priority", vec![json!("x"), id.clone()]),
            ("priority", vec![json!(null), id.clone()]),
            ("priority,opened_at", vec![json!(1), json!(null), id.clone()]),
            ("priority,opened_at", vec![json!(1), json!(i64::MAX), id.clone()]),
            ("-resolved_at", vec![json!("x"), id.clone()]),
            ("", vec![json!("no id")]),
            ("", vec![]),
        ] {
            let sort = parse_sort(sort).expect("a sort");
            let query = ListQuery { sort, after: Some(cursor.clone()), ..asks("") };
            let refused = world.list(&call, query);
            assert!(
                matches!(&refused, Err(Error::Malformed(f)) if f.field == "cursor"),
                "{cursor:?}"
            );
        }
        let names = |e: &Error, word: &str| e.to_string().contains(word);
        for (login, sort, as_of, word) in [
            ("agent", "nothing", None, "nothing"),
            ("agent", "-description", None, "description"),
            ("agent", "priority,-priority", None, "priority"),
            ("agent", "floor,slow", None, "slow"),
            ("agent", "story", None, "story"),
            ("agent", "-helper", None, "helper"),
            ("agent", "room", Some(later(200)), "room"),
            // What a requester may not read orders nothing either.
            ("rita", "secret", None, "secret"),
        ] {
            let call = world.by(login, 300);
            let refused = parse_sort(sort)
                .and_then(|sort| world.list(&call, ListQuery { sort, as_of, ..asks("") }));
            assert!(
                matches!(&refused, Err(e @ Error::Malformed(f)) if f.field == "sort" && names(e, word)),
                "{sort}: {refused:?}"
            );
        }
        let sort = parse_sort("secret").expect("a sort");
        world.list(&world.by("agent", 300), ListQuery { sort, ..asks("") }).expect("agents may");
        for limit in [0, -1, 501] {
            let refused = world.list(&call, ListQuery { limit, ..asks("") });
            assert!(matches!(&refused, Err(Error::Malformed(f)) if f.field == "limit"), "{limit}");
        }
    });
}

#[test]
fn a_field_without_an_index_needs_terms_that_leave_few() {
    on_both(|test| {
        let world = World::new(test);
        let agent = world.by("agent", 100);
        world.ticket(&agent, |t| drop(t.custom.insert("slow".into(), json!(1))));
        let refused = world.list(&agent, asks("slow:1"));
        let named = |e: &Error| e.to_string().contains("slow");
        assert!(matches!(&refused, Err(e @ Error::Invalid(_)) if named(e)), "{refused:?}");
        assert!(world.count(&agent, asks("slow:1 or priority:4")).is_err());
        assert_eq!(world.finds("agent", "slow:1 priority:4"), ["Something"]);
        assert_eq!(world.finds("agent", "-slow:1 state:open"), Vec::<String>::new());
    });
}

#[test]
fn one_edit_is_never_lost() {
    // Guards the generators: each field of an edit exists.
    on_both(|test| {
        let world = World::new(test);
        let ids = Ids::of(&world);
        let mut runner = TestRunner::deterministic();
        let ticket = world.ticket(&world.by("agent", 10), |_| {});
        let edits = prop::collection::vec(edit(), 60);
        let edits = edits.new_tree(&mut runner).expect("edits").current();
        let mut expected = ticket.clone();
        edits.iter().for_each(|e| apply(&mut expected, e, &ids));
        let after = world.change(&world.by("agent", 20), &ticket, move |t| {
            edits.iter().for_each(|e| apply(t, e, &ids));
        });
        expected.head = after.head.clone();
        expected.updated_at = after.updated_at;
        assert_eq!(
            after.custom.get("cost").and_then(|v| v.as_f64()),
            expected.custom.get("cost").and_then(|v| v.as_f64())
        );
        let (mut a, mut b) = (after, expected);
        a.custom.remove("cost");
        b.custom.remove("cost");
        assert_eq!(a, b);
    });
}
