//! Whose an incident is, how it waits, and who may end it.

use serde_json::{Value, json};

use crate::attachments::{form, send};
use crate::support::{Person, World, on_both_worlds};

async fn open(world: &World, by: &Person, words: &str) -> String {
    let body = json!({"short_description": words});
    let made = by.post(world, "/api/v1/incidents", body).await.expect(201);
    format!("/api/v1/incidents/{}", made["number"].as_str().expect("a number"))
}

async fn act(world: &World, who: &Person, path: &str, action: &str, body: Value) -> Value {
    who.post(world, &format!("{path}/{action}"), body).await.expect(200)
}

/// A team with these members.
async fn team(world: &World, name: &str, members: &[&str]) {
    let admin = world.admin();
    let team = admin.post(world, "/api/v1/teams", json!({"name": name})).await.expect(201);
    for login in members {
        let id = team["id"].as_str().expect("an id");
        let path = format!("/api/v1/teams/{id}/members/{login}");
        admin.put(world, &path, json!({})).await.expect(200);
    }
}

async fn last_fact(world: &World, path: &str) -> Value {
    let history = world.admin().get(world, &format!("{path}/history")).await.expect(200);
    history["items"].as_array().and_then(|all| all.last()).expect("facts").clone()
}

fn change<'a>(fact: &'a Value, field: &str) -> Option<&'a Value> {
    fact["changes"].as_array()?.iter().find(|c| c["field"] == field)
}

fn solved() -> Value {
    json!({"close_code": "solved", "close_notes": "New roll."})
}

#[test]
fn work_never_stays_with_somebody_who_has_left() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let agent = world.person("ben", &["agent"]).await;
        world.person("ann", &["agent"]).await;
        team(&world, "Network", &["ann"]).await;
        let give = json!({"assigned_to": "ann"});
        let mut paths = Vec::new();
        for words in ["open", "waits", "resolved", "closed", "merged", "merged while waiting"] {
            let path = open(&world, &agent, words).await;
            act(&world, &agent, &path, "assign", give.clone()).await;
            paths.push(path);
        }
        let group = json!({"assignment_group": "Network", "assigned_to": "ann"});
        act(&world, &agent, &paths[2], "assign", group).await;
        let until = "2026-12-01T08:00:00.000Z";
        let hold = json!({"on_hold_reason": "awaiting_vendor", "until": until});
        for n in [1, 5] {
            act(&world, &agent, &paths[n], "hold", hold.clone()).await;
        }
        for n in [2, 3] {
            act(&world, &agent, &paths[n], "resolve", solved()).await;
        }
        act(&world, &agent, &paths[3], "close", json!({})).await;
        let master = open(&world, &agent, "The one").await;
        let of = json!({"of": master.rsplit('/').next()});
        for n in [4, 5] {
            act(&world, &agent, &paths[n], "duplicate", of.clone()).await;
        }
        admin.post(&world, "/api/v1/people/ann/disable", json!({})).await.expect(200);

        let mut found = Vec::new();
        for (n, path) in paths.iter().enumerate() {
            let now = match n {
                2 | 3 => act(&world, &agent, path, "reopen", json!({"comment": "Again"})).await,
                4 | 5 => act(&world, &agent, path, "unmerge", json!({})).await,
                _ => admin.get(&world, path).await.expect(200),
            };
            assert_eq!(now["assigned_to"], json!(null), "{path}: {now}");
            found.push(now["state"].as_str().expect("a state").to_owned());
        }
        assert_eq!(found, ["new", "on_hold", "new", "new", "new", "on_hold"]);
        let queue = "/api/v1/incidents?q=state:new%20assigned_to:none&count=true";
        assert_eq!(agent.get(&world, queue).await.expect(200)["count"], 5, "with the master");
    });
}

#[test]
fn only_who_works_on_it_is_given_an_incident() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        world.person("ann", &["agent"]).await;
        let caller = world.person("jonas", &["requester"]).await;
        let north = json!({"name": "North"});
        world.admin().post(&world, "/api/v1/organisations", north).await.expect(201);
        world.person_of("nora", &["agent"], Some("North")).await;
        team(&world, "Network", &["ann"]).await;
        let path = open(&world, &caller, "VPN drops").await;
        let assign = format!("{path}/assign");
        let asked = |group: Option<&str>, login: &str| match group {
            Some(group) => json!({"assignment_group": group, "assigned_to": login}),
            None => json!({"assigned_to": login}),
        };
        for (body, rule) in [
            (asked(None, "jonas"), "role"),
            (asked(Some("Network"), "jonas"), "role"),
            (asked(Some("Network"), "ben"), "member"),
        ] {
            let refused = agent.post(&world, &assign, body.clone()).await;
            assert_eq!(refused.problem(422), ("assigned_to".into(), rule.into()), "{body}");
            let refused = agent.patch(&world, &path, 1, body.clone()).await;
            assert_eq!(refused.problem(422), ("assigned_to".into(), rule.into()), "{body}");
            let mut new = body;
            new["short_description"] = "New".into();
            let refused = agent.post(&world, "/api/v1/incidents", new).await;
            assert_eq!(refused.problem(422).0, "assigned_to");
        }
        // Somebody of another organisation is not even seen, or does not work here.
        let refused = agent.post(&world, &assign, asked(None, "nora")).await;
        assert_eq!(refused.problem(422).0, "assigned_to");
        let given = act(&world, &agent, &path, "assign", asked(Some("Network"), "ann")).await;
        assert_eq!(given["assigned_to"]["login"], "ann");
        // Who works on incidents may take over what another group has.
        let taken = act(&world, &agent, &path, "assign", asked(None, "ben")).await;
        assert_eq!(taken["assigned_to"]["login"], "ben");
        assert_eq!(taken["assignment_group"]["name"], "Network");
    });
}

#[test]
fn what_is_resolved_is_not_assigned_by_a_patch_either() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let path = open(&world, &agent, "Printer").await;
        let seen = act(&world, &agent, &path, "resolve", solved()).await;
        let version = seen["version"].as_i64().expect("a version");
        let give = json!({"assigned_to": "ben"});
        let reason = agent.post(&world, &format!("{path}/assign"), give.clone()).await.expect(409);
        let refused = agent.patch(&world, &path, version, give).await.expect(409);
        assert_eq!(refused["detail"], reason["detail"]);
        agent.patch(&world, &path, version, json!({"assigned_to": null})).await.expect(200);
        agent.patch(&world, &path, version, json!({"impact": 2})).await.expect(200);
    });
}

#[test]
fn a_disabled_caller_opens_nothing() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        world.person("jonas", &["requester"]).await;
        let path = open(&world, &agent, "Printer").await;
        let off = "/api/v1/people/jonas/disable";
        world.admin().post(&world, off, json!({})).await.expect(200);
        let patched = agent.patch(&world, &path, 1, json!({"caller": "jonas"})).await.problem(422);
        let body = json!({"short_description": "For him", "caller": "jonas"});
        let made = agent.post(&world, "/api/v1/incidents", body).await.problem(422);
        assert_eq!(made, ("caller".into(), "active".into()));
        assert_eq!(made, patched);
    });
}

#[test]
fn it_waits_for_a_reason_or_until_a_date() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let agent = world.person("ben", &["agent"]).await;
        let berlin = json!({"zone": "Europe/Berlin"});
        admin.patch(&world, "/api/v1/people/ben", 1, berlin).await.expect(200);
        // A token of the command line reads days in UTC, one's own in one's zone.
        let body = json!({"name": "own", "scopes": ["read", "write"]});
        let own = agent.post(&world, "/api/v1/me/tokens", body).await.expect(201);
        let token = own["token"].as_str().expect("a token").to_owned();
        let agent = Person { token, ..agent };
        let path = open(&world, &agent, "Moves in January").await;
        let neither = agent.post(&world, &format!("{path}/hold"), json!({"comment": "?"})).await;
        assert_eq!(neither.problem(422), ("on_hold_reason".into(), "required".into()));
        let wrong = agent.post(&world, &format!("{path}/hold"), json!({"until": "soon"})).await;
        assert_eq!(wrong.problem(422).0, "until");
        let seen = act(&world, &agent, &path, "hold", json!({"until": "2027-01-05"})).await;
        assert_eq!((&seen["state"], &seen["on_hold_reason"]), (&json!("on_hold"), &json!(null)));
        assert_eq!(seen["on_hold_until"], "2027-01-04T23:00:00.000Z", "the day begins in Berlin");
        for (q, count) in [("on_hold_reason:none state:on_hold", 1), ("on_hold_reason:any", 0)] {
            let list = format!("/api/v1/incidents?q={}&count=true", q.replace(' ', "%20"));
            assert_eq!(agent.get(&world, &list).await.expect(200)["count"], count, "{q}");
        }
        let past =
            agent.post(&world, &format!("{path}/hold"), json!({"until": "2020-01-05"})).await;
        assert_eq!(past.problem(422).0, "until");
        world.advance(120 * 24 * 3600);
        assert_eq!(world.fire().await, 1);
        let seen = agent.get(&world, &path).await.expect(200);
        assert_eq!(seen["state"], "in_progress");
        let fact = last_fact(&world, &path).await;
        assert_eq!(fact["kind"], "incident.resumed");
        let due = change(&fact, "due").expect("the due time");
        assert_eq!(due["to"], "2027-01-04T23:00:00.000Z");
        assert_ne!(fact["at"], due["to"], "beside the time it really happened");
        let cycle = agent.get(&world, "/api/v1/life-cycles/incident").await.expect(200);
        let mut line = cycle["transitions"].as_array().expect("lines").iter();
        let hold = line.find(|t| t["action"] == "hold").expect("a line").clone();
        assert_eq!(
            (&hold["required"], &hold["one_of"]),
            (&json!([]), &json!(["on_hold_reason", "until"]))
        );
    });
}

#[test]
fn closing_by_itself_says_when_it_was_due() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let path = open(&world, &agent, "Printer").await;
        let seen = act(&world, &agent, &path, "resolve", solved()).await;
        world.advance(9 * 24 * 3600);
        assert_eq!(world.fire().await, 1);
        let fact = last_fact(&world, &path).await;
        assert_eq!(fact["kind"], "incident.closed");
        let day = |text: &Value| text.as_str().expect("a time")[..10].to_owned();
        assert_eq!(day(&seen["resolved_at"]), "2026-09-21");
        assert_eq!(day(&change(&fact, "due").expect("the due time")["to"]), "2026-09-28");
        assert_eq!(day(&fact["at"]), "2026-09-30");
    });
}

#[test]
fn a_file_of_the_caller_is_an_answer_too() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let caller = world.person("jonas", &["requester"]).await;
        let other = world.person("rita", &["requester"]).await;
        let path = open(&world, &caller, "Screen").await;
        let number = path.rsplit('/').next().expect("a number").to_owned();
        let watch = format!("{path}/watchers/rita");
        agent.put(&world, &watch, json!({})).await;
        let wait = json!({"on_hold_reason": "awaiting_caller"});
        act(&world, &agent, &path, "hold", wait).await;
        let file = || form(&[("file", Some("screen.png"), b"a picture")]);
        let state = async || agent.get(&world, &path).await.expect(200)["state"].clone();
        send(&world, &other, &number, "", file()).await.expect(201);
        send(&world, &agent, &number, "", file()).await.expect(201);
        assert_eq!(state().await, "on_hold", "neither is the caller");
        send(&world, &caller, &number, "", file()).await.expect(201);
        assert_eq!(state().await, "in_progress");
        assert_eq!(last_fact(&world, &path).await["kind"], "incident.resumed");
    });
}

/// Nobody is made to watch what they could not read even then.
#[test]
fn whoever_has_no_role_here_cannot_be_made_to_watch() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let path = open(&world, &agent, "Screen").await;
        world.person("nobody", &[]).await;
        world.person("rita", &["requester"]).await;
        let put = agent.send(&world, "PUT", &format!("{path}/watchers/nobody"), &[], None).await;
        assert_eq!(put.problem(422), ("login".into(), "read".into()));
        agent.send(&world, "PUT", &format!("{path}/watchers/rita"), &[], None).await.expect(204);
    });
}

#[test]
fn a_watcher_reads_and_comments_but_ends_nothing() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let caller = world.person("jonas", &["requester"]).await;
        let watcher = world.person("rita", &["requester"]).await;
        let path = open(&world, &caller, "Screen").await;
        let number = path.rsplit('/').next().expect("a number").to_owned();
        agent.put(&world, &format!("{path}/watchers/rita"), json!({})).await;
        let why = json!({"reason": "Not needed"});
        let again = json!({"comment": "No"});
        watcher.post(&world, &format!("{path}/cancel"), why.clone()).await.problem(403);
        act(&world, &agent, &path, "resolve", solved()).await;
        watcher.post(&world, &format!("{path}/close"), json!({})).await.problem(403);
        watcher.post(&world, &format!("{path}/reopen"), again.clone()).await.problem(403);
        let seen = watcher.get(&world, &path).await.expect(200);
        for action in seen["actions"].as_array().expect("actions") {
            let name = action["name"].as_str().expect("a name");
            let may = ["comment", "attach", "watch"].contains(&name);
            assert_eq!(action["allowed"], may, "{action}");
        }
        let said = json!({"text": "Mine too"});
        watcher.post(&world, &format!("{path}/comments"), said).await.expect(201);
        let file = form(&[("file", Some("screen.png"), b"a picture")]);
        send(&world, &watcher, &number, "", file).await.expect(201);
        act(&world, &caller, &path, "reopen", again).await;
        act(&world, &caller, &path, "cancel", why).await;
    });
}

#[test]
fn time_worked_is_corrected_but_never_below_nothing() {
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let path = open(&world, &agent, "Screen").await;
        let mut sum = Vec::new();
        for minutes in [250, -225] {
            let seen = act(&world, &agent, &path, "work-time", json!({"minutes": minutes})).await;
            sum.push(seen["time_worked_minutes"].as_i64());
        }
        assert_eq!(sum, [Some(250), Some(25)]);
        for minutes in [-26, 0, 1441] {
            let body = json!({"minutes": minutes});
            let refused = agent.post(&world, &format!("{path}/work-time"), body).await;
            assert_eq!(refused.problem(422), ("minutes".into(), "range".into()), "{minutes}");
        }
    });
}

/// An incident in that state, by commands alone.
async fn in_state(world: &World, agent: &Person, state: &str) -> String {
    let path = open(world, agent, state).await;
    let steps: &[(&str, Value)] = &match state {
        "new" => vec![],
        "in_progress" => vec![("assign", json!({"assigned_to": "ben"}))],
        "on_hold" => vec![("hold", json!({"on_hold_reason": "awaiting_vendor"}))],
        "resolved" => vec![("resolve", solved())],
        "closed" => vec![("resolve", solved()), ("close", json!({}))],
        "canceled" => vec![("cancel", json!({"reason": "Not needed"}))],
        other => panic!("no state {other}"),
    };
    for (action, body) in steps {
        act(world, agent, &path, action, body.clone()).await;
    }
    path
}

/// The table of the life cycle, driven through the commands themselves.
#[test]
fn every_pair_of_state_and_action_goes_through_the_commands() {
    let table = [
        ("new", "in_progress on_hold - resolved - - canceled canceled -"),
        ("in_progress", "in_progress on_hold - resolved - - canceled canceled -"),
        ("on_hold", "on_hold on_hold in_progress resolved - - canceled canceled -"),
        ("resolved", "- - - - closed in_progress - - -"),
        ("closed", "- - - - - in_progress - - -"),
        ("canceled", "- - - - - - - - -"),
        ("duplicate", "- - - - - - - - new"),
    ];
    let names = [
        "assign",
        "hold",
        "resume",
        "resolve",
        "close",
        "reopen",
        "cancel",
        "duplicate",
        "unmerge",
    ];
    assert_eq!(names.as_slice(), steward_incident::life_cycle::ACTIONS);
    on_both_worlds(|world| async move {
        let agent = world.person("ben", &["agent"]).await;
        let master = open(&world, &agent, "The one").await;
        let of = json!({"of": master.rsplit('/').next()});
        for (from, row) in table {
            for (action, to) in names.iter().zip(row.split(' ')) {
                let path = match from {
                    "duplicate" => {
                        let path = open(&world, &agent, from).await;
                        act(&world, &agent, &path, "duplicate", of.clone()).await;
                        path
                    }
                    state => in_state(&world, &agent, state).await,
                };
                let body = match *action {
                    "assign" => json!({"assigned_to": "ben"}),
                    "hold" => json!({"on_hold_reason": "awaiting_caller"}),
                    "resolve" => solved(),
                    "reopen" => json!({"comment": "Again"}),
                    "cancel" => json!({"reason": "Not needed"}),
                    "duplicate" => of.clone(),
                    _ => json!({}),
                };
                let before = agent.get(&world, &path).await.expect(200);
                let offered = before["actions"].as_array().expect("actions");
                let offered = offered.iter().find(|a| a["name"] == **action).expect("offered");
                let answer = agent.post(&world, &format!("{path}/{action}"), body).await;
                let after = agent.get(&world, &path).await.expect(200);
                if to == "-" {
                    let refused = answer.expect(409);
                    assert_eq!(refused["detail"], offered["reason"], "{from} {action}");
                    assert_eq!(after["version"], before["version"], "{from} {action}");
                } else {
                    answer.expect(200);
                    assert_eq!(offered["allowed"], true, "{from} {action}");
                    assert_eq!(after["state"], to, "{from} {action}");
                }
            }
        }
    });
}
