//! Rules on both engines: what they do, when they stop, whom they act as.

mod common;

use common::{House, category, when};
use serde_json::json;
use steward_automation::rule::{self, MAX_DEPTH, RuleChange, When};
use steward_base::{Error, Timestamp};
use steward_history::{Door, FactRef, prune};
use steward_people::{Role, grants};
use steward_schema::testing::on_both;
use steward_ticket::journal::EntryKind;

fn on_house(test: impl Fn(House)) {
    on_both(|db| {
        let house = House::new(db);
        test(house);
    });
}

#[test]
fn a_rule_acts_on_a_fact_as_itself_and_because_of_it() {
    on_house(|house| {
        let rule = house.rule("incident.created", "impact:1 printer", &[category("hardware")]);
        let small = house.ticket("ann", |t| t.impact = 3);
        let big = house.ticket("ann", |t| t.impact = 1);
        house.settle();
        assert_eq!(house.load(big).category.as_deref(), Some("hardware"));
        assert_eq!(house.load(small).category, None);
        assert_eq!(house.states(&rule), ["done"]);
        let facts = house.facts(big);
        let stamp = &facts[1].stamp;
        assert_eq!(stamp.by, rule.actor);
        assert_eq!(stamp.door, Door::Automation);
        assert_eq!(stamp.cause, Some(FactRef { record: big, seq: 1 }));
        house.verifies();
    });
}

#[test]
fn rules_leave_imported_facts_and_the_past_alone() {
    on_house(|house| {
        let before = house.ticket("ann", |_| {});
        house.advance(10);
        let rule = house.rule("incident.*", "", &[category("late")]);
        let mut call = house.by("ann");
        call.door = Door::Import;
        let imported = house.ticket_through(call, |_| {});
        house.settle();
        assert_eq!(house.load(before).category, None);
        assert_eq!(house.load(imported).category, None);
        assert!(house.states(&rule).is_empty());
    });
}

#[test]
fn reading_the_log_again_sets_nothing_off_twice() {
    on_house(|house| {
        let rule = house.rule("incident.created", "", &[("incident.bump", json!({}))]);
        let ticket = house.ticket("ann", |_| {});
        house.settle();
        house.rewind(&house.rules);
        house.settle();
        assert_eq!(house.load(ticket).reassignment_count, 1);
        assert_eq!(house.states(&rule), ["done"]);
    });
}

#[test]
fn the_same_rule_on_the_same_record_stops_the_chain_with_a_fact() {
    on_house(|house| {
        let rule = house.rule("incident.*", "", &[("incident.bump", json!({}))]);
        let ticket = house.ticket("ann", |_| {});
        house.settle();
        assert_eq!(house.load(ticket).reassignment_count, 1, "once and not for ever");
        assert_eq!(house.states(&rule), ["done", "stopped"]);
        let said = house.facts(rule.id);
        let stopped = said.last().expect("a fact");
        assert_eq!(stopped.kind, "automation_rule.stopped");
        assert_eq!(stopped.to("reason"), Some(&json!("same_rule_same_record")));
        assert_eq!(stopped.stamp.cause, Some(FactRef { record: ticket, seq: 1 }));
        // Another act of a person begins another chain.
        house.change("bob", ticket, "incident.updated", |t| t.impact = 2);
        house.settle();
        assert_eq!(house.load(ticket).reassignment_count, 2);
        house.verifies();
    });
}

#[test]
fn a_chain_of_many_rules_stops_at_its_depth() {
    on_house(|house| {
        let last = MAX_DEPTH + 2;
        let rules: Vec<_> = (0..last)
            .map(|n| {
                let condition = format!("reassignment_count:{n}");
                house.rule("incident.*", &condition, &[("incident.bump", json!({}))])
            })
            .collect();
        let ticket = house.ticket("ann", |_| {});
        house.settle();
        assert_eq!(house.load(ticket).reassignment_count, MAX_DEPTH);
        let stopped = &rules[usize::try_from(MAX_DEPTH).expect("small")];
        assert_eq!(house.states(stopped), ["stopped"]);
        assert_eq!(house.facts(stopped.id)[1].to("reason"), Some(&json!("depth")));
    });
}

#[test]
fn a_refused_command_undoes_its_run_and_holds_up_nobody() {
    on_house(|house| {
        let bad = [category("half"), ("incident.refuse", json!({}))];
        let bad = house.rule("incident.created", "", &bad);
        let good = house.rule("incident.created", "", &[("incident.bump", json!({}))]);
        let ticket = house.ticket("ann", |_| {});
        house.settle();
        let after = house.load(ticket);
        assert_eq!((after.category, after.reassignment_count), (None, 1));
        assert_eq!(house.states(&good), ["done"]);
        let failed = &house.runs(&bad)[0];
        assert_eq!(failed.error.as_deref(), Some("incident.refuse: the life cycle forbids it"));
    });
}

#[test]
fn a_rule_holds_no_more_than_its_publisher_at_that_moment() {
    on_house(|house| {
        let boss = house.person("boss", &[Role::IncidentManager]);
        let then = [("incident.bump", json!({}))];
        let rule = house.publish("boss", when("incident.created"), "", &then).expect("a rule");
        let first = house.ticket("ann", |_| {});
        house.settle();
        assert_eq!(house.load(first).reassignment_count, 1);
        let call = house.by("admin");
        let revoke = move |tx: &mut steward_database::Tx| {
            let held = grants::held_by(tx, boss)?;
            held.into_iter().try_for_each(|grant| grants::delete(tx, &call, grant.id))
        };
        house.write(revoke).expect("revoked");
        let second = house.ticket("ann", |_| {});
        house.settle();
        assert_eq!(house.load(second).reassignment_count, 0);
        let failed = house.runs(&rule).pop().expect("a run");
        let why = "who published the rule no longer holds its roles";
        assert_eq!(failed.error.as_deref(), Some(why));
        // Somebody else publishes it again.
        house.advance(5);
        let (call, engine, id) = (house.by("admin"), house.engine.clone(), rule.id);
        let change = RuleChange { active: Some(true), ..RuleChange::default() };
        house.write(move |tx| rule::update(tx, &call, &engine, id, &change, None)).expect("again");
        let third = house.ticket("ann", |_| {});
        house.settle();
        assert_eq!(house.load(third).reassignment_count, 1);
    });
}

#[test]
fn a_rule_sees_only_what_its_roles_may_read() {
    on_house(|house| {
        let then = [("incident.bump", json!({}))];
        let rule = house.rule("incident.noted incident.updated", "secret", &then);
        let ticket = house.ticket("ann", |_| {});
        house.entry("ann", ticket, EntryKind::WorkNote, "a secret", &[]);
        house.settle();
        assert_eq!(house.states(&rule), ["done", "stopped"], "an agent reads work notes");
        let (call, engine) = (house.by("admin"), house.engine.clone());
        let requester = RuleChange {
            roles: Some(vec![Role::Requester]),
            condition: Some("time_worked_minutes>3".into()),
            ..RuleChange::default()
        };
        let id = rule.id;
        let refused = house.write(move |tx| rule::update(tx, &call, &engine, id, &requester, None));
        assert!(matches!(refused, Err(Error::Invalid(e)) if e[0].field == "condition"));
    });
}

#[test]
fn who_may_not_publish_is_refused_and_mistakes_are_named_together() {
    on_house(|house| {
        let then = [("incident.bump", json!({}))];
        let refused = house.publish("ann", when("incident.created"), "", &then);
        assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");
        let wrong = [("incident.fly", json!({}))];
        let Err(Error::Invalid(errors)) = house.publish("admin", when("incident"), "x:y", &wrong)
        else {
            panic!("taken")
        };
        let fields: Vec<&str> = errors.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["when.facts", "then"]);
        let both = When { every_minutes: Some(10), ..when("incident.created") };
        assert!(house.publish("admin", both, "", &then).is_err());
        assert!(house.publish("admin", when("person.created"), "", &then).is_err());
    });
}

#[test]
fn a_rule_may_wait_and_then_looks_again() {
    on_house(|house| {
        let wait = When { after_minutes: Some(30), ..when("incident.created") };
        let then = [("incident.bump", json!({}))];
        let rule = house.publish("admin", wait, "state:new", &then).expect("a rule");
        let (open, done) = (house.ticket("ann", |_| {}), house.ticket("ann", |_| {}));
        house.settle();
        house.change("ann", done, "incident.resolved", |t| t.state = "resolved".into());
        house.advance(1790);
        assert_eq!(house.fire(), 0);
        house.advance(20);
        assert_eq!(house.fire(), 2);
        house.settle();
        assert_eq!(house.load(open).reassignment_count, 1);
        assert_eq!(house.load(done).reassignment_count, 0);
        assert_eq!(house.states(&rule).iter().filter(|s| **s == "done").count(), 1);
        let cause = house.facts(open)[1].stamp.cause;
        assert_eq!(cause, Some(FactRef { record: open, seq: 1 }), "the chain goes on");
    });
}

#[test]
fn a_rule_may_have_a_rhythm() {
    on_house(|house| {
        let rhythm =
            When { every_minutes: Some(60), kind: Some("incident".into()), ..When::default() };
        let then = [category("reviewed")];
        let rule = house.publish("admin", rhythm, "category:none", &then).expect("a rule");
        let ticket = house.ticket("ann", |_| {});
        house.advance(3601);
        assert_eq!(house.fire(), 1);
        house.settle();
        assert_eq!(house.load(ticket).category.as_deref(), Some("reviewed"));
        // After a stop of many hours once, not many times.
        house.advance(36_000);
        assert_eq!(house.fire(), 1);
        house.settle();
        assert_eq!(house.states(&rule), ["done"]);
        let (call, id) = (house.by("admin"), rule.id);
        house.write(move |tx| rule::delete(tx, &call, id, None)).expect("deleted");
        house.advance(7200);
        assert_eq!(house.fire(), 0);
        house.verifies();
    });
}

#[test]
fn a_rule_tells_people() {
    on_house(|house| {
        let to = json!({"to": ["caller", "bob"]});
        house.rule("incident.created", "impact:1", &[("notify", to)]);
        let cara = house.id("cara");
        house.ticket("ann", move |t| {
            t.impact = 1;
            t.caller = Some(cara);
        });
        house.settle();
        for (login, count) in [("cara", 1), ("bob", 1), ("ann", 0)] {
            let actor = house.actor(login);
            let unread = house.read(move |tx| steward_notification::count(tx, &actor, true));
            assert_eq!(unread, count, "{login}");
        }
    });
}

#[test]
fn a_trial_shows_what_would_have_been_with_the_values_as_they_were() {
    on_house(|house| {
        let from = house.now();
        let mut call = house.by("ann");
        call.door = Door::Import;
        let ticket = house.ticket_through(call, |t| t.impact = 1);
        house.advance(100);
        house.change("ann", ticket, "incident.updated", |t| t.impact = 3);
        house.ticket("ann", |t| t.impact = 3);
        house.advance(100);
        let then = [category("hardware"), ("incident.refuse", json!({}))];
        let rule = house.rule("incident.*", "impact:1 -category:any printer", &then);
        let (call, engine, id, to) =
            (house.by("admin"), house.engine.clone(), rule.id, house.now());
        let facts = |h: &House| h.kinds(ticket).len() + h.kinds(rule.id).len();
        let before = facts(&house);
        let (would, more) =
            house.read(move |tx| rule::try_rule(tx, &call, &engine, id, (from, to)));
        assert!(!more);
        assert_eq!(would.len(), 1, "impact was 1 then, though it is 3 now");
        assert_eq!(
            (would[0].fact.as_str(), would[0].door.as_str()),
            ("incident.created", "import")
        );
        assert_eq!(would[0].values["impact"], json!(1));
        assert_eq!(would[0].commands.len(), 2);
        house.settle();
        assert_eq!(facts(&house), before, "nothing is written");
        assert!(house.states(&rule).is_empty());
    });
}

#[test]
fn ended_runs_are_pruned_and_what_they_did_stays() {
    on_house(|house| {
        let rule = house.rule("incident.created", "impact:1", &[category("hardware")]);
        let old = house.ticket("ann", |t| t.impact = 1);
        house.settle();
        house.advance(100 * 86_400);
        house.ticket("ann", |t| t.impact = 1);
        house.settle();
        let facts = house.facts(old).len();
        let before = house.now().as_second() - 90 * 86_400;
        let before = Timestamp::from_second(before).expect("a time");
        let pruned = house.write(move |tx| prune(tx, &rule::RUNS, before, 0, 500));
        assert_eq!(pruned.expect("a step").removed, 1);
        assert_eq!(house.states(&rule), ["done"]);
        house.rewind(&house.rules);
        house.settle();
        assert_eq!(house.facts(old).len(), facts, "what is gone is not done again");
        assert_eq!(house.states(&rule), ["done"]);
        house.verifies();
    });
}
