//! Incidents that belong together: duplicates, parents and children; and who
//! hears the bell for what happens to them.

use std::sync::Arc;

use serde_json::{Value, json};
use steward_history::Subscriber;
use steward_notification::Notifications;

use crate::support::{Person, World, on_both_worlds};

async fn open(world: &World, by: &Person, words: &str) -> String {
    let body = json!({"short_description": words});
    let made = by.post(world, "/api/v1/incidents", body).await.expect(201);
    format!("/api/v1/incidents/{}", made["number"].as_str().expect("a number"))
}

async fn act(world: &World, who: &Person, path: &str, action: &str, body: Value) -> Value {
    who.post(world, &format!("{path}/{action}"), body).await.expect(200)
}

fn number(path: &str) -> String {
    path.rsplit('/').next().expect("a number").to_owned()
}

fn solved() -> Value {
    json!({"close_code": "solved", "close_notes": "New switch."})
}

async fn facts(world: &World, path: &str) -> Vec<Value> {
    let history = world.admin().get(world, &format!("{path}/history?limit=500")).await.expect(200);
    history["items"].as_array().expect("facts").clone()
}

fn of_kind(facts: &[Value], kind: &str) -> Vec<Value> {
    facts.iter().filter(|f| f["kind"] == kind).cloned().collect()
}

#[test]
fn taking_a_duplicate_apart_gives_back_what_the_merge_took() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let master = open(&world, &agent, "Mail is down").await;
        let of = json!({"of": number(&master)});
        let until = "2026-09-25T08:00:00.000Z";
        let give = json!({"assigned_to": "ben"});
        let hold = json!({"on_hold_reason": "awaiting_vendor", "until": until});
        let cases = [
            ("new", vec![]),
            ("in_progress", vec![("assign", give)]),
            ("on_hold", vec![("hold", hold)]),
        ];
        for (state, steps) in cases {
            let path = open(&world, &agent, state).await;
            for (action, body) in steps {
                act(&world, &agent, &path, action, body).await;
            }
            let before = agent.get(&world, &path).await.expect(200);
            assert_eq!(before["state"], state);
            act(&world, &agent, &path, "duplicate", of.clone()).await;
            let after = act(&world, &agent, &path, "unmerge", json!({})).await;
            for field in ["state", "on_hold_reason", "on_hold_until", "assigned_to", "duplicate_of"]
            {
                assert_eq!(after[field], before[field], "{state}: {field}");
            }
            assert_eq!((&after["closed_at"], &after["close_code"]), (&json!(null), &json!(null)));
            if state == "on_hold" {
                world.advance(4 * 24 * 3600);
                assert_eq!(world.fire().await, 1, "its timer is back too");
                let resumed = agent.get(&world, &path).await.expect(200);
                assert_eq!(resumed["state"], "in_progress");
            }
        }
        let told = facts(&world, &master).await;
        assert_eq!(of_kind(&told, "incident.duplicate_added").len(), 3);
        assert_eq!(of_kind(&told, "incident.duplicate_removed").len(), 3);
    });
}

#[test]
fn duplicates_move_along_with_what_they_repeat() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let (first, second) = (open(&world, &agent, "A").await, open(&world, &agent, "C").await);
        let twins = [open(&world, &agent, "D").await, open(&world, &agent, "E").await];
        for twin in &twins {
            let said = json!({"text": format!("said on {twin}")});
            agent.post(&world, &format!("{twin}/comments"), said).await.expect(201);
            act(&world, &agent, twin, "duplicate", json!({"of": number(&first)})).await;
        }
        act(&world, &agent, &first, "duplicate", json!({"of": number(&second)})).await;
        for twin in &twins {
            let seen = agent.get(&world, twin).await.expect(200);
            assert_eq!(seen["duplicate_of"]["number"], number(&second));
            let told = of_kind(&facts(&world, twin).await, "incident.duplicate_moved");
            assert_eq!(told.len(), 1);
            assert!(told[0]["cause"]["seq"].as_i64().is_some(), "because the other was merged");
            let links = agent.get(&world, &format!("{twin}/relations")).await.expect(200);
            assert!(!links.to_string().contains(&number(&first)), "{links}");
        }
        let timeline = agent.get(&world, &format!("{second}/timeline")).await.expect(200);
        let items = timeline["items"].as_array().expect("items").clone();
        let said = items.iter().filter(|i| i["source"]["number"].is_string()).count();
        assert_eq!(said, 2, "what was said on either shows in the one that is left");
        let added = items.iter().find(|i| i["fact"]["kind"] == "incident.duplicate_added");
        let named = added.expect("the merge is told")["fact"]["changes"].to_string();
        assert!(named.contains(&number(&first)), "{named}");
        // Taken apart they come back one by one, as they were.
        let seen = act(&world, &agent, &twins[0], "unmerge", json!({})).await;
        assert_eq!((&seen["state"], &seen["duplicate_of"]), (&json!("new"), &json!(null)));
        let seen = act(&world, &agent, &first, "unmerge", json!({})).await;
        assert_eq!(seen["state"], "new");
        let report = |tx: &mut steward_database::Tx| steward_history::verify(tx, None);
        let report =
            tokio::task::block_in_place(|| world.app.db().read_blocking(report)).expect("verifies");
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    });
}

#[test]
fn nothing_is_merged_into_what_was_canceled() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let (dead, live) = (open(&world, &agent, "A").await, open(&world, &agent, "B").await);
        act(&world, &agent, &dead, "cancel", json!({"reason": "Not needed"})).await;
        let body = json!({"of": number(&dead)});
        let refused = agent.post(&world, &format!("{live}/duplicate"), body).await.expect(409);
        let detail = refused["detail"].as_str().expect("a sentence");
        assert!(detail.contains(&number(&dead)) && detail.contains("canceled"), "{detail}");
        assert_eq!(agent.get(&world, &live).await.expect(200)["state"], "new");
    });
}

#[test]
fn children_follow_their_parent_and_those_left_are_named() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let agent = world.person("ben", &["agent"]).await;
        let north = json!({"name": "North"});
        admin.post(&world, "/api/v1/organisations", north).await.expect(201);
        let nora = world.person_of("nora", &["requester"], Some("North")).await;
        let parent = open(&world, &agent, "Core switch is down").await;
        let child = open(&world, &agent, "No network in Leeds").await;
        let far = open(&world, &nora, "No network in the north").await;
        for path in [&child, &far] {
            let body = json!({"parent": number(&parent)});
            admin.patch(&world, path, 1, body).await.expect(200);
        }
        act(&world, &agent, &parent, "resolve", solved()).await;
        assert_eq!(agent.get(&world, &child).await.expect(200)["state"], "resolved");
        assert_eq!(admin.get(&world, &far).await.expect(200)["state"], "new");
        let told = of_kind(&facts(&world, &parent).await, "incident.resolved");
        let left: Vec<&Value> = told[0]["changes"]
            .as_array()
            .expect("changes")
            .iter()
            .filter(|c| c["field"] == "child_left")
            .collect();
        assert_eq!(left.len(), 1, "{}", told[0]);
        let id =
            admin.get(&world, &far).await.expect(200)["id"].as_str().expect("an id").to_owned();
        assert!(left[0].to_string().contains(&id), "{}", left[0]);
        let of_child = of_kind(&facts(&world, &child).await, "incident.resolved");
        assert_eq!(of_child[0]["cause"]["seq"], told[0]["seq"], "because of its parent");
    });
}

/// Who was told what since the last look, as "login kind number".
struct Bell {
    reader: Arc<dyn Subscriber>,
}

impl Bell {
    async fn rings(&self, world: &World, people: &[&Person]) -> Vec<String> {
        world.read_log(&self.reader).await;
        let mut told = Vec::new();
        for who in people {
            let seen = who.get(world, "/api/v1/notifications?unread=true").await.expect(200);
            for item in seen["items"].as_array().expect("items").iter().rev() {
                let text = |v: &Value| v.as_str().unwrap_or("").to_owned();
                let (kind, record) = (text(&item["kind"]), text(&item["record"]["number"]));
                told.push(format!("{} {kind} {record}", who.login));
            }
            let all = json!({"all": true});
            who.post(world, "/api/v1/notifications/read", all).await.expect(204);
        }
        told
    }
}

#[test]
fn the_bell_tells_who_is_concerned() {
    on_both_worlds(|world| async move {
        let reader: Arc<dyn Subscriber> = Arc::new(Notifications::new(world.app.entropy().clone()));
        world.read_log(&reader).await;
        let bell = Bell { reader };
        let agent = world.person("ben", &["agent"]).await;
        let helper = world.person("ann", &["agent"]).await;
        let caller = world.person("jonas", &["requester"]).await;
        let watcher = world.person("rita", &["requester"]).await;
        let all = [&agent, &helper, &caller, &watcher];
        let path = open(&world, &caller, "Screen").await;
        let no = number(&path);
        agent.put(&world, &format!("{path}/watchers/rita"), json!({})).await;
        act(&world, &agent, &path, "assign", json!({"assigned_to": "ann"})).await;
        assert_eq!(bell.rings(&world, &all).await, [format!("ann assigned {no}")]);
        let hold = json!({"until": "2026-09-25"});
        let steps = [
            ("hold", hold, vec!["rita on_hold"]),
            ("fire", json!({}), vec!["ann resumed", "rita resumed"]),
            ("patch", json!({"impact": 1}), vec!["rita priority"]),
            ("resolve", solved(), vec!["jonas resolved", "rita resolved"]),
            ("close", json!({}), vec!["rita closed"]),
            (
                "reopen",
                json!({"comment": "No"}),
                vec![
                    "ann reopened",
                    "ann commented",
                    "jonas commented",
                    "rita reopened",
                    "rita commented",
                ],
            ),
            (
                "cancel",
                json!({"reason": "Not needed"}),
                vec!["ann canceled", "jonas canceled", "rita canceled"],
            ),
        ];
        for (step, body, expected) in steps {
            match step {
                "fire" => {
                    world.advance(5 * 24 * 3600);
                    assert_eq!(world.fire().await, 1);
                }
                "patch" => {
                    let version = agent.get(&world, &path).await.expect(200)["version"].clone();
                    let version = version.as_i64().expect("a version");
                    agent.patch(&world, &path, version, body).await.expect(200);
                }
                action => drop(act(&world, &agent, &path, action, body).await),
            }
            let expected: Vec<String> = expected.iter().map(|e| format!("{e} {no}")).collect();
            assert_eq!(bell.rings(&world, &all).await, expected, "{step}");
        }
    });
}

#[test]
fn who_called_in_a_duplicate_hears_of_it() {
    on_both_worlds(|world| async move {
        let reader: Arc<dyn Subscriber> = Arc::new(Notifications::new(world.app.entropy().clone()));
        world.read_log(&reader).await;
        let bell = Bell { reader };
        let agent = world.person("ben", &["agent"]).await;
        let helper = world.person("ann", &["agent"]).await;
        let caller = world.person("jonas", &["requester"]).await;
        let all = [&agent, &helper, &caller];
        let master = open(&world, &agent, "Mail is down").await;
        let twin = open(&world, &caller, "No mail").await;
        let (a, b) = (number(&master), number(&twin));
        act(&world, &agent, &master, "assign", json!({"assigned_to": "ann"})).await;
        act(&world, &agent, &twin, "duplicate", json!({"of": a})).await;
        let told = bell.rings(&world, &all).await;
        assert_eq!(told, [format!("ann assigned {a}"), format!("jonas merged {b}")]);
        let said = json!({"text": "Still no mail"});
        caller.post(&world, &format!("{twin}/comments"), said).await.expect(201);
        assert_eq!(bell.rings(&world, &all).await, [format!("ann commented {b}")]);
        act(&world, &agent, &master, "resolve", solved()).await;
        let told = bell.rings(&world, &all).await;
        assert_eq!(told, [format!("jonas original_resolved {b}")]);
        let timeline = caller.get(&world, &format!("{twin}/timeline")).await.expect(200);
        assert!(timeline.to_string().contains("incident.original_resolved"), "{timeline}");
    });
}
