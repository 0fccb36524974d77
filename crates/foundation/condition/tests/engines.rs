//! The back-ends and the engines hold one answer.

mod support;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use support::store::{ask, engines};
use support::{read, rows};

fn term() -> impl Strategy<Value = String> {
    let values = |field: &'static str, values: &'static [&'static str]| {
        let value = prop::sample::select(values);
        let op = prop::sample::select(&[":", "="][..]);
        (op, prop::collection::vec(value, 1..3))
            .prop_map(move |(op, values)| format!("{field}{op}{}", values.join(",")))
    };
    let ordered = |field: &'static str, values: &'static [&'static str]| {
        let value = prop::sample::select(values);
        let op = prop::sample::select(&["<", "<=", ">", ">="][..]);
        let order = (op, value.clone()).prop_map(move |(op, v)| format!("{field}{op}{v}"));
        let range =
            (value.clone(), value.clone()).prop_map(move |(a, b)| format!("{field}={a}..{b}"));
        let is = (prop::sample::select(&[":", "="][..]), value)
            .prop_map(move |(op, v)| format!("{field}{op}{v}"));
        prop_oneof![order, range, is]
    };
    // A range of texts needs `=`; with `:` it would be words.
    let by_key = |field: &'static str, values: &'static [&'static str]| {
        ordered(field, values)
            .prop_filter("no range by words", |t| !(t.contains(':') && t.contains("..")))
    };
    const TIMES: &[&str] = &[
        "2026-11-24",
        "2026-11-23",
        "2026-11",
        "2026",
        "today",
        "yesterday",
        "this_week",
        "this_month",
        "-7d",
        "now",
        "2026-11-24T08:00",
        "2026-11-24T07:00Z",
        "2026-11-24T07:00:00.000500Z",
        "2016-02-29T01:16Z",
        "last_month",
        "none",
        "any",
    ];
    let refs = &[
        "me",
        "Ada",
        "\"BOB MÜLLER\"",
        "cy@EXAMPLE.com",
        "nobody",
        "none",
        "any",
        "\"none\"",
        "00000000-0000-0000-0000-000000000002",
    ];
    prop_oneof![
        ordered("priority", &["1", "2", "3", "1.5", "-1", "99999999999", "low", "\"2 - high\""]),
        ordered("effort", &["0", "0.5", "-1", "1.5", "3"]),
        ordered("floor", &["-1", "0", "2", "2.5"]),
        ordered("opened_at", &TIMES[..15]),
        ordered("resolved_at", &TIMES[..15]),
        by_key("number", &["inc0000007", "INC0000030", "x"]),
        by_key("short_description", &["drucker", "LONG", "printer", "q", "zz"]),
        values("resolved_at", TIMES),
        values("priority", &["1", "none", "any", "4"]),
        values("floor", &["1", "none", "any", "2"]),
        values("state", &["open", "active", "new", "\"On Hold\"", "closed", "none", "any"]),
        values("category", &["\"Category 2\"", "\"category 25\"", "STRASSE", "none", "any"]),
        values("vip", &["true", "no", "none", "any"]),
        values("caller", refs),
        values("assigned_to", refs),
        values("assignment_group", &["my_teams", "\"group 2\"", "\"Group 25\"", "me", "none"]),
        prop::sample::select(
            &[
                "short_description:printer",
                "short_description:print*",
                "short_description=none",
                "short_description=\"none\"",
                "short_description:any",
                "description:none",
                "short_description=\"PRINTER on floor 2 is down\"",
                "short_description:\"down printer\"",
                "short_description:node.js,drucker",
                "description:\"jam paper\"",
                "description:js.paper",
                "short_description:größe*",
                "short_description:grossenlager",
                "room=\"größe\"",
                "room:any",
                "room:none",
                "room=\"b 2\",none",
                "room:b",
                "room<b",
                "room>=\"b 2\"",
                "printer",
                "print*",
                "\"paper jam\"",
                "\"jam paper\"",
                "\"printer vendor\"",
                "node.js",
                "e-mail",
                "INC0000007",
                "none",
                "paper",
                "vpn",
                "group",
                "xyzzy",
            ][..]
        )
        .prop_map(str::to_owned),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    term().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..5).prop_map(|parts| parts.join(" ")),
            3 => prop::collection::vec(inner.clone(), 2..5)
                .prop_map(|parts| format!("({})", parts.join(" or "))),
            2 => inner.prop_map(|part| format!("-({part})")),
        ]
    })
}

#[test]
fn memory_and_engines_agree_and_a_negation_is_the_rest() {
    let engines = engines();
    let rows = rows();
    let mut runner = TestRunner::new(Config { cases: 1500, ..Config::default() });
    let result = runner.run(&condition(), |written| {
        let wrong = |e: &dyn std::fmt::Debug| TestCaseError::fail(format!("{written}: {e:?}"));
        let condition = read(&written).map_err(|e| wrong(&e))?;
        let negation = read(&format!("-({written})")).map_err(|e| wrong(&e))?;
        let (met, unmet): (Vec<_>, Vec<_>) = rows.iter().partition(|row| condition.matches(*row));
        for row in &rows {
            prop_assert_eq!(negation.matches(row), !condition.matches(row), "{}", written);
        }
        let numbers = |rows: Vec<&support::Row>| rows.iter().map(|row| row.n).collect::<Vec<_>>();
        let (met, unmet) = (numbers(met), numbers(unmet));
        for db in &engines.all {
            let answer = ask(db, &condition).map_err(|e| wrong(&e))?;
            prop_assert_eq!(&answer, &met, "{:?}: {}", db.engine(), written);
            let rest = ask(db, &negation).map_err(|e| wrong(&e))?;
            prop_assert_eq!(&rest, &unmet, "{:?}: -({})", db.engine(), written);
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}

#[test]
fn the_largest_conditions_run_on_every_engine() {
    let engines = engines();
    let deep = (0..16)
        .fold("vip:yes".to_owned(), |inner, n| format!("(priority:1 -(floor:{n} or {inner}))"));
    let repeated = |term: &str, between: &str| vec![term; 1000].join(between);
    for written in [
        repeated("-printer", " "),
        repeated("floor:1", " or "),
        repeated("-caller:nobody", " "),
        format!("number={}", repeated("x", ",")),
        deep,
    ] {
        let condition = read(&written).expect("is within the limits");
        let met: Vec<i64> = rows().iter().filter(|r| condition.matches(*r)).map(|r| r.n).collect();
        for db in &engines.all {
            assert_eq!(ask(db, &condition).as_ref(), Ok(&met), "{:?}", db.engine());
        }
    }
}
