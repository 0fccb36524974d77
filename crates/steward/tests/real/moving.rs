//! PostgreSQL: backup and restore, and moving there from SQLite.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::time::Duration;

use steward_schema::testing::fresh_postgres;

use crate::house::{House, until};

const HOLD: &str = "all chains and seals hold";

#[test]
fn a_backup_of_postgresql_is_made_while_serving_and_restored() {
    let (Some(from), Some(to)) = (fresh_postgres(), fresh_postgres()) else { return };
    let house = House::new();
    let place = ["--database", from.as_str(), "--data", "served"];
    let server = house.serve(&place);
    let token = house.token(&place);
    let create = |title: &str| {
        let body = format!(r#"{{"short_description":"{title}"}}"#);
        let answer = server.call(&token, "/api/v1/incidents", &["-d", &body]);
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    };
    create("before the backup");
    let file = house.write("notes.txt", "attached");
    let form = format!("file=@{file}");
    let args = ["-F", form.as_str(), "-H", "Content-Type:"];
    let upload = std::process::Command::new("curl")
        .args(["-sSi", "-H", &format!("Authorization: Bearer {token}")])
        .args(&args[..2])
        .arg(format!("http://{}/api/v1/incidents/INC0000001/attachments", server.address))
        .output();
    let answer = crate::house::said(upload.expect("curl runs")).1;
    assert!(answer.contains("HTTP/1.1 201"), "{answer}");

    // Others write meanwhile.
    let stop = std::sync::atomic::AtomicBool::new(false);
    let backup = house.path("now.backup");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut count = 0;
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                create(&format!("meanwhile {count}"));
                count += 1;
            }
        });
        std::thread::sleep(Duration::from_millis(200));
        house.run(&[&["backup", backup.as_str()], &place[..]].concat());
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    create("after the backup");

    let there = ["--database", to.as_str(), "--data", "restored"];
    house.run(&[&["restore", backup.as_str()], &there[..]].concat());
    assert!(house.run(&[&["verify"], &there[..]].concat()).contains(HOLD));
    let (status, words) = house.ends(&[&["restore", backup.as_str()], &there[..]].concat());
    assert_eq!(status, 1, "only into an empty one: {words}");
    let second = house.serve(&there);
    let token = house.token(&there);
    let found = |title: &str| {
        let path = format!("/api/v1/incidents?q=short_description%3D%22{title}%22&count=true");
        second.call(&token, &path, &[]).contains("\"count\":1")
    };
    assert!(found("before%20the%20backup") && found("meanwhile%200"));
    assert!(!found("after%20the%20backup"));
    let files = second.call(&token, "/api/v1/incidents/INC0000001/attachments", &[]);
    let id = files.split("\"id\":\"").nth(1).map(|rest| rest[..36].to_owned()).expect("a file");
    let content = second.call(&token, &format!("/api/v1/attachments/{id}/content"), &[]);
    assert!(content.ends_with("attached"), "{content}");
    // What follows is read behind what was.
    let body = r#"{"short_description":"goes on"}"#;
    assert!(second.call(&token, "/api/v1/incidents", &["-d", body]).starts_with("HTTP/1.1 201"));
    until(Duration::from_secs(30), "the subscribers go on", || {
        let state = second.call("", "/readyz", &[]);
        state.matches("\"behind\":0").count() >= 3
    });
}

#[test]
fn a_move_from_sqlite_to_postgresql_keeps_everything() {
    let Some(url) = fresh_postgres() else { return };
    let house = House::new();
    let file = house.log("log.csv", 501);
    house.run(&["import", "incident-log", &file]);
    let seal = house.run(&["seal", "print"]);
    let (left, right) = (house.path("left.tar"), house.path("right.tar"));
    house.run(&["export", &left]);
    let there = ["--database", url.as_str(), "--data", "moved"];
    house.run(&[&["import", "archive", left.as_str()], &there[..]].concat());
    let verify = [&["verify", "--against", seal.trim()], &there[..]].concat();
    assert!(house.run(&verify).contains(HOLD), "the seal of the old place holds in the new one");
    house.run(&[&["export", right.as_str()], &there[..]].concat());
    let (before, after) = (tables(&left), tables(&right));
    assert!(before["fact"].lines().count() > 500, "{:?}", before.keys());
    let names = |tables: &BTreeMap<String, String>| tables.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&before), names(&after));
    for (name, rows) in &before {
        // The epoch is raised, and the cluster noted.
        if name != "setting" {
            assert_eq!(Some(rows), after.get(name), "{name}");
        }
    }
    assert_ne!(before["setting"], after["setting"]);
}

/// The rows of each table of an archive.
fn tables(path: &str) -> BTreeMap<String, String> {
    let mut archive = tar::Archive::new(std::fs::File::open(path).expect("an archive"));
    let mut tables: BTreeMap<String, String> = BTreeMap::new();
    for entry in archive.entries().expect("entries") {
        let mut entry = entry.expect("an entry");
        let name = entry.path().expect("a name").to_string_lossy().into_owned();
        if let Some(table) = name.strip_prefix("tables/").and_then(|rest| rest.split('/').next()) {
            let rows = tables.entry(table.to_owned()).or_default();
            entry.read_to_string(rows).expect("text");
        }
    }
    tables
}
