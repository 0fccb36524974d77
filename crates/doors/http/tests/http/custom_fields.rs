//! Custom fields of every type: set, refused, asked, sorted, emptied, told.

use serde_json::{Value, json};

use crate::support::{Person, World, on_both_worlds};

const INCIDENTS: &str = "/api/v1/incidents";

async fn field(world: &World, name: &str, more: Value) {
    let mut body = json!({"kind": "incident", "name": name, "label": name});
    for (key, value) in more.as_object().expect("an object") {
        body[key] = value.clone();
    }
    world.admin().post(world, "/api/v1/fields", body).await.expect(201);
}

/// The short descriptions of a list, in its order.
async fn found(world: &World, who: &Person, q: &str, sort: &str) -> String {
    let q: String = q.bytes().map(|b| format!("%{b:02X}")).collect();
    let list = who.get(world, &format!("{INCIDENTS}?q={q}&sort={sort}")).await.expect(200);
    let items = list["items"].as_array().expect("items").clone();
    let names: Vec<&str> = items.iter().filter_map(|i| i["short_description"].as_str()).collect();
    names.join(" ")
}

struct Case {
    name: &'static str,
    make: Value,
    /// Two values, the smaller first, as given and as answered.
    small: (Value, Value),
    large: (Value, Value),
    wrong: Vec<Value>,
    /// Conditions, and who meets them among small, large and none.
    asked: Vec<(&'static str, &'static str)>,
    sorted: bool,
}

fn cases() -> Vec<Case> {
    let same = |value: Value| (value.clone(), value);
    let choices = json!([{"code": "a", "label": "East wing"}, {"code": "b", "label": "West"}]);
    vec![
        Case {
            name: "badge",
            make: json!({"type": "text"}),
            small: same(json!("Alpha one")),
            large: same(json!("Beta two")),
            wrong: vec![json!(1), json!("x".repeat(256)), json!(true)],
            asked: vec![
                ("badge:alpha", "small"),
                ("badge=\"beta TWO\"", "large"),
                ("badge:bet*", "large"),
                ("badge:bet", ""),
                ("badge:none", "none"),
                ("badge:any", "small large"),
                ("alpha", "small"),
            ],
            sorted: true,
        },
        Case {
            name: "floor",
            make: json!({"type": "integer"}),
            small: (json!(3.0), json!(3)),
            large: same(json!(12)),
            wrong: vec![json!("3"), json!(1.5), json!(1e300)],
            asked: vec![
                ("floor:3", "small"),
                ("floor>3", "large"),
                ("floor:1..11", "small"),
                ("-floor:3", "large none"),
                ("floor:none", "none"),
            ],
            sorted: true,
        },
        Case {
            name: "effort",
            make: json!({"type": "number"}),
            small: same(json!(-1.5)),
            large: same(json!(2.25)),
            wrong: vec![json!("2.25"), json!([])],
            asked: vec![("effort=2.25", "large"), ("effort<0", "small"), ("effort:none", "none")],
            sorted: true,
        },
        Case {
            name: "wing",
            make: json!({"type": "choice", "choices": choices}),
            small: (json!("East wing"), json!("a")),
            large: same(json!("b")),
            wrong: vec![json!("north"), json!(1)],
            asked: vec![
                ("wing:a", "small"),
                ("wing:\"east WING\"", "small"),
                ("wing:\"b - west\"", "large"),
                ("wing:a,b", "small large"),
                ("wing:none", "none"),
            ],
            sorted: true,
        },
        Case {
            name: "due",
            make: json!({"type": "date", "tracked": true}),
            small: same(json!("2026-12-01")),
            large: (json!("2026-12-02T10:30Z"), json!("2026-12-02T10:30:00.000Z")),
            wrong: vec![
                json!("2026-02-30"),
                json!("1.12.2026"),
                json!("2026-12"),
                json!(20_261_201),
                json!("tomorrow"),
            ],
            asked: vec![
                ("due:2026-12-01", "small"),
                ("due>2026-12-01", "large"),
                ("due<=2026-12-01", "small"),
                ("due<2026-12-01", ""),
                ("due:2026-12-02", "large"),
                ("due:2026-12", "small large"),
                ("due:2026-12-01..2026-12-02", "small large"),
                ("due:none", "none"),
                ("-due:2026-12-01", "large none"),
            ],
            sorted: true,
        },
        Case {
            name: "printed",
            make: json!({"type": "boolean"}),
            small: same(json!(false)),
            large: same(json!(true)),
            wrong: vec![json!("true"), json!(1)],
            asked: vec![
                ("printed:yes", "large"),
                ("printed:false", "small"),
                ("printed:none", "none"),
            ],
            sorted: true,
        },
        Case {
            name: "approver",
            make: json!({"type": "reference", "target": "person"}),
            small: (json!("ada"), json!("ada")),
            large: (json!("bob@example.org"), json!("bob")),
            wrong: vec![json!("nobody"), json!(1)],
            asked: vec![
                ("approver:ada", "small"),
                ("approver:\"bob Example\"", "large"),
                ("approver:me", ""),
                ("approver:none", "none"),
            ],
            sorted: false,
        },
    ]
}

async fn check(world: &World, who: &Person, case: &Case) {
    field(world, case.name, case.make.clone()).await;
    let name = case.name;
    let one =
        |value: &Value| if value.is_object() { value["login"].clone() } else { value.clone() };
    for (short, (given, answered)) in [("small", &case.small), ("large", &case.large)] {
        let body = json!({"short_description": short, "custom": {name: given}});
        let made = who.post(world, INCIDENTS, body).await.expect(201);
        assert_eq!(one(&made["custom"][name]), *answered, "{name}");
    }
    who.post(world, INCIDENTS, json!({"short_description": "none"})).await.expect(201);
    for wrong in &case.wrong {
        let body = json!({"short_description": "x", "custom": {name: wrong}});
        let refused = who.post(world, INCIDENTS, body).await;
        assert_eq!(refused.problem(422).0, format!("custom.{name}"), "{wrong}");
        let message = refused.json()["errors"][0]["message"].to_string();
        assert!(!message.contains("is a "), "{message}");
    }
    for (q, expected) in &case.asked {
        assert_eq!(found(world, who, q, "number").await, *expected, "{q}");
    }
    if case.sorted {
        assert_eq!(found(world, who, "", name).await, "small large none", "{name}");
        let down = found(world, who, "", &format!("-{name},number")).await;
        assert_eq!(down, "large small none", "{name}");
    }
    let list = format!("{INCIDENTS}.csv?sort=number");
    let csv = String::from_utf8(who.get(world, &list).await.bytes).expect("UTF-8");
    let shown = |value: &Value| value.as_str().map_or(value.to_string(), str::to_owned);
    if case.sorted {
        let last = |line: &str| line.rsplit(',').next().unwrap_or("").to_owned();
        let lines: Vec<String> = csv.lines().map(last).collect();
        assert_eq!(lines[1], shown(&case.small.1), "{csv}");
        assert_eq!(lines[2], shown(&case.large.1), "{csv}");
    }
    // Emptied, and told.
    let number = "INC0000001";
    let path = format!("{INCIDENTS}/{number}");
    let emptied = who.patch(world, &path, 1, json!({"custom": {name: null}})).await.expect(200);
    assert_eq!(emptied["custom"], json!({}), "{name}");
    assert_eq!(found(world, who, &format!("{name}:none"), "number").await, "small none");
    let told = who.get(world, &format!("{path}/history")).await.expect(200);
    let told = told["items"].to_string();
    assert!(told.contains(&format!("custom.{name}")), "{told}");
}

#[test]
fn every_type_of_custom_field_is_kept_asked_and_emptied() {
    for place in 0..cases().len() {
        on_both_worlds(|world| async move {
            world.person("ada", &["agent"]).await;
            world.person("bob", &["agent"]).await;
            let admin = world.admin();
            check(&world, &admin, &cases()[place]).await;
        });
    }
}

/// A plain day is the same day for everybody, and stays what was written.
#[test]
fn a_day_is_no_matter_of_zones() {
    on_both_worlds(|world| async move {
        field(&world, "due", json!({"type": "date", "tracked": true})).await;
        let admin = world.admin();
        let body = json!({"short_description": "small", "custom": {"due": "2026-12-01"}});
        let made = admin.post(&world, INCIDENTS, body).await.expect(201);
        assert_eq!(made["custom"]["due"], "2026-12-01");
        for zone in ["Pacific/Auckland", "Pacific/Honolulu"] {
            let login = zone.rsplit('/').next().expect("a city").to_lowercase();
            let who = world.person(&login, &["agent"]).await;
            let path = format!("/api/v1/people/{login}");
            let set = json!({"zone": zone});
            admin.send(&world, "PATCH", &path, &[("if-match", "*")], Some(set)).await.expect(200);
            for (q, expected) in
                [("due:2026-12-01", "small"), ("due:2026-11-30", ""), ("due:2026-12-02", "")]
            {
                assert_eq!(found(&world, &who, q, "number").await, expected, "{q} in {zone}");
            }
        }
        world.advance(60);
        let past = format!("{INCIDENTS}?q=due:2026-12-01&sort=due&as_of={}", world.app.now());
        let past = admin.get(&world, &past).await.expect(200);
        assert_eq!(past["items"][0]["custom"]["due"], "2026-12-01");
        let facts = admin.get(&world, &format!("{INCIDENTS}/INC0000001/history")).await.expect(200);
        assert!(facts["items"].to_string().contains("\"2026-12-01\""), "{facts}");
    });
}

#[test]
fn an_empty_text_is_none() {
    on_both_worlds(|world| async move {
        field(&world, "badge", json!({"type": "text"})).await;
        field(&world, "story", json!({"type": "long_text"})).await;
        let admin = world.admin();
        let body = json!({"short_description": "x", "custom": {"badge": "", "story": ""}});
        let made = admin.post(&world, INCIDENTS, body).await.expect(201);
        assert_eq!(made["custom"], json!({}));
        assert_eq!(found(&world, &admin, "badge:none", "number").await, "x");
    });
}

/// `null` in place of the object empties all; what one may not read stays.
#[test]
fn all_custom_values_are_emptied_at_once() {
    on_both_worlds(|world| async move {
        field(&world, "badge", json!({"type": "text"})).await;
        field(&world, "floor", json!({"type": "integer"})).await;
        let admin = world.admin();
        let body = json!({"short_description": "x", "custom": {"badge": "b", "floor": 2}});
        admin.post(&world, INCIDENTS, body).await.expect(201);
        let path = format!("{INCIDENTS}/INC0000001");
        let after = admin.patch(&world, &path, 1, json!({"custom": null})).await.expect(200);
        assert_eq!(after["custom"], json!({}));
        assert_eq!(found(&world, &admin, "floor:none badge:none", "number").await, "x");
    });
}

#[test]
fn words_of_a_deleted_field_are_found_no_more() {
    on_both_worlds(|world| async move {
        field(&world, "badge", json!({"type": "text"})).await;
        let admin = world.admin();
        let body = json!({"short_description": "x", "custom": {"badge": "Xylophone"}});
        admin.post(&world, INCIDENTS, body).await.expect(201);
        assert_eq!(found(&world, &admin, "xylophone", "number").await, "x");
        admin.delete(&world, "/api/v1/fields/incident/badge").await.expect(204);
        assert_eq!(found(&world, &admin, "xylophone", "number").await, "");
        let search = admin.get(&world, "/api/v1/search?q=xylophone&count=true").await.expect(200);
        assert_eq!((&search["items"], &search["count"]), (&json!([]), &json!(0)));
    });
}
