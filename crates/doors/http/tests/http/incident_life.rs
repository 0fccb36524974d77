//! The life of an incident through HTTP: every action, what follows from it,
//! and what the life cycle forbids.

use serde_json::{Value, json};

use crate::support::{Person, World, on_both_worlds};

/// Opens an incident and gives its path.
async fn open(world: &World, by: &Person, words: &str) -> String {
    let body = json!({"short_description": words});
    let made = by.post(world, "/api/v1/incidents", body).await.expect(201);
    format!("/api/v1/incidents/{}", made["number"].as_str().expect("a number"))
}

fn action(incident: &Value, name: &str) -> Value {
    let all = incident["actions"].as_array().expect("actions");
    all.iter().find(|a| a["name"] == name).expect("the action").clone()
}

#[test]
fn an_incident_goes_from_call_to_closure() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let caller = world.person("jonas", &["requester"]).await;
        let path = open(&world, &caller, "VPN drops").await;
        let seen = agent.get(&world, &path).await.expect(200);
        assert_eq!((&seen["state"], &seen["priority"]), (&json!("new"), &json!(4)));
        assert_eq!(seen["caller"]["login"], "jonas");

        let body = json!({"assigned_to": "ben"});
        let seen = agent.post(&world, &format!("{path}/assign"), body).await.expect(200);
        assert_eq!(seen["state"], "in_progress");
        let patched = agent.patch(&world, &path, 2, json!({"impact": 2, "urgency": 1})).await;
        assert_eq!(patched.expect(200)["priority"], 2);
        agent.patch(&world, &path, 2, json!({"impact": 1})).await.problem(412);

        let hold = json!({"on_hold_reason": "awaiting_caller"});
        let seen = agent.post(&world, &format!("{path}/hold"), hold).await.expect(200);
        assert_eq!(seen["state"], "on_hold");
        assert_eq!(action(&seen, "close")["allowed"], false);
        let refused = agent.post(&world, &format!("{path}/close"), json!({})).await;
        refused.problem(409);
        assert_eq!(refused.json()["detail"], action(&seen, "close")["reason"]);

        let answer = json!({"text": "By cable it holds."});
        caller.post(&world, &format!("{path}/comments"), answer).await.expect(201);
        let seen = agent.get(&world, &path).await.expect(200);
        assert_eq!(seen["state"], "in_progress", "the caller's answer ends the wait");
        assert_eq!(seen["on_hold_reason"], json!(null));

        let empty =
            agent.post(&world, &format!("{path}/resolve"), json!({"close_code": "solved"})).await;
        assert_eq!(empty.problem(422).0, "close_notes");
        let resolution = json!({"close_code": "Solved", "close_notes": "Rekey timer set back."});
        let seen = agent.post(&world, &format!("{path}/resolve"), resolution).await.expect(200);
        assert_eq!((&seen["state"], &seen["close_code"]), (&json!("resolved"), &json!("solved")));
        assert_eq!(seen["resolved_by"]["login"], "ben");

        let seen = caller.post(&world, &format!("{path}/close"), json!({})).await.expect(200);
        assert_eq!(seen["state"], "closed");
        let again = json!({"comment": "It drops again."});
        let seen = caller.post(&world, &format!("{path}/reopen"), again).await.expect(200);
        assert_eq!((&seen["state"], &seen["reopen_count"]), (&json!("in_progress"), &json!(1)));
        assert_eq!(seen["close_notes"], json!(null));
    });
}

#[test]
fn time_closes_what_nobody_confirms_and_ends_a_wait() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let path = open(&world, &agent, "Printer prints blank labels").await;
        let until = "2026-09-21T15:00:00.000Z";
        let hold = json!({"on_hold_reason": "awaiting_vendor", "until": until});
        let seen = agent.post(&world, &format!("{path}/hold"), hold).await.expect(200);
        assert_eq!(seen["on_hold_until"], until);
        assert_eq!(world.fire().await, 0);
        world.advance(24 * 3600);
        assert_eq!(world.fire().await, 1);
        let seen = agent.get(&world, &path).await.expect(200);
        assert_eq!((&seen["state"], &seen["on_hold_until"]), (&json!("in_progress"), &json!(null)));

        let resolution = json!({"close_code": "solved", "close_notes": "New roll."});
        agent.post(&world, &format!("{path}/resolve"), resolution.clone()).await.expect(200);
        world.advance(6 * 24 * 3600);
        assert_eq!(world.fire().await, 0);
        let again = json!({"comment": "Still blank."});
        agent.post(&world, &format!("{path}/reopen"), again).await.expect(200);
        world.advance(2 * 24 * 3600);
        assert_eq!(world.fire().await, 0, "the reopened incident has no reason to close");
        agent.post(&world, &format!("{path}/resolve"), resolution).await.expect(200);
        world.advance(7 * 24 * 3600 + 1);
        assert_eq!(world.fire().await, 1);
        let seen = agent.get(&world, &path).await.expect(200);
        assert_eq!(seen["state"], "closed");
        let history = agent.get(&world, &format!("{path}/history")).await.expect(200);
        let last = history["items"].as_array().and_then(|i| i.last()).expect("facts").clone();
        assert_eq!((&last["kind"], &last["door"]), (&json!("incident.closed"), &json!("timer")));
        assert!(last["cause"]["seq"].as_i64().is_some(), "{last}");

        world.advance(15 * 24 * 3600);
        let late = agent.post(&world, &format!("{path}/reopen"), json!({"comment": "Again"})).await;
        late.problem(409);
    });
}

#[test]
fn a_duplicate_is_merged_and_taken_apart() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let master = open(&world, &agent, "Mail is down").await;
        let twin = open(&world, &agent, "No mail since nine").await;
        agent
            .post(
                &world,
                &format!("{twin}/comments"),
                json!({"text": "Nobody on floor 3 has mail"}),
            )
            .await
            .expect(201);
        let of = |path: &str| path.rsplit('/').next().expect("a number").to_owned();
        let body = json!({"of": of(&master)});
        let seen = agent.post(&world, &format!("{twin}/duplicate"), body).await.expect(200);
        assert_eq!(
            (&seen["state"], &seen["close_code"]),
            (&json!("canceled"), &json!("duplicate"))
        );
        assert_eq!(seen["duplicate_of"]["number"], of(&master));
        let timeline = agent.get(&world, &format!("{master}/timeline")).await.expect(200);
        let shown = timeline["items"].as_array().expect("items").iter();
        let marked: Vec<&Value> = shown.filter(|i| i["source"]["number"] == of(&twin)).collect();
        assert_eq!(marked.len(), 1, "the duplicate's entry, marked");
        let own =
            agent.post(&world, &format!("{master}/duplicate"), json!({"of": of(&master)})).await;
        assert_eq!(own.problem(422).0, "of");
        let seen = agent.post(&world, &format!("{twin}/unmerge"), json!({})).await.expect(200);
        assert_eq!((&seen["state"], &seen["duplicate_of"]), (&json!("new"), &json!(null)));
    });
}

#[test]
fn resolving_a_parent_resolves_its_open_children() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let parent = open(&world, &agent, "Core switch is down").await;
        let number = parent.rsplit('/').next().expect("a number").to_owned();
        let child = open(&world, &agent, "No network in Leeds").await;
        agent.patch(&world, &child, 1, json!({"parent": number})).await.expect(200);
        let circle =
            agent.patch(&world, &parent, 1, json!({"parent": child.rsplit('/').next()})).await;
        assert_eq!(circle.problem(422), ("parent".into(), "circle".into()));
        let resolution = json!({"close_code": "solved", "close_notes": "Power is back."});
        agent.post(&world, &format!("{parent}/resolve"), resolution).await.expect(200);
        let seen = agent.get(&world, &child).await.expect(200);
        assert_eq!(
            (&seen["state"], &seen["close_notes"]),
            (&json!("resolved"), &json!("Power is back."))
        );
        agent
            .post(&world, &format!("{parent}/reopen"), json!({"comment": "Down again"}))
            .await
            .expect(200);
        assert_eq!(agent.get(&world, &child).await.expect(200)["state"], "resolved");
    });
}

#[test]
fn priority_comes_from_the_matrix_or_by_hand() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let path = open(&world, &agent, "Rename distribution list").await;
        let by_hand = json!({"priority_override": {"priority": 5, "reason": "Planned for May"}});
        let seen = agent.patch(&world, &path, 1, by_hand).await.expect(200);
        assert_eq!(
            (&seen["priority"], &seen["priority_override"]["reason"]),
            (&json!(5), &json!("Planned for May"))
        );
        let seen = agent.patch(&world, &path, 2, json!({"urgency": 1})).await.expect(200);
        assert_eq!(seen["priority"], 5, "by hand wins");
        let seen =
            agent.patch(&world, &path, 3, json!({"priority_override": null})).await.expect(200);
        assert_eq!(seen["priority"], 3);
        let none = agent
            .patch(&world, &path, 4, json!({"priority_override": {"priority": 1, "reason": " "}}))
            .await;
        assert_eq!(none.problem(422).0, "priority_override.reason");
        let read_only = agent.patch(&world, &path, 4, json!({"priority": 1})).await;
        assert_eq!(read_only.problem(422).0, "priority");

        let mut cells = agent.get(&world, "/api/v1/priority-matrix").await.expect(200);
        assert_eq!(cells["cells"][2], json!({"impact": 1, "urgency": 3, "priority": 3}));
        cells["cells"][8]["priority"] = json!(5);
        agent.put(&world, "/api/v1/priority-matrix", cells.clone()).await.problem(403);
        let admin = world.admin();
        admin.put(&world, "/api/v1/priority-matrix", cells.clone()).await.expect(200);
        let path = open(&world, &agent, "Low and not urgent").await;
        assert_eq!(agent.get(&world, &path).await.expect(200)["priority"], 5);
        cells["cells"].as_array_mut().expect("cells").pop();
        let hole = admin.put(&world, "/api/v1/priority-matrix", cells).await;
        assert_eq!(hole.problem(422), ("cells".into(), "complete".into()));
    });
}

#[test]
fn nothing_changed_leaves_no_fact_and_no_version() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let path = open(&world, &agent, "Badge reader is slow").await;
        let seen = agent.patch(&world, &path, 1, json!({"impact": 3})).await.expect(200);
        assert_eq!(seen["version"], 1);
        let history = agent.get(&world, &format!("{path}/history")).await.expect(200);
        assert_eq!(history["items"].as_array().map(Vec::len), Some(1));
    });
}

#[test]
fn reassignment_counts_changes_of_the_group_after_the_first() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        for name in ["Network", "Workplace"] {
            admin.post(&world, "/api/v1/teams", json!({"name": name})).await.expect(201);
        }
        let path = open(&world, &admin, "Slow").await;
        for (group, count) in [("Network", 0), ("Network", 0), ("Workplace", 1), ("Network", 2)] {
            let body = json!({"assignment_group": group});
            let seen = admin.post(&world, &format!("{path}/assign"), body).await.expect(200);
            assert_eq!(seen["reassignment_count"], count, "{group}");
        }
        let unknown = admin
            .post(&world, &format!("{path}/assign"), json!({"assignment_group": "Nobody"}))
            .await;
        assert_eq!(unknown.problem(422), ("assignment_group".into(), "reference".into()));
    });
}

#[test]
fn the_times_of_closing_and_reopening_can_be_configured() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let admin = world.admin();
        let path = "/api/v1/incident-settings";
        let days = |close: i64| json!({"auto_close_days": close, "reopen_days": 1});
        agent.put(&world, path, days(2)).await.problem(403);
        let wrong = admin.put(&world, path, days(-1)).await;
        assert_eq!(wrong.problem(422), ("auto_close_days".into(), "range".into()));
        admin.put(&world, path, days(2)).await.expect(200);
        assert_eq!(agent.get(&world, path).await.expect(200)["auto_close_days"], 2);

        let incident = open(&world, &agent, "Badge reader is slow").await;
        let resolution = json!({"close_code": "solved", "close_notes": "Cleaned."});
        agent.post(&world, &format!("{incident}/resolve"), resolution).await.expect(200);
        // Raised before it is due: the timer waits on instead of closing early.
        admin.put(&world, path, days(4)).await.expect(200);
        world.advance(2 * 24 * 3600 + 1);
        assert_eq!(world.fire().await, 1);
        assert_eq!(agent.get(&world, &incident).await.expect(200)["state"], "resolved");
        world.advance(2 * 24 * 3600);
        assert_eq!(world.fire().await, 1);
        assert_eq!(agent.get(&world, &incident).await.expect(200)["state"], "closed");
        world.advance(25 * 3600);
        let late = json!({"comment": "Slow again"});
        agent.post(&world, &format!("{incident}/reopen"), late).await.problem(409);
    });
}

#[test]
fn what_has_ended_is_read_only_but_for_corrections() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let manager = world.person("ida", &["incident_manager"]).await;
        let canceled = open(&world, &agent, "Wrong number").await;
        let reason = json!({"reason": "Nobody there"});
        agent.post(&world, &format!("{canceled}/cancel"), reason).await.expect(200);
        let closed = open(&world, &agent, "Mouse is gone").await;
        let resolution = json!({"close_code": "solved", "close_notes": "Found."});
        agent.post(&world, &format!("{closed}/resolve"), resolution).await.expect(200);
        agent.post(&world, &format!("{closed}/close"), json!({})).await.expect(200);
        for (path, state) in [(&canceled, "canceled"), (&closed, "closed")] {
            let seen = agent.get(&world, path).await.expect(200);
            let version = seen["version"].as_i64().expect("a version");
            let change = json!({"short_description": "Another story"});
            let refused = agent.patch(&world, path, version, change.clone()).await;
            refused.problem(409);
            let detail = refused.json()["detail"].as_str().expect("a reason").to_owned();
            assert!(detail.starts_with(&format!("{state}: ")), "{detail}");
            let minutes = json!({"minutes": 5});
            agent.post(&world, &format!("{path}/work-time"), minutes).await.problem(409);
            for name in ["update", "work-time", "override_priority"] {
                let shown = action(&seen, name);
                assert_eq!(shown["allowed"], false, "{name}");
                assert_eq!(shown["reason"], detail.as_str(), "{name}");
            }
            for (part, text) in [("comments", "Thank you"), ("work-notes", "For the file")] {
                let text = json!({"text": text});
                agent.post(&world, &format!("{path}/{part}"), text).await.expect(201);
            }
            let other = open(&world, &agent, "Another").await;
            let link = json!({"type": "related_to", "to": other.rsplit('/').next()});
            agent.post(&world, &format!("{path}/relations"), link).await.expect(201);

            let seen = manager.get(&world, path).await.expect(200);
            assert_eq!(action(&seen, "update")["allowed"], true);
            let version = seen["version"].as_i64().expect("a version");
            let seen = manager.patch(&world, path, version, change).await.expect(200);
            assert_eq!(
                (&seen["short_description"], &seen["state"]),
                (&json!("Another story"), &json!(state))
            );
            let history = agent.get(&world, &format!("{path}/history")).await.expect(200);
            let last = history["items"].as_array().and_then(|i| i.last()).expect("facts");
            assert_eq!(last["kind"], "incident.corrected");
        }
    });
}
