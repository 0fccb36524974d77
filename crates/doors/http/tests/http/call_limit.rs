//! A limit for the calls of those who are signed in, where one is set.

use serde_json::json;
use steward_api::Settings;

use crate::support::{PASSWORD, on_both_worlds, on_both_worlds_with};

#[test]
fn calls_are_limited_where_a_limit_is_set() {
    let settings = Settings { call_limit: 3, ..Settings::default() };
    on_both_worlds_with(&settings, |world| async move {
        let admin = world.admin();
        for left in [2, 1] {
            let answer = admin.get(&world, "/api/v1/me").await;
            answer.expect(200);
            assert_eq!(answer.header("ratelimit-policy"), "\"calls\";q=3;w=60");
            assert_eq!(answer.header("ratelimit"), format!("\"calls\";r={left};t=60"));
        }
        world.advance(20);
        // What is refused counts too.
        let missing = admin.get(&world, "/api/v1/nothing").await;
        missing.problem(404);
        assert_eq!(missing.header("ratelimit"), "\"calls\";r=0;t=40");
        let refused = admin.post(&world, "/api/v1/teams", json!({"name": "Network"})).await;
        refused.problem(429);
        assert_eq!(refused.header("retry-after"), "40");
        assert_eq!(refused.header("ratelimit"), "\"calls\";r=0;t=40");
        // Nobody else is bothered, and signing in never is.
        let body = json!({"login": "admin", "password": PASSWORD});
        world.anonymous("POST", "/api/v1/session", Some(body.clone())).await.expect(200);
        admin.send(&world, "POST", "/api/v1/session", &[], Some(body)).await.expect(200);
        admin.get(&world, "/api/v1/sign-in").await.expect(200);
        world.advance(40);
        let teams = admin.get(&world, "/api/v1/teams?count=true").await.expect(200);
        assert_eq!(teams["count"], 0, "the refused call did nothing");
    });
}

#[test]
fn without_a_limit_no_answer_speaks_of_one() {
    on_both_worlds(|world| async move {
        let answer = world.admin().get(&world, "/api/v1/me").await;
        assert!(answer.headers.get("ratelimit").is_none());
    });
}
