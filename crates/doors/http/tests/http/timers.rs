//! Timers that failed too often are seen and set going again.

use std::sync::Arc;

use serde_json::{Value, json};
use steward_base::{Error, Uuid};
use steward_people::Call;
use steward_timer::{Handlers, MAX_ATTEMPTS};

use crate::support::{World, on_both_worlds};

/// Sets a timer on a record and lets it fail until it is given up.
async fn parked(world: &World, record: Uuid) {
    let call = Call {
        actor: Arc::new(steward_people::system_actor()),
        now: world.app.now(),
        door: steward_history::Door::Cli,
        cause: None,
        entropy: world.app.entropy().clone(),
    };
    let set = world.app.db().write(move |tx| {
        steward_timer::set(tx, &call, record, "test.fails", "", call.now, Value::Null)
    });
    set.await.expect("a timer");
    let mut handlers = Handlers::default();
    handlers.add("test.fails", Arc::new(|_: &mut _, _: &_, _| Err(Error::internal("no luck"))));
    let handlers = Arc::new(handlers);
    for _ in 0..MAX_ATTEMPTS {
        world.advance(7 * 24 * 3600);
        let fired = steward_timer::fire_next(world.app.db(), &handlers, world.app.now()).await;
        assert!(fired.expect("an attempt"));
    }
}

#[test]
fn parked_timers_are_seen_and_tried_again() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let agent = world.person("ben", &["agent"]).await;
        let body = json!({"short_description": "Mail is down"});
        let made = agent.post(&world, "/api/v1/incidents", body).await.expect(201);
        let number = made["number"].as_str().expect("a number");
        let list = "/api/v1/timers?state=parked";
        assert_eq!(admin.get(&world, list).await.expect(200)["items"], json!([]));
        parked(&world, made["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")).await;

        let seen = admin.get(&world, list).await.expect(200)["items"].clone();
        assert_eq!(seen.as_array().map(Vec::len), Some(1));
        let timer = &seen[0];
        assert_eq!((&timer["kind"], &timer["attempts"]), (&json!("test.fails"), &json!(10)));
        assert_eq!(timer["record"]["number"], number);
        assert!(timer["last_error"].as_str().is_some_and(|e| e.contains("no luck")), "{timer}");
        assert!(timer["parked_at"].is_string());
        let metrics = world.anonymous("GET", "/metrics", None).await;
        let metrics = String::from_utf8_lossy(&metrics.bytes).into_owned();
        assert!(metrics.contains("steward_timers_parked 1\n"), "{metrics}");
        for (list, count) in [("/api/v1/timers", 1), ("/api/v1/timers?state=waiting", 0)] {
            let all = admin.get(&world, list).await.expect(200);
            assert_eq!(all["items"].as_array().map(Vec::len), Some(count), "{list}");
        }
        admin.get(&world, "/api/v1/timers?state=all").await.problem(400);

        let retry = format!("/api/v1/timers/{}/retry", timer["id"].as_str().expect("an id"));
        agent.get(&world, list).await.problem(403);
        agent.post(&world, &retry, json!({})).await.problem(404);
        let version = made["version"].clone();
        admin.post(&world, &retry, json!({})).await.expect(204);
        assert_eq!(admin.get(&world, list).await.expect(200)["items"], json!([]));
        admin.post(&world, &retry, json!({})).await.problem(404);
        let path = format!("/api/v1/incidents/{number}");
        let seen = admin.get(&world, &path).await.expect(200);
        assert_eq!(seen["version"], version, "no open form is refused for it");
        let history = admin.get(&world, &format!("{path}/history")).await.expect(200);
        let last = history["items"].as_array().and_then(|all| all.last()).expect("facts").clone();
        assert_eq!(
            (&last["kind"], &last["by"]["login"]),
            (&json!("incident.timer_retried"), &json!("admin"))
        );
    });
}
