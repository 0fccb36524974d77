//! Rules and webhooks over HTTP.

use std::sync::Arc;

use serde_json::{Value, json};
use steward_automation::rule::{Automation, execute_next};
use steward_history::{Progress, Subscriber, lag, run_batch};

use crate::support::{World, on_both_worlds};

/// Lets rules read the log to its end and do what they want.
async fn settle(world: &World) {
    let engine = world.app.service::<Automation>();
    let db = world.app.db();
    loop {
        let (reader, now): (Arc<dyn Subscriber>, _) = (engine.clone(), world.app.now());
        let batch = db.write(move |tx| run_batch(tx, reader.as_ref(), now, 100));
        let read = matches!(batch.await.expect("a batch"), Progress::Read(_));
        let ran = execute_next(db, &engine, world.app.now()).await.expect("a run");
        if read || ran {
            continue;
        }
        let lags = db.read(lag).await.expect("a look");
        if lags.iter().all(|(name, behind, _)| name != engine.name() || *behind == 0) {
            return;
        }
        // On PostgreSQL transactions of other tests hold the horizon back.
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

fn rule() -> Value {
    json!({
        "name": "Big ones",
        "when": {"facts": ["incident.created"]},
        "condition": "impact:1",
        "then": [{"command": "incident.comment", "args": {"text": "We are on it."}}]
    })
}

#[test]
fn a_rule_is_published_runs_and_is_tried() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let agent = world.person("ann", &["agent"]).await;
        settle(&world).await;
        let made = admin.post(&world, "/api/v1/automation-rules", rule()).await.expect(201);
        let path = format!("/api/v1/automation-rules/{}", made["id"].as_str().expect("an id"));
        assert_eq!(made["roles"], json!(["agent"]));
        assert_eq!(made["when"], json!({"facts": ["incident.created"]}));
        agent.post(&world, "/api/v1/automation-rules", rule()).await.expect(403);
        agent.get(&world, &path).await.expect(404);
        let incident = json!({"short_description": "All down", "impact": 1});
        let incident = agent.post(&world, "/api/v1/incidents", incident).await.expect(201);
        let number = incident["number"].as_str().expect("a number");
        world.advance(60);
        settle(&world).await;
        let comments = format!("/api/v1/incidents/{number}/comments");
        let comments = agent.get(&world, &comments).await.expect(200);
        assert_eq!(comments["items"][0]["text"], "We are on it.");
        assert_eq!(comments["items"][0]["author"]["id"], made["actor"]["id"]);
        let runs = admin.get(&world, &format!("{path}/runs?count=true")).await.expect(200);
        assert_eq!((&runs["count"], &runs["items"][0]["state"]), (&json!(1), &json!("done")));
        assert_eq!(runs["items"][0]["record"]["number"], number);
        let period = json!({"from": "2020-01-01T00:00:00Z", "to": "2030-01-01T00:00:00Z"});
        let trial = admin.post(&world, &format!("{path}/try"), period).await.expect(200);
        assert_eq!(trial["items"][0]["values"], json!({"impact": 1}));
        assert_eq!(trial["more"], false);
        let off = json!({"active": false});
        admin.send(&world, "PATCH", &path, &[], Some(off.clone())).await.expect(428);
        let changed = admin.patch(&world, &path, 1, off.clone()).await.expect(200);
        assert_eq!((&changed["active"], &changed["version"]), (&json!(false), &json!(2)));
        admin.patch(&world, &path, 1, off).await.expect(412);
        let wrong = json!({"when": {"facts": ["incident.created"], "often": true}});
        assert_eq!(admin.patch(&world, &path, 2, wrong).await.problem(422).1, "unknown_field");
        admin.send(&world, "DELETE", &path, &[("if-match", "\"2\"")], None).await.expect(204);
        admin.get(&world, &path).await.expect(404);
    });
}

#[test]
fn a_webhook_shows_its_secret_once() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let manager = world.person("max", &["incident_manager"]).await;
        let body = json!({"url": "https://hooks.example.org/x", "facts": ["incident.*"]});
        manager.post(&world, "/api/v1/webhooks", body.clone()).await.expect(403);
        let made = admin.post(&world, "/api/v1/webhooks", body).await.expect(201);
        assert!(made["secret"].as_str().is_some_and(|secret| secret.starts_with("whsec_")));
        let path = format!("/api/v1/webhooks/{}", made["id"].as_str().expect("an id"));
        let read = admin.get(&world, &path).await.expect(200);
        assert_eq!(read["secret"], Value::Null);
        let list = admin.get(&world, "/api/v1/webhooks?count=true").await.expect(200);
        assert_eq!((&list["count"], &list["items"][0]["id"]), (&json!(1), &made["id"]));
        let deliveries = admin.get(&world, &format!("{path}/deliveries")).await.expect(200);
        assert_eq!(deliveries["items"], json!([]));
        for url in ["ftp://x/", "nonsense", "https://me:pw@x/"] {
            let wrong = admin.patch(&world, &path, 1, json!({"url": url})).await;
            assert_eq!(wrong.problem(422).0, "url", "{url}");
        }
        manager.get(&world, &path).await.expect(404);
        admin.send(&world, "DELETE", &path, &[("if-match", "\"1\"")], None).await.expect(204);
        admin.get(&world, &path).await.expect(404);
    });
}
