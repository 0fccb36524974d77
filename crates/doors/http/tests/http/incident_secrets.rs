//! What a requester, a stranger and another organisation never see.

use serde_json::{Value, json};

use crate::attachments::{form, send};
use crate::support::{Person, World, on_both_worlds};

/// An incident of jonas with a comment and a work note that holds a secret.
async fn with_a_secret(world: &World) -> (Person, Person) {
    let agent = world.person("ben", &["agent"]).await;
    let caller = world.person("jonas", &["requester"]).await;
    let body = json!({"short_description": "VPN drops", "caller": "jonas"});
    agent.post(world, "/api/v1/incidents", body).await.expect(201);
    let path = "/api/v1/incidents/INC0000001";
    agent
        .post(world, &format!("{path}/comments"), json!({"text": "We look into it"}))
        .await
        .expect(201);
    agent
        .post(world, &format!("{path}/work-notes"), json!({"text": "the xylophone secret"}))
        .await
        .expect(201);
    agent
        .post(world, &format!("{path}/work-time"), json!({"minutes": 7, "note": "xylophone"}))
        .await
        .expect(200);
    (agent, caller)
}

#[test]
fn a_requester_never_sees_work_notes() {
    on_both_worlds(|world| async move {
        let (agent, caller) = with_a_secret(&world).await;
        let path = "/api/v1/incidents/INC0000001";
        for part in ["", "/comments", "/timeline", "/history", "/relations", "/watchers"] {
            let seen = caller.get(&world, &format!("{path}{part}")).await;
            seen.expect(200);
            let text = String::from_utf8_lossy(&seen.bytes).to_lowercase();
            for secret in
                ["xylophone", "work_note\"", "noted", "time_worked", "priority_override\":"]
            {
                assert!(!text.contains(secret), "{part} shows {secret}: {text}");
            }
        }
        caller.get(&world, &format!("{path}/work-notes")).await.problem(403);
        caller.post(&world, &format!("{path}/work-notes"), json!({"text": "x"})).await.problem(403);
        let count = async |who: &Person, q: &str| {
            let path = format!("/api/v1/incidents?count=true&q={q}");
            who.get(&world, &path).await.expect(200)["count"].clone()
        };
        assert_eq!(count(&agent, "xylophone").await, 1, "an agent finds what was just saved");
        assert_eq!(count(&caller, "xylophone").await, 0);
        assert_eq!(count(&caller, "xyl*").await, 0);
        assert_eq!(count(&caller, "vpn").await, 1);
        caller.get(&world, "/api/v1/incidents?q=time_worked_minutes:7").await.problem(400);
        assert_eq!(count(&agent, "time_worked_minutes:7").await, 1);
    });
}

#[test]
fn a_retracted_comment_is_gone_for_the_caller_and_leaves_a_trace() {
    on_both_worlds(|world| async move {
        let (agent, caller) = with_a_secret(&world).await;
        let path = "/api/v1/incidents/INC0000001";
        let wrong = json!({"text": "The caller is a zebra"});
        let made = agent.post(&world, &format!("{path}/comments"), wrong).await.expect(201);
        let retract = format!("{path}/comments/{}/retract", made["id"].as_str().expect("an id"));
        caller.post(&world, &retract, json!({"reason": "no"})).await.problem(403);
        agent.post(&world, &retract, json!({"reason": " "})).await.problem(422);
        let seen =
            agent.post(&world, &retract, json!({"reason": "meant for the team"})).await.expect(200);
        assert_eq!(seen["retracted"]["by"]["login"], "ben");
        agent.post(&world, &retract, json!({"reason": "again"})).await.problem(409);
        for part in ["/comments", "/timeline", "/history"] {
            let seen = caller.get(&world, &format!("{path}{part}")).await;
            assert!(!String::from_utf8_lossy(&seen.bytes).contains("zebra"), "{part}");
        }
        let found = caller.get(&world, "/api/v1/incidents?count=true&q=zebra").await.expect(200);
        assert_eq!(found["count"], 0);
        let found = agent.get(&world, "/api/v1/incidents?count=true&q=zebra").await.expect(200);
        assert_eq!(found["count"], 1);
    });
}

#[test]
fn a_requester_does_what_is_theirs_and_nothing_else() {
    on_both_worlds(|world| async move {
        let (_, caller) = with_a_secret(&world).await;
        let other = world.person("mallory", &["requester"]).await;
        let path = "/api/v1/incidents/INC0000001";
        for part in ["", "/comments", "/timeline", "/history"] {
            other.get(&world, &format!("{path}{part}")).await.problem(404);
        }
        other.post(&world, &format!("{path}/comments"), json!({"text": "x"})).await.problem(404);
        let list = other.get(&world, "/api/v1/incidents?count=true").await.expect(200);
        assert_eq!((&list["count"], &list["items"]), (&json!(0), &json!([])));
        caller.patch(&world, path, 1, json!({"impact": 1})).await.problem(403);
        caller
            .post(&world, &format!("{path}/assign"), json!({"assigned_to": "jonas"}))
            .await
            .problem(403);
        let for_other = json!({"short_description": "x", "caller": "ben"});
        let refused = caller.post(&world, "/api/v1/incidents", for_other).await;
        assert!([403, 422].contains(&refused.status.as_u16()));
        caller
            .post(&world, "/api/v1/incidents", json!({"short_description": "x", "impact": 1}))
            .await
            .problem(403);
        let reason = json!({"reason": "It works again."});
        let seen = caller.post(&world, &format!("{path}/cancel"), reason).await.expect(200);
        assert_eq!(seen["state"], "canceled");
    });
}

#[test]
fn three_organisations_see_their_own() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        for name in ["Alpha", "Beta", "Gamma"] {
            admin.post(&world, "/api/v1/organisations", json!({"name": name})).await.expect(201);
        }
        let mut callers: Vec<Person> = Vec::new();
        for name in ["Alpha", "Beta", "Gamma"] {
            let login = format!("caller-{}", name.to_lowercase());
            callers.push(world.person_of(&login, &["requester"], Some(name)).await);
        }
        for caller in &callers {
            let body = json!({"short_description": format!("Trouble of {}", caller.login)});
            caller.post(&world, "/api/v1/incidents", body).await.expect(201);
        }
        let agent = world.person_of("agent-alpha", &["agent"], Some("Alpha")).await;
        let both = world.person_of("agent-both", &["agent"], Some("Alpha")).await;
        let grant = json!({"holder": "agent-both", "role": "agent", "organisation": "Beta"});
        admin.post(&world, "/api/v1/grants", grant).await.expect(201);
        let seen = async |who: &Person| -> Vec<Value> {
            let found = who
                .get(&world, "/api/v1/incidents?count=true&sort=number&q=trouble")
                .await
                .expect(200);
            let items = found["items"].as_array().expect("items").clone();
            assert_eq!(found["count"], items.len());
            items.iter().map(|i| i["organisation"]["name"].clone()).collect()
        };
        assert_eq!(seen(&agent).await, [json!("Alpha")]);
        assert_eq!(seen(&both).await, [json!("Alpha"), json!("Beta")]);
        assert_eq!(seen(&callers[2]).await, [json!("Gamma")]);
        assert_eq!(seen(&admin).await.len(), 3);
        agent.get(&world, "/api/v1/incidents/INC0000002").await.problem(404);
        both.get(&world, "/api/v1/incidents/INC0000002").await.expect(200);
        agent
            .post(&world, "/api/v1/incidents/INC0000002/comments", json!({"text": "x"}))
            .await
            .problem(404);
    });
}

/// The words of a duplicate, of its file and what it is about.
const OTHERS: [&str; 4] = ["platypus", "axolotl", "wombat.txt", "Payroll"];

/// Merges what `other` called into what `caller` called; the paths of both.
async fn merged(
    world: &World,
    agent: &Person,
    caller: &Person,
    other: &Person,
) -> (String, String, Value) {
    let opened = async |who: &Person, words: &str| {
        let body = json!({"short_description": words});
        let made = who.post(world, "/api/v1/incidents", body).await.expect(201);
        made["number"].as_str().expect("a number").to_owned()
    };
    let master = opened(caller, "Mail is down").await;
    let twin = opened(other, "Payroll of the platypus").await;
    let path = format!("/api/v1/incidents/{twin}");
    let say = json!({"text": "the axolotl told me"});
    other.post(world, &format!("{path}/comments"), say).await.expect(201);
    let note = json!({"text": "an internal axolotl"});
    agent.post(world, &format!("{path}/work-notes"), note).await.expect(201);
    let file = form(&[("file", Some("wombat.txt"), b"words")]);
    let file = send(world, other, &twin, "", file).await.expect(201);
    let of = json!({"of": master});
    agent.post(world, &format!("{path}/duplicate"), of).await.expect(200);
    (format!("/api/v1/incidents/{master}"), path, file)
}

/// Everything one can ask of an incident, in one text.
async fn everything(world: &World, who: &Person, path: &str) -> String {
    let mut all = String::new();
    for part in ["", "/comments", "/timeline", "/history", "/relations", "/attachments"] {
        let seen = who.get(world, &format!("{path}{part}")).await;
        assert_eq!(seen.status.as_u16(), 200, "{part}");
        all += &String::from_utf8_lossy(&seen.bytes);
    }
    let list = who.get(world, "/api/v1/incidents?limit=100").await;
    all + &String::from_utf8_lossy(&list.bytes)
}

#[test]
fn a_duplicate_shows_in_its_master_only_to_who_may_read_it() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let caller = world.person("jonas", &["requester"]).await;
        let other = world.person("mona", &["requester"]).await;
        let (master, twin, file) = merged(&world, &agent, &caller, &other).await;
        let sources = async |who: &Person, path: &str| -> Vec<String> {
            let seen = who.get(&world, &format!("{path}/timeline")).await.expect(200);
            let items = seen["items"].as_array().expect("items").iter();
            let of_twin = items.filter(|i| i["source"]["number"].is_string());
            of_twin.map(|i| i["type"].as_str().expect("a type").to_owned()).collect()
        };
        assert_eq!(sources(&agent, &master).await, ["comment", "work_note"]);
        let seen = everything(&world, &caller, &master).await;
        for word in OTHERS {
            assert!(!seen.contains(word), "the master's caller sees {word}: {seen}");
        }
        assert_eq!(sources(&caller, &master).await, [""; 0]);
        caller.get(&world, &twin).await.problem(404);
        let place = format!("/api/v1/attachments/{}", file["id"].as_str().expect("an id"));
        for place in [place.clone(), format!("{place}/content")] {
            caller.get(&world, &place).await.problem(404);
        }
        // Whoever called the duplicate learns the master's number, not its words.
        let seen = everything(&world, &other, &twin).await;
        assert!(seen.contains("INC0000001") && !seen.contains("Mail is down"), "{seen}");
        other.get(&world, &master).await.problem(404);
        // A watcher of the duplicate may read it, but no note of it.
        agent.send(&world, "PUT", &format!("{twin}/watchers/jonas"), &[], None).await.expect(204);
        assert_eq!(sources(&caller, &master).await, ["comment"]);
    });
}

#[test]
fn a_duplicate_of_another_organisation_shows_to_who_serves_both() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        for name in ["Alpha", "Beta"] {
            admin.post(&world, "/api/v1/organisations", json!({"name": name})).await.expect(201);
        }
        let alpha = world.person_of("agent-alpha", &["agent"], Some("Alpha")).await;
        let both = world.person_of("agent-both", &["agent"], Some("Alpha")).await;
        let grant = json!({"holder": "agent-both", "role": "agent", "organisation": "Beta"});
        admin.post(&world, "/api/v1/grants", grant).await.expect(201);
        let first = world.person_of("first", &["requester"], Some("Alpha")).await;
        let second = world.person_of("second", &["requester"], Some("Beta")).await;
        let (master, ..) = merged(&world, &both, &first, &second).await;
        let seen = everything(&world, &both, &master).await;
        assert!(seen.contains("the axolotl told me") && seen.contains("an internal axolotl"));
        for who in [&alpha, &first] {
            let seen = everything(&world, who, &master).await;
            for word in OTHERS {
                assert!(!seen.contains(word), "{} sees {word}: {seen}", who.login);
            }
        }
    });
}

#[test]
fn an_internal_file_leaves_no_trace_for_the_caller() {
    on_both_worlds(|world| async move {
        let (agent, caller) = with_a_secret(&world).await;
        let path = "/api/v1/incidents/INC0000001";
        let before = caller.get(&world, &format!("{path}/history")).await.expect(200);
        let parts =
            [("file", Some("quokka.txt"), b"x".as_slice()), ("audience", None, b"internal")];
        let file = send(&world, &agent, "INC0000001", "", form(&parts)).await.expect(201);
        let place = format!("/api/v1/attachments/{}", file["id"].as_str().expect("an id"));
        agent.delete(&world, &place).await.expect(204);
        let after = caller.get(&world, &format!("{path}/history")).await.expect(200);
        assert_eq!(before["items"], after["items"]);
        let seen = everything(&world, &caller, path).await;
        assert!(!seen.contains("internal") && !seen.contains("attachment_removed"), "{seen}");
    });
}

#[test]
fn retracted_comments_leave_pages_full() {
    on_both_worlds(|world| async move {
        let (agent, caller) = with_a_secret(&world).await;
        let path = "/api/v1/incidents/INC0000001/comments";
        for text in ["two", "three", "four"] {
            let made = agent.post(&world, path, json!({"text": text})).await.expect(201);
            if text != "four" {
                let place = format!("{path}/{}/retract", made["id"].as_str().expect("an id"));
                agent.post(&world, &place, json!({"reason": "wrong"})).await.expect(200);
            }
        }
        let page = caller.get(&world, &format!("{path}?limit=1")).await.expect(200);
        let next = page["next"].as_str().expect("there is more");
        let page = caller.get(&world, &format!("{path}?limit=1&cursor={next}")).await.expect(200);
        assert_eq!(page["items"][0]["text"], "four");
    });
}
