//! From what was written to what is meant: names, negations, values.

use crate::ast::{Expr, FieldTerm, Item, Op, Text};
use crate::condition::{Check, FieldUse, Node, Test};
use crate::error::{ConditionError, ErrorKind};
use crate::parse::MAX_VALUES;
use crate::schema::{Context, FieldInfo, FieldType, Schema};
use crate::value::{self, Extent};
use crate::words::WordTerm;

type Result<T> = std::result::Result<T, ConditionError>;

pub(crate) fn resolve(
    expr: &Expr,
    schema: &dyn Schema,
    context: &Context,
) -> Result<(Node, Vec<FieldUse>)> {
    let mut resolver = Resolver { schema, context, uses: Vec::new(), words: 0 };
    let node = resolver.node(expr, false)?;
    Ok((node, resolver.uses))
}

struct Resolver<'a> {
    schema: &'a dyn Schema,
    context: &'a Context,
    uses: Vec<FieldUse>,
    words: usize,
}

impl Resolver<'_> {
    fn node(&mut self, expr: &Expr, negated: bool) -> Result<Node> {
        match expr {
            Expr::Not(inner) => self.node(inner, !negated),
            Expr::All(parts) | Expr::Any(parts) => {
                let parts = parts
                    .iter()
                    .map(|part| self.node(part, negated))
                    .collect::<Result<Vec<_>>>()?;
                // De Morgan: a negated "and" is the "or" of the negations.
                Ok(if matches!(expr, Expr::All(_)) != negated { all(parts) } else { any(parts) })
            }
            Expr::Words(text) => {
                let term = self.word(&text.text, text.at.0)?;
                Ok(Node::Test(Test {
                    field: None,
                    check: Check::Words(vec![term]),
                    negated,
                    position: text.at.0,
                }))
            }
            Expr::Field(term) => self.field(term, negated),
        }
    }

    fn field(&mut self, term: &FieldTerm, negated: bool) -> Result<Node> {
        let Some(field) = self.schema.field(&term.name) else {
            return Err(self.unknown(term));
        };
        if !self.uses.iter().any(|used| used.name == field.name) {
            self.uses.push(FieldUse {
                name: field.name.clone(),
                position: term.at.0,
                indexed: field.indexed,
            });
        }
        let mut checks: Vec<Check> = Vec::new();
        for item in &term.items {
            let check = self.check(&field, term.op, item)?;
            add(&mut checks, check);
        }
        let tests = checks
            .into_iter()
            .map(|check| {
                Node::Test(Test {
                    field: Some(field.name.clone()),
                    check,
                    negated,
                    position: term.at.0,
                })
            })
            .collect();
        Ok(if negated { all(tests) } else { any(tests) })
    }

    fn unknown(&self, term: &FieldTerm) -> ConditionError {
        let names = self.schema.names();
        ConditionError::new(
            ErrorKind::UnknownField,
            term.at.0,
            format!("there is no field “{}”", term.name),
        )
        .offering(&term.name, names.iter().map(String::as_str))
    }

    fn check(&mut self, field: &FieldInfo, op: Op, item: &Item) -> Result<Check> {
        match item {
            Item::One(value) if is_word(value, "none") => {
                no_order(field, op, value)?;
                Ok(Check::Empty)
            }
            Item::One(value) if is_word(value, "any") => {
                no_order(field, op, value)?;
                Ok(Check::Present)
            }
            Item::One(value) => self.one(field, op, value),
            Item::Range(from, to) => {
                if matches!(field.ty, FieldType::Text | FieldType::LongText) && op == Op::Has {
                    return Err(ConditionError::not_allowed(
                        from.at.0,
                        format!("“{}” is searched by words; put quotes around “..”", field.name),
                    ));
                }
                let start = self.extent(field, from)?.start;
                let end = self.extent(field, to)?.end;
                Ok(Check::Between(Some(start), Some(end)))
            }
        }
    }

    fn one(&mut self, field: &FieldInfo, op: Op, value: &Text) -> Result<Check> {
        if op.is_order() {
            let extent = self.extent(field, value)?;
            return Ok(match op {
                Op::Below => Check::Between(None, Some(extent.start.beyond())),
                Op::AtMost => Check::Between(None, Some(extent.end)),
                Op::Above => Check::Between(Some(extent.end.beyond()), None),
                _ => Check::Between(Some(extent.start), None),
            });
        }
        match &field.ty {
            FieldType::Text | FieldType::LongText if op == Op::Has => self.words(value),
            FieldType::LongText => Err(ConditionError::not_allowed(
                value.at.0,
                format!("“{0}” is long text and is searched by words: write {0}:word", field.name),
            )),
            FieldType::Choice => Ok(Check::OneOf(value::choice(field, value)?)),
            FieldType::Boolean => Ok(Check::OneOf(vec![value::boolean(field, value)?])),
            FieldType::Reference { target } => Ok(Check::Refers {
                target: target.clone(),
                to: value::reference(target, value, self.context)?,
            }),
            FieldType::Text | FieldType::Integer | FieldType::Number | FieldType::Date => {
                Ok(self.extent(field, value)?.equal())
            }
        }
    }

    /// The stretch that a value covers, for fields that have an order.
    fn extent(&self, field: &FieldInfo, value: &Text) -> Result<Extent> {
        match field.ty {
            FieldType::Text => value::text(field, value),
            FieldType::Integer => value::integer(field, value),
            FieldType::Number => value::number(field, value),
            FieldType::Date => value::date(field, value, self.context),
            _ => Err(ConditionError::not_allowed(
                value.at.0,
                format!("“{}” has no order; use “:”", field.name),
            )),
        }
    }

    /// All words of a value; what stands together without a space must follow
    /// each other directly (`node.js`).
    fn words(&mut self, value: &Text) -> Result<Check> {
        let mut terms = Vec::new();
        for part in value.text.split_whitespace() {
            // A lone dash or ampersand between words of a value asks for nothing.
            if part.chars().any(char::is_alphanumeric) || value.text.trim() == part {
                terms.push(self.word(part, value.at.0)?);
            }
        }
        if terms.is_empty() {
            return Err(no_words(&value.text, value.at.0));
        }
        Ok(Check::Words(terms))
    }

    fn word(&mut self, written: &str, position: usize) -> Result<WordTerm> {
        let written = written.trim();
        if written.trim_end_matches('*').contains('*') {
            return Err(ConditionError::bad_value(
                position,
                "“*” stands only at the end of a word",
            ));
        }
        let term = WordTerm::cut(written).ok_or_else(|| no_words(written, position))?;
        self.words += term.words.len();
        if self.words > MAX_VALUES {
            return Err(ConditionError::syntax(
                position,
                format!("a condition has at most {MAX_VALUES} words and values"),
            ));
        }
        Ok(term)
    }
}

fn no_words(written: &str, position: usize) -> ConditionError {
    let shown: String = written.chars().take(20).collect();
    ConditionError::bad_value(position, format!("“{shown}” has no letter or digit to search for"))
}

fn no_order(field: &FieldInfo, op: Op, value: &Text) -> Result<()> {
    if op.is_order() {
        return Err(ConditionError::bad_value(
            value.at.0,
            format!("“{}” is no value to compare with; use {}:{0}", value.text, field.name),
        ));
    }
    Ok(())
}

/// Whether an unquoted value is this key word.
fn is_word(value: &Text, word: &str) -> bool {
    !value.quoted && value.text.eq_ignore_ascii_case(word)
}

/// Adds a check to an "any of", together with its like: one `in (…)`.
fn add(checks: &mut Vec<Check>, check: Check) {
    for earlier in checks.iter_mut() {
        match (earlier, &check) {
            (Check::OneOf(values), Check::OneOf(more)) => return values.extend(more.clone()),
            (Check::Refers { to, .. }, Check::Refers { to: more, .. }) => {
                return to.extend(more.clone());
            }
            _ => {}
        }
    }
    checks.push(check);
}

/// "And", flat; its free words become one question to the full text.
fn all(parts: Vec<Node>) -> Node {
    let mut flat: Vec<Node> = Vec::with_capacity(parts.len());
    let mut words: Option<usize> = None;
    for part in parts {
        match part {
            Node::All(inner) => {
                for node in inner {
                    push(&mut flat, &mut words, node);
                }
            }
            other => push(&mut flat, &mut words, other),
        }
    }
    match flat.len() {
        1 => flat.remove(0),
        _ => Node::All(flat),
    }
}

fn push(flat: &mut Vec<Node>, words: &mut Option<usize>, node: Node) {
    if let Node::Test(Test { field: None, check: Check::Words(more), negated: false, .. }) = &node {
        if let Some(Node::Test(Test { check: Check::Words(terms), .. })) =
            words.and_then(|at| flat.get_mut(at))
        {
            terms.extend(more.clone());
            return;
        }
        *words = Some(flat.len());
    }
    flat.push(node);
}

/// "Or", flat.
fn any(parts: Vec<Node>) -> Node {
    let mut flat: Vec<Node> = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Node::Any(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    match flat.len() {
        1 => flat.remove(0),
        _ => Node::Any(flat),
    }
}
