//! The page of the condition language asks only what incidents have.

use steward_condition::{Condition, Context, FieldInfo, FieldType, Schema};
use steward_fields::{Registry, as_info};

const PAGE: &str = include_str!("../../../../docs/condition-language.md");

/// Incidents, and the custom field that the page says it stands for.
struct Fields(Registry);

impl Schema for Fields {
    fn field(&self, name: &str) -> Option<FieldInfo> {
        let own = (name == "effort").then(|| FieldInfo::new("effort", FieldType::Number));
        own.or_else(|| self.0.field(name).map(|f| as_info(&self.0, f)))
    }

    fn names(&self) -> Vec<String> {
        self.0.fields().iter().map(|f| f.name.clone()).collect()
    }
}

fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2).filter(|e| !e.starts_with('…'))
}

#[test]
fn every_example_of_the_page_asks_what_there_is() {
    assert!(PAGE.contains("`effort` stands for a number of your own"));
    let fields = Fields(steward_incident::registry());
    let context = Context::at("2026-11-24T08:00:00Z".parse().expect("a time"));
    let (mut table, mut read) = ("", 0);
    for line in PAGE.lines() {
        if !line.starts_with('|') {
            table = "";
            continue;
        }
        for header in ["| you write", "| what for", "| type"] {
            if line.starts_with(header) {
                table = header;
            }
        }
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
        let examples: Vec<&str> = match (table, cells.as_slice()) {
            ("| you write", [first, ..]) => spans(first).collect(),
            ("| what for", [_, second]) => spans(second).collect(),
            ("| type", [_, second, ..]) => {
                spans(second).filter(|e| e.contains([':', '=']) && e.len() > 2).collect()
            }
            _ => Vec::new(),
        };
        for example in examples {
            if let Err(error) = Condition::read(example, &fields, &context) {
                panic!("{example}: {error}");
            }
            read += 1;
        }
    }
    assert!(read >= 50, "{read} examples");
}
