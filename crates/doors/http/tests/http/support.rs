//! A world for a test: the router, a clock, and people who act.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use steward_api::{App, Settings};
use steward_base::{Entropy, Timestamp};
use steward_history::{Door as Through, Progress, Subscriber, lag, run_batch};
use steward_http::{Door, router};
use steward_people::auth::{Secret, hash_password};
use steward_people::tokens::{self, NewToken};
use steward_people::{Call, access, ensure_foundation, persons, system_actor};
use steward_practice::{Practice, Practices, Rooms};
use steward_schema::testing::{TestDb, on_both};
use steward_ticket::attachment::{Files, Limits};
use tower::ServiceExt as _;

/// The administrator's password.
pub const PASSWORD: &str = "correct horse battery";
const START: i64 = 1_790_000_000;

/// Runs a test on a fresh world on each engine.
pub fn on_both_worlds<F>(test: impl Fn(World) -> F)
where
    F: Future<Output = ()>,
{
    on_both_worlds_with(&Settings { sign_in_limit: 3, ..Settings::default() }, test);
}

/// The same with other settings.
pub fn on_both_worlds_with<F>(settings: &Settings, test: impl Fn(World) -> F)
where
    F: Future<Output = ()>,
{
    // One hash for all worlds: it takes long on purpose.
    let hash = hash_password(PASSWORD, [7; 16]).expect("a hash");
    on_both(|db| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let world = World::new(db, &hash, settings.clone());
        runtime.block_on(test(world));
    });
}

pub struct World {
    pub app: App,
    pub door: Door,
    pub handlers: Arc<steward_timer::Handlers>,
    router: axum::Router,
    clock: Arc<Mutex<Timestamp>>,
    admin: String,
    db: TestDb,
    _files: tempfile::TempDir,
}

/// The practices that are driven here.
pub const PRACTICES: [&Practice; 1] = [&steward_incident::PRACTICE];

/// The API's document.
pub fn openapi() -> Vec<u8> {
    steward_http::openapi(&Practices::new(&PRACTICES))
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("no JSON: {}", String::from_utf8_lossy(&self.bytes)))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("")
    }

    /// Asserts the status and gives the body.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }

    /// Asserts a problem and gives its first field and rule.
    #[track_caller]
    pub fn problem(&self, status: u16) -> (String, String) {
        let body = self.expect(status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(body["status"], status);
        assert!(body["request_id"].as_str().is_some_and(|id| id.len() == 36), "{body}");
        let first = &body["errors"][0];
        let text = |name: &str| first[name].as_str().unwrap_or("").to_owned();
        (text("field"), text("rule"))
    }
}

/// Somebody with a token.
#[derive(Clone)]
pub struct Person {
    pub login: String,
    pub token: String,
}

impl World {
    fn new(db: TestDb, hash: &str, settings: Settings) -> World {
        let clock = Arc::new(Mutex::new(Timestamp::from_second(START).expect("an instant")));
        let read = clock.clone();
        let entropy = Entropy::seeded(1);
        let time = Arc::new(move || *read.lock().expect("unpoisoned"));
        let rooms = Rooms::new(&PRACTICES, &entropy);
        let directory = tempfile::tempdir().expect("a temporary directory");
        let files = Files::local(directory.path(), Limits::default()).expect("a file store");
        let app = rooms
            .serve(App::builder(db.db.clone(), entropy, time).settings(settings))
            .service(Arc::new(files))
            .build();
        let newest = steward_schema::MIGRATIONS.last().map_or(0, |m| m.version);
        let door = Door::new(app.clone(), newest);
        let mut world = World {
            router: router(door.clone()),
            app,
            door,
            handlers: rooms.handlers,
            clock,
            admin: String::new(),
            db,
            _files: directory,
        };
        let call = world.system_call();
        let hash = hash.to_owned();
        world
            .app
            .db()
            .write_blocking(move |tx| ensure_foundation(tx, &call, Some(&hash)))
            .expect("a foundation");
        world.admin = world.token_of("admin");
        world
    }

    fn system_call(&self) -> Call {
        Call {
            actor: Arc::new(system_actor()),
            now: self.app.now(),
            door: Through::Cli,
            cause: None,
            entropy: self.app.entropy().clone(),
        }
    }

    /// A token for a person, as `steward token create` makes it.
    pub fn token_of(&self, login: &str) -> String {
        let secret = Secret::token(self.app.entropy());
        let (call, login, hash) = (self.system_call(), login.to_owned(), secret.hash);
        let make = move |tx: &mut steward_database::Tx| {
            let system = access::actor_of(tx, steward_people::SYSTEM)?.expect("the system");
            let mut call = call.clone();
            call.actor = Arc::new(system);
            let person = persons::by_login(tx, &login)?.id;
            let new =
                NewToken { person, name: "test".into(), scopes: vec![], expires_at: None, hash };
            tokens::create(tx, &call, &new)
        };
        self.app.db().write_blocking(make).expect("a token");
        secret.text
    }

    pub fn advance(&self, seconds: i64) {
        let mut now = self.clock.lock().expect("unpoisoned");
        *now = Timestamp::from_second(now.as_second() + seconds).expect("an instant");
    }

    /// Fires every timer that is due now; returns how many.
    pub async fn fire(&self) -> usize {
        let mut fired = 0;
        while steward_timer::fire_next(self.app.db(), &self.handlers, self.app.now())
            .await
            .expect("timers fire")
        {
            fired += 1;
        }
        fired
    }

    /// Lets one subscriber read the log to its end.
    pub async fn read_log(&self, reader: &Arc<dyn Subscriber>) {
        let (db, name) = (self.app.db(), reader.name());
        loop {
            let (reading, now) = (reader.clone(), self.app.now());
            let batch = db.write(move |tx| run_batch(tx, reading.as_ref(), now, 100)).await;
            if matches!(batch.expect("a batch"), Progress::Read(_)) {
                continue;
            }
            let lags = db.read(lag).await.expect("a look");
            if lags.iter().all(|(other, behind, _)| other != name || *behind == 0) {
                return;
            }
            // On PostgreSQL transactions of other tests hold the horizon back.
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    /// The file of the database, where it is one.
    pub fn file(&self) -> Option<&std::path::Path> {
        match &self.db.options {
            steward_database::Options::Sqlite(path) => Some(path),
            steward_database::Options::Postgres(_) => None,
        }
    }

    /// The administrator.
    pub fn admin(&self) -> Person {
        Person { login: "admin".into(), token: self.admin.clone() }
    }

    /// A new person with these roles, and a token.
    pub async fn person(&self, login: &str, roles: &[&str]) -> Person {
        self.person_of(login, roles, None).await
    }

    /// The same, in an organisation.
    pub async fn person_of(
        &self,
        login: &str,
        roles: &[&str],
        organisation: Option<&str>,
    ) -> Person {
        let mut body = json!({
            "login": login, "name": format!("{login} Example"),
            "email": format!("{login}@example.org"), "roles": roles
        });
        if let Some(organisation) = organisation {
            body["organisation"] = organisation.into();
        }
        self.admin().post(self, "/api/v1/people", body).await.expect(201);
        let token = tokio::task::block_in_place(|| self.token_of(login));
        Person { login: login.into(), token }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    /// The same without reading the body.
    pub async fn open(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.expect("infallible")
    }

    /// As nobody.
    pub async fn anonymous(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.send(request(method, path, &[], body)).await
    }
}

/// A request with a JSON body.
pub fn request(
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> Request<Body> {
    let mut builder = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    match body {
        Some(body) => builder
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .expect("a request"),
        None => builder.body(Body::empty()).expect("a request"),
    }
}

impl Person {
    pub async fn send(
        &self,
        world: &World,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let mut all = vec![("authorization", bearer.as_str())];
        all.extend_from_slice(headers);
        world.send(request(method, path, &all, body)).await
    }

    pub async fn get(&self, world: &World, path: &str) -> Answer {
        self.send(world, "GET", path, &[], None).await
    }

    pub async fn post(&self, world: &World, path: &str, body: Value) -> Answer {
        self.send(world, "POST", path, &[], Some(body)).await
    }

    pub async fn patch(&self, world: &World, path: &str, version: i64, body: Value) -> Answer {
        let tag = format!("\"{version}\"");
        self.send(world, "PATCH", path, &[("if-match", &tag)], Some(body)).await
    }

    /// Whatever its version.
    pub async fn delete(&self, world: &World, path: &str) -> Answer {
        self.send(world, "DELETE", path, &[("if-match", "*")], None).await
    }

    /// Whatever its version.
    pub async fn put(&self, world: &World, path: &str, body: Value) -> Answer {
        self.send(world, "PUT", path, &[("if-match", "*")], Some(body)).await
    }
}
