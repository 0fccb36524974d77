//! What clients send wrongly is a clear 4xx, and the server goes on.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use crate::support::{World, on_both_worlds};

async fn send(world: &World, content_type: &str, bytes: Vec<u8>) -> (u16, String, String) {
    let request = Request::post("/api/v1/people")
        .header("authorization", format!("Bearer {}", world.admin().token))
        .header("content-type", content_type)
        .body(Body::from(bytes))
        .expect("a request");
    let answer = world.send(request).await;
    let status = answer.status.as_u16();
    let (field, rule) = answer.problem(status);
    (status, field, rule)
}

#[test]
fn bad_bodies_are_told_apart() {
    on_both_worlds(|world| async move {
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        let mut invalid = b"{\"login\": \"".to_vec();
        invalid.extend([0xff, 0xfe]);
        invalid.extend(b"\"}");
        let person = |rest: &str| format!("{{\"login\": \"bob\", \"name\": \"Bob\"{rest}}}");
        let cases: Vec<(Vec<u8>, u16, &str, &str)> = vec![
            (b"{".to_vec(), 400, "body", "json"),
            (b"{\"login\": \"a\", \"login\": \"b\"}".to_vec(), 400, "body", "duplicate_key"),
            (invalid, 400, "body", "utf8"),
            (deep.clone().into_bytes(), 400, "body", "json"),
            (person(&format!(", \"teams\": {deep}")).into_bytes(), 400, "body", "json"),
            (b"[]".to_vec(), 422, "body", "type"),
            (b"{}".to_vec(), 422, "login", "required"),
            (b"".to_vec(), 422, "login", "required"),
            (person(", \"extra\": 1").into_bytes(), 422, "extra", "unknown_field"),
            (person(", \"vip\": \"yes\"").into_bytes(), 422, "vip", "type"),
            (person(", \"teams\": [\"a\", 1]").into_bytes(), 422, "teams[1]", "type"),
            (person(", \"roles\": [\"boss\"]").into_bytes(), 422, "roles[0]", "choice"),
            (person(", \"phone\": \"1\\u0000\"").into_bytes(), 422, "phone", "characters"),
            (
                person(", \"organisation\": \"no such\"").into_bytes(),
                422,
                "organisation",
                "reference",
            ),
            (vec![b' '; 1024 * 1024 + 1], 413, "", ""),
            (vec![b' '; 17 * 1024 * 1024], 413, "", ""),
        ];
        for (bytes, status, field, rule) in cases {
            let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
            let found = send(&world, "application/json", bytes).await;
            assert_eq!(found, (status, field.to_owned(), rule.to_owned()), "{shown}");
        }
        let found = send(&world, "text/plain", b"{}".to_vec()).await;
        assert_eq!(found, (415, "Content-Type".into(), "media_type".into()));
        let body = json!({"login": "bob", "name": "Bob"});
        world.admin().post(&world, "/api/v1/people", body).await.expect(201);
    });
}

/// A 422 names every wrong field, not only the first.
#[test]
fn all_wrong_fields_are_named_at_once() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let fields = |body: serde_json::Value| {
            let mut found: Vec<String> = body["errors"]
                .as_array()
                .expect("errors")
                .iter()
                .map(|e| e["field"].as_str().expect("a field").to_owned())
                .collect();
            found.sort();
            found
        };
        let path = "/api/v1/incidents";
        let body =
            json!({"short_description": 1, "impact": "high", "priority": 1, "colour": "red"});
        let form = admin.post(&world, path, body).await.expect(422);
        assert_eq!(fields(form), ["colour", "impact", "priority", "short_description"]);
        let body = json!({
            "short_description": "", "impact": 9, "urgency": 0, "caller": "nobody at all",
            "category": "none of ours", "service": "no such", "custom": {"flor": 1}
        });
        let rules = admin.post(&world, path, body).await.expect(422);
        let expected = [
            "caller",
            "category",
            "custom.flor",
            "impact",
            "service",
            "short_description",
            "urgency",
        ];
        assert_eq!(fields(rules), expected);
        let made = admin.post(&world, path, json!({"short_description": "x"})).await.expect(201);
        let one = format!("{path}/{}", made["number"].as_str().expect("a number"));
        let body = json!({"close_code": "nonsense", "close_notes": " "});
        let resolved = admin.post(&world, &format!("{one}/resolve"), body).await.expect(422);
        assert_eq!(fields(resolved), ["close_code", "close_notes"]);
        let body = json!({"short_description": null, "impact": 7, "assigned_to": "nobody at all"});
        let changed = admin.patch(&world, &one, 1, body).await.expect(422);
        assert_eq!(fields(changed), ["assigned_to", "impact", "short_description"]);
    });
}

#[test]
fn bad_queries_and_paths_are_told_apart() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        for (path, status, field) in [
            ("/api/v1/people?limt=5", 400, "limt"),
            ("/api/v1/people?limit=0", 400, "limit"),
            ("/api/v1/people?limit=501", 400, "limit"),
            ("/api/v1/people?limit=x", 400, "limit"),
            ("/api/v1/people?limit=1&limit=2", 400, "limit"),
            ("/api/v1/people?count=maybe", 400, "count"),
            ("/api/v1/people?q=%ff", 400, "q"),
            ("/api/v1/people?q=(", 400, "q"),
            ("/api/v1/people?sort=colour", 400, "sort"),
            ("/api/v1/people?cursor=nonsense", 400, "cursor"),
            ("/api/v1/people?as_of=today", 400, "as_of"),
            ("/api/v1/teams/no-uuid", 404, ""),
            ("/api/v1/people/%00", 404, ""),
            ("/api/v1/people/%ff", 404, ""),
            ("/api/v1/nothing", 404, ""),
            ("/api", 404, ""),
            ("/api/", 404, ""),
        ] {
            let answer = admin.get(&world, path).await;
            let (found, _) = answer.problem(status);
            assert_eq!(found, field, "{path}");
        }
        let answer = admin.delete(&world, "/api/v1/people").await;
        answer.problem(405);
        assert!(answer.header("allow").contains("GET"), "{}", answer.header("allow"));
        world.anonymous("GET", "/healthz", None).await;
    });
}

#[test]
fn cursors_belong_to_their_list() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        for n in 0..3 {
            world.person(&format!("p{n}"), &[]).await;
        }
        let first = admin.get(&world, "/api/v1/people?limit=2&count=true").await;
        let body = first.expect(200);
        assert_eq!((body["items"].as_array().map(Vec::len), &body["count"]), (Some(2), &json!(5)));
        let next = body["next"].as_str().expect("a next page");
        assert!(first.header("link").contains(next));
        let mut seen: Vec<String> = Vec::new();
        let mut page = body.clone();
        loop {
            let logins = page["items"].as_array().expect("items").iter();
            seen.extend(logins.filter_map(|p| p["login"].as_str().map(str::to_owned)));
            let Some(next) = page["next"].as_str() else { break };
            page = admin
                .get(&world, &format!("/api/v1/people?limit=2&cursor={next}"))
                .await
                .expect(200);
        }
        assert_eq!(seen.len(), 5, "{seen:?}");
        let other = format!("/api/v1/people?limit=2&sort=-name&cursor={next}");
        assert_eq!(admin.get(&world, &other).await.problem(400).0, "cursor");
    });
}

#[test]
fn a_read_only_field_says_what_changes_it() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let new = json!({"short_description": "a"});
        admin.post(&world, "/api/v1/incidents", new).await.expect(201);
        let one = "/api/v1/incidents/INC0000001";
        let seen = admin.get(&world, one).await.expect(200);
        for (field, says) in [
            ("id", "set by Steward"),
            ("number", "set by Steward"),
            ("version", "set by Steward"),
            ("opened_at", "set by Steward"),
            ("updated_at", "set by Steward"),
            ("resolved_at", "set by Steward"),
            ("closed_at", "set by Steward"),
            ("reassignment_count", "set by Steward"),
            ("reopen_count", "set by Steward"),
            ("state", "actions"),
            ("priority", "priority_override"),
            ("close_code", "resolve"),
        ] {
            let body = json!({"short_description": "x", field: seen[field]});
            let new = admin.post(&world, "/api/v1/incidents", body.clone()).await;
            let changed = admin.patch(&world, one, 1, body).await;
            for answer in [new, changed] {
                assert_eq!(answer.problem(422), (field.into(), "read_only".into()));
                let words = answer.json()["errors"][0]["message"].to_string();
                assert!(words.contains(says), "{field}: {words}");
                assert!(answer.json()["detail"].as_str().is_some_and(|d| d.contains(says)));
            }
        }
        let both = json!({"state": "closed", "stte": 1, "urgency": "high"});
        let refused = admin.patch(&world, one, 1, both).await.expect(422);
        let rules = refused["errors"].as_array().expect("errors").iter();
        let mut rules: Vec<String> =
            rules.map(|e| format!("{} {}", e["field"], e["rule"])).collect();
        rules.sort();
        assert_eq!(
            rules,
            [r#""state" "read_only""#, r#""stte" "unknown_field""#, r#""urgency" "type""#]
        );
    });
}
