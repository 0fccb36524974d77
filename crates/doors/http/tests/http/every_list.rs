//! What every list does: cursors of its own, whole words, order by name, CSV.

use serde_json::{Value, json};

use crate::incident_lists::some;
use crate::support::on_both_worlds;

/// A cursor is good only at the list that gave it.
#[test]
fn a_cursor_belongs_to_its_list() {
    on_both_worlds(|world| async move {
        let admin = some(&world).await;
        world.person("ada", &["agent"]).await;
        for n in 0..3 {
            for number in ["INC0000001", "INC0000002"] {
                let said = json!({"text": format!("number {n}")});
                let path = format!("/api/v1/incidents/{number}/comments");
                admin.post(&world, &path, said).await.expect(201);
            }
        }
        let comments = |number: &str| format!("/api/v1/incidents/{number}/comments");
        for (list, other) in [
            ("/api/v1/people".to_owned(), "/api/v1/teams".to_owned()),
            ("/api/v1/incidents".to_owned(), "/api/v1/people".to_owned()),
            (comments("INC0000001"), comments("INC0000002")),
        ] {
            let first = admin.get(&world, &format!("{list}?limit=1")).await;
            assert!(first.header("link").contains("&cursor="));
            let first = first.expect(200);
            let cursor = first["next"].as_str().expect("more").to_owned();
            let next = admin.get(&world, &format!("{list}?limit=1&cursor={cursor}")).await;
            assert_ne!(next.expect(200)["items"], first["items"], "{list}");
            let there = admin.get(&world, &format!("{other}?limit=1&cursor={cursor}")).await;
            assert_eq!(there.problem(400).0, "cursor", "{other}");
        }
    });
}

#[test]
fn words_of_the_directory_are_whole() {
    on_both_worlds(|world| async move {
        let admin = some(&world).await;
        world.person("annabel", &["agent"]).await;
        let services = json!({"name": "Annex printing", "class": "business_service"});
        admin.post(&world, "/api/v1/services", services).await.expect(201);
        for (list, q, expected) in [
            ("people", "annabel", 1),
            ("people", "anna", 0),
            ("people", "anna*", 1),
            ("teams", "grou", 0),
            ("teams", "grou*", 2),
            ("teams", "group%2025", 1),
            ("teams", "group%202", 1),
            ("services", "anne", 0),
            ("services", "anne*%20print*", 1),
        ] {
            let path = format!("/api/v1/{list}?count=true&q={q}");
            assert_eq!(admin.get(&world, &path).await.expect(200)["count"], expected, "{path}");
        }
    });
}

/// References sort by the names of what they point to, empty ones last.
#[test]
fn references_sort_by_name() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        for team in ["Zebra", "apes", "Bears"] {
            admin.post(&world, "/api/v1/teams", json!({"name": team})).await.expect(201);
        }
        for (short, team) in [
            ("1", Some("Zebra")),
            ("2", None),
            ("3", Some("apes")),
            ("4", Some("Bears")),
            ("5", Some("apes")),
        ] {
            let body = json!({"short_description": short, "assignment_group": team});
            admin.post(&world, "/api/v1/incidents", body).await.expect(201);
        }
        world.advance(60);
        let now = world.app.now();
        for as_of in [String::new(), format!("&as_of={now}")] {
            for (sort, expected) in [
                ("assignment_group,number", "35412"),
                ("-assignment_group,-number", "14532"),
                ("caller,assignment_group,number", "35412"),
                ("assigned_to,-number", "54321"),
                ("organisation,number", "12345"),
                ("service,location,number", "12345"),
                ("on_hold_reason,number", "12345"),
            ] {
                let (mut seen, mut cursor) = (String::new(), String::new());
                loop {
                    let path = format!("/api/v1/incidents?sort={sort}&limit=2{as_of}{cursor}");
                    let page = admin.get(&world, &path).await.expect(200);
                    for item in page["items"].as_array().expect("items") {
                        seen += item["short_description"].as_str().expect("a text");
                    }
                    let Some(next) = page["next"].as_str() else { break };
                    cursor = format!("&cursor={next}");
                }
                assert_eq!(seen, expected, "{sort} {as_of}");
            }
        }
        let path = "/api/v1/incidents?sort=close_code,number&limit=500";
        assert_eq!(
            admin.get(&world, path).await.expect(200)["items"].as_array().map(Vec::len),
            Some(5)
        );
    });
}

#[test]
fn every_directory_is_exported_whole() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        for n in 0..3 {
            let body = json!({"name": format!("=cmd {n}"), "class": "business_service"});
            admin.post(&world, "/api/v1/services", body.clone()).await.expect(201);
        }
        // More than a page of the export.
        world.person("ann", &["agent"]).await;
        let locations: Vec<Value> =
            (0..520).map(|n| json!({"name": format!("Room {n:03}"), "class": "room"})).collect();
        for body in locations {
            admin.post(&world, "/api/v1/locations", body).await.expect(201);
        }
        let count = async |list: &str| {
            let counted = admin.get(&world, &format!("/api/v1/{list}?count=true")).await;
            let rows = counted.expect(200)["count"].as_i64().expect("a count");
            usize::try_from(rows).expect("no fewer than none") + 1
        };
        for (list, begins, lines) in [
            ("people", "login,name,email", count("people").await),
            ("teams", "name,email,organisation", 1),
            ("organisations", "name,zone", count("organisations").await),
            ("services", "name,class", 4),
            ("service-offerings", "name,class", 1),
            ("configuration-items", "name,class", 1),
            ("locations", "name,class", 521),
        ] {
            let csv = admin.get(&world, &format!("/api/v1/{list}.csv")).await;
            assert_eq!(csv.status.as_u16(), 200, "{list}");
            assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
            let text = String::from_utf8(csv.bytes.clone()).expect("UTF-8");
            assert!(text.starts_with(begins), "{text}");
            assert_eq!(text.lines().count(), lines, "{list}");
            let accept = [("accept", "text/csv")];
            let path = format!("/api/v1/{list}");
            let same = admin.send(&world, "GET", &path, &accept, None).await;
            assert_eq!(same.bytes, csv.bytes, "{list}");
            for name in ["limit=1", "cursor=x", "count=true"] {
                let csv = admin.get(&world, &format!("/api/v1/{list}.csv?{name}")).await;
                let name = name.split('=').next().unwrap_or(name);
                assert_eq!(csv.problem(400).0, name, "{list}");
            }
            for name in ["limit", "count"] {
                let value = if name == "limit" { "1" } else { "true" };
                let path = format!("/api/v1/{list}?{name}={value}");
                let same = admin.send(&world, "GET", &path, &accept, None).await;
                assert_eq!(same.problem(400).0, name, "{list}");
            }
            let unsorted = admin.get(&world, &format!("/api/v1/{list}?sort=foo")).await;
            assert_eq!(unsorted.problem(400), ("sort".into(), "unknown_sort".into()), "{list}");
        }
        let csv = admin.get(&world, "/api/v1/services.csv?q=cmd%202&sort=-name").await;
        let text = String::from_utf8(csv.bytes).expect("UTF-8");
        assert!(text.lines().nth(1).is_some_and(|l| l.starts_with("'=cmd 2,")), "{text}");
        admin.get(&world, "/api/v1/services.csv?q=(").await.problem(400);
    });
}
