//! Stops, logs, and what a start refuses.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use steward_database::{Db, Options};

use crate::house::{House, PASSWORD, Server};

#[test]
fn sigterm_finishes_requests_under_way_and_ends_with_0() {
    let house = House::new();
    let mut server = house.serve(&[]);
    let token = house.token(&[]);
    let body = r#"{"short_description":"under way when it was told to stop"}"#;
    let (first, rest) = body.split_at(10);
    let mut stream = TcpStream::connect(&server.address).expect("connects");
    let head = format!(
        "POST /api/v1/incidents HTTP/1.1\r\nHost: steward\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{first}",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("begins");
    std::thread::sleep(Duration::from_millis(300));
    server.terminate();
    crate::house::until(Duration::from_secs(5), "no new connections", || {
        TcpStream::connect(&server.address).is_err()
    });
    stream.write_all(rest.as_bytes()).expect("goes on");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("is answered");
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    assert_eq!(server.ended().code(), Some(0), "{:?}", server.log());
    assert!(server.log().iter().any(|line| line.contains("the last seal")), "{:?}", server.log());
    assert!(house.run(&["verify"]).contains("all chains and seals hold"));
}

#[test]
fn logs_are_text_or_json() {
    let house = House::new();
    let json = |server: &Server| {
        let lines = server.log();
        assert!(!lines.is_empty());
        lines.iter().filter(|line| line.starts_with('{')).count() * 2 > lines.len()
    };
    let mut server = house.serve(&["--log", "json"]);
    server.terminate();
    server.ended();
    assert!(json(&server), "{:?}", server.log());
    let line = server.log().into_iter().find(|line| line.contains("serving on"));
    let line: serde_json::Value = serde_json::from_str(&line.expect("a line")).expect("is JSON");
    assert_eq!(line["level"], "INFO");
    assert!(line["timestamp"].is_string() && line["message"].is_string(), "{line}");
    assert!(!json(&house.serve(&[])));
    assert!(!json(&house.serve(&["--log", "text"])));
}

#[test]
fn a_public_url_over_tls_makes_cookies_secure() {
    let house = House::new();
    let sign_in = format!(r#"{{"login":"admin","password":"{PASSWORD}"}}"#);
    for (url, secure) in [("https://steward.example.org/", true), ("http://steward.local", false)] {
        let server = house.serve(&["--public-url", url]);
        let shown = format!("serving on {}", url.trim_end_matches('/'));
        assert!(server.log().iter().any(|line| line.contains(&shown)), "{:?}", server.log());
        let answer = server.call("", "/api/v1/session", &["-d", &sign_in]).to_lowercase();
        let cookie = answer.lines().find(|line| line.starts_with("set-cookie: steward_session="));
        let cookie = cookie.unwrap_or_else(|| panic!("a cookie: {answer}"));
        assert_eq!(cookie.contains("; secure"), secure, "{url}: {cookie}");
        assert!(cookie.contains("; httponly") && cookie.contains("; samesite="), "{cookie}");
    }
    let (status, words) = house.ends(&["serve", "--public-url", "steward.example.org"]);
    assert_eq!(status, 2, "{words}");
}

#[test]
fn what_a_kill_leaves_never_stops_a_start() {
    let house = House::new();
    for _ in 0..3 {
        let mut server = house.serve(&[]);
        let token = house.token(&[]);
        let body = r#"{"short_description":"before the kill"}"#;
        let answer = server.call(&token, "/api/v1/incidents", &["-d", body]);
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
        server.process.kill().expect("SIGKILL");
        server.ended();
    }
    assert!(house.run(&["verify"]).contains("all chains and seals hold"));
}

#[test]
fn a_schema_newer_than_the_program_is_refused() {
    let house = House::new();
    house.run(&["verify"]);
    let path = house.dir.join("steward-data/steward.db");
    let db = Db::open(&Options::Sqlite(path)).expect("opens");
    let newer =
        "insert into schema_migration (version, name, applied_at) values (9999, 'later', 0)";
    db.write_blocking(move |tx| tx.run(newer, &[]).map(drop)).expect("writes");
    drop(db);
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["verify"]] {
        let (status, words) = house.ends(command);
        assert_eq!(status, 1, "{command:?}: {words}");
        assert!(words.contains("schema version 9999, made by a newer Steward"), "{words}");
        assert!(!words.contains("internal error"), "{words}");
    }
}
