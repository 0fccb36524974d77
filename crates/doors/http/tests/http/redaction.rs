//! Words that must go: one text redacted, what an erasure leaves to review; and
//! the seals that auditors read.

use serde_json::{Value, json};

use crate::support::{Person, World, on_both_worlds};

async fn finds(world: &World, who: &Person, word: &str) -> usize {
    let list = who.get(world, &format!("/api/v1/incidents?q={word}")).await.expect(200);
    list["items"].as_array().map_or(0, Vec::len)
}

#[test]
fn a_pasted_password_is_redacted() {
    on_both_worlds(|world| async move {
        let (admin, agent) = (world.admin(), world.person("ben", &["agent"]).await);
        let incident = json!({"short_description": "VPN", "description": "it is swordfishone"});
        let made = agent.post(&world, "/api/v1/incidents", incident).await.expect(201);
        let path = format!("/api/v1/incidents/{}", made["number"].as_str().expect("a number"));
        for (place, word) in [("comments", "swordfishtwo"), ("work-notes", "swordfishthree")] {
            let said = json!({"text": format!("the password is {word}")});
            let entry = agent.post(&world, &format!("{path}/{place}"), said).await.expect(201);
            assert_eq!(finds(&world, &agent, word).await, 1);
            let one = format!("{path}/{place}/{}", entry["id"].as_str().expect("an id"));
            let redact = format!("{one}/redact");
            let why = || json!({"reason": "it held a password"});
            agent.post(&world, &redact, why()).await.problem(403);
            let empty = admin.post(&world, &redact, json!({"reason": " "})).await;
            assert_eq!(empty.problem(422).0, "reason");
            let done = admin.post(&world, &redact, why()).await.expect(200);
            assert_eq!(done["by"]["login"], "admin");
            admin.post(&world, &redact, why()).await.problem(409);
            assert_eq!(finds(&world, &agent, word).await, 0, "{word}");
            let other = if place == "comments" { "work-notes" } else { "comments" };
            let elsewhere = redact.replace(place, other);
            admin.post(&world, &elsewhere, why()).await.problem(404);
        }
        let redact = format!("{path}/redact");
        let field = json!({"field": "description", "reason": "a password again"});
        admin.post(&world, &redact, field.clone()).await.expect(200);
        assert_eq!(admin.post(&world, &redact, field).await.problem(422).0, "field");
        let nothing = json!({"reason": "which?"});
        assert_eq!(admin.post(&world, &redact, nothing).await.problem(422).0, "field");
        let absent = json!({"seq": 1, "slot": 99, "reason": "there is none"});
        assert_eq!(admin.post(&world, &redact, absent).await.problem(422).0, "seq");

        for path in [path.clone(), format!("{path}/timeline"), format!("{path}/history")] {
            let seen = admin.get(&world, &path).await;
            assert!(!String::from_utf8_lossy(&seen.bytes).contains("swordfish"), "{path}");
        }
        let history = admin.get(&world, &format!("{path}/history")).await.expect(200);
        let facts = history["items"].as_array().expect("facts");
        let traces = facts.iter().filter(|f| f["kind"] == "incident.text_redacted");
        assert_eq!(traces.filter(|f| f["by"]["login"] == "admin").count(), 3);
        let report = |tx: &mut steward_database::Tx| steward_history::verify(tx, None);
        let report =
            tokio::task::block_in_place(|| world.app.db().read_blocking(report)).expect("verifies");
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    });
}

#[test]
fn mentions_of_an_erased_person_stay_listed_until_redacted() {
    on_both_worlds(|world| async move {
        let (admin, agent) = (world.admin(), world.person("ben", &["agent"]).await);
        let ann = json!({"login": "annalena", "name": "Annalena Example"});
        let ann = admin.post(&world, "/api/v1/people", ann).await.expect(201);
        let body = json!({"short_description": "Laptop of Annalena Example"});
        let made = agent.post(&world, "/api/v1/incidents", body).await.expect(201);
        let path = format!("/api/v1/incidents/{}", made["number"].as_str().expect("a number"));
        let said = json!({"text": "Annalena Example called twice"});
        agent.post(&world, &format!("{path}/work-notes"), said).await.expect(201);
        let id = ann["id"].as_str().expect("an id");
        let list = format!("/api/v1/people/{id}/mentions?count=true");
        assert_eq!(admin.get(&world, &list).await.expect(200)["count"], 0, "nobody was erased");
        let erase = json!({"reason": "asked"});
        let done = admin.post(&world, &format!("/api/v1/people/{id}/erase"), erase).await;
        let told = done.expect(200)["mentions"].as_array().map_or(0, Vec::len);
        agent.get(&world, &list).await.problem(403);
        let left = admin.get(&world, &list).await.expect(200);
        let items = left["items"].as_array().expect("mentions").clone();
        assert_eq!((items.len(), &left["count"]), (2, &json!(2)));
        assert_eq!(told, 2);
        let first = admin.get(&world, &format!("{list}&limit=1")).await.expect(200);
        let next = first["next"].as_str().expect("a next page");
        let second = admin.get(&world, &format!("{list}&limit=1&cursor={next}")).await;
        assert_eq!(second.expect(200)["items"], json!([items[1]]));
        for (n, item) in items.iter().enumerate() {
            assert_eq!(item["record"]["number"], made["number"]);
            let body = json!({"seq": item["seq"], "slot": item["slot"], "reason": "names her"});
            admin.post(&world, &format!("{path}/redact"), body).await.expect(200);
            let left = admin.get(&world, &list).await.expect(200);
            assert_eq!(left["count"], Value::from(1 - n));
        }
        let seen = admin.get(&world, &path).await.expect(200);
        assert_eq!(seen["short_description"], "Erased");
    });
}

#[test]
fn a_name_is_found_in_any_case_and_record_and_can_be_redacted() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let ann = json!({"login": "jmueller", "name": "Jörg Müller"});
        let ann = admin.post(&world, "/api/v1/people", ann).await.expect(201);
        let id = ann["id"].as_str().expect("an id");
        let mut wanted = Vec::new();
        for words in ["Laptop of JÖRG MÜLLER", "Jo\u{308}rg Mu\u{308}ller called", "jörg-müller's"]
        {
            let body = json!({"short_description": words});
            wanted.push(admin.post(&world, "/api/v1/incidents", body).await.expect(201));
        }
        let others = ["Jörgen Müller", "Jörg and Müller", "Ærø"];
        for words in others {
            let body = json!({"short_description": words});
            admin.post(&world, "/api/v1/incidents", body).await.expect(201);
        }
        let team = json!({"name": "Team JÖRG MÜLLER"});
        let team = admin.post(&world, "/api/v1/teams", team).await.expect(201);
        let rule = json!({
            "name": "For jörg müller", "when": {"facts": ["incident.created"]},
            "condition": "priority:1",
            "then": [{"command": "incident.note", "args": {"text": "tell JMUELLER"}}]
        });
        let rule = admin.post(&world, "/api/v1/automation-rules", rule).await.expect(201);
        let erase = json!({"reason": "asked"});
        let done = admin.post(&world, &format!("/api/v1/people/{id}/erase"), erase).await;
        assert_eq!(done.expect(200)["mentions"].as_array().map(Vec::len), Some(7));
        let list = format!("/api/v1/people/{id}/mentions");
        let found = admin.get(&world, &list).await.expect(200)["items"].clone();
        let found = found.as_array().expect("mentions").clone();
        let of = |kind: &str| found.iter().filter(|m| m["kind"] == kind).count();
        let kinds = ["incident", "team", "automation_rule", "person"].map(of);
        assert_eq!(kinds, [3, 1, 2, 1], "the rule acts as somebody of its name: {found:?}");
        let named = found.iter().find(|m| m["kind"] == "team").expect("the team");
        assert_eq!(named["record"]["name"], "Team JÖRG MÜLLER");

        let redact = format!("{list}/redact");
        let body = |m: &Value| {
            json!({
                "record": m["record"]["id"], "seq": m["seq"], "slot": m["slot"], "reason": "erased"
            })
        };
        let stands = admin.post(&world, &redact, body(named)).await.expect(409);
        assert!(
            stands["detail"].as_str().is_some_and(|d| d.contains("name of the team")),
            "{stands}"
        );
        let path = format!("/api/v1/teams/{}", team["id"].as_str().expect("an id"));
        admin.patch(&world, &path, 1, json!({"name": "Team"})).await.expect(200);
        let path = format!("/api/v1/automation-rules/{}", rule["id"].as_str().expect("an id"));
        admin.delete(&world, &path).await.expect(204);
        let actor = found.iter().find(|m| m["kind"] == "person").expect("the rule's actor");
        let path = format!("/api/v1/people/{}", actor["record"]["login"].as_str().expect("one"));
        let blank = Some(json!({"name": "Rule"}));
        admin.send(&world, "PATCH", &path, &[("if-match", "*")], blank).await.expect(200);
        let mut nowhere = body(named);
        nowhere["slot"] = 99.into();
        assert_eq!(admin.post(&world, &redact, nowhere).await.problem(422).0, "record");
        for mention in &found {
            admin.post(&world, &redact, body(mention)).await.expect(204);
        }
        assert_eq!(admin.get(&world, &list).await.expect(200)["items"], json!([]));
        let report = |tx: &mut steward_database::Tx| steward_history::verify(tx, None);
        let report =
            tokio::task::block_in_place(|| world.app.db().read_blocking(report)).expect("verifies");
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    });
}

/// Seals what has happened; on PostgreSQL other databases may hold it back a while.
async fn seal(world: &World) {
    for _ in 0..200 {
        let now = world.app.now();
        let seal = move |tx: &mut steward_database::Tx| steward_history::seal_now(tx, now);
        let made = tokio::task::block_in_place(|| world.app.db().write_blocking(seal));
        if made.expect("the seal is written").is_some() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("nothing could be sealed for 10 s");
}

#[test]
fn auditors_read_the_seals() {
    on_both_worlds(|world| async move {
        let auditor = world.person("aud", &["auditor"]).await;
        let agent = world.person("ben", &["agent"]).await;
        auditor.get(&world, "/api/v1/audit/seals/latest").await.problem(404);
        for n in 0..3 {
            let body = json!({"short_description": format!("number {n}")});
            agent.post(&world, "/api/v1/incidents", body).await.expect(201);
            seal(&world).await;
        }
        agent.get(&world, "/api/v1/audit/seals").await.problem(403);
        let first = auditor.get(&world, "/api/v1/audit/seals?limit=2&count=true").await;
        let page = first.expect(200);
        assert_eq!((&page["items"][0]["no"], &page["count"]), (&json!(3), &json!(3)));
        assert_eq!(page["items"][0]["previous"], page["items"][1]["hash"]);
        let next = page["next"].as_str().expect("a next page");
        let rest = auditor.get(&world, &format!("/api/v1/audit/seals?limit=2&cursor={next}")).await;
        assert_eq!(rest.expect(200)["items"][0]["no"], 1);
        let latest = auditor.get(&world, "/api/v1/audit/seals/latest").await.expect(200);
        let line = latest["seal"].as_str().expect("a line").to_owned();
        assert!(line.starts_with("steward-seal-1:3:"), "{line}");
        let plain = [("accept", "text/plain")];
        let path = "/api/v1/audit/seals/latest";
        let plain = auditor.send(&world, "GET", path, &plain, None).await;
        assert_eq!(String::from_utf8_lossy(&plain.bytes), format!("{line}\n"));
        let verify = move |tx: &mut steward_database::Tx| steward_history::verify(tx, Some(&line));
        let report = tokio::task::block_in_place(|| world.app.db().read_blocking(verify));
        assert!(report.expect("verifies").findings.is_empty());
    });
}
