//! Search through the API.

use serde_json::{Value, json};

use crate::support::{Person, World, on_both_worlds};

async fn found(who: &Person, world: &World, query: &str) -> Vec<String> {
    let path = format!("/api/v1/search?{query}");
    let page = who.get(world, &path).await.expect(200);
    let items = page["items"].as_array().expect("items");
    items.iter().map(|i| i["number"].as_str().expect("a number").to_owned()).collect()
}

#[test]
fn what_is_looked_for_is_found_and_ranked() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        for (name, text) in [
            ("Printer jams", "again"),
            ("No paper", "in the printer on floor 3, as in INC0000001"),
            ("Printing is slow", "-"),
        ] {
            let body = json!({"short_description": name, "description": text});
            agent.post(&world, "/api/v1/incidents", body).await.expect(201);
        }
        let [one, two, three] = ["INC0000001", "INC0000002", "INC0000003"];
        for (query, expected) in [
            ("q=printer", vec![one, two]),
            ("q=print*", vec![three, one, two]),
            ("q=INC0000001", vec![one, two]),
            ("q=%22printer%20on%22", vec![two]),
            ("q=printer%20state:closed", vec![]),
            ("q=printer%20state:open&kind=incident", vec![one, two]),
            ("q=", vec![]),
            ("q=%20", vec![]),
        ] {
            assert_eq!(found(&agent, &world, query).await, expected, "{query}");
        }
        let page = agent.get(&world, "/api/v1/search?q=print*&limit=2").await.expect(200);
        let hit = &page["items"][0];
        assert_eq!((&hit["kind"], &hit["state"]), (&json!("incident"), &json!("new")));
        assert_eq!((&hit["name"], &hit["snippet"]), (&json!("Printing is slow"), &Value::Null));
        let next = page["next"].as_str().expect("there is more");
        let rest = format!("q=print*&limit=2&cursor={next}");
        assert_eq!(found(&agent, &world, &rest).await, [two]);
        for query in [
            "",
            "q=x&limit=0",
            "q=x&colour=red",
            "q=x&cursor=abc",
            "q=%22",
            "q=colour:red",
            "q=x&kind=nothing",
            &format!("q=other&cursor={next}"),
        ] {
            agent.get(&world, &format!("/api/v1/search?{query}")).await.problem(400);
        }
    });
}

#[test]
fn a_requester_searches_their_own_and_no_internal_word() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let caller = world.person("jonas", &["requester"]).await;
        let other = world.person("mallory", &["requester"]).await;
        let body = json!({"short_description": "VPN drops", "caller": "jonas"});
        agent.post(&world, "/api/v1/incidents", body).await.expect(201);
        let path = "/api/v1/incidents/INC0000001";
        for (part, text) in [("comments", "We look into it"), ("work-notes", "the xylophone vpn")] {
            agent.post(&world, &format!("{path}/{part}"), json!({"text": text})).await.expect(201);
        }
        for (query, agents, own) in [
            ("q=vpn", 1, 1),
            ("q=look", 1, 1),
            ("q=xylophone", 1, 0),
            ("q=xyl*", 1, 0),
            ("q=vpn%20xylophone", 1, 0),
        ] {
            assert_eq!(found(&agent, &world, query).await.len(), agents, "{query}");
            assert_eq!(found(&caller, &world, query).await.len(), own, "{query}");
            assert!(found(&other, &world, query).await.is_empty(), "{query}");
        }
        let seen = agent.get(&world, "/api/v1/search?q=xylophone").await.expect(200);
        assert_eq!(seen["items"][0]["snippet"], Value::Null);
        caller.get(&world, "/api/v1/search?q=time_worked_minutes:7").await.problem(400);
    });
}
