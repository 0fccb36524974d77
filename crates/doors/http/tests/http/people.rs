//! People, teams, grants through HTTP.

use serde_json::json;

use crate::support::on_both_worlds;

#[test]
fn a_person_is_made_changed_disabled_and_erased() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let body = json!({"login": "ann", "name": "Ann Example", "roles": ["requester"]});
        let made = admin.post(&world, "/api/v1/people", body.clone()).await;
        let ann = made.expect(201);
        assert_eq!(made.header("location"), "/api/v1/people/ann");
        assert_eq!(made.header("etag"), "\"1\"");
        assert_eq!(ann["roles"], json!(["requester"]));
        let twice = admin.post(&world, "/api/v1/people", body).await;
        assert_eq!(twice.problem(422), ("login".into(), "unique".into()));

        let path = "/api/v1/people/ann";
        let bare = admin.send(&world, "PATCH", path, &[], Some(json!({"phone": "1"}))).await;
        bare.problem(428);
        let changed = admin.patch(&world, path, 1, json!({"phone": "1"})).await.expect(200);
        assert_eq!((&changed["phone"], &changed["version"]), (&json!("1"), &json!(2)));
        admin.patch(&world, path, 1, json!({"phone": "2"})).await.problem(412);
        let read_only = admin.patch(&world, path, 2, json!({"version": 7})).await;
        assert_eq!(read_only.problem(422).0, "version");
        let cleared = admin.patch(&world, path, 2, json!({"phone": null})).await.expect(200);
        assert_eq!(cleared["phone"], json!(null));
        let empty = admin.patch(&world, path, 3, json!({"name": null})).await;
        assert_eq!(empty.problem(422), ("name".into(), "required".into()));

        let token = tokio::task::block_in_place(|| world.token_of("ann"));
        let me = crate::support::Person { login: "ann".into(), token };
        me.get(&world, "/api/v1/me").await.expect(200);
        let off = admin.post(&world, "/api/v1/people/ann/disable", json!({})).await.expect(200);
        assert_eq!(off["active"], json!(false));
        me.get(&world, "/api/v1/me").await.problem(401);
        admin.post(&world, "/api/v1/people/ann/enable", json!({})).await.expect(200);
        let gone = admin.post(&world, "/api/v1/people/ann/erase", json!({"reason": "asked"})).await;
        assert_eq!(gone.expect(200)["name"], json!("Erased person 1"));
        admin.get(&world, path).await.problem(404);
    });
}

#[test]
fn a_changed_grant_works_on_the_next_request() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let ann = world.person("ann", &[]).await;
        ann.post(&world, "/api/v1/people", json!({"login": "x1", "name": "X"})).await.problem(403);
        let grant = json!({"holder": "ann", "role": "agent", "organisation": "Default"});
        let made = admin.post(&world, "/api/v1/grants", grant).await.expect(201);
        ann.post(&world, "/api/v1/people", json!({"login": "x1", "name": "X"})).await.expect(201);
        let id = made["id"].as_str().expect("an id");
        admin.delete(&world, &format!("/api/v1/grants/{id}")).await.expect(204);
        ann.post(&world, "/api/v1/people", json!({"login": "x2", "name": "X"})).await.problem(403);
    });
}

#[test]
fn nobody_gives_what_is_not_theirs() {
    on_both_worlds(|world| async move {
        let ann = world.person("ann", &["agent"]).await;
        let grant = json!({"holder": "ann", "role": "administrator"});
        ann.post(&world, "/api/v1/grants", grant).await.problem(403);
        let boss = json!({"login": "bob", "name": "Bob", "roles": ["administrator"]});
        ann.post(&world, "/api/v1/people", boss).await.problem(403);
        let rita = world.person("rita", &["requester"]).await;
        rita.get(&world, "/api/v1/permissions").await.problem(403);
        let admin = world.admin();
        // An administrator is one of every organisation.
        let one = json!({"holder": "ann", "role": "administrator", "organisation": "Default"});
        let refused = admin.post(&world, "/api/v1/grants", one).await.problem(422);
        assert_eq!(refused, ("organisation".into(), "everywhere".into()));
        admin.post(&world, "/api/v1/organisations", json!({"name": "Acme"})).await.expect(201);
        let boss = json!({
            "login": "bob", "name": "Bob", "organisation": "Acme", "roles": ["administrator"]
        });
        admin.post(&world, "/api/v1/people", boss).await.expect(201);
        let given = admin.get(&world, "/api/v1/grants?limit=500").await.expect(200);
        let of_bob = |g: &&serde_json::Value| g["holder"]["name"] == "Bob";
        let given = given["items"].as_array().expect("grants").iter().find(of_bob).cloned();
        assert_eq!(given.expect("a grant")["organisation"], json!(null));
        let matrix = admin.get(&world, "/api/v1/permissions").await.expect(200);
        let rows = matrix["rows"].as_array().expect("rows");
        let cell = |role: &str, kind: &str, action: &str| {
            let row = rows
                .iter()
                .find(|r| r["role"] == role && r["kind"] == kind && r["action"] == action);
            row.expect("every cell is there")["scope"].clone()
        };
        assert_eq!(cell("requester", "incident", "read"), json!("own"));
        assert_eq!(cell("requester", "incident", "read_work_notes"), json!("none"));
        assert_eq!(cell("administrator", "person", "erase"), json!("all"));
    });
}

#[test]
fn teams_and_members() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        world.person("ann", &["agent"]).await;
        let team =
            admin.post(&world, "/api/v1/teams", json!({"name": "Network"})).await.expect(201);
        let path = format!("/api/v1/teams/{}", team["id"].as_str().expect("an id"));
        let put = admin.put(&world, &format!("{path}/members/ann"), json!({})).await;
        assert_eq!(put.expect(200)["members"][0]["login"], json!("ann"));
        let ann = admin.get(&world, "/api/v1/people/ann").await.expect(200);
        assert_eq!(ann["teams"][0]["name"], json!("Network"));
        let left = admin.delete(&world, &format!("{path}/members/ann")).await.expect(200);
        assert_eq!(left["members"], json!([]));
        let stale = [("if-match", "\"1\"")];
        let put = format!("{path}/members/ann");
        admin.send(&world, "PUT", &put, &stale, None).await.problem(412);
    });
}

#[test]
fn items_of_four_kinds() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        for kind in ["services", "service-offerings", "configuration-items", "locations"] {
            let all = format!("/api/v1/{kind}");
            let made = admin.post(&world, &all, json!({"name": "E-mail"})).await.expect(201);
            let one = format!("{all}/{}", made["id"].as_str().expect("an id"));
            let changed = admin.patch(&world, &one, 1, json!({"class": "thing"})).await.expect(200);
            assert_eq!(changed["class"], json!("thing"), "{kind}");
            let listed = admin.get(&world, &format!("{all}?q=e-mail&count=true")).await.expect(200);
            assert_eq!(listed["count"], json!(1), "{kind}");
        }
    });
}

#[test]
fn work_of_a_disabled_person_goes_back_to_the_group() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        world.person("ann", &["agent"]).await;
        let team =
            admin.post(&world, "/api/v1/teams", json!({"name": "Network"})).await.expect(201);
        let member = format!("/api/v1/teams/{}/members/ann", team["id"].as_str().expect("an id"));
        admin.put(&world, &member, json!({})).await.expect(200);
        let body = json!({
            "short_description": "No network", "assignment_group": "Network", "assigned_to": "ann"
        });
        let made = admin.post(&world, "/api/v1/incidents", body).await.expect(201);
        assert_eq!(made["assigned_to"]["login"], json!("ann"));
        admin.post(&world, "/api/v1/people/ann/disable", json!({})).await.expect(200);
        let path = format!("/api/v1/incidents/{}", made["number"].as_str().expect("a number"));
        let after = admin.get(&world, &path).await.expect(200);
        assert_eq!(after["assigned_to"], json!(null));
        assert_eq!(after["assignment_group"]["name"], json!("Network"));
        let history = admin.get(&world, &format!("{path}/history")).await.expect(200);
        let last = history["items"].as_array().and_then(|all| all.last()).expect("facts").clone();
        assert_eq!(last["kind"], "incident.returned");
        let ann = admin.get(&world, "/api/v1/people/ann").await.expect(200)["id"].clone();
        let id = ann.as_str().and_then(|id| id.parse().ok()).expect("an id");
        let left = world.app.db().read(move |tx| steward_history::facts_of(tx, id, 0, 100)).await;
        let left = left.expect("facts").into_iter().rfind(|f| f.kind == "person.disabled");
        let seq = left.expect("the fact of leaving").seq;
        assert_eq!(last["cause"], json!({"record": ann, "seq": seq}), "because they left");
    });
}

#[test]
fn an_erasure_that_was_held_up_comes_to_its_end_when_asked_again() {
    on_both_worlds(|world| async move {
        let Some(file) = world.file() else { return };
        let admin = world.admin();
        world.person("ann", &["requester"]).await;
        let ann = admin.get(&world, "/api/v1/people/ann").await.expect(200);
        let path = format!("/api/v1/people/{}/erase", ann["id"].as_str().expect("an id"));
        // Somebody reads for long: the log of the database cannot be cut.
        let (end, wait) = std::sync::mpsc::channel::<()>();
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let db = world.app.db().clone();
        let reader = std::thread::spawn(move || {
            db.read_blocking(move |tx| {
                tx.one("select count(*) from fact", &[], |r| r.get::<i64>(0))?;
                let _ = begun.send(());
                let _ = wait.recv();
                Ok(())
            })
        });
        has_begun.await.expect("the reader reads");
        let reason = json!({"reason": "asked for"});
        admin.post(&world, &path, reason.clone()).await.problem(503);
        admin.get(&world, "/api/v1/people/ann").await.problem(404);
        drop(end);
        reader.join().expect("joins").expect("reads");
        admin.post(&world, &path, reason).await.problem(409);
        let log = std::fs::metadata(format!("{}-wal", file.display()));
        assert_eq!(log.map_or(0, |log| log.len()), 0, "the log was cut");
    });
}
