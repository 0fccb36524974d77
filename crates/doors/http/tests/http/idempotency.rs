//! A write sent twice happens once.

use serde_json::json;

use crate::support::on_both_worlds;

const KEY: [(&str, &str); 1] = [("idempotency-key", "k1")];

#[test]
fn a_repeated_request_gets_the_first_answer() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let ann = world.person("ann", &["agent"]).await;
        let body = || Some(json!({"name": "Network"}));
        let first = admin.send(&world, "POST", "/api/v1/teams", &KEY, body()).await;
        first.expect(201);
        world.advance(60);
        let again = admin.send(&world, "POST", "/api/v1/teams", &KEY, body()).await;
        assert_eq!(again.expect(201), first.expect(201));
        assert_eq!(again.header("location"), first.header("location"));
        assert_eq!(again.header("etag"), first.header("etag"));
        assert_eq!(again.header("idempotent-replayed"), "true");
        let other = Some(json!({"name": "Another"}));
        let other = admin.send(&world, "POST", "/api/v1/teams", &KEY, other).await;
        assert_eq!(other.problem(422), ("Idempotency-Key".into(), "reused".into()));
        // Another actor and another route have keys of their own.
        let person = json!({"login": "bob", "name": "Bob"});
        ann.send(&world, "POST", "/api/v1/people", &KEY, Some(person)).await.expect(201);
        let service = Some(json!({"name": "Network"}));
        admin.send(&world, "POST", "/api/v1/services", &KEY, service).await.expect(201);
        world.advance(24 * 3600);
        let later = admin.send(&world, "POST", "/api/v1/teams", &KEY, body()).await.expect(201);
        assert_ne!(later["id"], first.json()["id"], "kept 24 hours");
    });
}

#[test]
fn a_refused_write_is_not_kept() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let bad = Some(json!({"name": ""}));
        admin.send(&world, "POST", "/api/v1/teams", &KEY, bad).await.problem(422);
        let good = Some(json!({"name": "Network"}));
        admin.send(&world, "POST", "/api/v1/teams", &KEY, good).await.expect(201);
        let long = "x".repeat(256);
        let key = [("idempotency-key", long.as_str())];
        let body = Some(json!({"name": "Other"}));
        admin.send(&world, "POST", "/api/v1/teams", &key, body).await.problem(400);
    });
}

#[test]
fn of_many_at_once_one_writes() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let send = || admin.send(&world, "POST", "/api/v1/teams", &KEY, Some(json!({"name": "N"})));
        let answers = futures_util::future::join_all((0..8).map(|_| send())).await;
        for answer in &answers {
            assert!([201, 409].contains(&answer.status.as_u16()), "{}", answer.status);
        }
        let teams = admin.get(&world, "/api/v1/teams?count=true").await.expect(200);
        assert_eq!(teams["count"], json!(1));
    });
}
