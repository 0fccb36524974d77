//! Live updates: seen by who may see, from the next fact on.

use std::time::Duration;

use axum::body::BodyDataStream;
use futures_util::StreamExt as _;
use serde_json::json;

use crate::attachments::{form, send};
use crate::support::{Person, World, on_both_worlds, request};

struct Stream(BodyDataStream);

impl Stream {
    async fn open(world: &World, person: &Person, after: Option<&str>) -> Stream {
        let bearer = format!("Bearer {}", person.token);
        let mut headers = vec![("authorization", bearer.as_str())];
        headers.extend(after.map(|id| ("last-event-id", id)));
        let response = world.open(request("GET", "/api/v1/live", &headers, None)).await;
        assert_eq!(response.status().as_u16(), 200);
        let mut stream = Stream(response.into_body().into_data_stream());
        assert_eq!(stream.next().await.as_deref(), Some(": live\n\n"));
        stream
    }

    /// The next piece; `None` when the stream has ended.
    async fn next(&mut self) -> Option<String> {
        let next = tokio::time::timeout(Duration::from_secs(20), self.0.next());
        let piece = next.await.expect("an event within 20 s")?;
        Some(String::from_utf8_lossy(&piece.expect("a piece")).into_owned())
    }

    /// The next event of a record that is none of people.
    async fn record(&mut self) -> (String, serde_json::Value) {
        // Heartbeats must not keep a test alive whose event never comes.
        let found = tokio::time::timeout(Duration::from_secs(20), self.look_for_record());
        found.await.expect("an event of a record within 20 s")
    }

    async fn look_for_record(&mut self) -> (String, serde_json::Value) {
        loop {
            let piece = self.next().await.expect("the stream is open");
            let line = |name: &str| {
                piece.lines().find_map(|l| l.strip_prefix(name)).unwrap_or("").trim().to_owned()
            };
            let Ok(data) = serde_json::from_str::<serde_json::Value>(&line("data:")) else {
                continue;
            };
            if data["kind"] != "person" {
                return (line("id:"), data);
            }
        }
    }
}

async fn hub(world: &World) {
    let (live, app) = (world.door.live.clone(), world.app.clone());
    tokio::spawn(async move { live.run(app).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
}

#[test]
fn events_come_to_who_may_see_them_and_go_on_after_a_gap() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        admin.post(&world, "/api/v1/organisations", json!({"name": "Other"})).await.expect(201);
        let ann = world.person("ann", &["agent"]).await;
        hub(&world).await;
        let mut all = Stream::open(&world, &admin, None).await;
        let mut hers = Stream::open(&world, &ann, None).await;
        let other = json!({"name": "Hidden", "organisation": "Other"});
        admin.post(&world, "/api/v1/services", other).await.expect(201);
        let seen =
            admin.post(&world, "/api/v1/services", json!({"name": "Shown"})).await.expect(201);
        let (first, _) = all.record().await;
        let (id, data) = hers.record().await;
        assert_eq!((&data["id"], &data["version"]), (&seen["id"], &json!(1)), "not the hidden one");
        assert_eq!(data["kind"], json!("service"));
        drop(all);
        let mut again = Stream::open(&world, &admin, Some(&first)).await;
        assert_eq!(again.record().await.1["id"], seen["id"], "goes on after the first");
        drop(hers);
        let mut hers = Stream::open(&world, &ann, Some(&id)).await;
        let third =
            admin.post(&world, "/api/v1/services", json!({"name": "Third"})).await.expect(201);
        assert_eq!(hers.record().await.1["id"], third["id"]);
    });
}

#[test]
fn a_changed_grant_reaches_open_streams_and_a_disabled_person_hears_nothing() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let ann = world.person("ann", &[]).await;
        hub(&world).await;
        let mut hers = Stream::open(&world, &ann, None).await;
        admin.post(&world, "/api/v1/services", json!({"name": "Before"})).await.expect(201);
        let grant = json!({"holder": "ann", "role": "agent", "organisation": "Default"});
        admin.post(&world, "/api/v1/grants", grant).await.expect(201);
        let after =
            admin.post(&world, "/api/v1/services", json!({"name": "After"})).await.expect(201);
        assert_eq!(hers.record().await.1["id"], after["id"]);
        admin.post(&world, "/api/v1/people/ann/disable", json!({})).await.expect(200);
        let end = async { while hers.next().await.is_some() {} };
        tokio::time::timeout(Duration::from_secs(20), end).await.expect("the stream ends");
    });
}

#[test]
fn a_stop_ends_the_streams() {
    on_both_worlds(|world| async move {
        hub(&world).await;
        let mut all = Stream::open(&world, &world.admin(), None).await;
        world.door.live.close();
        assert_eq!(all.next().await, None);
        let broken = [("last-event-id", "x")];
        world.admin().send(&world, "GET", "/api/v1/live", &broken, None).await.problem(400);
    });
}

#[test]
fn a_requester_hears_of_their_own_incidents_and_not_of_work_notes() {
    on_both_worlds(|world| async move {
        let ann = world.person("ann", &["requester"]).await;
        let agent = world.person("bob", &["agent"]).await;
        hub(&world).await;
        let mut hers = Stream::open(&world, &ann, None).await;
        let mine = json!({"short_description": "Mine"});
        let mine = ann.post(&world, "/api/v1/incidents", mine).await.expect(201);
        let (_, first) = hers.record().await;
        assert_eq!((&first["number"], &first["kind"]), (&mine["number"], &json!("incident")));
        let path = format!("/api/v1/incidents/{}", mine["number"].as_str().expect("a number"));
        let his = json!({"short_description": "His"});
        agent.post(&world, "/api/v1/incidents", his).await.expect(201);
        let text = json!({"text": "a secret"});
        agent.post(&world, &format!("{path}/work-notes"), text).await.expect(201);
        let work = json!({"minutes": 5, "note": "a secret"});
        agent.post(&world, &format!("{path}/work-time"), work).await.expect(200);
        agent.post(&world, &format!("{path}/work-time"), json!({"minutes": 5})).await.expect(200);
        let number = mine["number"].as_str().expect("a number");
        let parts = [("file", Some("x.txt"), b"x".as_slice()), ("audience", None, b"internal")];
        let file = send(&world, &agent, number, "", form(&parts)).await.expect(201);
        let place = format!("/api/v1/attachments/{}", file["id"].as_str().expect("an id"));
        agent.delete(&world, &place).await.expect(204);
        let hidden = json!({"kind": "incident", "name": "hidden", "label": "Hidden", "type": "text",
            "group": "internal"});
        world.admin().post(&world, "/api/v1/fields", hidden).await.expect(201);
        let version = agent.get(&world, &path).await.expect(200)["version"].as_i64().expect("one");
        let body = json!({"custom": {"hidden": "a secret"}});
        agent.patch(&world, &path, version, body).await.expect(200);
        let rest = tokio::time::timeout(Duration::from_secs(2), hers.0.next()).await;
        assert!(rest.is_err(), "neither the other incident nor anything internal: {rest:?}");
        let text = json!({"text": "hello"});
        let said = agent.post(&world, &format!("{path}/comments"), text).await.expect(201);
        assert_eq!(hers.record().await.1["number"], mine["number"]);
        // What was public and is taken back is news: no screen goes on showing it.
        let retract = format!("{path}/comments/{}/retract", said["id"].as_str().expect("an id"));
        agent.post(&world, &retract, json!({"reason": "wrong"})).await.expect(200);
        assert_eq!(hers.record().await.1["number"], mine["number"]);
    });
}
