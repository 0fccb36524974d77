//! Any text is read as a condition, printed, read again, checked against fields
//! of every type and written as SQL; none of it may panic or disagree.
#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use steward_condition::{
    Args, Column, Condition, Context, FieldInfo, FieldType, RefValue, Schema, SqlSchema, WordTerm,
    parse,
};

/// Fields of every type, with names short enough to be found by chance.
struct Fields;

impl Schema for Fields {
    fn field(&self, name: &str) -> Option<FieldInfo> {
        let ty = match name {
            "t" => FieldType::Text,
            "l" => FieldType::LongText,
            "i" => FieldType::Integer,
            "n" => FieldType::Number,
            "c" | "s" => FieldType::Choice,
            "d" => FieldType::Date,
            "b" => FieldType::Boolean,
            "r" => FieldType::Reference { target: "person".into() },
            _ => return None,
        };
        let field = FieldInfo::new(name, ty);
        Some(match name {
            "s" => field.with_choices([("a", "A b"), ("b", "c")]).with_group("g", &["a", "b"]),
            _ => field,
        })
    }

    fn names(&self) -> Vec<String> {
        "tlincsdbr".chars().map(String::from).collect()
    }
}

impl SqlSchema for Fields {
    fn column(&self, field: &str) -> Option<Column> {
        Some(Column::new(format!("x.{field}")).keyed(format!("x.{field}_key")))
    }

    fn words(&self, _: Option<&str>, terms: &[WordTerm], args: &mut Args) -> Option<String> {
        let words = terms.iter().flat_map(|term| &term.words).map(|word| word.as_str().into());
        Some(format!("words({})", args.push_all(words)))
    }

    fn reference(&self, _: &str, to: &[RefValue], expr: &str, args: &mut Args) -> Option<String> {
        let texts = to.iter().filter_map(|value| match value {
            RefValue::Text { key, .. } => Some(key.as_str().into()),
            RefValue::Id(_) => None,
        });
        Some(format!("refers({expr}, {})", args.push_all(texts)))
    }
}

fuzz_target!(|text: &str| {
    let Ok(tree) = parse(text) else { return };
    let printed = tree.to_string();
    assert_eq!(parse(&printed).as_ref(), Ok(&tree), "{printed}");
    let context = Context::at(Timestamp::UNIX_EPOCH);
    let Ok(condition) = Condition::resolve(&tree, &Fields, &context) else { return };
    let mut args = Args::new();
    let sql = condition.to_sql(&Fields, &mut args).expect("every field has a column");
    // No character of the text but the names of fields may reach the SQL.
    let allowed =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || " $().,_<>=".contains(c);
    assert!(sql.chars().all(allowed), "{sql}");
});
