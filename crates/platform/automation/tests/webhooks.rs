//! Webhooks on both engines, sent to a real receiver.

mod common;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::House;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value as Json, json};
use sha2::Sha256;
use steward_automation::webhook::{
    self, Delivery, DeliveryState, NewWebhook, RETRIES, Sender, SenderOptions, Webhook, Webhooks,
    deliver_due,
};
use steward_base::{Timestamp, Uuid};
use steward_history::{Door, Subscriber, prune};
use steward_people::{DEFAULT_ORGANISATION, Role, grants};
use steward_schema::testing::on_both;
use steward_ticket::journal::EntryKind;

/// One request as it came: its head in lower case, and its body.
type Request = (String, String);

/// A receiver that answers each request with the next of `answers`, the last
/// one again and again.
struct Receiver {
    url: String,
    got: Arc<Mutex<Vec<Request>>>,
}

impl Receiver {
    fn start(answers: &'static [&'static str]) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let got: Arc<Mutex<Vec<Request>>> = Arc::default();
        let seen = got.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let request = read_request(&mut stream);
                let mut seen = seen.lock().expect("a list");
                let answer = answers[seen.len().min(answers.len() - 1)];
                seen.push(request);
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Receiver { url, got }
    }

    fn requests(&self) -> Vec<Request> {
        self.got.lock().expect("a list").clone()
    }
}

fn read_request(stream: &mut impl Read) -> Request {
    let (mut raw, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let n = stream.read(&mut buffer).expect("bytes");
        raw.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&raw).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_lowercase();
        let length = header(&head, "content-length").parse().unwrap_or(0);
        if body.len() >= length || n == 0 {
            return (head, body.to_owned());
        }
    }
}

fn header(head: &str, name: &str) -> String {
    let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    line.unwrap_or("").to_owned()
}

const OK: &str = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
const NO: &str = "HTTP/1.1 500 Oh\r\ncontent-length: 7\r\nconnection: close\r\n\r\nnot now";
const ELSEWHERE: &str = "HTTP/1.1 307 Go\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

struct Post {
    house: House,
    reader: Arc<dyn Subscriber>,
    sender: Sender,
}

impl Post {
    fn new(house: House, allow_private: bool) -> Post {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let reader: Arc<dyn Subscriber> = Arc::new(Webhooks::new(house.engine.clone()));
        house.feed(&reader);
        let options =
            SenderOptions { allow_private, public_url: Some("https://desk.example.org".into()) };
        Post { house, reader, sender: Sender::new(options).expect("a sender") }
    }

    fn hook(&self, by: &str, url: &str, condition: &str) -> (Webhook, String) {
        let new = NewWebhook {
            url: url.into(),
            facts: vec!["incident.*".into()],
            condition: condition.into(),
            active: true,
            organisation: None,
        };
        let (call, engine) = (self.house.by(by), self.house.engine.clone());
        self.house.write(move |tx| webhook::create(tx, &call, &engine, &new)).expect("a webhook")
    }

    /// Reads the log and sends what is due; answers the attempts made.
    fn send(&self) -> usize {
        self.house.feed(&self.reader);
        self.house.runtime.block_on(async {
            let (db, engine) = (self.house.db(), &self.house.engine);
            deliver_due(db, engine, &self.sender, self.house.now()).await.expect("sent")
        })
    }

    fn log(&self, hook: &Webhook) -> Vec<Delivery> {
        let (admin, id) = (self.house.actor("admin"), hook.id);
        let mut log = self.house.read(move |tx| webhook::deliveries(tx, &admin, id, None, 100));
        log.reverse();
        log
    }
}

fn on_post(test: impl Fn(Post)) {
    on_both(|db| test(Post::new(House::new(db), true)));
}

fn verify(secret: &str, (head, body): &Request) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("its form")).expect("base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
    let (id, at) = (header(head, "webhook-id"), header(head, "webhook-timestamp"));
    let trace = header(head, "traceparent");
    let trace: Vec<&str> = trace.split('-').collect();
    let lengths: Vec<usize> = trace.iter().map(|part| part.len()).collect();
    assert_eq!((trace[0], lengths), ("00", vec![2, 32, 16, 2]), "a W3C trace context");
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    // Heads were made lower case.
    header(head, "webhook-signature") == expected.to_lowercase()
}

#[test]
fn a_fact_is_sent_signed_as_a_cloud_event() {
    on_post(|post| {
        let receiver = Receiver::start(&[OK]);
        let early = post.house.ticket("ann", |t| t.impact = 1);
        post.house.advance(1);
        let (hook, secret) = post.hook("admin", &receiver.url, "impact:1");
        post.house.ticket("ann", |t| t.impact = 3);
        let ticket = post.house.ticket("ann", |t| t.impact = 1);
        post.house.entry("ann", ticket, EntryKind::Comment, "Smoke!", &[]);
        assert_eq!(post.send(), 2);
        let mut requests = receiver.requests();
        requests.sort_by_key(|r| r.1.contains("incident.commented"));
        assert!(requests.iter().all(|request| verify(&secret, request)));
        let other = webhook::secret_text(&[0; 32]);
        assert!(!verify(&other, &requests[0]));
        let event: Json = serde_json::from_str(&requests[0].1).expect("JSON");
        let log = post.log(&hook);
        assert_eq!(event["specversion"], "1.0");
        assert_eq!(event["type"], "incident.created");
        assert_eq!(event["source"], "https://desk.example.org");
        assert_eq!(event["subject"], "INC0000003");
        assert_eq!(event["id"], json!(log[0].id));
        assert_eq!(event["data"]["fact"]["by"]["login"], "ann");
        let comment: Json = serde_json::from_str(&requests[1].1).expect("JSON");
        assert_eq!(comment["data"]["fact"]["changes"][0]["to"], "Smoke!");
        assert!(header(&requests[0].0, "content-type").starts_with("application/cloudevents+json"));
        assert!(log.iter().all(|d| d.state == DeliveryState::Delivered && d.status == Some(204)));
        assert_eq!(post.send(), 0);
        // Reading the log again sends nothing again.
        post.house.rewind(&post.reader);
        assert_eq!(post.house.load(early).impact, 1);
        assert_eq!(post.send(), 0);
        post.house.verifies();
    });
}

#[test]
fn a_failed_delivery_is_tried_again_until_the_end_and_by_hand() {
    on_post(|post| {
        let receiver = Receiver::start(&[NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, OK]);
        let (hook, _) = post.hook("admin", &receiver.url, "");
        post.house.ticket("ann", |_| {});
        for (n, wait) in RETRIES.iter().enumerate() {
            assert_eq!(post.send(), 1, "attempt {n}");
            let delivery = &post.log(&hook)[0];
            assert_eq!(delivery.state, DeliveryState::Pending);
            assert_eq!(
                (delivery.status, delivery.response.as_deref()),
                (Some(500), Some("not now"))
            );
            post.house.advance(wait - 1);
            assert_eq!(post.send(), 0, "not before its time");
            post.house.advance(1);
        }
        assert_eq!(post.send(), 1);
        let delivery = post.log(&hook).remove(0);
        assert_eq!((delivery.state, delivery.attempts), (DeliveryState::Failed, 10));
        let (call, id, again) = (post.house.by("admin"), hook.id, delivery.id);
        post.house.write(move |tx| webhook::redeliver(tx, &call, id, again)).expect("again");
        assert_eq!(post.send(), 1);
        assert_eq!(post.log(&hook)[0].state, DeliveryState::Delivered);
        let ids: Vec<String> =
            receiver.requests().iter().map(|r| header(&r.0, "webhook-id")).collect();
        assert!(ids.iter().all(|id| *id == delivery.id.to_string()), "one id for all attempts");
        assert!(post.house.kinds(hook.id).contains(&"webhook.redelivered".to_owned()));
        let agent = post.house.by("ann");
        let refused = post.house.write(move |tx| webhook::redeliver(tx, &agent, id, again));
        assert!(refused.is_err());
    });
}

#[test]
fn nobody_inside_the_house_is_reached_unless_allowed() {
    on_both(|db| {
        let post = Post::new(House::new(db), false);
        let receiver = Receiver::start(&[OK]);
        let named = receiver.url.replace("127.0.0.1", "localhost");
        let odd = receiver.url.replace("127.0.0.1", "2130706433");
        for url in [&receiver.url, &named, &odd] {
            post.hook("admin", url, "");
        }
        let (hook, _) = post.hook("admin", "http://[::1]:1/", "");
        post.house.ticket("ann", |_| {});
        assert_eq!(post.send(), 4);
        assert!(receiver.requests().is_empty());
        let error = post.log(&hook)[0].error.clone().expect("an error");
        assert!(error.contains("private range"), "{error}");
    });
}

#[test]
fn redirects_are_not_followed() {
    on_post(|post| {
        let receiver = Receiver::start(&[ELSEWHERE]);
        let (hook, _) = post.hook("admin", &receiver.url, "");
        post.house.ticket("ann", |_| {});
        assert_eq!(post.send(), 1);
        assert_eq!(post.log(&hook)[0].status, Some(307));
        assert_eq!(post.log(&hook)[0].state, DeliveryState::Pending);
    });
}

#[test]
fn what_the_owner_may_not_read_does_not_leave() {
    on_post(|post| {
        let receiver = Receiver::start(&[OK]);
        let eve = post.house.person("eve", &[Role::Administrator]);
        post.hook("eve", &receiver.url, "");
        let theirs = post.house.ticket("ann", move |t| t.caller = Some(eve));
        let other = post.house.ticket("ann", |_| {});
        // Queued while eve might read all; sent after she is a requester again.
        post.house.entry("ann", theirs, EntryKind::WorkNote, "queued secret", &[]);
        post.house.feed(&post.reader);
        let call = post.house.by("admin");
        let demote = move |tx: &mut steward_database::Tx| {
            for grant in grants::held_by(tx, eve)? {
                grants::delete(tx, &call, grant.id)?;
            }
            grants::create(tx, &call, eve, Role::Requester, Some(DEFAULT_ORGANISATION))
        };
        post.house.write(demote).expect("demoted");
        post.house.entry("ann", theirs, EntryKind::WorkNote, "later secret", &[]);
        post.house.entry("ann", other, EntryKind::Comment, "not hers", &[]);
        post.house.entry("ann", theirs, EntryKind::Comment, "for eve", &[]);
        post.house.change("ann", theirs, "incident.time_recorded", |t| t.time_worked_minutes = 7);
        post.send();
        let sent: Vec<Json> =
            receiver.requests().iter().map(|r| serde_json::from_str(&r.1).expect("JSON")).collect();
        let mut types: Vec<&str> = sent.iter().filter_map(|e| e["type"].as_str()).collect();
        types.sort_unstable();
        assert_eq!(types, ["incident.commented", "incident.created"]);
        let all = receiver.requests().into_iter().map(|r| r.1).collect::<String>();
        assert!(!all.contains("secret") && !all.contains("not hers"), "{all}");
        assert!(!all.contains(&other.to_string()));
    });
}

#[test]
fn imported_facts_and_those_of_others_are_not_sent() {
    on_post(|post| {
        let receiver = Receiver::start(&[OK]);
        let (hook, _) = post.hook("admin", &receiver.url, "");
        let mut call = post.house.by("ann");
        call.door = Door::Import;
        post.house.ticket_through(call, |_| {});
        assert_eq!(post.send(), 0);
        assert!(post.log(&hook).is_empty());
        let stranger = post.house.actor("ann");
        let (id, nobody) = (hook.id, Uuid::nil());
        let hidden = post.house.db().read_blocking(move |tx| {
            let one = webhook::get(tx, &stranger, id).is_err();
            let all = webhook::list(tx, &stranger, None, 10).is_err();
            Ok(one && all && webhook::get(tx, &stranger, nobody).is_err())
        });
        assert_eq!(hidden, Ok(true));
    });
}

/// A look-up that answers the next of a script, and how often it was asked.
fn scripted(answers: &'static [&'static str]) -> (Arc<webhook::Lookup>, Arc<AtomicUsize>) {
    let asked: Arc<AtomicUsize> = Arc::default();
    let count = asked.clone();
    let lookup = move |_name: String| -> webhook::Addresses {
        let at = count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        let address = answers[at].parse().expect("an address");
        Box::pin(async move { Ok(vec![address]) })
    };
    (Arc::new(lookup), asked)
}

/// DNS rebinding: a name that is public when it is checked and inside the house
/// when one connects. It is looked up once, and what was checked is connected to.
#[test]
fn a_name_is_looked_up_once_and_what_was_checked_is_connected_to() {
    // 2000::1 is of the public internet, and nobody's.
    for answers in [&["2000::1", "127.0.0.1"] as &[&str], &["127.0.0.1", "2000::1"]] {
        on_both(|db| {
            let mut post = Post::new(House::new(db), false);
            let (lookup, asked) = scripted(answers);
            post.sender = Sender::looking_up(SenderOptions::default(), lookup).expect("a sender");
            let receiver = Receiver::start(&[OK]);
            let url = receiver.url.replace("127.0.0.1", "rebinding.example.org");
            let (hook, _) = post.hook("admin", &url, "");
            post.house.ticket("ann", |_| {});
            assert_eq!(post.send(), 1);
            assert_eq!(asked.load(Ordering::SeqCst), 1, "one look-up for one attempt");
            assert!(receiver.requests().is_empty(), "nobody inside was reached");
            let first = post.log(&hook).remove(0);
            let words = first.error.clone().unwrap_or_default();
            assert_eq!(words.contains("private range"), answers[0] == "127.0.0.1", "{words}");
            // The next attempt looks again and is checked again.
            post.house.advance(RETRIES[0]);
            assert_eq!(post.send(), 1);
            assert_eq!(asked.load(Ordering::SeqCst), 2);
            assert!(receiver.requests().is_empty());
        });
    }
    // Where it is allowed the look-up is followed: the port is that of the URL.
    on_both(|db| {
        let mut post = Post::new(House::new(db), true);
        let (lookup, asked) = scripted(&["127.0.0.1"]);
        let options = SenderOptions { allow_private: true, ..SenderOptions::default() };
        post.sender = Sender::looking_up(options, lookup).expect("a sender");
        let receiver = Receiver::start(&[OK]);
        let url = receiver.url.replace("127.0.0.1", "inside.example.org");
        post.hook("admin", &url, "");
        post.house.ticket("ann", |_| {});
        assert_eq!((post.send(), asked.load(Ordering::SeqCst)), (1, 1));
        assert!(header(&receiver.requests()[0].0, "host").starts_with("inside.example.org"));
    });
}

#[test]
fn ended_deliveries_are_pruned_and_not_sent_again() {
    on_post(|post| {
        let receiver = Receiver::start(&[OK]);
        let (hook, _) = post.hook("admin", &receiver.url, "");
        for _ in 0..3 {
            post.house.ticket("ann", |_| {});
        }
        assert_eq!(post.send(), 3);
        post.house.advance(100 * 86_400);
        post.house.ticket("ann", |_| {});
        post.house.feed(&post.reader);
        let now = post.house.now();
        let prune_until = |at| {
            let log = webhook::DELIVERIES;
            post.house.write(move |tx| prune(tx, &log, at, 0, 500)).expect("a step").removed
        };
        assert_eq!(prune_until(plus_days(now, -90)), 3);
        let log = post.log(&hook);
        assert_eq!(log.len(), 1, "what is new or still to be sent stays");
        assert_eq!(prune_until(plus_days(now, 1)), 0, "pending");
        assert_eq!(post.send(), 1);
        assert_eq!(prune_until(plus_days(now, 1)), 1);
        post.house.rewind(&post.reader);
        assert_eq!(post.send(), 0, "what is gone is not sent again");
        assert_eq!(receiver.requests().len(), 4);
    });
}

fn plus_days(now: Timestamp, days: i64) -> Timestamp {
    Timestamp::from_second(now.as_second() + days * 86_400).expect("a time")
}
