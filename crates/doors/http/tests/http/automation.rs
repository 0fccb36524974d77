//! Rules and webhooks over HTTP.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use steward_automation::rule::{Automation, execute_next};
use steward_automation::webhook::{Sender, SenderOptions, Webhooks, deliver_due};
use steward_history::Subscriber;

use crate::support::{World, on_both_worlds};

/// Lets rules read the log to its end and do what they want.
async fn settle(world: &World) {
    let engine = world.app.service::<Automation>();
    let reader: Arc<dyn Subscriber> = engine.clone();
    loop {
        world.read_log(&reader).await;
        if !execute_next(world.app.db(), &engine, world.app.now()).await.expect("a run") {
            return;
        }
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

/// A receiver on this machine that takes everything; what it got.
fn receiver() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let got: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = got.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let (mut raw, mut buffer) = (Vec::new(), [0; 4096]);
            // The body is JSON: it is whole when it can be read.
            while !raw.ends_with(b"}") {
                match stream.read(&mut buffer).expect("bytes") {
                    0 => break,
                    n => raw.extend_from_slice(&buffer[..n]),
                }
            }
            seen.lock().expect("a list").push(String::from_utf8_lossy(&raw).into_owned());
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n");
        }
    });
    (url, got)
}

fn receiver_saw(got: &Mutex<Vec<String>>) -> Vec<String> {
    got.lock().expect("a list").clone()
}

#[test]
fn a_rule_assigns_and_sends_a_webhook() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let agent = world.person("ann", &["agent"]).await;
        let team = json!({"name": "Network"});
        admin.post(&world, "/api/v1/teams", team).await.expect(201);
        let (url, got) = receiver();
        // Listens to nothing by itself: only the rule sends.
        let hook = json!({"url": url, "facts": ["incident.merged"]});
        let hook = admin.post(&world, "/api/v1/webhooks", hook).await.expect(201);
        settle(&world).await;
        let rule = json!({
            "name": "Network trouble goes to Network",
            "when": {"facts": ["incident.created"]},
            "condition": "short_description:network",
            "then": [
                {"command": "incident.assign", "args": {"assignment_group": "Network"}},
                {"command": "webhook", "args": {"webhook": hook["id"]}}
            ]
        });
        let rule = admin.post(&world, "/api/v1/automation-rules", rule).await.expect(201);
        let open = async |words: &str| {
            let body = json!({"short_description": words});
            agent.post(&world, "/api/v1/incidents", body).await.expect(201)["number"].clone()
        };
        let (other, number) = (open("Mail is down").await, open("No network").await);
        settle(&world).await;
        let path = |number: &Value| format!("/api/v1/incidents/{}", number.as_str().expect("one"));
        let seen = agent.get(&world, &path(&number)).await.expect(200);
        assert_eq!(seen["assignment_group"]["name"], "Network");
        let history = agent.get(&world, &format!("{}/history", path(&number))).await.expect(200);
        let last = history["items"].as_array().and_then(|all| all.last()).expect("facts").clone();
        assert_eq!(
            (&last["kind"], &last["by"]["id"]),
            (&json!("incident.assigned"), &rule["actor"]["id"])
        );
        assert_eq!(last["cause"]["seq"], 1, "because it was created");
        let seen = agent.get(&world, &path(&other)).await.expect(200);
        assert_eq!(seen["assignment_group"], Value::Null);

        let engine = world.app.service::<Automation>();
        let reader: Arc<dyn Subscriber> = Arc::new(Webhooks::new(engine.clone()));
        world.read_log(&reader).await;
        let options = SenderOptions { allow_private: true, ..SenderOptions::default() };
        let sender = Sender::new(options).expect("a sender");
        let sent = deliver_due(world.app.db(), &engine, &sender, world.app.now()).await;
        assert_eq!(sent.expect("sent"), 1);
        let first = receiver_saw(&got);
        assert_eq!(first.len(), 1);
        assert!(first[0].contains(number.as_str().expect("a number")), "{first:?}");
        let log = format!("/api/v1/webhooks/{}/deliveries", hook["id"].as_str().expect("an id"));
        let seen = admin.get(&world, &log).await.expect(200)["items"][0].clone();
        assert_eq!(seen["status"], 204);

        // Once more by hand, by who may, under the same id.
        let again = format!("{log}/{}/redeliver", seen["id"].as_str().expect("an id"));
        agent.post(&world, &again, json!({})).await.expect(404);
        let waiting = admin.post(&world, &again, json!({})).await.expect(200);
        assert_eq!((&waiting["id"], &waiting["state"]), (&seen["id"], &json!("pending")));
        let sent = deliver_due(world.app.db(), &engine, &sender, world.app.now()).await;
        assert_eq!(sent.expect("sent"), 1);
        let told = |got: &String| got.contains(seen["id"].as_str().expect("an id"));
        assert_eq!(receiver_saw(&got).iter().filter(|got| told(got)).count(), 2);
        let redelivered = tokio::task::block_in_place(|| {
            world.app.db().read_blocking(|tx| {
                let sql = "select count(*) from fact where kind = 'webhook.redelivered'";
                tx.one(sql, &[], |r| r.get::<i64>(0))
            })
        });
        assert_eq!(redelivered, Ok(1));
    });
}

/// What would be refused when it runs is refused when it is published, by name.
#[test]
fn a_rule_names_only_what_there_is() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let missing = "01900000-0000-7000-8000-00000000dead";
        for (command, args, field) in [
            ("incident.update", json!({"colour": "red"}), "then[0].args"),
            ("incident.update", json!({"custom": {"flor": 1}}), "then[0].args.custom.flor"),
            ("incident.update", json!({"category": "none of ours"}), "then[0].args.category"),
            (
                "incident.assign",
                json!({"assignment_group": "No such team"}),
                "then[0].args.assignment_group",
            ),
            ("incident.assign", json!({"assigned_to": "nobody"}), "then[0].args.assigned_to"),
            (
                "incident.resolve",
                json!({"close_code": "x", "close_notes": "y"}),
                "then[0].args.close_code",
            ),
            ("incident.comment", json!({}), "then[0].args.text"),
            ("notify", json!({"to": ["nobody"]}), "then[0].args.to"),
            ("webhook", json!({"webhook": missing}), "then[0].args.webhook"),
            ("incident.fly", json!({}), "then"),
        ] {
            let mut body = rule();
            body["then"] = json!([{"command": command, "args": args}]);
            let refused = admin.post(&world, "/api/v1/automation-rules", body).await;
            assert_eq!(refused.problem(422).0, field, "{command}");
        }
        let mut body = rule();
        body["when"] = json!({"facts": ["incdent.created"]});
        let refused = admin.post(&world, "/api/v1/automation-rules", body).await;
        refused.problem(422);
        let errors = refused.json()["errors"].as_array().expect("errors").clone();
        let of_kind = |e: &Value| e["field"] == "when.facts" && e["rule"] == "kind";
        assert!(errors.iter().any(of_kind), "{errors:?}");
        // What went away since shows in a trial.
        let field =
            json!({"kind": "incident", "name": "floor", "label": "Floor", "type": "integer"});
        admin.post(&world, "/api/v1/fields", field).await.expect(201);
        let mut body = rule();
        body["then"] = json!([{"command": "incident.update", "args": {"custom": {"floor": 2}}}]);
        let made = admin.post(&world, "/api/v1/automation-rules", body).await.expect(201);
        admin.delete(&world, "/api/v1/fields/incident/floor").await.expect(204);
        let incident = json!({"short_description": "All down", "impact": 1});
        admin.post(&world, "/api/v1/incidents", incident).await.expect(201);
        let path = format!("/api/v1/automation-rules/{}/try", made["id"].as_str().expect("an id"));
        let period = json!({"from": "2020-01-01T00:00:00Z", "to": "2030-01-01T00:00:00Z"});
        let trial = admin.post(&world, &path, period).await.expect(200);
        let refused = trial["items"][0]["commands"][0]["refused"].to_string();
        assert!(refused.contains("custom.floor"), "{trial}");
    });
}
