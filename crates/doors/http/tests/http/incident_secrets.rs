//! What a requester, a stranger and another organisation never see.

use serde_json::{Value, json};

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
