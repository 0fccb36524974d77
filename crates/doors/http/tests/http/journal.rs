//! What people write: kept clean, told to those it names; links and watchers.

use std::sync::Arc;

use serde_json::{Value, json};
use steward_base::Uuid;
use steward_history::{Subscriber, content_of};
use steward_notification::Notifications;

use crate::support::{Person, World, on_both_worlds};

/// The facts of a record, oldest first.
async fn facts(world: &World, path: &str) -> Vec<Value> {
    let history = world.admin().get(world, &format!("{path}/history")).await.expect(200);
    history["items"].as_array().expect("facts").clone()
}

async fn open(world: &World, by: &Person, words: &str) -> (String, Uuid) {
    let body = json!({"short_description": words});
    let made = by.post(world, "/api/v1/incidents", body).await.expect(201);
    let id = made["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    (made["number"].as_str().expect("a number").to_owned(), id)
}

const DANGEROUS: &str = "<p onclick=\"steal()\">Look <b>here</b>\
    <script>steal()</script><img src=x onerror=steal()>\
    <a href=\"javascript:steal()\">this</a> <a href=\"https://example.org/\">that</a></p>";
const EVIL: [&str; 6] = ["<script", "onclick", "onerror", "steal", "javascript", "<img"];

#[test]
fn html_is_stored_clean() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let (number, id) = open(&world, &agent, "Mail is down").await;
        let path = format!("/api/v1/incidents/{number}");
        for part in ["comments", "work-notes"] {
            let body = json!({"text": DANGEROUS, "format": "html"});
            let made = agent.post(&world, &format!("{path}/{part}"), body).await.expect(201);
            let html = made["html"].as_str().expect("HTML");
            assert!(html.contains("<b>here</b>") && html.contains("https://example.org/"));
        }
        // Mark-up within plain text is text, and shown as such.
        let body = json!({"text": "<b>bold</b> & true"});
        let made = agent.post(&world, &format!("{path}/comments"), body).await.expect(201);
        assert_eq!(made["text"], "<b>bold</b> & true");
        assert_eq!(made["html"], "<p>&lt;b&gt;bold&lt;/b&gt; &amp; true</p>");
        for part in ["comments", "work-notes", "timeline"] {
            let seen = agent.get(&world, &format!("{path}/{part}")).await;
            let text = String::from_utf8_lossy(&seen.bytes).into_owned();
            assert!(EVIL.iter().all(|evil| !text.contains(evil)), "{part}: {text}");
        }
        let stored = world.app.db().read(move |tx| content_of(tx, id, 0, i64::MAX)).await;
        let stored: Vec<String> =
            stored.expect("texts").into_iter().filter_map(|(.., body)| body).collect();
        assert!(stored.iter().any(|body| body.contains("<b>here</b>")), "{stored:?}");
        for body in stored {
            assert!(EVIL.iter().all(|evil| !body.contains(evil)), "stored: {body}");
        }
    });
}

#[test]
fn a_mention_rings_the_bell_of_who_may_see_it() {
    on_both_worlds(|world| async move {
        let reader: Arc<dyn Subscriber> = Arc::new(Notifications::new(world.app.entropy().clone()));
        world.read_log(&reader).await;
        let agent = world.person("ben", &["agent"]).await;
        let named = world.person("zoe.adler", &["agent"]).await;
        let caller = world.person("jonas", &["requester"]).await;
        let stranger = world.person("mallory", &["requester"]).await;
        let (number, _) = open(&world, &caller, "VPN drops").await;
        let path = format!("/api/v1/incidents/{number}");
        let bell = async |who: &Person| -> Vec<Value> {
            world.read_log(&reader).await;
            let seen = who.get(&world, "/api/v1/notifications?unread=true").await.expect(200);
            let items = seen["items"].as_array().expect("items").clone();
            let read = json!({"all": true});
            who.post(&world, "/api/v1/notifications/read", read).await.expect(204);
            items.iter().map(|i| i["kind"].clone()).collect()
        };
        let words = json!({"text": "@zoe.adler, @mallory and @ben: look. Not me@zoe.adler!"});
        agent.post(&world, &format!("{path}/comments"), words).await.expect(201);
        assert_eq!(bell(&named).await, [json!("mentioned")]);
        assert_eq!(bell(&caller).await, [json!("commented")]);
        assert_eq!(bell(&stranger).await, [] as [Value; 0], "may not see the incident");
        assert_eq!(bell(&agent).await, [] as [Value; 0], "wrote it");
        let words = json!({"text": "@jonas must not know, @zoe.adler"});
        agent.post(&world, &format!("{path}/work-notes"), words).await.expect(201);
        assert_eq!(bell(&named).await, [json!("mentioned")]);
        assert_eq!(bell(&caller).await, [] as [Value; 0], "reads no work notes");
    });
}

#[test]
fn links_and_watchers_show_on_both_ends() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let caller = world.person("jonas", &["requester"]).await;
        let (one, _) = open(&world, &caller, "VPN drops").await;
        let (two, _) = open(&world, &agent, "Core switch").await;
        let [first, second] = [&one, &two].map(|number| format!("/api/v1/incidents/{number}"));
        let link = json!({"type": "caused_by", "to": two});
        let made = agent.post(&world, &format!("{first}/relations"), link).await.expect(201);
        let links = async |who: &Person, path: &str| {
            let seen = who.get(&world, &format!("{path}/relations")).await.expect(200);
            seen["items"].as_array().expect("items").clone()
        };
        for path in [&first, &second] {
            let seen = links(&agent, path).await;
            assert_eq!(seen, std::slice::from_ref(&made), "{path}");
            let [from, to] = ["from", "to"].map(|end| seen[0][end]["number"].clone());
            assert_eq!((from, to), (json!(one), json!(two)), "read the same way on both ends");
        }
        for (path, end, other) in [(&first, "to", "to"), (&second, "from", "from")] {
            let fact = facts(&world, path).await.pop().expect("a fact");
            assert_eq!(fact["kind"], "incident.related", "{path}");
            let told = |name: &str| {
                let changes = fact["changes"].as_array().expect("changes").iter();
                changes.clone().find(|change| change["field"] == name).map(|c| c["to"].clone())
            };
            assert_eq!(told("relation"), Some(json!("caused_by")), "{fact}");
            assert_eq!(told(end), Some(made[other]["id"].clone()), "{fact}");
            assert_eq!(fact["cause"].is_null(), end == "to", "the far end tells why: {fact}");
        }
        assert_eq!(links(&caller, &first).await, [] as [Value; 0], "the other end is not theirs");
        for part in ["timeline", "history"] {
            let told = caller.get(&world, &format!("{first}/{part}")).await.expect(200);
            assert!(!told.to_string().contains("related"), "{part} tells of it: {told}");
        }

        let watcher = format!("{second}/watchers/jonas");
        agent.send(&world, "PUT", &watcher, &[], None).await.expect(204);
        let watchers = async |who: &Person| -> Vec<Value> {
            let seen = who.get(&world, &format!("{second}/watchers")).await.expect(200);
            let items = seen["items"].as_array().expect("items").iter();
            items.map(|person| person["login"].clone()).collect()
        };
        assert_eq!(watchers(&agent).await, [json!("jonas")]);
        assert_eq!(watchers(&caller).await, [json!("jonas")], "who watches may look");
        let list = caller.get(&world, "/api/v1/incidents?sort=number").await.expect(200);
        let numbers: Vec<&Value> =
            list["items"].as_array().expect("items").iter().map(|i| &i["number"]).collect();
        assert_eq!(numbers, [&json!(one), &json!(two)], "what one watches is in one's list");
        assert_eq!(
            links(&caller, &first).await,
            std::slice::from_ref(&made),
            "now both ends are theirs"
        );

        let place = format!("{second}/relations/{}", made["id"].as_str().expect("an id"));
        agent.delete(&world, &place).await.expect(204);
        agent.delete(&world, &watcher).await.expect(204);
        for path in [&first, &second] {
            assert_eq!(links(&agent, path).await, [] as [Value; 0], "{path}");
            let kinds = facts(&world, path).await.into_iter().map(|fact| fact["kind"].clone());
            let kinds: Vec<Value> = kinds
                .filter(|kind| kind.as_str().is_some_and(|k| k.ends_with("related")))
                .collect();
            assert_eq!(kinds, ["incident.related", "incident.unrelated"], "{path}");
        }
        assert_eq!(watchers(&agent).await, [] as [Value; 0]);
        caller.get(&world, &second).await.problem(404);
    });
}

/// A link to what one may not see is no link for them, also where its id is known.
#[test]
fn a_hidden_link_is_not_removed_by_its_id() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let (here, _) = open(&world, &agent, "VPN drops").await;
        world.admin().post(&world, "/api/v1/organisations", json!({"name": "Other"})).await;
        let foreign = world.person_of("foreign", &["agent"], Some("Other")).await;
        let (there, _) = open(&world, &foreign, "Core switch").await;
        let links = format!("/api/v1/incidents/{here}/relations");
        let link = json!({"type": "caused_by", "to": there});
        let made = world.admin().post(&world, &links, link).await.expect(201);
        let place = format!("{links}/{}", made["id"].as_str().expect("an id"));
        agent.get(&world, &place).await.problem(404);
        agent.delete(&world, &place).await.problem(404);
        world.admin().delete(&world, &place).await.expect(204);
    });
}
