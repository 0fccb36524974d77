//! Every answer in the API's document has an example, and every example fits
//! its schema, so that none can fall behind.

use serde_json::{Value, json};

use crate::support::openapi;

fn document() -> Value {
    serde_json::from_slice(&openapi()).expect("JSON")
}

fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str().and_then(|r| r.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).expect("the reference leads somewhere"),
        None => value,
    }
}

/// Whatever is wrong with a value of that schema, each with its place.
fn faults(document: &Value, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let schema = resolved(document, schema);
    if let Some(all) = schema["allOf"].as_array() {
        all.iter().for_each(|part| faults(document, part, value, place, found));
    }
    for several in ["oneOf", "anyOf"] {
        let Some(kinds) = schema[several].as_array() else { continue };
        let fits = |kind: &Value| {
            let mut wrong = Vec::new();
            faults(document, kind, value, place, &mut wrong);
            wrong.is_empty()
        };
        if !kinds.iter().any(fits) {
            found.push(format!("{place}: fits no {several}: {value}"));
        }
    }
    if !has_type(&schema["type"], value) {
        found.push(format!("{place}: is no {}: {value}", schema["type"]));
        return;
    }
    if let Some(choices) = schema["enum"].as_array()
        && !choices.contains(value)
    {
        found.push(format!("{place}: is not one of {choices:?}: {value}"));
    }
    if schema["format"] == "uuid" && value.as_str().is_some_and(|s| s.len() != 36) {
        found.push(format!("{place}: is no id: {value}"));
    }
    if let Some(items) = value.as_array() {
        for (n, item) in items.iter().enumerate() {
            faults(document, &schema["items"], item, &format!("{place}[{n}]"), found);
        }
    }
    let (Some(map), Some(properties)) = (value.as_object(), schema["properties"].as_object())
    else {
        return;
    };
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !map.contains_key(name) {
            found.push(format!("{place}.{name}: is missing"));
        }
    }
    for (name, value) in map {
        match properties.get(name) {
            Some(schema) => faults(document, schema, value, &format!("{place}.{name}"), found),
            None => found.push(format!("{place}.{name}: is unknown")),
        }
    }
}

fn has_type(asked: &Value, value: &Value) -> bool {
    let one = |name: &str| match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    };
    match asked {
        Value::String(name) => one(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(one),
        _ => true,
    }
}

#[test]
fn every_answer_has_an_example_that_fits_its_schema() {
    let document = document();
    let (mut wrong, mut answers) = (Vec::new(), 0);
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            for (status, answer) in operation["responses"].as_object().expect("answers") {
                let answer = resolved(&document, answer);
                for (kind, media) in answer["content"].as_object().into_iter().flatten() {
                    let place = format!("{method} {path} {status} {kind}");
                    answers += 1;
                    match media.get("example") {
                        None => wrong.push(format!("{place}: has no example")),
                        Some(example) => {
                            faults(&document, &media["schema"], example, &place, &mut wrong);
                        }
                    }
                }
            }
        }
    }
    assert!(answers > 1000, "the answers were found");
    assert!(wrong.is_empty(), "mend src/examples.json: {wrong:#?}");
}

#[test]
fn every_body_has_an_example_that_fits_its_schema() {
    let document = document();
    let mut wrong = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let media = &operation["requestBody"]["content"]["application/json"];
            if media.is_null() {
                continue;
            }
            let place = format!("{method} {path}");
            let schema = resolved(&document, &media["schema"]);
            let none = json!({});
            let example = match (media.get("example"), schema.get("example")) {
                (Some(example), _) | (None, Some(example)) => example,
                // Nothing is needed: an empty object is the example.
                (None, None) if schema["required"].is_null() => &none,
                (None, None) => {
                    wrong.push(format!("{place}: has no example"));
                    continue;
                }
            };
            faults(&document, schema, example, &place, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_check_finds_what_does_not_fit() {
    let schema = json!({
        "type": "object", "required": ["a", "b"],
        "properties": {
            "a": {"type": "integer"}, "b": {"type": ["string", "null"]},
            "c": {"type": "array", "items": {"enum": ["x"]}},
            "d": {"oneOf": [{"type": "null"}, {"type": "string", "format": "uuid"}]}
        }
    });
    let count = |value: Value| {
        let mut found = Vec::new();
        faults(&Value::Null, &schema, &value, "", &mut found);
        found.len()
    };
    assert_eq!(count(json!({"a": 1, "b": null, "c": ["x"], "d": null})), 0);
    for wrong in [
        json!({"a": 1}),
        json!({"a": "1", "b": ""}),
        json!({"a": 1, "b": 2}),
        json!({"a": 1, "b": "", "c": ["y"]}),
        json!({"a": 1, "b": "", "d": "no id"}),
        json!({"a": 1, "b": "", "e": 1}),
    ] {
        assert_eq!(count(wrong.clone()), 1, "{wrong}");
    }
}
