//! Every write leaves a fact: each operation that changes something is driven
//! once with success, and the log must have grown. An operation that is in
//! neither list below fails the test, so that nobody has to remember.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Person, World, on_both_worlds};

/// Operations that change nothing anybody would ask about later, or that the
/// test cannot drive, each with the reason.
const EXEMPT: &[(&str, &str)] = &[
    ("POST /notifications/read", "what one has read is one's own and no history"),
    ("POST /automation-rules/{id}/try", "a trial writes nothing"),
    (
        "POST /webhooks/{id}/deliveries/{delivery}/redeliver",
        "needs a delivery; its own test drives it",
    ),
    ("POST /timers/{id}/retry", "needs a timer that failed; its own test drives it"),
    ("POST /session", "a password's check takes long; sign_in.rs drives it"),
    ("DELETE /session", "belongs to a session; sign_in.rs drives it"),
    ("DELETE /me/sessions/{id}", "belongs to a session; sign_in.rs drives it"),
    ("POST /me/password", "a password's check takes long; sign_in.rs drives it"),
    ("POST /password-reset", "a password's check takes long; sign_in.rs drives it"),
    ("POST /incidents/{number}/attachments", "a form, not JSON; its own test drives it"),
    ("DELETE /attachments/{id}", "needs an attachment; its own test drives it"),
];

/// Changes and removals that ask for no version, each with the reason.
const UNCONDITIONAL: &[(&str, &str)] = &[
    ("PUT /incidents/{number}/watchers/{login}", "doing it twice changes nothing"),
    ("DELETE /incidents/{number}/watchers/{login}", "takes only the watcher of its path"),
    ("DELETE /attachments/{id}", "an attachment never changes"),
    ("DELETE /session", "ends the session that asks"),
];

/// Whether an operation asks for the version its caller has read.
fn conditional(operation: &str) -> bool {
    !operation.starts_with("POST ")
        && !UNCONDITIONAL.iter().any(|(exception, _)| *exception == operation)
}

/// The document says of every operation whether it asks for `If-Match`, as it is.
#[test]
fn the_document_names_what_asks_for_a_version() {
    let document: Value = serde_json::from_slice(&crate::support::openapi()).expect("JSON");
    let all = writing_operations();
    for (exception, _) in UNCONDITIONAL {
        assert!(all.contains(*exception), "no such operation any more: {exception}");
    }
    for operation in &all {
        let (method, path) = operation.split_once(' ').expect("a method and a path");
        let of = &document["paths"][format!("/api/v1{path}")][method.to_lowercase()];
        let parameters = of["parameters"].as_array().into_iter().flatten();
        let required = parameters
            .filter(|p| p["in"] == "header" && p["name"] == "If-Match")
            .any(|p| p["required"] == true);
        assert_eq!(required, conditional(operation), "{operation}");
    }
}

struct Writer {
    world: World,
    admin: Person,
    covered: BTreeSet<String>,
}

impl Writer {
    fn facts(&self) -> i64 {
        let count = |tx: &mut steward_database::Tx| {
            tx.one("select count(*) from fact", &[], |r| r.get::<i64>(0))
        };
        tokio::task::block_in_place(|| self.world.app.db().read_blocking(count)).expect("a count")
    }

    /// Drives an operation and asserts that it left a fact. `at` fills the
    /// path's parameters in order.
    async fn write(&mut self, operation: &str, at: &[&str], body: Value) -> Value {
        let (method, path) = operation.split_once(' ').expect("a method and a path");
        let mut values = at.iter();
        let filled: Vec<&str> = path
            .split('/')
            .map(|part| match part.starts_with('{') {
                true => *values.next().expect("a value for each parameter"),
                false => part,
            })
            .collect();
        let path = format!("/api/v1{}", filled.join("/"));
        let before = self.facts();
        if conditional(operation) {
            self.refuses_blind(operation, &path, &body).await;
        }
        // What needs no version is driven without one.
        let any = [("if-match", "*")];
        let headers = if conditional(operation) { &any[..] } else { &[] };
        let answer = self.admin.send(&self.world, method, &path, headers, Some(body)).await;
        let status = answer.status.as_u16();
        let text = String::from_utf8_lossy(&answer.bytes).into_owned();
        assert!((200..300).contains(&status), "{operation}: {status} {text}");
        assert!(self.facts() > before, "{operation} left no fact");
        self.covered.insert(operation.to_owned());
        if status == 201 {
            let place = answer.header("location");
            let read = self.admin.get(&self.world, place).await;
            assert_eq!(read.status.as_u16(), 200, "{operation}: nothing stands at {place}");
        }
        if answer.bytes.is_empty() { Value::Null } else { answer.json() }
    }

    /// Without the version read it is 428, with another one 412, and nothing is written.
    async fn refuses_blind(&self, operation: &str, path: &str, body: &Value) {
        let before = self.facts();
        let method = operation.split(' ').next().expect("a method");
        let stale = [("if-match", "\"77777\"")];
        for (headers, status) in [(&[][..], 428), (&stale[..], 412)] {
            let body = Some(body.clone());
            let answer = self.admin.send(&self.world, method, path, headers, body).await;
            assert_eq!(answer.status.as_u16(), status, "{operation}: {:?}", answer.json());
        }
        assert_eq!(self.facts(), before, "{operation} wrote something");
    }

    /// The id (or another text field) of an answer.
    fn id(answer: &Value, field: &str) -> String {
        answer[field].as_str().expect("a text").to_owned()
    }
}

async fn people(w: &mut Writer) {
    let none = json!({});
    let organisation = w.write("POST /organisations", &[], json!({"name": "Alpha"})).await;
    let id = Writer::id(&organisation, "id");
    w.write("PATCH /organisations/{id}", &[&id], json!({"name": "Alpha One"})).await;
    let ann = json!({"login": "ann", "name": "Ann Example", "roles": ["agent"]});
    w.write("POST /people", &[], ann).await;
    w.write("PATCH /people/{login}", &["ann"], json!({"phone": "1"})).await;
    w.write("POST /people/{login}/password-reset", &["ann"], none.clone()).await;
    let team = w.write("POST /teams", &[], json!({"name": "Network"})).await;
    let id = Writer::id(&team, "id");
    w.write("PATCH /teams/{id}", &[&id], json!({"name": "Networks"})).await;
    w.write("PUT /teams/{id}/members/{login}", &[&id, "ann"], none.clone()).await;
    w.write("DELETE /teams/{id}/members/{login}", &[&id, "ann"], none.clone()).await;
    let grant = json!({"holder": "ann", "role": "agent", "organisation": "Alpha One"});
    let grant = w.write("POST /grants", &[], grant).await;
    w.write("DELETE /grants/{id}", &[&Writer::id(&grant, "id")], none.clone()).await;
    let token = w.write("POST /me/tokens", &[], json!({"name": "script"})).await;
    w.write("DELETE /me/tokens/{id}", &[&Writer::id(&token, "id")], none.clone()).await;
    w.write("POST /people/{login}/disable", &["ann"], none.clone()).await;
    w.write("POST /people/{login}/enable", &["ann"], none.clone()).await;
    let named = w.write("POST /teams", &[], json!({"name": "Friends of Ann Example"})).await;
    let path = format!("/api/v1/teams/{}", Writer::id(&named, "id"));
    let rename = Some(json!({"name": "Friends"}));
    w.admin.send(&w.world, "PATCH", &path, &[("if-match", "*")], rename).await.expect(200);
    let erased = w.write("POST /people/{login}/erase", &["ann"], json!({"reason": "asked"})).await;
    let mut place = erased["mentions"][0].clone();
    assert_eq!(place["kind"], "team");
    place = json!({
        "record": place["record"], "seq": place["seq"], "slot": place["slot"], "reason": "asked"
    });
    w.write("POST /people/{login}/mentions/redact", &["erased-1"], place).await;
    for kind in ["services", "service-offerings", "configuration-items", "locations"] {
        let body = json!({"name": format!("One of {kind}")});
        let made = w.write(&format!("POST /{kind}"), &[], body).await;
        let patch = format!("PATCH /{kind}/{{id}}");
        w.write(&patch, &[&Writer::id(&made, "id")], json!({"name": "Another"})).await;
    }
}

async fn incidents(w: &mut Writer) {
    let none = json!({});
    let field = json!({"kind": "incident", "name": "floor", "label": "Floor", "type": "integer"});
    w.write("POST /fields", &[], field).await;
    let floor = ["incident", "floor"];
    w.write("PATCH /fields/{kind}/{name}", &floor, json!({"label": "Storey"})).await;
    w.write("DELETE /fields/{kind}/{name}", &floor, none.clone()).await;
    let cells: Vec<Value> = (1..=9)
        .map(|n| json!({"impact": (n - 1) / 3 + 1, "urgency": (n - 1) % 3 + 1, "priority": 5}))
        .collect();
    w.write("PUT /priority-matrix", &[], json!({"cells": cells})).await;
    let days = json!({"auto_close_days": 3, "reopen_days": 30});
    w.write("PUT /incident-settings", &[], days).await;
    let one = w.write("POST /incidents", &[], json!({"short_description": "Mail is down"})).await;
    let one = Writer::id(&one, "number");
    let two = w.write("POST /incidents", &[], json!({"short_description": "No mail"})).await;
    let two = Writer::id(&two, "number");
    w.write("PATCH /incidents/{number}", &[&one], json!({"impact": 1})).await;
    let solved = json!({"close_code": "solved", "close_notes": "Done."});
    for (action, body) in [
        ("assign", json!({"assigned_to": "admin"})),
        ("hold", json!({"on_hold_reason": "awaiting_vendor"})),
        ("resume", none.clone()),
        ("work-time", json!({"minutes": 5})),
        ("resolve", solved),
        ("close", none.clone()),
        ("reopen", json!({"comment": "Down again"})),
    ] {
        w.write(&format!("POST /incidents/{{number}}/{action}"), &[&one], body).await;
    }
    w.write("POST /incidents/{number}/duplicate", &[&two], json!({"of": one})).await;
    w.write("POST /incidents/{number}/unmerge", &[&two], none.clone()).await;
    w.write("POST /incidents/{number}/cancel", &[&two], json!({"reason": "No trouble"})).await;
    let said = json!({"text": "We look into it"});
    let comment = w.write("POST /incidents/{number}/comments", &[&one], said.clone()).await;
    let at = [one.as_str(), &Writer::id(&comment, "id")];
    let retract = "POST /incidents/{number}/comments/{id}/retract";
    w.write(retract, &at, json!({"reason": "meant for the team"})).await;
    let redact = "POST /incidents/{number}/comments/{id}/redact";
    w.write(redact, &at, json!({"reason": "a password"})).await;
    let note = w.write("POST /incidents/{number}/work-notes", &[&one], said).await;
    let at = [one.as_str(), &Writer::id(&note, "id")];
    let redact = "POST /incidents/{number}/work-notes/{id}/redact";
    w.write(redact, &at, json!({"reason": "a password"})).await;
    let name = json!({"field": "short_description", "reason": "a name"});
    w.write("POST /incidents/{number}/redact", &[&one], name).await;
    w.write("PUT /incidents/{number}/watchers/{login}", &[&one, "admin"], none.clone()).await;
    w.write("DELETE /incidents/{number}/watchers/{login}", &[&one, "admin"], none.clone()).await;
    let link = json!({"type": "related_to", "to": two});
    let link = w.write("POST /incidents/{number}/relations", &[&one], link).await;
    let at = [one.as_str(), &Writer::id(&link, "id")];
    w.write("DELETE /incidents/{number}/relations/{id}", &at, none).await;
}

async fn rules(w: &mut Writer) {
    let none = json!({});
    let rule = json!({
        "name": "Give it away", "when": {"facts": ["incident.created"]}, "condition": "priority:1",
        "then": [{"command": "incident.note", "args": {"text": "look"}}]
    });
    let rule = w.write("POST /automation-rules", &[], rule).await;
    let id = Writer::id(&rule, "id");
    w.write("PATCH /automation-rules/{id}", &[&id], json!({"name": "Give it on"})).await;
    w.write("DELETE /automation-rules/{id}", &[&id], none.clone()).await;
    let hook = json!({"url": "https://example.org/hook", "facts": ["incident.*"]});
    let hook = w.write("POST /webhooks", &[], hook).await;
    let id = Writer::id(&hook, "id");
    w.write("PATCH /webhooks/{id}", &[&id], json!({"active": false})).await;
    w.write("DELETE /webhooks/{id}", &[&id], none).await;
}

fn writing_operations() -> BTreeSet<String> {
    let document: Value = serde_json::from_slice(&crate::support::openapi()).expect("JSON");
    let mut all = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in ["post", "put", "patch", "delete"] {
            if !item[method].is_null() {
                let path = path.strip_prefix("/api/v1").unwrap_or(path);
                all.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    all
}

#[test]
fn every_write_leaves_a_fact() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let mut w = Writer { world, admin, covered: BTreeSet::new() };
        people(&mut w).await;
        incidents(&mut w).await;
        rules(&mut w).await;
        let exempt = EXEMPT.iter().map(|(name, _)| (*name).to_owned());
        let listed: BTreeSet<String> = w.covered.iter().cloned().chain(exempt).collect();
        let all = writing_operations();
        let missing: Vec<_> = all.difference(&listed).collect();
        assert!(missing.is_empty(), "drive these, or say why not: {missing:#?}");
        let gone: Vec<_> = listed.difference(&all).collect();
        assert!(gone.is_empty(), "no such operation any more: {gone:#?}");
    });
}
