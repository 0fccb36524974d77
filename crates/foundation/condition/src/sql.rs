//! The back-end for lists and counts: parameterised SQL for both engines.

use steward_database::Value;

use crate::condition::{Check, Condition, Edge, Node, RefValue, Scalar, Test};
use crate::error::ConditionError;
use crate::words::WordTerm;

/// The arguments of a statement, numbered in the order in which they are pushed
/// and so in the order in which they appear in the text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Args {
    values: Vec<Value>,
}

impl Args {
    /// Without arguments; the first will be `$1`.
    pub fn new() -> Args {
        Args::default()
    }

    /// Goes on after the arguments the statement already has.
    pub fn after(values: Vec<Value>) -> Args {
        Args { values }
    }

    /// Adds an argument and answers its place, such as `$3`.
    pub fn push(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// Adds several and answers their places, `$3, $4`.
    pub fn push_all(&mut self, values: impl IntoIterator<Item = Value>) -> String {
        let places: Vec<String> = values.into_iter().map(|value| self.push(value)).collect();
        places.join(", ")
    }

    /// All arguments in order.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// All arguments in order.
    pub fn into_values(self) -> Vec<Value> {
        self.values
    }
}

/// How a field stands in the statement. Never made from what a user wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    expr: String,
    key: Option<String>,
    within: Option<(String, String)>,
}

impl Column {
    /// A column or expression, such as `t.priority`.
    pub fn new(expr: impl Into<String>) -> Column {
        Column { expr: expr.into(), key: None, within: None }
    }

    /// With the column that holds its folded key (null for text over 255
    /// characters), such as `t.short_description_key`; it must compare by bytes.
    pub fn keyed(mut self, key: impl Into<String>) -> Column {
        self.key = Some(key.into());
        self
    }

    /// Standing in rows of another table: each test is written between `before`
    /// and `after`, such as `t.id in (select v.record from field_value v where
    /// v.field = 'floor' and ` and `)`. The whole must never be null.
    pub fn within(mut self, before: impl Into<String>, after: impl Into<String>) -> Column {
        self.within = Some((before.into(), after.into()));
        self
    }
}

/// What a list knows about its statement: the allow-list of columns, and how
/// full text and references are asked there. Whatever the hooks write is one
/// boolean expression, with values only through `args`, pushed in the order in
/// which they appear.
pub trait SqlSchema {
    /// The column of a field. `None` when this list cannot be asked for it.
    fn column(&self, field: &str) -> Option<Column>;

    /// True for records in whose full text (without `field`), or in whose field,
    /// every term occurs, each perhaps in another of its texts, but a phrase
    /// within one. `None` when this list has no such index.
    fn words(&self, field: Option<&str>, terms: &[WordTerm], args: &mut Args) -> Option<String>;

    /// True when `expr` is the id of a record of kind `target` that has one of
    /// the values as id, number, login, e-mail or name (folded). At least one
    /// value is a text: ids alone are compared without the hook.
    fn reference(
        &self,
        target: &str,
        values: &[RefValue],
        expr: &str,
        args: &mut Args,
    ) -> Option<String>;
}

type Result<T> = std::result::Result<T, ConditionError>;

impl Condition {
    /// Writes the condition as one boolean expression for `where`, in
    /// parentheses where needed. It is true for exactly the matching rows, and
    /// false or null for the others: to negate, negate the condition.
    ///
    /// Errors: a field that `schema` has no column for ([`crate::ErrorKind::NotAllowed`]).
    pub fn to_sql(&self, schema: &dyn SqlSchema, args: &mut Args) -> Result<String> {
        write(&self.node, schema, args)
    }
}

fn write(node: &Node, schema: &dyn SqlSchema, args: &mut Args) -> Result<String> {
    match node {
        Node::All(parts) if parts.is_empty() => Ok("true".into()),
        Node::Any(parts) if parts.is_empty() => Ok("false".into()),
        Node::All(parts) => join(parts, " and ", schema, args),
        Node::Any(parts) => join(parts, " or ", schema, args),
        Node::Test(test) => write_test(test, schema, args),
    }
}

/// Joins as a balanced tree: a chain of a thousand terms would be deeper than
/// SQLite takes.
fn join(parts: &[Node], word: &str, schema: &dyn SqlSchema, args: &mut Args) -> Result<String> {
    if let [part] = parts {
        return write(part, schema, args);
    }
    if parts.len() <= 8 {
        let texts =
            parts.iter().map(|part| write(part, schema, args)).collect::<Result<Vec<_>>>()?;
        return Ok(format!("({})", texts.join(word)));
    }
    let (left, right) = parts.split_at(parts.len() / 2);
    let left = join(left, word, schema, args)?;
    let right = join(right, word, schema, args)?;
    Ok(format!("({left}{word}{right})"))
}

fn write_test(test: &Test, schema: &dyn SqlSchema, args: &mut Args) -> Result<String> {
    if let Check::Words(terms) = &test.check {
        let field = test.field.as_deref();
        let sql = schema
            .words(field, terms, args)
            .ok_or_else(|| refused(test, "cannot be searched by words here"))?;
        return Ok(if test.negated { no(&sql) } else { format!("({sql})") });
    }
    let column = test
        .field
        .as_deref()
        .and_then(|field| schema.column(field))
        .ok_or_else(|| refused(test, "cannot be asked for here"))?;
    match &column.within {
        None => write_check(test, &column, test.negated, schema, args),
        Some((before, after)) => {
            // No row is an empty field; a row always has a value.
            let (inner, negated) = match test.check {
                Check::Empty => ("true".to_owned(), !test.negated),
                Check::Present => ("true".to_owned(), test.negated),
                _ => (write_check(test, &column, false, schema, args)?, test.negated),
            };
            let not = if negated { "not " } else { "" };
            Ok(format!("{not}({before}{inner}{after})"))
        }
    }
}

fn write_check(
    test: &Test,
    column: &Column,
    negated: bool,
    schema: &dyn SqlSchema,
    args: &mut Args,
) -> Result<String> {
    let expr = &column.expr;
    match &test.check {
        Check::Empty | Check::Words(_) => Ok(null_test(expr, !negated)),
        Check::Present => Ok(null_test(expr, negated)),
        Check::OneOf(values) => one_of(test, column, values, negated, args),
        Check::Between(start, end) => between(test, column, [start, end], negated, args),
        Check::Refers { target, to } => refers(test, (target, to), expr, negated, schema, args),
    }
}

fn null_test(expr: &str, null: bool) -> String {
    let not = if null { "" } else { "not " };
    format!("{expr} is {not}null")
}

/// `x in (…)`, or `(x is null or x not in (…))`.
fn is_in(expr: &str, values: Vec<Value>, negated: bool, args: &mut Args) -> String {
    let single = values.len() == 1;
    if values.is_empty() {
        return if negated { "true" } else { "false" }.into();
    }
    let places = args.push_all(values);
    match (single, negated) {
        (true, false) => format!("{expr} = {places}"),
        (true, true) => format!("({expr} is null or {expr} <> {places})"),
        (false, false) => format!("{expr} in ({places})"),
        (false, true) => format!("({expr} is null or {expr} not in ({places}))"),
    }
}

fn one_of(
    test: &Test,
    column: &Column,
    values: &[Scalar],
    negated: bool,
    args: &mut Args,
) -> Result<String> {
    let expr = match values.first() {
        Some(value) => side(test, column, value)?,
        None => &column.expr,
    };
    let mut distinct: Vec<Value> = Vec::with_capacity(values.len());
    for value in values.iter().map(bound) {
        if !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    Ok(is_in(expr, distinct, negated, args))
}

/// `(x >= a and x < b)`, or `(x is null or x < a or x >= b)`.
fn between(
    test: &Test,
    column: &Column,
    [start, end]: [&Option<Edge>; 2],
    negated: bool,
    args: &mut Args,
) -> Result<String> {
    let mut parts = Vec::new();
    for (edge, lower) in [(start, true), (end, false)] {
        let Some(edge) = edge else { continue };
        let expr = side(test, column, &edge.value)?;
        if negated && parts.is_empty() {
            parts.push(format!("{expr} is null"));
        }
        let sign = match (lower != negated, edge.included != negated) {
            (true, true) => ">=",
            (true, false) => ">",
            (false, true) => "<=",
            (false, false) => "<",
        };
        let place = args.push(bound(&edge.value));
        parts.push(format!("{expr} {sign} {place}"));
    }
    let word = if negated { " or " } else { " and " };
    Ok(match parts.as_slice() {
        [part] => part.clone(),
        _ => format!("({})", parts.join(word)),
    })
}

fn refers(
    test: &Test,
    (target, to): (&str, &[RefValue]),
    expr: &str,
    negated: bool,
    schema: &dyn SqlSchema,
    args: &mut Args,
) -> Result<String> {
    let ids: Vec<Value> = to
        .iter()
        .filter_map(|value| match value {
            RefValue::Id(id) => Some(Value::Id(*id)),
            RefValue::Text { .. } => None,
        })
        .collect();
    if ids.len() == to.len() {
        return Ok(is_in(expr, ids, negated, args));
    }
    let sql = schema
        .reference(target, to, expr, args)
        .ok_or_else(|| refused(test, "can only be compared with ids here"))?;
    Ok(if negated { no(&sql) } else { format!("({sql})") })
}

/// The negation of what a hook wrote, which may be null for an empty field.
fn no(sql: &str) -> String {
    format!("not coalesce(({sql}), false)")
}

/// The column that a value is compared with: the folded key or the value itself.
fn side<'c>(test: &Test, column: &'c Column, value: &Scalar) -> Result<&'c str> {
    match (value, &column.key) {
        (Scalar::Key(_), Some(key)) => Ok(key),
        (Scalar::Key(_), None) => Err(refused(test, "cannot be compared as a whole here")),
        _ => Ok(&column.expr),
    }
}

fn bound(value: &Scalar) -> Value {
    match value {
        Scalar::Int(n) => Value::Int(*n),
        Scalar::Float(n) => Value::Float(*n),
        Scalar::Bool(b) => Value::Bool(*b),
        Scalar::Time(at) => Value::Time(*at),
        Scalar::Code(text) | Scalar::Key(text) => Value::Text(text.clone()),
    }
}

fn refused(test: &Test, why: &str) -> ConditionError {
    let what = match &test.field {
        Some(field) => format!("“{field}” {why}"),
        None => format!("the full text {why}"),
    };
    ConditionError::not_allowed(test.position, what)
}
