//! What holds at every door: who needs no token, tags, traces, refusals.

use serde_json::{Value, json};

use steward_api::{DemoSignIn, Settings};
use steward_people::auth::hash_password;

use crate::support::{PASSWORD, Person, World, on_both_worlds, on_both_worlds_with, request};

async fn cookie_of(world: &World) -> String {
    let body = json!({"login": "admin", "password": PASSWORD});
    let answer = world.anonymous("POST", "/api/v1/session", Some(body)).await;
    answer.expect(200);
    answer.header("set-cookie").split(';').next().expect("a cookie").to_owned()
}

#[test]
fn what_is_open_to_all_asks_no_csrf_token_of_an_old_cookie() {
    on_both_worlds(|world| async move {
        let cookie = cookie_of(&world).await;
        let send = |path, body: Value| {
            world.send(request("POST", path, &[("cookie", cookie.as_str())], Some(body)))
        };
        let again = send("/api/v1/session", json!({"login": "admin", "password": PASSWORD})).await;
        again.expect(200);
        assert_ne!(again.header("set-cookie").split(';').next(), Some(cookie.as_str()));
        let reset = json!({"token": "nonsense", "new_password": "a long new password"});
        let reset = send("/api/v1/password-reset", reset).await;
        assert_eq!(reset.problem(422).0, "token");
        send("/api/v1/teams", json!({"name": "Network"})).await.problem(403);
    });
}

#[test]
fn one_of_several_tags_is_enough() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        admin
            .post(&world, "/api/v1/incidents", json!({"short_description": "a"}))
            .await
            .expect(201);
        let path = "/api/v1/incidents/INC0000001";
        let version = admin.get(&world, path).await.expect(200)["version"].clone();
        let patch = async |tags: &str, text: &str| {
            let body = json!({"short_description": text});
            admin.send(&world, "PATCH", path, &[("if-match", tags)], Some(body)).await
        };
        let good = format!("\"99\", \"{version}\"");
        patch("\"98\", W/\"1\", \"99\"", "b").await.problem(412);
        // A weak tag names no version, and the answer invents none.
        for none in [format!("W/\"{version}\""), "\"abc\"".into()] {
            let refused = patch(&none, "b").await;
            refused.problem(412);
            let words = refused.json()["detail"].as_str().expect("words").to_owned();
            assert!(
                words.contains("exactly as you received it") && !words.contains("-1"),
                "{words}"
            );
        }
        patch("\"98\", nonsense", "b").await.problem(400);
        patch(&vec!["\"99\""; 21].join(","), "b").await.problem(400);
        let changed = patch(&good, "b").await.expect(200);
        assert_eq!(changed["short_description"], "b");
        patch(&good, "c").await.problem(412);
        assert_eq!(patch("*", "c").await.expect(200)["short_description"], "c");
    });
}

#[test]
fn a_wrong_method_is_answered_with_those_allowed() {
    on_both_worlds(|world| async move {
        for path in ["/", "/incidents", "/healthz", "/api/docs"] {
            let asked = match path.starts_with("/api") {
                true => world.admin().send(&world, "POST", path, &[], None).await,
                false => world.anonymous("POST", path, None).await,
            };
            asked.problem(405);
            assert!(asked.header("allow").contains("GET"), "{path}: {}", asked.header("allow"));
        }
    });
}

#[test]
fn a_trace_goes_on_as_it_came() {
    on_both_worlds(|world| async move {
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        for flags in ["00", "01"] {
            let sent = format!("00-{trace}-00f067aa0ba902b7-{flags}");
            let headers = [("traceparent", sent.as_str())];
            let answer = world.send(request("GET", "/healthz", &headers, None)).await;
            let answered = answer.header("traceparent");
            assert!(answered.starts_with(&format!("00-{trace}-")), "{answered}");
            assert!(answered.ends_with(&format!("-{flags}")), "{answered}");
            assert!(!answered.contains("00f067aa0ba902b7"), "a span of its own");
        }
    });
}

#[test]
fn a_refusal_by_the_life_cycle_names_the_reason_that_actions_shows() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        admin
            .post(&world, "/api/v1/incidents", json!({"short_description": "a"}))
            .await
            .expect(201);
        let path = "/api/v1/incidents/INC0000001";
        let shown = admin.get(&world, path).await.expect(200);
        let actions = shown["actions"].as_array().expect("actions");
        let reopen = actions.iter().find(|a| a["name"] == "reopen").expect("an action");
        assert_eq!(reopen["allowed"], json!(false));
        let refused = admin.post(&world, &format!("{path}/reopen"), json!({"comment": "x"})).await;
        let refused = refused.expect(409);
        assert_eq!(refused["reason"], reopen["reason"]);
        let other = admin.get(&world, "/api/v1/incidents/INC0000002").await.expect(404);
        assert_eq!(other.get("reason"), None, "only of a 409");
    });
}

#[test]
fn a_token_that_may_only_read_marks_nothing_as_read() {
    on_both_worlds(|world| async move {
        let body = json!({"name": "reader", "scopes": ["read"]});
        let made = world.admin().post(&world, "/api/v1/me/tokens", body).await.expect(201);
        let token = made["token"].as_str().expect("the token").to_owned();
        let reader = Person { login: "admin".into(), token };
        let path = "/api/v1/notifications/read";
        reader.post(&world, path, json!({"all": true})).await.problem(403);
        reader.post(&world, path, json!({"ids": []})).await.problem(403);
        world.admin().post(&world, path, json!({"all": true})).await.expect(204);
    });
}

#[test]
fn who_works_on_incidents_reads_the_permission_matrix() {
    on_both_worlds(|world| async move {
        for (role, status) in [("agent", 200), ("incident_manager", 200), ("requester", 403)] {
            let person = world.person(role, &[role]).await;
            person.get(&world, "/api/v1/permissions").await.expect(status);
        }
    });
}

#[test]
fn the_command_line_makes_tokens_that_read_times_in_utc() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let path = "/api/v1/people/admin";
        let version = admin.get(&world, path).await.expect(200)["version"].as_i64().expect("one");
        let zone = json!({"zone": "Asia/Tokyo"});
        admin.patch(&world, path, version, zone).await.expect(200);
        let me = admin.get(&world, "/api/v1/me").await.expect(200);
        assert_eq!(me["zone"], "UTC", "its token is of the command line");
        let made = admin.post(&world, "/api/v1/me/tokens", json!({"name": "mine"})).await;
        let token = made.expect(201)["token"].as_str().expect("the token").to_owned();
        let other = Person { login: "admin".into(), token };
        assert_eq!(other.get(&world, "/api/v1/me").await.expect(200)["zone"], "Asia/Tokyo");
    });
}

#[test]
fn a_change_of_password_sent_again_is_answered_as_before() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let path = "/api/v1/me/password";
        let send = async |key: &str, from: &str, to: &str| {
            let body = json!({"current_password": from, "new_password": to});
            let headers = [("idempotency-key", key)];
            admin.send(&world, "POST", path, &headers, Some(body)).await
        };
        let new = "a long second password";
        send("k1", PASSWORD, new).await.expect(204);
        let again = send("k1", PASSWORD, new).await;
        again.expect(204);
        assert_eq!(again.header("idempotent-replayed"), "true");
        let reused = send("k1", PASSWORD, "a long third password").await;
        assert_eq!(reused.problem(422), ("Idempotency-Key".into(), "reused".into()));
        let other = send("k2", PASSWORD, new).await;
        assert_eq!(other.problem(422).0, "current_password");
        send("k3", new, PASSWORD).await.expect(204);
    });
}

#[test]
fn a_sign_in_to_try_is_shown_as_long_as_its_password_fits() {
    let demo = DemoSignIn {
        login: "admin".into(),
        password: PASSWORD.into(),
        name: "Administrator".into(),
        note: "all".into(),
        hash: hash_password(PASSWORD, [7; 16]).expect("a hash"),
    };
    let settings = Settings { demo: vec![demo], ..Settings::default() };
    on_both_worlds_with(&settings, |world| async move {
        let page = world.anonymous("GET", "/api/v1/sign-in", None).await.expect(200);
        assert_eq!(page["demo"][0]["password"], PASSWORD);
        assert_eq!(page["demo"][0].get("hash"), None);
        let body = json!({"current_password": PASSWORD, "new_password": "one of my own"});
        world.admin().post(&world, "/api/v1/me/password", body).await.expect(204);
        let page = world.anonymous("GET", "/api/v1/sign-in", None).await.expect(200);
        assert_eq!(page["demo"], json!([]));
    });
}
