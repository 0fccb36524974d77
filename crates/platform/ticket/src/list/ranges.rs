//! A page as a sequence of plain ranges, each of which an index can give in
//! order: rows with a value, then the empty ones; where keys go different ways,
//! one leading value after the other. Pure.
//!
//! Every row of the list stands in exactly one range, and the ranges stand in
//! the order of the list.

use serde_json::Value as Json;
use steward_base::{Timestamp, Uuid};
use steward_database::Value;

use super::sort::{Key, Of};

/// What a range says of one key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    /// It is this value.
    Is(Json),
    /// It is empty.
    Empty,
    /// It has a value.
    Any,
    /// It comes after this value, in the direction of its key.
    After(Json),
}

/// Rows that share the values of the first keys (`Is`, `Empty`), and perhaps a
/// bound of the key after those (`Any`, `After`); keys behind it are free. The
/// id counts as the last key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Range(pub Vec<Test>);

/// The ranges of the whole list.
pub(crate) fn whole(keys: &[Key]) -> Vec<Range> {
    free(keys, Vec::new())
}

/// The ranges of what stands behind a row; `None` when the cursor (its sort
/// values and its id) belongs to another order.
pub(crate) fn after(keys: &[Key], cursor: &[Json]) -> Option<Vec<Range>> {
    let (id, values) = cursor.split_last()?;
    let fits = |(key, value): (&Key, &Json)| {
        bind(key.of, value).is_some() || (key.nullable && value.is_null())
    };
    if values.len() != keys.len() || !keys.iter().zip(values).all(fits) {
        return None;
    }
    id.as_str()?.parse::<Uuid>().ok()?;
    let mut ranges = Vec::new();
    for n in (0..=keys.len()).rev() {
        let mut tests: Vec<Test> = values.iter().take(n).map(is).collect();
        match values.get(n) {
            None => tests.push(Test::After(id.clone())),
            // Behind an empty value of this key stand only empty ones.
            Some(Json::Null) => continue,
            Some(value) => tests.push(Test::After(value.clone())),
        }
        ranges.push(Range(tests.clone()));
        if keys.get(n).is_some_and(|k| k.nullable) {
            tests.pop();
            tests.push(Test::Empty);
            ranges.extend(free(keys, tests));
        }
    }
    Some(ranges)
}

/// The key whose values this range is read by, one after the other; `None` when
/// it is read as it is.
pub(crate) fn leading(keys: &[Key], range: &Range) -> Option<usize> {
    let at = open(range);
    let (key, behind) = keys.get(at..)?.split_first()?;
    let plain = behind.iter().all(|k| !k.nullable && k.descending == key.descending);
    (key.few && !plain).then_some(at)
}

/// A range read by its leading key, from the first value there is: the rows
/// with that value, then those behind it.
pub(crate) fn split(keys: &[Key], range: &Range, value: Json) -> Vec<Range> {
    let mut tests = range.0[..open(range)].to_vec();
    let mut behind = tests.clone();
    behind.push(Test::After(value.clone()));
    tests.push(Test::Is(value));
    let mut ranges = free(keys, tests);
    ranges.push(Range(behind));
    ranges
}

/// The ranges of all rows with these values of the first keys.
fn free(keys: &[Key], mut tests: Vec<Test>) -> Vec<Range> {
    if !keys.get(tests.len()).is_some_and(|k| k.nullable) {
        return vec![Range(tests)];
    }
    let mut some = tests.clone();
    some.push(Test::Any);
    tests.push(Test::Empty);
    let mut ranges = vec![Range(some)];
    ranges.extend(free(keys, tests));
    ranges
}

/// The first key the range does not fix.
pub(crate) fn open(range: &Range) -> usize {
    range.0.iter().take_while(|t| matches!(t, Test::Is(_) | Test::Empty)).count()
}

fn is(value: &Json) -> Test {
    if value.is_null() { Test::Empty } else { Test::Is(value.clone()) }
}

/// A value of a cursor as an argument; `None` when it is of another type.
pub(crate) fn bind(of: Of, value: &Json) -> Option<Value> {
    match of {
        Of::Int => value.as_i64().map(Value::Int),
        Of::Text => value.as_str().map(Value::from),
        Of::Time => {
            value.as_i64().and_then(|n| Timestamp::from_microsecond(n).ok()).map(Value::Time)
        }
        // As text, since a number of JSON may lose its last bit.
        Of::Float => {
            let number: f64 = value.as_str()?.parse().ok()?;
            number.is_finite().then_some(Value::Float(number))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// `p` a priority, `t` a time, `c` a choice that may be empty, `e` a time
    /// that may be empty; capitals descend.
    fn keys_of(sort: &str) -> Vec<Key> {
        let key = |c: char| {
            let name = c.to_ascii_lowercase();
            Key {
                column: name.into(),
                of: if name == 'c' { Of::Text } else { Of::Int },
                nullable: matches!(name, 'c' | 'e'),
                few: matches!(name, 'p' | 'c'),
                descending: c.is_ascii_uppercase(),
                custom: None,
                named: None,
            }
        };
        sort.chars().map(key).collect()
    }

    fn shown(ranges: &[Range]) -> String {
        let test = |test: &Test| match test {
            Test::Is(v) => v.to_string().replace('"', ""),
            Test::Empty => "-".into(),
            Test::Any => "*".into(),
            Test::After(v) if v.to_string().len() > 20 => ">id".into(),
            Test::After(v) => format!(">{}", v.to_string().replace('"', "")),
        };
        let range = |r: &Range| r.0.iter().map(test).collect::<Vec<_>>().join(" ");
        ranges.iter().map(range).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn a_list_begins_with_the_rows_that_have_a_value() {
        for (sort, expected) in
            [("", ""), ("pt", ""), ("Pt", ""), ("e", "*, -"), ("ec", "*, - *, - -"), ("pe", "")]
        {
            assert_eq!(shown(&whole(&keys_of(sort))), expected, "{sort}");
        }
    }

    #[test]
    fn a_page_goes_on_behind_a_row() {
        let id = json!(Uuid::nil().to_string());
        for (sort, cursor, expected) in [
            ("", json!([]), ">id"),
            ("pt", json!([3, 70]), "3 70 >id, 3 >70, >3"),
            ("Pt", json!([3, 70]), "3 70 >id, 3 >70, >3"),
            ("e", json!([70]), "70 >id, >70, -"),
            ("e", json!([null]), "- >id"),
            ("ec", json!([70, null]), "70 - >id, >70, - *, - -"),
            ("pe", json!([3, 70]), "3 70 >id, 3 >70, 3 -, >3"),
            ("pe", json!([3, null]), "3 - >id, >3"),
            ("ce", json!([null, null]), "- - >id"),
        ] {
            let mut cursor = cursor.as_array().expect("values").clone();
            cursor.push(id.clone());
            let keys = keys_of(sort);
            assert_eq!(shown(&after(&keys, &cursor).expect(sort)), expected, "{sort}");
        }
        for (sort, cursor) in [("p", json!(["x"])), ("p", json!([null])), ("p", json!([]))] {
            let mut cursor = cursor.as_array().expect("values").clone();
            cursor.push(id.clone());
            assert_eq!(after(&keys_of(sort), &cursor), None, "{cursor:?}");
        }
        assert_eq!(after(&[], &[json!("no id")]), None);
    }

    #[test]
    fn only_keys_of_few_values_that_need_it_are_read_one_by_one() {
        let range = |tests: &[Test]| Range(tests.to_vec());
        for (sort, tests, expected) in [
            ("pt", vec![], None),
            ("Pt", vec![], Some(0)),
            ("Pt", vec![Test::Is(json!(3))], None),
            ("Pt", vec![Test::After(json!(3))], Some(0)),
            ("pe", vec![], Some(0)),
            ("te", vec![], None),
            ("cP", vec![Test::Any], Some(0)),
            ("cP", vec![Test::Empty], None),
            ("cPt", vec![Test::Empty], Some(1)),
            ("", vec![], None),
        ] {
            assert_eq!(leading(&keys_of(sort), &range(&tests)), expected, "{sort} {tests:?}");
        }
        let keys = keys_of("Pe");
        assert_eq!(shown(&split(&keys, &range(&[]), json!(5))), "5 *, 5 -, >5");
        assert_eq!(
            shown(&split(&keys, &range(&[Test::After(json!(5))]), json!(4))),
            "4 *, 4 -, >4"
        );
    }
}
