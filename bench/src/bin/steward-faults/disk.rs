//! Disks that fail: full, read-only, and with syncs that fail. On SQLite, whose files are our own.

use serde_json::{Value, json};

use crate::Findings;
use crate::http::Client;
use crate::ledger::how_many;
use crate::server::Store;

/// All three disks.
pub fn run(report: &mut impl FnMut(&str, Result<String, Findings>)) {
    for (name, word) in [("full", "enospc"), ("read-only", "erofs")] {
        report(&format!("disk, {name}"), refusing(word));
    }
    report("disk, failed sync", unsynced());
}

/// A full disk under PostgreSQL, whose files of data are made to fail.
pub fn run_postgres(report: &mut impl FnMut(&str, Result<String, Findings>)) {
    report("disk, full, postgres", full_postgres());
}

fn full_postgres() -> Result<String, Findings> {
    let switch = std::env::var("STEWARD_PG_SWITCH")
        .map_err(|_| vec!["STEWARD_PG_SWITCH is not set: run me with PG_LIBFAULT".to_owned()])?;
    let set = |word: &str| std::fs::write(&switch, word).map_err(|e| vec![e.to_string()]);
    set("")?;
    let mut store = Store::fresh("postgres").map_err(|why| vec![why])?;
    let server = store.start(false).map_err(|why| vec![why])?;
    let mut client = store.client(&server);
    let mut findings = Findings::new();
    let number = create(&mut client, "before", 201, &mut findings);
    set("enospc")?;
    // What fits into pages that are there still succeeds, on a real disk too; this needs new ones.
    let long: String = (0..3_000_u64).map(|n| format!("{:08x} ", n * 2_654_435_761)).collect();
    let big =
        |name: &str| json!({ "short_description": format!("disk {name}"), "description": long });
    for count in 0..5 {
        post(
            &mut client,
            &format!("during {count}"),
            &big(&format!("during {count}")),
            507,
            &mut findings,
        );
    }
    expect(&mut client, &format!("/api/v1/incidents/{number}"), 200, &mut findings);
    expect(&mut client, "/api/v1/incidents", 200, &mut findings);
    expect(&mut client, "/readyz", 200, &mut findings);
    set("")?;
    post(&mut client, "after", &big("after"), 201, &mut findings);
    for count in 0..5 {
        gone(&mut client, &format!("during {count}"), &mut findings);
    }
    server.kill();
    findings.extend(store.verify().err());
    done(findings, "refused with 507, read on, recovered without a restart")
}

/// 507, reads go on, and it recovers without a restart.
fn refusing(word: &str) -> Result<String, Findings> {
    let (store, server) = started()?;
    let mut client = store.client(&server);
    let mut findings = Findings::new();
    let number = create(&mut client, "before", 201, &mut findings);
    switch(&store, word)?;
    for count in 0..5 {
        create(&mut client, &format!("during {count}"), 507, &mut findings);
    }
    expect(&mut client, &format!("/api/v1/incidents/{number}"), 200, &mut findings);
    expect(&mut client, "/api/v1/incidents", 200, &mut findings);
    expect(&mut client, "/healthz", 200, &mut findings);
    switch(&store, "")?;
    create(&mut client, "after", 201, &mut findings);
    for count in 0..5 {
        gone(&mut client, &format!("during {count}"), &mut findings);
    }
    server.kill();
    findings.extend(store.verify().err());
    done(findings, "refused with 507, read on, recovered without a restart")
}

/// After a failed sync nothing is acknowledged until a restart, and `/readyz` says so.
fn unsynced() -> Result<String, Findings> {
    let (mut store, server) = started()?;
    let mut client = store.client(&server);
    let mut findings = Findings::new();
    create(&mut client, "before", 201, &mut findings);
    switch(&store, "fsync")?;
    refuse(&mut client, "during", &mut findings);
    switch(&store, "")?;
    refuse(&mut client, "still", &mut findings);
    expect(&mut client, "/readyz", 503, &mut findings);
    expect(&mut client, "/api/v1/incidents", 200, &mut findings);
    server.kill();
    let server = store.start(true).map_err(|why| vec![format!("after the restart: {why}")])?;
    let mut client = store.client(&server);
    gone(&mut client, "during", &mut findings);
    gone(&mut client, "still", &mut findings);
    create(&mut client, "after", 201, &mut findings);
    server.kill();
    findings.extend(store.verify().err());
    done(findings, "acknowledged nothing until the restart")
}

fn started() -> Result<(Store, crate::server::Server), Findings> {
    let mut store = Store::fresh("sqlite").map_err(|why| vec![why])?;
    switch(&store, "")?;
    let server = store.start(true).map_err(|why| vec![why])?;
    Ok((store, server))
}

fn switch(store: &Store, word: &str) -> Result<(), Findings> {
    std::fs::write(store.switch(), word).map_err(|error| vec![error.to_string()])
}

fn done(findings: Findings, note: &str) -> Result<String, Findings> {
    if findings.is_empty() { Ok(note.to_owned()) } else { Err(findings) }
}

/// Creates an incident and expects a status; answers its number.
fn create(client: &mut Client, name: &str, status: u16, findings: &mut Findings) -> String {
    let body = json!({ "short_description": format!("disk {name}") });
    post(client, name, &body, status, findings)
}

fn post(
    client: &mut Client,
    name: &str,
    body: &Value,
    status: u16,
    findings: &mut Findings,
) -> String {
    match client.post("/api/v1/incidents", body, None) {
        Ok(answer) if answer.status == status => {
            answer.body["number"].as_str().unwrap_or("").to_owned()
        }
        Ok(answer) => {
            findings.push(format!(
                "create {name}: {} instead of {status}: {}",
                answer.status, answer.body
            ));
            String::new()
        }
        Err(error) => {
            findings.push(format!("create {name}: {error}"));
            String::new()
        }
    }
}

/// Creates an incident that must not be acknowledged.
fn refuse(client: &mut Client, name: &str, findings: &mut Findings) {
    match client.post(
        "/api/v1/incidents",
        &json!({ "short_description": format!("disk {name}") }),
        None,
    ) {
        Ok(answer) if answer.status >= 500 => {}
        Ok(answer) => {
            findings.push(format!("create {name}: {} after a failed sync", answer.status))
        }
        Err(error) => findings.push(format!("create {name}: {error}")),
    }
}

fn expect(client: &mut Client, path: &str, status: u16, findings: &mut Findings) {
    match client.get(path) {
        Ok(answer) if answer.status == status => {}
        Ok(answer) => findings.push(format!("GET {path}: {} instead of {status}", answer.status)),
        Err(error) => findings.push(format!("GET {path}: {error}")),
    }
}

/// A write whose caller was told that it failed is not there.
fn gone(client: &mut Client, name: &str, findings: &mut Findings) {
    if how_many(client, &format!("disk {name}"), findings) != 0 {
        findings.push(format!("\"disk {name}\" was refused and is there"));
    }
}
