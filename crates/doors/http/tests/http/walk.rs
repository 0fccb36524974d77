//! Every operation of the API document, driven as nobody, as a stranger, and
//! for what does not exist. Operations the walk cannot drive stand in
//! `uncovered.txt`, which only shrinks.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::{PRACTICES, Person, World, on_both_worlds};

const UNCOVERED: &str = include_str!("uncovered.txt");
const MISSING: &str = "01900000-0000-7000-8000-00000000dead";

/// One operation.
struct Operation {
    method: String,
    path: String,
    public: bool,
    /// Required parameters of the query.
    query: String,
    body: Option<Value>,
}

impl Operation {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The path with each parameter replaced.
    fn at(&self, value: &str) -> String {
        let mut path = String::new();
        for part in self.path.split('/').skip(1) {
            path.push('/');
            path.push_str(if part.starts_with('{') { value } else { part });
        }
        path.push_str(&self.query);
        path
    }

    fn has_parameters(&self) -> bool {
        self.path.contains('{')
    }
}

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_slice(&crate::support::openapi()).expect("JSON");
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            all.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                public: operation["security"] == json!([{}]) || operation["security"] == json!([]),
                query: query(&operation["parameters"]),
                body: example(&document, &operation["requestBody"]),
            });
        }
    }
    assert!(all.len() > 20, "the operations were found");
    all
}

/// The required parameters of a query, each with its example.
fn query(parameters: &Value) -> String {
    let parameters = parameters.as_array().into_iter().flatten();
    let required = parameters.filter(|p| p["in"] == "query" && p["required"] == true);
    let pairs: Vec<String> = required
        .map(|p| {
            let example = p["example"].as_str().or(p["schema"]["example"].as_str());
            format!("{}={}", p["name"].as_str().unwrap_or(""), example.unwrap_or("incident"))
        })
        .collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

/// The example of a JSON body; `{}` where none is given.
fn example(document: &Value, body: &Value) -> Option<Value> {
    let media = &body["content"]["application/json"];
    if media.is_null() {
        return None;
    }
    if !media["example"].is_null() {
        return Some(media["example"].clone());
    }
    let name = media["schema"]["$ref"].as_str().and_then(|r| r.rsplit('/').next())?;
    let example = &document["components"]["schemas"][name]["example"];
    Some(if example.is_null() { json!({}) } else { example.clone() })
}

/// A parameter that is not in the document is refused, on every operation that
/// answers at all.
#[test]
fn an_unknown_parameter_is_refused_everywhere() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        for operation in &operations() {
            let path = operation.at(MISSING);
            let separator = if path.contains('?') { '&' } else { '?' };
            let path = format!("{path}{separator}limt=5");
            let (status, body) = drive(&world, Some(&admin), operation, &path).await;
            assert_eq!(status, 400, "{}: {body}", operation.name());
            assert_eq!(body["errors"][0]["field"], "limt", "{}", operation.name());
        }
    });
}

/// Every list takes the same parameters.
#[test]
fn every_list_is_a_list_like_every_other() {
    let document: Value = serde_json::from_slice(&crate::support::openapi()).expect("JSON");
    let mut lists = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        let schema = &item["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        if !schema["$ref"].as_str().is_some_and(|to| to.contains("/Page_")) {
            continue;
        }
        lists += 1;
        let parameters = item["get"]["parameters"].as_array().expect("parameters");
        for name in ["limit", "cursor", "count"] {
            assert!(parameters.iter().any(|p| p["name"] == name), "{path} takes no {name}");
        }
    }
    assert!(lists > 20, "the lists were found");
}

/// What the walk found out; held against `uncovered.txt`.
#[derive(Default)]
struct Uncovered(BTreeSet<String>);

impl Uncovered {
    fn add(&mut self, who: &str, operation: &Operation) {
        self.0.insert(format!("{who} {}", operation.name()));
    }

    fn check(&self, who: &str) {
        let listed: BTreeSet<String> = UNCOVERED
            .lines()
            .filter(|line| !line.starts_with('#') && line.starts_with(&format!("{who} ")))
            .map(str::to_owned)
            .collect();
        let new: Vec<_> = self.0.difference(&listed).collect();
        let gone: Vec<_> = listed.difference(&self.0).collect();
        assert!(new.is_empty(), "the walk as {who} does not cover: {new:#?}");
        assert!(gone.is_empty(), "covered now, take off uncovered.txt: {gone:#?}");
    }
}

async fn drive(
    world: &World,
    who: Option<&Person>,
    operation: &Operation,
    path: &str,
) -> (u16, Value) {
    let headers = [("if-match", "\"1\"")];
    let body = operation.body.clone();
    let answer = match who {
        Some(person) => person.send(world, &operation.method, path, &headers, body).await,
        None => world.send(crate::support::request(&operation.method, path, &headers, body)).await,
    };
    let text = String::from_utf8_lossy(&answer.bytes).into_owned();
    let other = if text.is_empty() { Value::Null } else { text.into() };
    let mut body: Value = serde_json::from_slice(&answer.bytes).unwrap_or(other);
    if body["request_id"].is_string() {
        body["request_id"] = Value::Null;
    }
    (answer.status.as_u16(), body)
}

#[test]
fn as_nobody_everything_is_401() {
    on_both_worlds(|world| async move {
        for operation in operations().iter().filter(|o| !o.public) {
            let (status, _) = drive(&world, None, operation, &operation.at(MISSING)).await;
            assert_eq!(status, 401, "{}", operation.name());
        }
    });
}

#[test]
fn what_does_not_exist_is_the_same_404_everywhere() {
    on_both_worlds(|world| async move {
        let admin = world.admin();
        let (_, expected) = drive(&world, Some(&admin), &anything(), "/api/v1/nothing").await;
        let mut uncovered = Uncovered::default();
        for operation in operations().iter().filter(|o| o.has_parameters()) {
            let found = drive(&world, Some(&admin), operation, &operation.at(MISSING)).await;
            if found != (404, expected.clone()) {
                eprintln!("{}: {} {}", operation.name(), found.0, found.1);
                uncovered.add("missing", operation);
            }
        }
        uncovered.check("missing");
    });
}

fn anything() -> Operation {
    Operation {
        method: "GET".into(),
        path: String::new(),
        public: false,
        query: String::new(),
        body: None,
    }
}

/// Who reads no incident at all is told so, also where the answer is a file.
#[test]
fn a_stranger_is_told_that_an_export_needs_a_role() {
    on_both_worlds(|world| async move {
        let stranger = world.person("stranger", &[]).await;
        let list = stranger.get(&world, "/api/v1/incidents").await.expect(200);
        assert_eq!(list["items"], json!([]));
        let file = stranger.get(&world, "/api/v1/incidents.csv").await;
        file.problem(403);
    });
}

/// A collection whose records have a place of their own is tried with one of
/// another organisation; without it a stranger is only tried with an id that does
/// not exist.
#[test]
fn every_practice_has_a_foreign_record() {
    on_both_worlds(|world| async move {
        let foreign = foreign(&world).await;
        for practice in PRACTICES {
            assert!(foreign.contains_key(practice.path), "no foreign record of {}", practice.path);
        }
    });
}

/// Records of another organisation, one for each collection.
async fn foreign(world: &World) -> BTreeMap<&'static str, String> {
    let admin = world.admin();
    admin.post(world, "/api/v1/organisations", json!({"name": "Other"})).await.expect(201);
    let mut found = BTreeMap::new();
    for kind in ["teams", "services", "service-offerings", "configuration-items", "locations"] {
        let body = json!({"name": "Foreign", "organisation": "Other"});
        let made = admin.post(world, &format!("/api/v1/{kind}"), body).await.expect(201);
        found.insert(kind, made["id"].as_str().expect("an id").to_owned());
    }
    let people = world.person_of("foreign", &["agent"], Some("Other")).await;
    found.insert("people", people.login.clone());
    let incident = json!({"short_description": "Foreign"});
    let incident = people.post(world, "/api/v1/incidents", incident).await.expect(201);
    found.insert("incidents", incident["number"].as_str().expect("a number").to_owned());
    let organisations = admin.get(world, "/api/v1/organisations?q=name=Other").await.expect(200);
    let id = organisations["items"][0]["id"].as_str().expect("an id").to_owned();
    found.insert("organisations", id);
    let rule = json!({
        "name": "Foreign", "organisation": "Other", "when": {"facts": ["incident.created"]},
        "then": [{"command": "incident.comment", "args": {"text": "hello"}}]
    });
    let hook =
        json!({"url": "https://example.org/", "facts": ["incident.*"], "organisation": "Other"});
    for (kind, body) in [("automation-rules", rule), ("webhooks", hook)] {
        let made = admin.post(world, &format!("/api/v1/{kind}"), body).await.expect(201);
        found.insert(kind, made["id"].as_str().expect("an id").to_owned());
    }
    let grants = admin.get(world, "/api/v1/grants").await.expect(200);
    let grant = grants["items"].as_array().expect("grants").last().expect("one")["id"].clone();
    found.insert("grants", grant.as_str().expect("an id").to_owned());
    found
}

/// A stranger is somebody with an account and no role at all.
#[test]
fn a_stranger_sees_and_does_nothing() {
    on_both_worlds(|world| async move {
        let foreign = foreign(&world).await;
        let stranger = world.person("stranger", &[]).await;
        let (_, missing) = drive(&world, Some(&stranger), &anything(), "/api/v1/nothing").await;
        let mut uncovered = Uncovered::default();
        let driven = |o: &&Operation| !o.public && !is_own(&o.path) && !is_known_to_all(o);
        for operation in operations().iter().filter(driven) {
            let collection = operation.path.split('/').nth(3).unwrap_or("");
            let Some(id) = foreign.get(collection).filter(|_| operation.has_parameters()) else {
                let (status, body) =
                    drive(&world, Some(&stranger), operation, &operation.at(MISSING)).await;
                // Of a list as CSV the line with its columns.
                let header = body.as_str().is_some_and(|csv| csv.lines().count() == 1);
                let nothing = status == 200 && (body["items"] == json!([]) || header);
                let hidden = status == 404 && body == missing;
                if !nothing && !hidden && status != 403 {
                    eprintln!("{}: {status} {body}", operation.name());
                    uncovered.add("stranger", operation);
                }
                continue;
            };
            let found = drive(&world, Some(&stranger), operation, &operation.at(id)).await;
            if found != (404, missing.clone()) {
                eprintln!("{}: {} {}", operation.name(), found.0, found.1);
                uncovered.add("stranger", operation);
            }
        }
        uncovered.check("stranger");
    });
}

/// What everybody with an account may do: it is about themselves.
fn is_own(path: &str) -> bool {
    ["/api/v1/me", "/api/v1/session", "/api/v1/live", "/api/v1/notifications"]
        .iter()
        .any(|own| path.starts_with(own))
}

/// What holds for everybody alike and tells nothing of a record.
fn is_known_to_all(operation: &Operation) -> bool {
    let known = [
        "/api/v1/life-cycles/incident",
        "/api/v1/priority-matrix",
        "/api/v1/incident-settings",
        "/api/v1/fields",
    ];
    operation.method == "GET" && known.contains(&operation.path.as_str())
}
