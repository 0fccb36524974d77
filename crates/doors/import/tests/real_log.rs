//! The real log, planned as a whole, says what its README says. Pure: no
//! database.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use steward_base::Timestamp;
use steward_import::fact::{PlannedFact, Reference, Value, state_after};
use steward_import::mapping::Mapping;
use steward_import::plan::Planner;
use steward_import::reader::survey;

fn log() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../..");
    root.join("testdata/uci-incident-log/incident_event_log.csv.gz")
}

/// Plans the whole log, one incident after the other.
fn each_incident(mut take: impl FnMut(&str, &[PlannedFact])) {
    let mapping = Mapping::load("uci-incident-log").expect("the shipped mapping");
    let survey = survey(&log(), &mapping.row.number).expect("the log reads");
    let planner = Planner::new(&mapping, &survey.columns, None).expect("the columns are there");
    for group in survey.groups().expect("opens") {
        let group = group.expect("reads");
        take(&group.number, &planner.plan(&group));
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 { values[half] } else { (values[half - 1] + values[half]) / 2.0 }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[derive(Default)]
struct Facts {
    /// Field=value of the last rows, with how many incidents have it.
    last: BTreeMap<String, u64>,
    rows: u64,
    incidents: u64,
    to_resolved: Vec<f64>,
    to_closed: Vec<f64>,
    sums: BTreeMap<&'static str, i64>,
    named: BTreeMap<String, HashSet<String>>,
    unmapped: Vec<(u64, String, String)>,
}

impl Facts {
    fn count(&self, what: &str) -> u64 {
        self.last.get(what).copied().unwrap_or(0)
    }

    fn take(&mut self, facts: &[PlannedFact]) {
        self.rows += facts.len() as u64;
        self.incidents += 1;
        for fact in facts {
            let unmapped = fact.unmapped.iter();
            self.unmapped.extend(unmapped.map(|u| (u.row, u.column.clone(), u.value.clone())));
            for (field, value) in &fact.changes {
                let name = match value {
                    Value::Record(Reference::Named { name, .. }) => name,
                    Value::Record(Reference::Person { login, .. }) => login,
                    _ => continue,
                };
                self.named.entry(field.clone()).or_default().insert(name.clone());
            }
        }
        let last = state_after(facts, facts.len());
        let short = ["state", "priority", "impact", "urgency", "contact_type", "made_sla"];
        for field in short {
            let value = last.get(field).copied().unwrap_or(&Value::Empty);
            *self.last.entry(format!("{field} {}", word(value))).or_default() += 1;
        }
        for (field, filled) in
            [("external_problem", "last_problem"), ("external_change", "last_change")]
        {
            if let Some(Value::Text(name)) = last.get(field) {
                self.named.entry(filled.into()).or_default().insert(name.clone());
            }
        }
        let number = |field: &str| match last.get(field) {
            Some(Value::Number(n)) => *n,
            other => panic!("{field} is a number: {other:?}"),
        };
        let (moved, back) = (number("reassignment_count"), number("reopen_count"));
        for (name, n) in [
            ("reassignments", moved),
            ("never reassigned", i64::from(moved == 0)),
            ("reopenings", back),
            ("reopened", i64::from(back > 0)),
        ] {
            *self.sums.entry(name).or_default() += n;
        }
        let time = |field: &str| match last.get(field) {
            Some(Value::Time(at)) => Some(*at),
            _ => None,
        };
        let opened = time("opened_at").expect("every incident was opened");
        let hours = |until: Timestamp| (until.as_second() - opened.as_second()) as f64 / 3600.0;
        self.to_resolved.extend(time("resolved_at").map(hours));
        self.to_closed.extend(time("closed_at").map(hours));
    }
}

fn word(value: &Value) -> String {
    match value {
        Value::Empty => "none".into(),
        Value::Text(text) | Value::Choice(text) => text.clone(),
        Value::Number(n) => n.to_string(),
        Value::Boolean(b) => b.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn the_plan_of_the_whole_log_agrees_with_its_facts() {
    let mut facts = Facts::default();
    each_incident(|_, planned| facts.take(planned));
    assert_eq!((facts.rows, facts.incidents), (141_712, 24_918));
    for (what, expected) in [
        ("state closed", 24_918),
        ("priority 1", 270),
        ("priority 2", 408),
        ("priority 3", 23_466),
        ("priority 4", 774),
        ("impact 1", 421),
        ("impact 2", 23_746),
        ("impact 3", 751),
        ("urgency 1", 531),
        ("urgency 2", 23_689),
        ("urgency 3", 698),
        ("contact_type Phone", 24_688),
        ("contact_type Self service", 158),
        ("contact_type Email", 59),
        ("contact_type IVR", 9),
        ("contact_type Direct opening", 4),
        ("made_sla true", 15_803),
    ] {
        assert_eq!(facts.count(what), expected, "{what}");
    }
    assert_eq!(facts.to_resolved.len(), 23_362);
    assert_eq!(facts.to_closed.len(), 24_918);
    let within = facts.to_resolved.iter().filter(|h| **h <= 24.0).count() as f64;
    assert_eq!(format!("{:.2}", within / facts.to_resolved.len() as f64 * 100.0), "51.67");
    for (figure, expected) in [
        (mean(&facts.to_resolved), "178.1716"),
        (median(facts.to_resolved.clone()), "22.1000"),
        (mean(&facts.to_closed), "315.3286"),
        (median(facts.to_closed.clone()), "145.8667"),
    ] {
        assert_eq!(format!("{figure:.4}"), expected);
    }
    let sums = [
        ("reassignments", 23_414),
        ("never reassigned", 13_549),
        ("reopenings", 331),
        ("reopened", 275),
    ];
    for (what, expected) in sums {
        assert_eq!(facts.sums[what], expected, "{what}");
    }
    for (field, expected) in [
        ("caller", 5_244),
        ("assignment_group", 78),
        ("assigned_to", 234),
        ("last_problem", 244),
        ("last_change", 174),
    ] {
        assert_eq!(facts.named[field].len(), expected, "{field}");
    }
    assert_eq!(facts.unmapped.len(), 5, "{:?}", facts.unmapped);
    assert!(facts.unmapped.iter().all(|(_, c, v)| c == "incident_state" && v == "-100"));
}

#[test]
fn an_incident_is_planned_in_these_words() {
    let mut first = Vec::new();
    each_incident(|number, planned| {
        if number == "INC0000045" {
            first = planned.to_vec();
        }
    });
    let whole = state_after(&first, first.len());
    let text = Value::Text("Category 55 / Subcategory 170 / Symptom 72".into());
    assert_eq!(whole["short_description"], &text);
    let at = |day: &str| Value::Time(format!("2016-{day}:00Z").parse().expect("an instant"));
    assert_eq!(whole["resolved_at"], &at("02-29T11:29"));
    assert_eq!(whole["closed_at"], &at("03-05T12:00"));
    assert_eq!(whole["opened_at"], &at("02-29T01:16"));
    let opened_by = Reference::Person { login: "opened-by--8".into(), name: "Opened by  8".into() };
    assert_eq!(whole["opened_by"], &Value::Record(opened_by));
    // The second row is the first in Resolved, but its own time is another.
    assert!(!state_after(&first, 2).contains_key("resolved_at"));
    assert!(state_after(&first, 3).contains_key("resolved_by"));
    assert!(state_after(&first, 3).contains_key("close_code"));
    assert_eq!(first[2].changes.len(), 3, "{:?}", first[2].changes);
    let kept: Vec<&str> = first[0].kept.iter().map(|(column, _)| column.as_str()).collect();
    assert_eq!(kept, ["sys_created_by", "sys_created_at"]);
    assert!(first[1..].iter().all(|fact| fact.kept.is_empty()));
}

#[test]
fn a_longer_file_only_appends() {
    let mapping = Mapping::load("uci-incident-log").expect("the shipped mapping");
    let survey = survey(&log(), &mapping.row.number).expect("the log reads");
    let planner = Planner::new(&mapping, &survey.columns, None).expect("the columns are there");
    for group in survey.groups().expect("opens").take(2_000) {
        let group = group.expect("reads");
        let whole = planner.plan(&group);
        for cut in 1..group.rows.len() {
            let mut shorter = group.clone();
            shorter.rows.truncate(cut);
            assert_eq!(planner.plan(&shorter), whole[..cut], "{} at {cut}", group.number);
        }
    }
}
