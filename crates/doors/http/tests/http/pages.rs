//! Pages, documents, and headers that belong to no operation.

use serde_json::Value;

use crate::support::{on_both_worlds, request};

#[test]
fn a_page_has_a_fresh_nonce_and_a_strict_policy() {
    on_both_worlds(|world| async move {
        let open = async |path: &str| {
            world.send(request("GET", path, &[("accept", "text/html")], None)).await
        };
        let first = open("/incidents/INC0000001").await;
        assert_eq!(first.status.as_u16(), 200);
        let policy = first.header("content-security-policy").to_owned();
        assert!(policy.contains("script-src 'self';") && policy.contains("'nonce-"), "{policy}");
        assert_ne!(policy, open("/").await.header("content-security-policy"));
        let html = String::from_utf8_lossy(&first.bytes).into_owned();
        assert!(!html.contains("__CSP_NONCE__"));
        for path in ["/missing.js", "/assets/missing.css"] {
            assert_eq!(open(path).await.status.as_u16(), 404, "{path}");
        }
        // A login may hold a dot; who takes anything gets the page too, and HEAD its head.
        assert_eq!(open("/people/ben.hour").await.status.as_u16(), 200);
        for (method, headers) in
            [("GET", &[("accept", "*/*")][..]), ("GET", &[]), ("HEAD", &[("accept", "*/*")])]
        {
            let page = world.send(request(method, "/", headers, None)).await;
            assert_eq!(page.status.as_u16(), 200, "{method} {headers:?}");
            assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        }
        let data = [("accept", "application/json")];
        world.send(request("GET", "/incidents", &data, None)).await.problem(404);
        let script = world.send(request("GET", "/missing.js", &[("accept", "*/*")], None)).await;
        script.problem(404);
        world.send(request("POST", "/", &[], None)).await.problem(405);
    });
}

#[test]
fn the_document_and_its_page_agree() {
    on_both_worlds(|world| async move {
        let answer = world.anonymous("GET", "/api/v1/openapi.json", None).await;
        let document = answer.expect(200);
        assert_eq!(document["openapi"], "3.1.0");
        let page = world.anonymous("GET", "/api/docs", None).await;
        let html = String::from_utf8_lossy(&page.bytes).into_owned();
        for loads in ["src=\"http", "href=\"http", "url(http", "@import"] {
            assert!(!html.contains(loads), "loads nothing from elsewhere: {loads}");
        }
        for (path, item) in document["paths"].as_object().expect("paths") {
            assert!(path.starts_with("/api/v1/"), "{path}: complete path keys");
            for (method, operation) in item.as_object().expect("operations") {
                let id = operation["operationId"].as_str().expect("an id");
                assert!(html.contains(&format!("id=\"{id}\"")), "{method} {path} is on the page");
            }
        }
    });
}

#[test]
fn every_operation_has_an_id_of_its_own_and_its_refusals() {
    let document: Value = serde_json::from_slice(&crate::support::openapi()).expect("JSON");
    let mut ids = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let id = operation["operationId"].as_str().expect("an id");
            assert!(ids.insert(id.to_owned()), "{method} {path}: {id} is taken");
            for status in ["400", "401", "403", "404", "422", "503"] {
                assert!(operation["responses"][status].is_object(), "{method} {path}: {status}");
            }
        }
    }
}

#[test]
fn health_says_what_it_knows() {
    on_both_worlds(|world| async move {
        let ready = world.anonymous("GET", "/readyz", None).await.expect(200);
        assert_eq!(ready["ready"], true);
        assert!(ready.get("horizon_held_by").is_some(), "{ready}");
        let metrics = world.anonymous("GET", "/metrics", None).await;
        let text = String::from_utf8_lossy(&metrics.bytes).into_owned();
        for name in [
            "steward_http_request_seconds_count{route=\"/readyz\",method=\"GET\",status=\"200\"} 1",
            "steward_database_writable 1",
            "steward_memory_anonymous_bytes",
            "steward_writes_waiting 0",
            "steward_timers_due 0",
            "steward_timers_parked 0",
            "steward_webhook_deliveries_pending 0",
            "steward_webhook_deliveries_failing 0",
            "steward_seals 0",
            "steward_database_bytes ",
            "steward_horizon_held_seconds ",
        ] {
            assert!(text.contains(name), "{name} in {text}");
        }
        // The handbook says of each what it means.
        let handbook = include_str!("../../../../../docs/operations.md");
        for name in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
            let name = name.split(' ').next().unwrap_or_default();
            assert!(handbook.contains(&format!("`{name}`")), "{name} in the handbook");
        }
    });
}

#[test]
fn requests_are_named_and_traced() {
    on_both_worlds(|world| async move {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        let parent = format!("00-{trace}-00f067aa0ba902b7-01");
        let asked = request("GET", "/api/v1/me", &[("traceparent", parent.as_str())], None);
        let answer = world.send(asked).await;
        assert!(answer.header("traceparent").starts_with(&format!("00-{trace}-")));
        assert_eq!(answer.json()["request_id"].as_str(), Some(answer.header("x-request-id")));
    });
}
