//! Sessions, tokens, CSRF, limits.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use steward_api::Settings;

use crate::support::{Answer, PASSWORD, World, on_both_worlds, on_both_worlds_with, request};

async fn sign_in(world: &World, login: &str, password: &str) -> Answer {
    let body = json!({"login": login, "password": password});
    world.anonymous("POST", "/api/v1/session", Some(body)).await
}

/// A browser after sign-in: its cookie and its CSRF token.
async fn browser(world: &World) -> (String, String) {
    let answer = sign_in(world, "Admin", PASSWORD).await;
    let me = answer.expect(200);
    let set = answer.header("set-cookie");
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    let cookie = set.split(';').next().expect("a cookie").to_owned();
    (cookie, me["csrf_token"].as_str().expect("a token").to_owned())
}

async fn with_cookie(
    world: &World,
    method: &str,
    path: &str,
    (cookie, csrf): (&str, Option<&str>),
    body: Option<Value>,
) -> Answer {
    let mut headers = vec![("cookie", cookie)];
    headers.extend(csrf.map(|csrf| ("x-csrf-token", csrf)));
    world.send(request(method, path, &headers, body)).await
}

#[test]
fn a_session_needs_its_csrf_token_for_changes() {
    on_both_worlds(|world| async move {
        let (cookie, csrf) = browser(&world).await;
        let me = with_cookie(&world, "GET", "/api/v1/me", (&cookie, None), None).await.expect(200);
        assert_eq!((&me["login"], &me["csrf_token"]), (&json!("admin"), &json!(csrf)));
        let team = || Some(json!({"name": "Network"}));
        for wrong in [None, Some(""), Some("nonsense"), Some(&csrf[1..])] {
            let answer =
                with_cookie(&world, "POST", "/api/v1/teams", (&cookie, wrong), team()).await;
            answer.problem(403);
        }
        with_cookie(&world, "POST", "/api/v1/teams", (&cookie, Some(&csrf)), team())
            .await
            .expect(201);
        with_cookie(&world, "DELETE", "/api/v1/session", (&cookie, Some(&csrf)), None)
            .await
            .expect(204);
        with_cookie(&world, "GET", "/api/v1/me", (&cookie, None), None).await.problem(401);
    });
}

#[test]
fn a_person_sees_their_sessions_and_ends_another_one() {
    on_both_worlds(|world| async move {
        let (here, csrf) = browser(&world).await;
        world.advance(1);
        let (there, _) = browser(&world).await;
        let path = "/api/v1/me/sessions";
        let listed = with_cookie(&world, "GET", path, (&here, None), None).await.expect(200);
        let sessions = listed["items"].as_array().expect("sessions");
        assert_eq!(sessions.len(), 2);
        assert_eq!(sessions.iter().filter(|s| s["current"] == json!(true)).count(), 1);
        let other = sessions.iter().find(|s| s["current"] == json!(false)).expect("the other");
        let (id, version) = (other["id"].as_str().expect("an id"), &other["version"]);
        let one = format!("{path}/{id}");
        with_cookie(&world, "DELETE", &one, (&here, Some(&csrf)), None).await.problem(428);
        let tag = format!("\"{version}\"");
        let headers = [("cookie", here.as_str()), ("x-csrf-token", &csrf), ("if-match", &tag)];
        world.send(request("DELETE", &one, &headers, None)).await.expect(204);
        with_cookie(&world, "GET", "/api/v1/me", (&there, None), None).await.problem(401);
        with_cookie(&world, "GET", "/api/v1/me", (&here, None), None).await.expect(200);
        world.send(request("DELETE", &one, &headers, None)).await.problem(404);
    });
}

#[test]
fn failed_sign_ins_are_limited_and_nobody_is_locked_out() {
    on_both_worlds(|world| async move {
        for _ in 0..3 {
            sign_in(&world, "admin", "wrong password").await.problem(401);
        }
        let refused = sign_in(&world, "admin", PASSWORD).await;
        refused.problem(429);
        let wait: i64 = refused.header("retry-after").parse().expect("seconds");
        // Whoever is signed in already is not bothered.
        world.admin().get(&world, "/api/v1/me").await.expect(200);
        world.anonymous("GET", "/api/v1/me", None).await.problem(401);
        world.advance(wait);
        sign_in(&world, "admin", PASSWORD).await.expect(200);
    });
}

#[test]
fn wrong_tokens_are_limited_by_address_and_valid_ones_never() {
    on_both_worlds(|world| async move {
        let try_one = async |token: &str| {
            let bearer = format!("Bearer {token}");
            let asked = request("GET", "/api/v1/me", &[("authorization", bearer.as_str())], None);
            world.send(asked).await
        };
        for _ in 0..3 {
            try_one("stw_wrong").await.problem(401);
        }
        let refused = try_one("stw_wrong").await;
        refused.problem(429);
        assert!(!refused.header("retry-after").is_empty());
        try_one(&world.admin().token).await.expect(200);
    });
}

#[test]
fn the_same_answer_for_no_such_person_and_a_wrong_password() {
    on_both_worlds(|world| async move {
        let mut one = sign_in(&world, "admin", "wrong password").await.expect(401);
        let mut other = sign_in(&world, "nobody", "wrong password").await.expect(401);
        for body in [&mut one, &mut other] {
            body["request_id"] = Value::Null;
        }
        assert_eq!(one, other);
    });
}

#[test]
fn credentials_come_before_everything_under_api() {
    on_both_worlds(|world| async move {
        for (method, path) in [
            ("GET", "/api/v1/people"),
            ("GET", "/api/v1/nothing"),
            ("GET", "/api"),
            ("DELETE", "/api/v1/people"),
            ("PUT", "/api/v1/sign-in"),
            ("POST", "/api/v1/people?x=1"),
        ] {
            let answer = world.anonymous(method, path, None).await;
            answer.problem(401);
            assert_eq!(answer.header("www-authenticate"), "Bearer", "{path}");
        }
        for path in [
            "/api/v1/sign-in",
            "/api/v1/openapi.json",
            "/api/docs",
            "/healthz",
            "/readyz",
            "/metrics",
        ] {
            let answer = world.anonymous("GET", path, None).await;
            assert_eq!(answer.status.as_u16(), 200, "{path}");
        }
        // A body that cannot be parsed is no way around it.
        let broken = Request::post("/api/v1/people").body(Body::from("{")).expect("a request");
        world.send(broken).await.problem(401);
    });
}

#[test]
fn tokens_are_shown_once_scoped_and_revoked() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let body = json!({"name": "reader", "scopes": ["read"]});
        let made = admin.post(&world, "/api/v1/me/tokens", body).await.expect(201);
        let text = made["token"].as_str().expect("the token").to_owned();
        let id = made["id"].as_str().expect("an id").to_owned();
        let listed = admin.get(&world, "/api/v1/me/tokens").await.expect(200);
        assert!(!listed.to_string().contains(&text));
        let reader = crate::support::Person { login: "admin".into(), token: text };
        reader.get(&world, "/api/v1/people").await.expect(200);
        reader.post(&world, "/api/v1/teams", json!({"name": "Network"})).await.problem(403);
        reader.post(&world, "/api/v1/me/tokens", json!({"name": "more"})).await.problem(403);
        admin.delete(&world, &format!("/api/v1/me/tokens/{id}")).await.expect(204);
        reader.get(&world, "/api/v1/people").await.problem(401);
        admin.delete(&world, &format!("/api/v1/me/tokens/{id}")).await.problem(404);
    });
}

#[test]
fn a_token_ends_by_time() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let at = steward_base::Timestamp::from_second(world.app.now().as_second() + 60);
        let body = json!({"name": "short", "expires_at": at.expect("an instant").to_string()});
        let made = admin.post(&world, "/api/v1/me/tokens", body).await.expect(201);
        let token = made["token"].as_str().expect("the token").to_owned();
        let short = crate::support::Person { login: "admin".into(), token };
        short.get(&world, "/api/v1/me").await.expect(200);
        world.advance(61);
        short.get(&world, "/api/v1/me").await.problem(401);
    });
}

#[test]
fn a_password_is_changed_and_reset() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        world.person("ann", &["agent"]).await;
        let path = "/api/v1/people/ann/password-reset";
        let reset = admin.post(&world, path, json!({})).await.expect(201);
        let token = reset["token"].as_str().expect("a token");
        let choose = |password: &str| Some(json!({"token": token, "new_password": password}));
        let short = world.anonymous("POST", "/api/v1/password-reset", choose("short")).await;
        assert_eq!(short.problem(422), ("new_password".into(), "min_length".into()));
        let first = "a long first password";
        world.anonymous("POST", "/api/v1/password-reset", choose(first)).await.expect(204);
        let used = world.anonymous("POST", "/api/v1/password-reset", choose(first)).await;
        assert_eq!(used.problem(422).0, "token");

        let answer = sign_in(&world, "ann", first).await;
        let csrf = answer.expect(200)["csrf_token"].as_str().expect("a token").to_owned();
        let cookie = answer.header("set-cookie").split(';').next().expect("one").to_owned();
        let change = |from: &str| {
            Some(json!({"current_password": from, "new_password": "a second password"}))
        };
        let path = "/api/v1/me/password";
        let wrong = with_cookie(&world, "POST", path, (&cookie, Some(&csrf)), change("no")).await;
        assert_eq!(wrong.problem(422).0, "current_password");
        with_cookie(&world, "POST", path, (&cookie, Some(&csrf)), change(first)).await.expect(204);
        sign_in(&world, "ann", first).await.problem(401);
        sign_in(&world, "ann", "a second password").await.expect(200);

        let told = tokio::task::block_in_place(|| {
            world.app.db().read_blocking(|tx| {
                let sql = "select f.kind from fact f join person p on p.id = f.record
                           where p.login = 'ann' and f.kind like 'person.password%'
                           order by f.seq";
                tx.rows(sql, &[], |r| r.get::<String>(0))
            })
        });
        let kinds = ["reset_issued", "reset", "changed"].map(|of| format!("person.password_{of}"));
        assert_eq!(told.expect("facts"), kinds);
    });
}

#[test]
fn cookies_are_secure_where_the_public_url_is_https() {
    for (url, secure) in [
        (Some("https://desk.example.org"), true),
        (Some("http://desk.example.org"), false),
        (None, false),
    ] {
        let public_url = url.map(str::to_owned);
        let settings = Settings { public_url, ..Settings::default() };
        on_both_worlds_with(&settings, |world| async move {
            let answer = sign_in(&world, "admin", PASSWORD).await;
            let me = answer.expect(200);
            let set = answer.header("set-cookie").to_owned();
            assert_eq!(set.contains("; Secure"), secure, "{url:?}: {set}");
            let cookie = set.split(';').next().expect("a cookie");
            let csrf = me["csrf_token"].as_str();
            let end = with_cookie(&world, "DELETE", "/api/v1/session", (cookie, csrf), None).await;
            end.expect(204);
            // The cookie that takes the first away must be of its kind.
            let gone = end.header("set-cookie");
            assert_eq!(gone.contains("; Secure"), secure, "{url:?}: {gone}");
        });
    }
}
