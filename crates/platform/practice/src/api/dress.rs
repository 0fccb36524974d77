//! The document of routes that stand once, in the words of a practice: its tag, its
//! name in ids and schemas, and only the fields its kind has.

use serde_json::{Map, Value as Json};
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::Operation;

use crate::practice::Practice;

/// Names of schemas here, and what goes before the name of the kind there.
const SCHEMAS: [(&str, &str); 4] =
    [("NewTicket", "Create"), ("TicketPatch", "Update"), ("Ticket", ""), ("Page_Ticket", "Page_")];

/// Puts operations under the practice's tag and its name into their ids:
/// `list_comments` is `list_incident_comments`.
pub(super) fn name(document: &mut OpenApi, practice: &Practice) {
    for item in document.paths.paths.values_mut() {
        let methods =
            [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
        for operation in methods.into_iter().flatten() {
            let Operation { tags, operation_id, .. } = operation;
            *tags = Some(vec![practice.path.to_owned()]);
            if let Some(id) = operation_id {
                *id = id_of(id, practice);
            }
        }
    }
}

/// `assign` is `assign_incident`, `list_all` `list_incidents`, and `list_comments`
/// `list_incident_comments`.
fn id_of(id: &str, practice: &Practice) -> String {
    match id.split_once('_') {
        None => format!("{id}_{}", practice.kind),
        Some(("list", "all")) => format!("list_{}", practice.path.replace('-', "_")),
        Some((verb, of)) => format!("{verb}_{}_{of}", practice.kind),
    }
}

/// Says everything in the words of the practice, and leaves out what its kind lacks.
pub(super) fn dress(document: &mut OpenApi, practice: &Practice) -> serde_json::Result<()> {
    let mut text = serde_json::to_string(document)?;
    let name = practice.schema;
    for (of_all, before) in SCHEMAS {
        let own = format!("{before}{name}");
        text = text
            .replace(
                &format!("\"#/components/schemas/{of_all}\""),
                &format!("\"#/components/schemas/{own}\""),
            )
            .replace(&format!("\"{of_all}\":"), &format!("\"{own}\":"));
    }
    for (mark, word) in words(practice) {
        text = text.replace(mark, &word);
    }
    let mut json: Json = serde_json::from_str(&text)?;
    for (_, before) in SCHEMAS {
        let place = format!("/components/schemas/{before}{name}");
        if let Some(schema) = json.pointer_mut(&place).and_then(Json::as_object_mut) {
            leave_out(schema, practice.registry.lacking());
        }
    }
    *document = serde_json::from_value(json)?;
    Ok(())
}

/// What stands for the marks in the texts of shared routes.
fn words(practice: &Practice) -> [(&'static str, String); 6] {
    let one = practice.life_cycle.noun.to_owned();
    let many = practice.path.replace('-', " ");
    let a = if one.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    [
        ("{Many}", capital(&many)),
        ("{An}", capital(a)),
        ("{many}", many),
        ("{one}", one),
        ("{a}", a.to_owned()),
        ("{path}", practice.path.to_owned()),
    ]
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn leave_out(schema: &mut Map<String, Json>, lacking: &[String]) {
    if let Some(Json::Object(properties)) = schema.get_mut("properties") {
        properties.retain(|name, _| !lacking.contains(name));
    }
    if let Some(Json::Object(example)) = schema.get_mut("example") {
        example.retain(|name, _| !lacking.contains(name));
    }
    if let Some(Json::Array(required)) = schema.get_mut("required") {
        required.retain(|name| !lacking.iter().any(|lacks| name == lacks));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::CHORES;

    /// The document of a practice that has no callers.
    fn document() -> Json {
        let mut routes = crate::api::routes(std::iter::once(&CHORES));
        serde_json::to_value(routes.get_openapi_mut()).expect("a document")
    }

    #[test]
    fn a_practice_is_described_in_its_own_words() {
        let document = document();
        let create = &document["paths"]["/chores"]["post"];
        assert_eq!(create["operationId"], "create_chore");
        assert_eq!(create["summary"], "Open a chore");
        assert_eq!(create["tags"], serde_json::json!(["chores"]));
        assert_eq!(document["paths"]["/chores"]["get"]["operationId"], "list_chores");
        let work = &document["paths"]["/chores/{number}/work-time"]["post"];
        assert_eq!(work["operationId"], "record_chore_time");
        let text = document.to_string();
        for left in
            ["{a}", "{one}", "{many}", "{path}", "{Many}", "{An}", "NewTicket", "Page_Ticket"]
        {
            assert!(!text.contains(left), "{left} is left in the document");
        }
    }

    #[test]
    fn what_a_kind_lacks_is_in_none_of_its_schemas() {
        let document = document();
        let schemas = &document["components"]["schemas"];
        for schema in ["Chore", "CreateChore", "UpdateChore"] {
            let properties = &schemas[schema]["properties"];
            assert!(properties.get("short_description").is_some(), "{schema}");
            assert!(properties.get("caller").is_none(), "{schema}");
        }
        for schema in ["CreateChore", "UpdateChore"] {
            let example = &schemas[schema]["example"];
            assert!(example.is_object() && example.get("urgency").is_none(), "{schema}: {example}");
        }
        let required = schemas["Chore"]["required"].as_array().expect("required fields");
        assert!(required.contains(&"state".into()) && !required.contains(&"caller".into()));
    }
}
