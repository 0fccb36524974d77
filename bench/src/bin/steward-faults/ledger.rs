//! What the server acknowledged, kept by its callers, and the check that all of it is there.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Findings;
use crate::clock::Chance;
use crate::http::{Client, encode};

/// Login of whoever incidents are assigned to.
pub const BELL: &str = "bell";

/// What one writer was promised.
#[derive(Default)]
pub struct Ledger {
    /// Incidents: number and title.
    pub created: Vec<(String, String)>,
    /// Work notes: number and text.
    pub notes: Vec<(String, String)>,
    /// Numbers of resolved incidents.
    pub resolved: Vec<String>,
    /// Numbers of incidents held until a moment within the next seconds.
    pub held: Vec<String>,
    /// Numbers of incidents that were assigned to whoever has the bell.
    pub assigned: Vec<String>,
    /// Titles of creations that were refused by a fault (5xx): not there.
    pub failed: Vec<String>,
    /// Creations without an answer, or with one that says that nobody knows: key and title. There or not, but whole and once.
    pub unanswered: Vec<(String, String)>,
    /// Refusals that should not be.
    pub refused: Vec<String>,
}

/// What those who kill and those who write tell each other.
#[derive(Debug, Default)]
pub struct Signals {
    /// Write no more.
    pub stop: AtomicBool,
    /// Something was acknowledged: a kill from here on can lose it.
    pub promised: AtomicBool,
}

impl Signals {
    /// Waits until something was acknowledged, at most so long.
    pub fn wait(&self, longest: Duration) {
        let begin = Instant::now();
        while !self.promised.load(Ordering::Relaxed) && begin.elapsed() < longest {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Ledger {
    /// Takes another writer's promises in.
    pub fn add(&mut self, mut other: Ledger) {
        self.created.append(&mut other.created);
        self.notes.append(&mut other.notes);
        self.resolved.append(&mut other.resolved);
        self.held.append(&mut other.held);
        self.assigned.append(&mut other.assigned);
        self.failed.append(&mut other.failed);
        self.unanswered.append(&mut other.unanswered);
        self.refused.append(&mut other.refused);
    }

    /// Works until the connection breaks or it is told to stop: creates incidents and, in turn, writes a note,
    /// resolves, holds, assigns. Faults (5xx) are part of the plan where `faults` says so.
    pub fn work(
        client: &mut Client,
        name: &str,
        seed: u64,
        faults: bool,
        signals: &Signals,
    ) -> Ledger {
        let (mut ledger, mut chance) = (Ledger::default(), Chance::new(seed, name));
        for count in 0_u32.. {
            let name = format!("{name}-{count}");
            if signals.stop.load(Ordering::Relaxed)
                || ledger.step(client, &name, count, &mut chance).is_err()
            {
                break;
            }
            if !ledger.notes.is_empty() {
                signals.promised.store(true, Ordering::Relaxed);
            }
        }
        if faults {
            ledger.refused.retain(|why| !why.contains(": 50"));
        }
        ledger
    }

    fn step(
        &mut self,
        client: &mut Client,
        name: &str,
        count: u32,
        chance: &mut Chance,
    ) -> std::io::Result<()> {
        let title = format!("fault {name}");
        let body = json!({ "short_description": title });
        let answer = client.post("/api/v1/incidents", &body, Some(name)).inspect_err(|_| {
            self.unanswered.push((name.to_owned(), title.clone()));
        })?;
        if answer.status >= 500 {
            let kind = answer.body["type"].as_str().unwrap_or("");
            match kind.ends_with("outcome_unknown") {
                true => self.unanswered.push((name.to_owned(), title)),
                false => self.failed.push(title),
            }
            self.refused.push(format!("create: {} {}", answer.status, answer.body));
            return Ok(());
        }
        let Some(number) = answer.body["number"].as_str().filter(|_| answer.status == 201) else {
            self.refused.push(format!("create: {} {}", answer.status, answer.body));
            return Err(std::io::ErrorKind::Other.into());
        };
        let number = number.to_owned();
        self.created.push((number.clone(), title));
        let path = format!("/api/v1/incidents/{number}");
        match count % 4 {
            0 => {
                let text = format!("note {name}");
                let answer =
                    client.post(&format!("{path}/work-notes"), &json!({ "text": text }), None)?;
                self.promised(answer.status, "work note", &answer.body, |l| {
                    l.notes.push((number, text))
                });
            }
            1 => {
                let body =
                    json!({ "close_code": "solved", "close_notes": "made for a fault test" });
                let answer = client.post(&format!("{path}/resolve"), &body, None)?;
                self.promised(answer.status, "resolve", &answer.body, |l| l.resolved.push(number));
            }
            2 => {
                let body = json!({ "on_hold_reason": "awaiting_vendor", "until": chance.due() });
                let answer = client.post(&format!("{path}/hold"), &body, None)?;
                // Under load the moment may be over before the request is read.
                if answer.status == 422 && answer.body["errors"][0]["rule"] == "future" {
                    return Ok(());
                }
                self.promised(answer.status, "hold", &answer.body, |l| l.held.push(number));
            }
            _ => {
                let body = json!({ "assigned_to": BELL });
                let answer = client.post(&format!("{path}/assign"), &body, None)?;
                self.promised(answer.status, "assign", &answer.body, |l| l.assigned.push(number));
            }
        }
        Ok(())
    }

    fn promised(&mut self, status: u16, what: &str, body: &Value, keep: impl FnOnce(&mut Ledger)) {
        match status {
            200 | 201 => keep(self),
            _ => self.refused.push(format!("{what}: {status} {body}")),
        }
    }

    /// Everything that was promised and is not there, or not whole.
    pub fn check(&self, client: &mut Client) -> Findings {
        let mut findings: Findings =
            self.refused.iter().take(3).map(|r| format!("refused: {r}")).collect();
        for (number, title) in &self.created {
            let incident = get(client, &format!("/api/v1/incidents/{number}"), &mut findings);
            if incident["short_description"] != *title {
                findings.push(format!("{number} was acknowledged as \"{title}\", is {incident}"));
            }
        }
        for (number, text) in &self.notes {
            let notes =
                get(client, &format!("/api/v1/incidents/{number}/work-notes"), &mut findings);
            let same = |note: &&Value| note["text"] == *text;
            let count = notes["items"].as_array().map_or(0, |all| all.iter().filter(same).count());
            if count != 1 {
                findings.push(format!("{number} has its acknowledged note {count} times"));
            }
        }
        for number in &self.resolved {
            let incident = get(client, &format!("/api/v1/incidents/{number}"), &mut findings);
            if incident["state"] != "resolved" {
                findings.push(format!("{number} was resolved, is {}", incident["state"]));
            }
        }
        for title in &self.failed {
            if how_many(client, title, &mut findings) != 0 {
                findings.push(format!("\"{title}\" was refused and is there"));
            }
        }
        for (key, title) in &self.unanswered {
            findings.extend(repeat(client, key, title));
        }
        findings
    }

    /// The bell of its owner holds each assignment exactly once.
    pub fn check_bell(&self, owner: &mut Client) -> Findings {
        let mut findings = Findings::new();
        let mut told: BTreeMap<String, u32> = BTreeMap::new();
        let mut path = "/api/v1/notifications?limit=500".to_owned();
        loop {
            let page = get(owner, &path, &mut findings);
            for row in page["items"].as_array().unwrap_or(&Vec::new()) {
                let number = row["record"]["number"].as_str().unwrap_or("?").to_owned();
                *told.entry(number).or_default() += 1;
            }
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/api/v1/notifications?limit=500&cursor={}", encode(next));
        }
        let twice = told.iter().filter(|(_, count)| **count > 1);
        findings.extend(twice.map(|(number, count)| format!("{number} rang {count} times")));
        let silent = self.assigned.iter().filter(|number| !told.contains_key(*number));
        findings.extend(silent.map(|number| format!("{number} was assigned and never rang")));
        findings
    }

    /// Held incidents come back by themselves, each exactly once, within some seconds. How many of them came back
    /// before `killed`.
    pub fn check_timers(&self, client: &mut Client, killed: &str) -> (Findings, usize) {
        let (mut findings, mut before) = (Findings::new(), 0);
        let limit = std::time::Instant::now() + std::time::Duration::from_secs(30);
        for number in &self.held {
            let path = format!("/api/v1/incidents/{number}");
            while get(client, &path, &mut findings)["state"] == "on_hold" && findings.is_empty() {
                if std::time::Instant::now() > limit {
                    findings.push(format!("{number} is still on hold, 30 s after the start"));
                }
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            let history = get(client, &format!("{path}/history?limit=500"), &mut findings);
            let facts = history["items"].as_array().cloned().unwrap_or_default();
            let back: Vec<&Value> = facts.iter().filter(|fact| left_hold(fact)).collect();
            if back.len() != 1 {
                findings.push(format!("{number} came back from hold {} times", back.len()));
            }
            let early = |fact: &&&Value| fact["at"].as_str().is_some_and(|at| at < killed);
            before += back.iter().filter(early).count();
        }
        (findings, before)
    }
}

fn left_hold(fact: &Value) -> bool {
    let changes = fact["changes"].as_array();
    changes.is_some_and(|all| all.iter().any(|c| c["field"] == "state" && c["from"] == "on_hold"))
}

/// Waits until every subscriber has read the log to its end, as `/readyz` tells.
pub fn caught_up(client: &mut Client, most: Duration) -> Findings {
    let begin = Instant::now();
    loop {
        let state = client.get("/readyz").map(|answer| answer.body).unwrap_or_default();
        let readers = state["subscribers"].as_array().cloned().unwrap_or_default();
        if readers.len() >= 3 && readers.iter().all(|reader| reader["behind"] == 0) {
            return Findings::new();
        }
        if begin.elapsed() > most {
            return vec![format!("not caught up after {} s: {state}", most.as_secs())];
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Repeats a creation whose answer was lost, under its key: there must be exactly one of it afterwards.
fn repeat(client: &mut Client, key: &str, title: &str) -> Findings {
    let mut findings = Findings::new();
    match client.post("/api/v1/incidents", &json!({ "short_description": title }), Some(key)) {
        Ok(answer) if answer.status == 201 => {}
        Ok(answer) => {
            findings.push(format!("\"{title}\" repeated: {} {}", answer.status, answer.body))
        }
        Err(error) => findings.push(format!("\"{title}\" repeated: {error}")),
    }
    let count = how_many(client, title, &mut findings);
    if count != 1 {
        findings.push(format!("\"{title}\" is there {count} times after its repetition"));
    }
    findings
}

/// How many incidents have exactly this title.
pub fn how_many(client: &mut Client, title: &str, findings: &mut Findings) -> u64 {
    let query = encode(&format!("short_description=\"{title}\""));
    let list = get(client, &format!("/api/v1/incidents?q={query}&count=true"), findings);
    list["count"].as_u64().unwrap_or(u64::MAX)
}

fn get(client: &mut Client, path: &str, findings: &mut Findings) -> Value {
    match client.get(path) {
        Ok(answer) if answer.status == 200 => answer.body,
        Ok(answer) => {
            findings.push(format!("GET {path}: {} {}", answer.status, answer.body));
            Value::Null
        }
        Err(error) => {
            findings.push(format!("GET {path}: {error}"));
            Value::Null
        }
    }
}
