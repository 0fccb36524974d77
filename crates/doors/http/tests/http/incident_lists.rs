//! Lists of incidents: conditions, order, pages, counts, the past, CSV, and
//! custom fields.

use serde_json::{Value, json};

use crate::support::{Person, World, on_both_worlds};

async fn numbers(world: &World, who: &Person, q: &str) -> Vec<String> {
    let q: String = q.bytes().map(|b| format!("%{b:02X}")).collect();
    let path = format!("/api/v1/incidents?sort=number&count=true&q={q}");
    let found = who.get(world, &path).await.expect(200);
    let items = found["items"].as_array().expect("items");
    assert_eq!(found["count"], items.len(), "list and count agree");
    items.iter().map(|i| i["number"].as_str().unwrap_or("")[7..].to_owned()).collect()
}

pub(crate) async fn some(world: &World) -> Person {
    let admin = world.admin();
    admin.post(world, "/api/v1/teams", json!({"name": "Group 2"})).await.expect(201);
    admin.post(world, "/api/v1/teams", json!({"name": "Group 25"})).await.expect(201);
    let field = json!({"kind": "incident", "name": "floor", "label": "Floor", "type": "integer"});
    admin.post(world, "/api/v1/fields", field).await.expect(201);
    let field =
        json!({"kind": "incident", "name": "made_sla", "label": "Made SLA", "type": "boolean"});
    admin.post(world, "/api/v1/fields", field).await.expect(201);
    for body in [
        json!({"short_description": "VPN drops every 20 minutes", "impact": 1, "urgency": 1,
            "assignment_group": "Group 2", "custom": {"floor": 3, "made_sla": true}}),
        json!({"short_description": "Printer prints blank labels", "impact": 2, "urgency": 2,
            "assignment_group": "Group 25", "custom": {"floor": 4}}),
        json!({"short_description": "vpn token asked twice", "description": "On the Größe server"}),
    ] {
        admin.post(world, "/api/v1/incidents", body).await.expect(201);
    }
    admin
}

#[test]
fn conditions_find_what_they_say() {
    on_both_worlds(|world| async move {
        let admin = some(&world).await;
        let me = admin.get(&world, "/api/v1/me").await.expect(200);
        for (q, expected) in [
            ("", "001 002 003"),
            ("priority:1", "001"),
            ("priority:critical", "001"),
            ("priority:\"1 - Critical\"", "001"),
            ("impact:\"2 - medium\"", "002"),
            ("state:\"New\"", "001 002 003"),
            ("priority<=3", "001 002"),
            ("-priority:1", "002 003"),
            ("assignment_group:\"Group 2\"", "001"),
            ("assignment_group:\"group 25\"", "002"),
            ("assignment_group:none", "003"),
            ("vpn", "001 003"),
            ("vpn drops", "001"),
            ("\"drops every\"", "001"),
            ("\"every drops\"", ""),
            ("print*", "002"),
            ("grosse", "003"),
            ("description:grosse", "003"),
            ("short_description:grosse", ""),
            ("short_description=\"VPN token ASKED twice\"", "003"),
            ("state:open", "001 002 003"),
            ("state:resolved or priority:1", "001"),
            ("number:inc0000002", "002"),
            ("caller:me", "001 002 003"),
            ("caller:admin assignment_group:any", "001 002"),
            ("floor:3", "001"),
            ("floor>3", "002"),
            ("-floor:3", "002 003"),
            ("floor:none", "003"),
            ("made_sla:true", "001"),
            ("opened_at:today", "001 002 003"),
            ("opened_at<-1d", ""),
        ] {
            assert_eq!(numbers(&world, &admin, q).await.join(" "), expected, "{q}");
        }
        assert_eq!(me["login"], "admin");
    });
}

#[test]
fn a_wrong_condition_points_at_the_character() {
    on_both_worlds(|world| async move {
        let admin = some(&world).await;
        for (q, field, words) in [
            ("pririty:1", "q", "priority"),
            ("priority:(", "q", "character"),
            ("state:opne", "q", "state"),
        ] {
            let found = admin.get(&world, &format!("/api/v1/incidents?q={q}")).await;
            assert_eq!(found.problem(400).0, field, "{q}");
            let message = found.json()["errors"][0]["message"].to_string();
            assert!(message.contains(words), "{q}: {message}");
        }
        for path in [
            "/api/v1/incidents?sort=colour",
            "/api/v1/incidents?limit=0",
            "/api/v1/incidents?limit=501",
            "/api/v1/incidents?cursor=abc",
            "/api/v1/incidents?colour=red",
        ] {
            admin.get(&world, path).await.problem(400);
        }
    });
}

#[test]
fn pages_hold_every_row_once_in_order() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        for i in 0..23 {
            let body = json!({"short_description": format!("No {i}"), "impact": i % 3 + 1, "urgency": i % 2 + 1});
            admin.post(&world, "/api/v1/incidents", body).await.expect(201);
        }
        for sort in [
            "number",
            "-number",
            "priority,-opened_at",
            "-priority,opened_at",
            "resolved_at,number",
            "-category,priority",
        ] {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let path = format!("/api/v1/incidents?sort={sort}&limit=5{cursor}");
                let page = admin.get(&world, &path).await.expect(200);
                let items = page["items"].as_array().expect("items").clone();
                seen.extend(items.iter().map(|i| i["number"].to_string()));
                match page["next"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            let all = admin
                .get(&world, &format!("/api/v1/incidents?sort={sort}&limit=500"))
                .await
                .expect(200);
            let all: Vec<String> = all["items"]
                .as_array()
                .expect("items")
                .iter()
                .map(|i| i["number"].to_string())
                .collect();
            assert_eq!(seen, all, "{sort}");
            assert_eq!(seen.len(), 23, "{sort}");
        }
        let first = admin.get(&world, "/api/v1/incidents?limit=5&sort=number").await;
        let link = first.header("link").to_owned();
        assert!(link.starts_with("</api/v1/incidents?limit=5&sort=number&cursor="), "{link}");
        let first = first.expect(200);
        let cursor = first["next"].as_str().expect("more");
        let other = admin
            .get(&world, &format!("/api/v1/incidents?limit=5&sort=priority&cursor={cursor}"))
            .await;
        other.problem(400);
    });
}

#[test]
fn the_past_is_asked_with_the_same_words() {
    on_both_worlds(|world| async move {
        let admin = some(&world).await;
        let before = world.app.now().to_string();
        world.advance(3600);
        let resolution = json!({"close_code": "solved", "close_notes": "Done."});
        admin.post(&world, "/api/v1/incidents/INC0000001/resolve", resolution).await.expect(200);
        world.advance(3600);
        let now = world.app.now().to_string();
        let count = async |q: &str, at: &str| {
            let path = format!("/api/v1/incidents?count=true&q={q}&as_of={at}");
            admin.get(&world, &path).await.expect(200)["count"].clone()
        };
        assert_eq!(count("state:open", &before).await, 3);
        assert_eq!(count("state:open", &now).await, 2);
        assert_eq!(count("state:resolved", &before).await, 0);
        assert_eq!(count("priority:1", &before).await, 1);
        assert_eq!(count("", "2020-01-01T00:00:00Z").await, 0);
        assert_eq!(count("caller:admin", &before).await, 3);
        assert_eq!(count("opened_by:me", &before).await, 3);
        for q in ["impact:1", "vpn"] {
            let list = format!("/api/v1/incidents?q={q}&as_of={now}");
            let refused = admin.get(&world, &list).await;
            refused.problem(422);
            let message = refused.json()["errors"][0]["message"].to_string();
            assert!(message.contains("with as_of these can: number, state"), "{message}");
        }
        let unsorted = format!("/api/v1/incidents?sort=updated_at&as_of={now}");
        let unsorted = admin.get(&world, &unsorted).await;
        assert_eq!(unsorted.problem(400), ("sort".into(), "not_tracked".into()));
        // What came later is not shown.
        let one = format!("/api/v1/incidents?q=number:INC0000001&as_of={before}");
        let one = admin.get(&world, &one).await.expect(200)["items"][0].clone();
        assert_eq!(one["state"], "new");
        for field in ["resolved_at", "resolved_by", "close_code", "closed_at"] {
            assert_eq!(one[field], Value::Null, "{field}");
        }
        assert!(one["updated_at"].as_str().expect("a time") < now.as_str());
        let one = format!("/api/v1/incidents?q=number:INC0000001&as_of={now}");
        let one = admin.get(&world, &one).await.expect(200)["items"][0].clone();
        assert_eq!((&one["state"], &one["close_code"]), (&json!("resolved"), &json!("solved")));
        let csv = format!("/api/v1/incidents.csv?q=number:INC0000001&as_of={before}");
        let csv = String::from_utf8(admin.get(&world, &csv).await.bytes).expect("UTF-8");
        assert!(csv.contains(",new,") && !csv.contains(",solved,"), "{csv}");
    });
}

#[test]
fn a_list_is_exported_as_csv() {
    on_both_worlds(|world| async move {
        let admin = some(&world).await;
        let csv = admin.get(&world, "/api/v1/incidents.csv?q=vpn&sort=number").await;
        assert_eq!(csv.status.as_u16(), 200);
        let text = String::from_utf8_lossy(&csv.bytes).into_owned();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].starts_with("number,short_description,state"));
        assert!(lines[1].starts_with("INC0000001,VPN drops every 20 minutes,new"), "{}", lines[1]);
        assert!(
            lines[0].ends_with(",external_vendor,priority_reason,floor,made_sla"),
            "{}",
            lines[0]
        );
        assert!(lines[1].ends_with(",3,true"), "{}", lines[1]);
        for column in ["id", "description", "close_notes", "resolved_by", "parent", "on_hold_until"]
        {
            assert!(lines[0].split(',').any(|c| c == column), "{column}");
        }
        assert!(lines[2].contains(",On the Größe server,"), "{}", lines[2]);
        let accept = [("accept", "text/csv")];
        let list = "/api/v1/incidents?q=vpn&sort=number";
        let same = admin.send(&world, "GET", list, &accept, None).await;
        assert_eq!(same.bytes, csv.bytes);
        for name in ["limit=1", "cursor=x", "count=true"] {
            let csv = admin.get(&world, &format!("/api/v1/incidents.csv?{name}")).await;
            assert_eq!(csv.problem(400).0, name.split('=').next().unwrap_or(name));
        }
        for name in ["limit=1", "count=true"] {
            let path = format!("/api/v1/incidents?{name}");
            let same = admin.send(&world, "GET", &path, &accept, None).await;
            assert_eq!(same.problem(400).0, name.split('=').next().unwrap_or(name));
        }
        let requester = world.person("jonas", &["requester"]).await;
        requester.get(&world, "/api/v1/incidents.csv").await.problem(403);
        requester.send(&world, "GET", list, &accept, None).await.problem(403);
    });
}

#[test]
fn parts_of_an_incident_are_lists_like_every_other() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let agent = world.person("ben", &["agent"]).await;
        let requester = world.person("jonas", &["requester"]).await;
        let body = json!({"short_description": "x", "caller": "jonas"});
        let made = agent.post(&world, "/api/v1/incidents", body).await.expect(201);
        let other = json!({"short_description": "y", "caller": "jonas"});
        let other = agent.post(&world, "/api/v1/incidents", other).await.expect(201);
        let path = format!("/api/v1/incidents/{}", made["number"].as_str().expect("a number"));
        let mut comments = Vec::new();
        for n in 0..4 {
            let said = json!({"text": format!("number {n}")});
            for place in ["comments", "work-notes"] {
                let said = agent.post(&world, &format!("{path}/{place}"), said.clone()).await;
                comments.push(said.expect(201)["id"].as_str().expect("an id").to_owned());
            }
        }
        let retract = format!("{path}/comments/{}/retract", comments[0]);
        agent.post(&world, &retract, json!({"reason": "too early"})).await.expect(200);
        for login in ["admin", "ben", "jonas"] {
            admin.put(&world, &format!("{path}/watchers/{login}"), json!({})).await.expect(204);
        }
        for kind in ["related_to", "caused_by", "follows"] {
            let body = json!({"type": kind, "to": other["number"]});
            agent.post(&world, &format!("{path}/relations"), body).await.expect(201);
        }
        for (who, place, count) in [
            (&agent, "comments", 4),
            (&requester, "comments", 3),
            (&agent, "work-notes", 4),
            (&agent, "watchers", 3),
            (&agent, "relations", 3),
            (&agent, "attachments", 0),
            (&agent, "timeline", 16),
            (&agent, "history", 16),
        ] {
            let (mut seen, mut cursor) = (0, String::new());
            loop {
                let path = format!("{path}/{place}?limit=2&count=true{cursor}");
                let page = who.get(&world, &path).await.expect(200);
                assert_eq!(page["count"], count, "{place}");
                seen += page["items"].as_array().map_or(0, Vec::len);
                let Some(next) = page["next"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(seen, count, "{place} as {}", who.login);
            // The other way round, page by page.
            let whole = who.get(&world, &format!("{path}/{place}?limit=500")).await.expect(200);
            let mut forth = whole["items"].as_array().expect("items").clone();
            let (mut back, mut cursor) = (Vec::new(), String::new());
            loop {
                let path = format!("{path}/{place}?limit=3&sort=-at{cursor}");
                let page = who.get(&world, &path).await.expect(200);
                back.extend(page["items"].as_array().expect("items").clone());
                let Some(next) = page["next"].as_str() else { break };
                cursor = format!("&cursor={next}");
            }
            forth.reverse();
            assert_eq!(back, forth, "{place} as {}", who.login);
            let wrong = who.get(&world, &format!("{path}/{place}?sort=colour")).await;
            assert_eq!(wrong.problem(400).0, "sort");
        }
        let turned = json!({"type": "related_to", "to": made["number"]});
        let there = other["number"].as_str().expect("a number");
        let there = format!("/api/v1/incidents/{there}/relations");
        agent.post(&world, &there, turned).await.problem(409);
        let watchers = agent.get(&world, &format!("{path}/watchers")).await.expect(200);
        let logins: Vec<&str> = watchers["items"]
            .as_array()
            .expect("watchers")
            .iter()
            .filter_map(|w| w["login"].as_str())
            .collect();
        assert_eq!(logins.len(), 3);
        for login in ["admin", "ben", "jonas"] {
            assert!(logins.contains(&login), "{login} watches");
        }
        // The other end shows the same links.
        let there =
            format!("/api/v1/incidents/{}/relations", other["number"].as_str().expect("one"));
        let here = agent.get(&world, &format!("{path}/relations")).await.expect(200);
        let there = agent.get(&world, &there).await.expect(200);
        assert_eq!(there["items"], here["items"]);
        assert_eq!(here["items"][0]["to"]["number"], other["number"]);
        let one = format!("{path}/comments/{}", comments[0]);
        agent.get(&world, &one).await.expect(200);
        requester.get(&world, &one).await.problem(404);
        let note = format!("{path}/work-notes/{}", comments[1]);
        requester.get(&world, &note).await.problem(404);
        for time in ["2026-11-24", "-7d", "today", "2026-11-24T08:00Z"] {
            let list = format!("/api/v1/incidents?q=state:open&as_of={time}");
            agent.get(&world, &list).await.expect(200);
        }
    });
}

#[test]
fn a_renamed_choice_keeps_its_code() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let choices = json!([{"code": "west", "label": "West"}, {"code": "east", "label": "East"}]);
        let body = json!({
            "kind": "incident", "name": "wing", "label": "Wing", "type": "choice",
            "choices": choices
        });
        let made = admin.post(&world, "/api/v1/fields", body).await;
        assert_eq!(made.expect(201)["choices"], choices, "in their order");
        let path = "/api/v1/fields/incident/wing";
        let read = admin.get(&world, path).await;
        assert_eq!(read.header("etag"), made.header("etag"));
        let body = json!({"short_description": "x", "custom": {"wing": "East"}});
        admin.post(&world, "/api/v1/incidents", body.clone()).await.expect(201);

        let tag = read.header("etag").to_owned();
        let change = json!({"label": "Part", "choices": [{"code": "east", "label": "Sunrise"}]});
        let send = |tag: String, body: Value| {
            let (world, admin) = (&world, &admin);
            async move { admin.send(world, "PATCH", path, &[("if-match", &tag)], Some(body)).await }
        };
        let changed = send(tag.clone(), change.clone()).await.expect(200);
        assert_eq!(changed["label"], "Part");
        assert_eq!(changed["hidden_choices"], json!([{"code": "west", "label": "West"}]));
        send(tag, change).await.problem(412);
        for condition in ["wing:east", "wing:Sunrise"] {
            assert_eq!(numbers(&world, &admin, condition).await.len(), 1, "{condition}");
        }
        assert!(numbers(&world, &admin, "wing:West").await.is_empty(), "hidden, but known");
        let body = json!({"short_description": "x", "custom": {"wing": "west"}});
        let hidden = admin.post(&world, "/api/v1/incidents", body).await;
        assert_eq!(hidden.problem(422), ("custom.wing".into(), "choice".into()));

        let none = send("*".into(), json!({"choices": []})).await;
        assert_eq!(none.problem(422), ("choices".into(), "required".into()));
        let agent = world.person("ben", &["agent"]).await;
        agent.patch(&world, path, 1, json!({"label": "Mine"})).await.problem(403);
        let shipped = "/api/v1/fields/incident/close_code";
        let read = admin.get(&world, shipped).await.expect(200);
        let mut codes = read["choices"].clone();
        codes[0]["label"] = json!("Done for good");
        let tag = format!("\"{}\"", read["version"]);
        let headers = [("if-match", tag.as_str())];
        let body = Some(json!({"choices": codes}));
        let changed = admin.send(&world, "PATCH", shipped, &headers, body).await.expect(200);
        assert_eq!(changed["choices"], codes);
        let body = Some(json!({"label": "Code", "choices": [{"code": "new", "label": "New"}]}));
        let state = "/api/v1/fields/incident/state";
        let state = admin.send(&world, "PATCH", state, &[("if-match", "*")], body).await;
        assert_eq!(state.expect(422)["errors"].as_array().map(Vec::len), Some(2));
        admin.delete(&world, shipped).await.problem(409);
    });
}

#[test]
fn custom_fields_are_checked_and_hidden() {
    on_both_worlds(|world| async move {
        let admin = some(&world).await;
        let create = |custom: Value| json!({"short_description": "x", "custom": custom});
        for (custom, field, rule) in [
            (json!({"floor": "three"}), "custom.floor", "type"),
            (json!({"flor": 3}), "custom.flor", "unknown_field"),
            (json!({"made_sla": 1}), "custom.made_sla", "type"),
        ] {
            let refused = admin.post(&world, "/api/v1/incidents", create(custom)).await;
            assert_eq!(refused.problem(422), (field.into(), rule.into()));
        }
        let cleared = admin
            .patch(&world, "/api/v1/incidents/INC0000001", 1, json!({"custom": {"floor": null}}))
            .await;
        assert_eq!(cleared.expect(200)["custom"], json!({"made_sla": true}));
        assert!(numbers(&world, &admin, "floor:3").await.is_empty());
        let twice = json!({"kind": "incident", "name": "floor", "label": "Floor", "type": "text"});
        assert_eq!(admin.post(&world, "/api/v1/fields", twice).await.problem(422).0, "name");
        let agent = world.person("ben", &["agent"]).await;
        agent.delete(&world, "/api/v1/fields/incident/floor").await.problem(403);
        admin.delete(&world, "/api/v1/fields/incident/floor").await.expect(204);
        admin.get(&world, "/api/v1/incidents?q=floor:3").await.problem(400);
        let seen = admin.get(&world, "/api/v1/incidents/INC0000002").await.expect(200);
        assert_eq!(seen["custom"], json!({}));
    });
}

/// A merge patch over a priority set by hand, and a creation with all of it.
#[test]
fn a_creation_takes_what_a_patch_takes() {
    on_both_worlds(|world| async move {
        let admin = some(&world).await;
        world.person("rita", &["requester"]).await;
        let body = json!({
            "short_description": "x", "parent": "INC0000001", "requested_for": "rita",
            "priority_override": {"priority": 2, "reason": "The board waits"}
        });
        let made = admin.post(&world, "/api/v1/incidents", body).await.expect(201);
        assert_eq!(made["parent"]["number"], "INC0000001");
        assert_eq!(made["requested_for"]["login"], "rita");
        assert_eq!(
            (&made["priority"], &made["priority_override"]["priority"]),
            (&json!(2), &json!(2))
        );
        let path = format!("/api/v1/incidents/{}", made["number"].as_str().expect("a number"));
        let merged = json!({"priority_override": {"reason": "The press waits"}});
        let merged = admin.patch(&world, &path, 1, merged).await.expect(200);
        let by_hand = json!({"priority": 2, "reason": "The press waits"});
        assert_eq!(merged["priority_override"], by_hand);
        let gone = json!({"priority_override": null, "requested_for": null});
        let gone = admin.patch(&world, &path, 2, gone).await.expect(200);
        assert_eq!(
            (&gone["priority_override"], &gone["requested_for"]),
            (&Value::Null, &Value::Null)
        );
        let half = json!({"priority_override": {"reason": "Nothing stands"}});
        let half = admin.patch(&world, &path, 3, half).await;
        assert_eq!(half.problem(422), ("priority_override.priority".into(), "required".into()));
        let requester = world.person("jonas", &["requester"]).await;
        let body = json!({"short_description": "x", "requested_for": "rita"});
        requester.post(&world, "/api/v1/incidents", body).await.problem(403);
    });
}
