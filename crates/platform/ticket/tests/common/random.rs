//! Random tickets and conditions.

use proptest::prelude::*;
use serde_json::json;
use steward_base::Uuid;
use steward_base::time::wire;
use steward_ticket::Ticket;

use super::{World, later};

/// One edit of a ticket: which field gets which of its values.
#[derive(Debug, Clone)]
pub struct Edit {
    pub field: &'static str,
    pub value: usize,
}

/// The people and things edits refer to.
#[derive(Debug, Clone)]
pub struct Ids {
    pub persons: Vec<Uuid>,
    pub teams: [Uuid; 2],
    pub service: Uuid,
}

impl Ids {
    pub fn of(world: &World) -> Ids {
        let persons = ["agent", "rita", "ben"].map(|login| world.actor(login).id);
        Ids { persons: persons.to_vec(), teams: [world.desk, world.network], service: world.mail }
    }
}

const FIELDS: &[&str] = &[
    "short_description",
    "description",
    "state",
    "on_hold_reason",
    "impact",
    "urgency",
    "priority",
    "caller",
    "category",
    "assignment_group",
    "assigned_to",
    "service",
    "resolved_at",
    "close_notes",
    "priority_reason",
    "external_number",
    "external_vendor",
    "reopen_count",
    "floor",
    "cost",
    "room",
    "story",
    "flag",
    "due",
    "grade",
    "helper",
    "secret",
];

pub fn edit() -> impl Strategy<Value = Edit> {
    (prop::sample::select(FIELDS), 0..6_usize).prop_map(|(field, value)| Edit { field, value })
}

pub fn edits(most: usize) -> impl Strategy<Value = Vec<Edit>> {
    prop::collection::vec(edit(), 0..most)
}

const TEXTS: [&str; 6] = [
    "Printer on floor 2 is down",
    "paper jam",
    "Größe der E-Mail: node.js fails",
    "The VPN drops; paper first, jam later",
    "ŽLUŤOUČKÝ kůň 2x",
    "LONG",
];

fn text(value: usize) -> String {
    match TEXTS[value] {
        "LONG" => format!("{}end", "long text ".repeat(27)),
        text => text.to_owned(),
    }
}

/// Value 0 empties what can be empty.
pub fn apply(ticket: &mut Ticket, edit: &Edit, ids: &Ids) {
    let n = edit.value;
    let some = n > 0;
    let person = || some.then(|| ids.persons[n % 3]);
    match edit.field {
        "short_description" => ticket.short_description = TEXTS[n.min(4)].into(),
        "description" => ticket.description = some.then(|| text(n)),
        "state" => {
            let states = ["new", "in_progress", "on_hold", "resolved", "closed", "canceled"];
            ticket.state = states[n].into();
        }
        "on_hold_reason" => ticket.on_hold_reason = some.then(|| "awaiting_vendor".into()),
        "impact" => ticket.impact = 1 + (n % 3) as u8,
        "urgency" => ticket.urgency = 1 + (n % 3) as u8,
        "priority" => ticket.priority = 1 + (n % 5) as u8,
        "caller" => ticket.caller = person(),
        "assigned_to" => ticket.assigned_to = person(),
        "category" => ticket.category = some.then(|| super::CATEGORIES[n % 3].0.into()),
        "assignment_group" => ticket.assignment_group = some.then(|| ids.teams[n % 2]),
        "service" => ticket.service = some.then_some(ids.service),
        "resolved_at" => ticket.resolved_at = some.then(|| later(n as i64 * 43_200)),
        "close_notes" => ticket.close_notes = some.then(|| text(n)),
        "priority_reason" => ticket.priority_reason = some.then(|| text(n)),
        "external_number" => ticket.external_number = some.then(|| format!("INC00{n}")),
        "external_vendor" => ticket.external_vendor = some.then(|| text(n)),
        "reopen_count" => ticket.reopen_count = n as i64,
        name => {
            let value = match name {
                "floor" => json!([0, -1, 0, 2, 3, 1][n]),
                "cost" => json!([0.0, -1.0, 0.0, 0.5, 1e16, 2.0][n]),
                "room" => json!(TEXTS[n.min(4)]),
                "story" | "secret" => json!(text(n)),
                "flag" => json!(n % 2 == 1),
                "due" => json!(wire(later(n as i64 * 43_200))),
                "grade" => json!(["a", "b"][n % 2]),
                "helper" => json!(ids.persons[n % 3].to_string()),
                other => panic!("no such field: {other}"),
            };
            match some {
                true => drop(ticket.custom.insert(name.into(), value)),
                false => drop(ticket.custom.remove(name)),
            }
        }
    }
}

/// Words that entries are made of.
pub const ENTRIES: &[&str] =
    &["the printer is back", "jam", "paper", "called the vendor, no answer", "größer @agent"];

fn values(field: &'static str, values: &'static [&'static str]) -> BoxedStrategy<String> {
    let value = prop::sample::select(values);
    let op = prop::sample::select(&[":", "="][..]);
    (op, prop::collection::vec(value, 1..3))
        .prop_map(move |(op, values)| format!("{field}{op}{}", values.join(",")))
        .boxed()
}

fn ordered(field: &'static str, values: &'static [&'static str]) -> BoxedStrategy<String> {
    let value = prop::sample::select(values);
    let op = prop::sample::select(&["<", "<=", ">", ">=", ":", "="][..]);
    let order = (op, value.clone()).prop_map(move |(op, v)| format!("{field}{op}{v}"));
    let range = (value.clone(), value).prop_map(move |(a, b)| format!("{field}={a}..{b}"));
    prop_oneof![order, range].boxed()
}

const TIMES: &[&str] = &[
    "2026-09-21",
    "2026-09-22",
    "2026-09",
    "today",
    "yesterday",
    "-2d",
    "now",
    "+1d",
    "last_month",
    "2026-09-22T02:13:20Z",
    "this_week",
];
const PEOPLE: &[&str] =
    &["me", "rita", "\"NAME OF BEN\"", "agent@EXAMPLE.org", "nobody", "none", "any", "\"none\""];
const EMPTY: &[&str] = &["none", "any"];

/// Terms over tracked fields only.
pub fn tracked_term() -> impl Strategy<Value = String> {
    prop_oneof![
        values("state", &["open", "active", "new", "\"On Hold\"", "closed", "none", "any"]),
        values("on_hold_reason", &["awaiting_vendor", "\"awaiting caller\"", "none", "any"]),
        ordered("priority", &["1", "2", "3", "1.5", "critical", "5"]),
        values("category", &["\"Category 2\"", "\"category 25\"", "STRASSE", "none", "any"]),
        values("assigned_to", PEOPLE),
        values("assignment_group", &["my_teams", "\"group 2\"", "\"Group 25\"", "none", "any"]),
        values("service", &["\"e-mail GRÖSSE\"", "none", "any"]),
        values("location", EMPTY),
        ordered("floor", &["-1", "0", "2", "2.5"]),
        values("floor", EMPTY),
        ordered("cost", &["0", "0.5", "-1", "2", "10000000000000000"]),
        values("cost", EMPTY),
        values("flag", &["true", "no", "none", "any"]),
        ordered("due", TIMES),
        values("due", EMPTY),
        values("grade", &["a", "BETA", "none", "any"]),
        values("helper", PEOPLE),
        ordered("number", &["inc0000002", "INC0000007", "x"])
            .prop_filter("words", |t: &String| has_no_range(t)),
    ]
}

fn has_no_range(term: &str) -> bool {
    !(term.contains(':') && term.contains(".."))
}

/// Terms over everything an agent may ask.
pub fn term() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => tracked_term(),
        1 => ordered("impact", &["1", "2", "3", "low"]),
        1 => ordered("reopen_count", &["0", "1", "4"]),
        1 => values("caller", PEOPLE),
        1 => values("organisation", &["default", "north", "none"]),
        1 => ordered("resolved_at", TIMES),
        1 => values("resolved_at", EMPTY),
        1 => ordered("opened_at", TIMES),
        1 => ordered("room", &["\"paper jam\"", "q", "\"PRINTER on floor 2 is down\""])
            .prop_filter("words", |t: &String| has_no_range(t)),
        1 => values("description", EMPTY),
        1 => values("external_number", &["INC001", "none", "any", "inc003"]),
        1 => values("external_vendor", EMPTY),
        1 => values("priority_reason", EMPTY),
        1 => values("room", EMPTY),
        1 => values("story", EMPTY),
        6 => prop::sample::select(&[
            "printer", "print*", "\"paper jam\"", "\"jam paper\"", "node.js", "e-mail", "größe*",
            "groesse", "GRÖSSE", "vpn", "paper", "jam", "vendor", "\"the vendor\"", "\"vendor no\"",
            "zlutoucky", "inc0000003", "INC00*", "2x", "xyzzy", "long", "\"text end\"", "none",
            "short_description:printer", "short_description:print*", "short_description=none",
            "short_description=\"PRINTER on floor 2 is down\"", "short_description>n",
            "description:\"jam paper\"", "description:node.js", "description:\"fails node\"",
            "close_notes:vpn", "close_notes:pap*", "close_notes:\"jam later\"",
            "priority_reason:paper", "external_vendor:\"first jam\"", "external_vendor:jam.later",
            "room:paper", "room:pap*", "room:\"2 down\"", "story:größe", "story:\"js fails\"",
            "secret:paper", "secret=\"paper jam\"", "number:INC0000004", "number:inc00*",
            "number:INC", "number=inc0000005",
        ][..]).prop_map(str::to_owned),
    ]
}

/// Terms joined by "and", "or" and "not".
pub fn condition(term: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = String> {
    term.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| parts.join(" ")),
            3 => prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join(" or "))),
            2 => inner.prop_map(|part| format!("-({part})")),
        ]
    })
}

/// Fields a list sorts by.
pub fn sort() -> impl Strategy<Value = String> {
    sort_by(&[
        "number",
        "priority",
        "impact",
        "state",
        "opened_at",
        "updated_at",
        "resolved_at",
        "category",
        "short_description",
        "reopen_count",
        "closed_at",
        "floor",
        "cost",
        "flag",
        "due",
        "grade",
        "room",
    ])
}

/// Fields a list of the past sorts by.
pub fn tracked_sort() -> impl Strategy<Value = String> {
    sort_by(&[
        "number",
        "priority",
        "category",
        "opened_at",
        "floor",
        "cost",
        "flag",
        "due",
        "grade",
    ])
}

fn sort_by(names: &'static [&'static str]) -> impl Strategy<Value = String> {
    let keys = prop::sample::subsequence(names, 0..4).prop_shuffle();
    (keys, prop::collection::vec(any::<bool>(), 4)).prop_map(|(keys, down)| {
        let key = |(key, down): (&&str, &bool)| format!("{}{key}", if *down { "-" } else { "" });
        keys.iter().zip(&down).map(key).collect::<Vec<_>>().join(",")
    })
}
