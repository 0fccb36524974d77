//! Values of each type, as people write them.

use steward_base::text as folding;
use uuid::Uuid;

use crate::ast::Text;
use crate::condition::{Check, Edge, RefValue, Scalar};
use crate::error::ConditionError;
use crate::schema::{Choice, Context, FieldInfo, PERSON, TEAM};
use crate::time;

type Result<T> = std::result::Result<T, ConditionError>;

/// The stretch of an ordered type that one written value covers: a single
/// point, a day, or nothing at all (`1.5` among whole numbers).
pub(crate) struct Extent {
    pub start: Edge,
    pub end: Edge,
}

impl Extent {
    fn point(value: Scalar) -> Extent {
        let edge = Edge { value, included: true };
        Extent { start: edge.clone(), end: edge }
    }

    /// Being equal to the written value is lying within its stretch.
    pub fn equal(self) -> Check {
        if self.start == self.end {
            return Check::OneOf(vec![self.start.value]);
        }
        Check::Between(Some(self.start), Some(self.end))
    }
}

impl Edge {
    /// The same place, seen from the other side.
    pub fn beyond(self) -> Edge {
        Edge { included: !self.included, ..self }
    }
}

pub(crate) fn text(field: &FieldInfo, value: &Text) -> Result<Extent> {
    match folding::key(&value.text) {
        Some(key) if !key.is_empty() => Ok(Extent::point(Scalar::Key(key))),
        Some(_) => Err(empty(field, value)),
        None => Err(ConditionError::bad_value(
            value.at.0,
            format!("a value has at most {} characters", folding::KEY_MAX),
        )),
    }
}

/// A written number: whole, or with decimals.
enum Number {
    Whole(i64),
    Decimal(f64),
}

fn parse_number(written: &str) -> Option<Number> {
    let written = written.trim();
    let digits = written.strip_prefix('-').unwrap_or(written);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(decimals) {
        return None;
    }
    if !digits.contains('.') {
        return written.parse().ok().map(Number::Whole);
    }
    let number: f64 = written.parse().ok()?;
    number.is_finite().then_some(Number::Decimal(number))
}

pub(crate) fn integer(field: &FieldInfo, value: &Text) -> Result<Extent> {
    match parse_number(&value.text).or_else(|| labelled(field, value)) {
        Some(Number::Whole(n)) => Ok(Extent::point(Scalar::Int(n))),
        // Nothing is equal to 1.5, and it lies between 1 and 2.
        Some(Number::Decimal(n)) if n.abs() < 9.0e15 => Ok(Extent {
            start: Edge { value: Scalar::Int(n.ceil() as i64), included: true },
            end: Edge { value: Scalar::Int(n.floor() as i64), included: true },
        }),
        _ => Err(not_a(field, value, "a whole number")),
    }
}

pub(crate) fn number(field: &FieldInfo, value: &Text) -> Result<Extent> {
    match parse_number(&value.text).or_else(|| labelled(field, value)) {
        Some(Number::Whole(n)) => Ok(Extent::point(Scalar::Float(n as f64))),
        Some(Number::Decimal(n)) => Ok(Extent::point(Scalar::Float(n))),
        None => Err(not_a(field, value, "a number")),
    }
}

/// The number whose label this is.
fn labelled(field: &FieldInfo, value: &Text) -> Option<Number> {
    let key = folding::fold(value.text.trim());
    let choice = field.choices.iter().find(|choice| is_called(choice, &key))?;
    parse_number(&choice.code)
}

pub(crate) fn date(field: &FieldInfo, value: &Text, context: &Context) -> Result<Extent> {
    let read = match field.calendar {
        true => time::read_calendar(&value.text, context),
        false => time::read(&value.text, context),
    };
    let Some(stretch) = read else {
        return Err(not_a(
            field,
            value,
            "a time: 2026-11-24, 2026-11-24T08:00Z, -7d, today or this_month",
        ));
    };
    Ok(Extent {
        start: Edge { value: Scalar::Time(stretch.from), included: true },
        end: Edge { value: Scalar::Time(stretch.until), included: false },
    })
}

/// Whether a choice is called that: by code, by label, or as screens show a
/// level, `2 - High`.
fn is_called(choice: &Choice, key: &str) -> bool {
    let Choice { code, label } = choice;
    [code.as_str(), label.as_str()].iter().any(|name| folding::fold(name) == key)
        || folding::fold(&format!("{code} - {label}")) == key
}

/// The codes a written choice stands for: a group, a code or a label.
pub(crate) fn choice(field: &FieldInfo, value: &Text) -> Result<Vec<Scalar>> {
    let key = folding::fold(value.text.trim());
    if key.is_empty() {
        return Err(empty(field, value));
    }
    if let Some(group) = field.groups.iter().find(|g| folding::fold(&g.name) == key) {
        // Without choices all values are compared by their key, these too.
        let known = !field.choices.is_empty();
        let scalar = |code: &String| match known {
            true => Scalar::Code(code.clone()),
            false => Scalar::Key(folding::fold(code)),
        };
        return Ok(group.codes.iter().map(scalar).collect());
    }
    if field.choices.is_empty() {
        return Ok(vec![text(field, value)?.start.value]);
    }
    let codes: Vec<Scalar> = field
        .choices
        .iter()
        .filter(|choice| is_called(choice, &key))
        .map(|c| Scalar::Code(c.code.clone()))
        .collect();
    if codes.is_empty() {
        let known = field
            .groups
            .iter()
            .map(|g| g.name.as_str())
            .chain(field.choices.iter().flat_map(|c| [c.code.as_str(), c.label.as_str()]));
        return Err(not_a(field, value, "one of its choices").offering(&value.text, known));
    }
    Ok(codes)
}

pub(crate) fn boolean(field: &FieldInfo, value: &Text) -> Result<Scalar> {
    match value.text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" => Ok(Scalar::Bool(true)),
        "false" | "no" => Ok(Scalar::Bool(false)),
        _ => Err(not_a(field, value, "true, false, yes or no")),
    }
}

/// What a written reference stands for; `me` without a person is nobody.
pub(crate) fn reference(target: &str, value: &Text, context: &Context) -> Result<Vec<RefValue>> {
    let text = value.text.trim();
    if target == PERSON && text.eq_ignore_ascii_case("me") {
        return Ok(context.me.map(RefValue::Id).into_iter().collect());
    }
    if target == TEAM && text.eq_ignore_ascii_case("my_teams") {
        return Ok(context.my_teams.iter().copied().map(RefValue::Id).collect());
    }
    // Only the usual form: 32 hexadecimal digits could be somebody's number.
    if let (36, Ok(id)) = (text.len(), Uuid::parse_str(text)) {
        return Ok(vec![RefValue::Id(id)]);
    }
    match folding::key(text) {
        Some(key) if !key.is_empty() => Ok(vec![RefValue::Text { text: text.to_owned(), key }]),
        Some(_) => Err(ConditionError::bad_value(value.at.0, "the value is empty")),
        None => Err(ConditionError::bad_value(
            value.at.0,
            format!("a value has at most {} characters", folding::KEY_MAX),
        )),
    }
}

fn not_a(field: &FieldInfo, value: &Text, wanted: &str) -> ConditionError {
    let shown: String = value.text.chars().take(40).collect();
    ConditionError::bad_value(
        value.at.0,
        format!("“{shown}” is not a value of “{}”, which takes {wanted}", field.name),
    )
}

fn empty(field: &FieldInfo, value: &Text) -> ConditionError {
    ConditionError::bad_value(
        value.at.0,
        format!("the value is empty; an empty field is {}:none", field.name),
    )
}
