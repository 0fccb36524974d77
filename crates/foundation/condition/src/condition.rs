//! A condition whose names, types and values are known to fit.

use std::fmt;

use jiff::Timestamp;
use uuid::Uuid;

use crate::ast::Expr;
use crate::error::ConditionError;
use crate::schema::{Context, Schema};
use crate::words::WordTerm;

/// A checked condition: ask [`Condition::matches`] of a record in memory, or
/// [`Condition::to_sql`] for a list. Both give the same answer.
///
/// `me`, `today` and the like are fixed when it is made: a rule that stands
/// keeps the [`Expr`] and resolves it anew each time.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub(crate) node: Node,
    expr: Expr,
    uses: Vec<FieldUse>,
}

/// A field that a condition asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldUse {
    /// The field's name.
    pub name: String,
    /// Where it first stands: offset in characters, 0-based.
    pub position: usize,
    /// Whether the schema calls it indexed.
    pub indexed: bool,
}

/// Negations stand only at the tests, so that the engines can use indexes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Test(Test),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Test {
    /// Without a field: the full text.
    pub field: Option<String>,
    pub check: Check,
    pub negated: bool,
    pub position: usize,
}

/// What a test asks. All but `Empty` are false for an empty field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Check {
    Empty,
    Present,
    OneOf(Vec<Scalar>),
    Between(Option<Edge>, Option<Edge>),
    Refers { target: String, to: Vec<RefValue> },
    Words(Vec<WordTerm>),
}

/// One end of a range.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Edge {
    pub value: Scalar,
    pub included: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar {
    Int(i64),
    Float(f64),
    Bool(bool),
    Time(Timestamp),
    /// Compared as it is.
    Code(String),
    /// A folded key, compared with the field's folded key.
    Key(String),
}

/// What a reference is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefValue {
    /// The id of the record.
    Id(Uuid),
    /// A number, login, e-mail or name.
    Text {
        /// As written.
        text: String,
        /// Folded, as keys are.
        key: String,
    },
}

impl Condition {
    /// Reads and checks a text.
    pub fn read(
        text: &str,
        schema: &dyn Schema,
        context: &Context,
    ) -> Result<Self, ConditionError> {
        Self::resolve(&crate::parse(text)?, schema, context)
    }

    /// Checks a tree: names against the schema, values against the types.
    pub fn resolve(
        expr: &Expr,
        schema: &dyn Schema,
        context: &Context,
    ) -> Result<Self, ConditionError> {
        let (node, uses) = crate::resolve::resolve(expr, schema, context)?;
        Ok(Condition { node, expr: expr.clone(), uses })
    }

    /// The tree it was made of.
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// The fields it asks for, each once, in order of appearance.
    pub fn fields(&self) -> &[FieldUse] {
        &self.uses
    }

    /// Whether it looks into the full text (free words or phrases).
    pub fn has_free_words(&self) -> bool {
        self.node.any_test(&mut |test| test.field.is_none())
    }

    /// The free words and phrases that a record may be found by, in order of
    /// appearance: those that are not negated.
    pub fn free_words(&self) -> Vec<&WordTerm> {
        let mut terms = Vec::new();
        self.node.each_test(&mut |test| match &test.check {
            Check::Words(words) if test.field.is_none() && !test.negated => terms.extend(words),
            _ => {}
        });
        terms
    }

    /// Whether every record that meets it holds some free word.
    pub fn needs_words(&self) -> bool {
        match &self.node {
            Node::All(parts) => parts.iter().any(Node::is_free_words),
            node => node.is_free_words(),
        }
    }

    /// Takes out the free words that every record must hold: those, and the
    /// condition that is left. A search reads the full text by them.
    pub fn split_words(mut self) -> (Vec<WordTerm>, Condition) {
        let parts = match std::mem::replace(&mut self.node, Node::All(Vec::new())) {
            Node::All(parts) => parts,
            node => vec![node],
        };
        let (words, rest): (Vec<Node>, Vec<Node>) =
            parts.into_iter().partition(Node::is_free_words);
        let terms = words.into_iter().flat_map(|node| match node {
            Node::Test(Test { check: Check::Words(terms), .. }) => terms,
            _ => Vec::new(),
        });
        let terms = terms.collect();
        self.node = Node::All(rest);
        (terms, self)
    }

    /// The parts that must all hold and ask only for indexed fields or full
    /// text; `None` when there is none. A list that is also asked for other
    /// fields counts with this first.
    pub fn indexed_part(&self) -> Option<Expr> {
        let slow = |name: &str| self.uses.iter().any(|used| used.name == name && !used.indexed);
        let fast = |part: &&Expr| !part.any_field(&slow);
        let parts: Vec<Expr> = match &self.expr {
            Expr::All(parts) => parts.iter().filter(fast).cloned().collect(),
            part => Some(part).filter(fast).cloned().into_iter().collect(),
        };
        (!parts.is_empty()).then(|| Expr::all(parts))
    }

    /// Whether whatever meets it has one of `codes` in `field`, as far as its
    /// outermost terms show. A list may then read an index that holds only those.
    pub fn implies(&self, field: &str, codes: &[&str]) -> bool {
        let known =
            |value: &Scalar| matches!(value, Scalar::Code(c) if codes.contains(&c.as_str()));
        let holds = |node: &Node| match node {
            Node::Test(test) => {
                let one_of =
                    matches!(&test.check, Check::OneOf(values) if values.iter().all(known));
                !test.negated && test.field.as_deref() == Some(field) && one_of
            }
            _ => false,
        };
        match &self.node {
            Node::All(parts) => parts.iter().any(holds),
            node => holds(node),
        }
    }

    /// Whether it is met by everything because nothing is asked.
    pub fn is_everything(&self) -> bool {
        self.node == Node::All(Vec::new())
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.fmt(f)
    }
}

impl Node {
    fn is_free_words(&self) -> bool {
        matches!(self, Node::Test(Test { field: None, check: Check::Words(_), negated: false, .. }))
    }

    fn each_test<'a>(&'a self, visit: &mut impl FnMut(&'a Test)) {
        match self {
            Node::All(parts) | Node::Any(parts) => {
                for part in parts {
                    part.each_test(visit);
                }
            }
            Node::Test(test) => visit(test),
        }
    }

    fn any_test(&self, found: &mut impl FnMut(&Test) -> bool) -> bool {
        match self {
            Node::All(parts) | Node::Any(parts) => parts.iter().any(|part| part.any_test(found)),
            Node::Test(test) => found(test),
        }
    }
}
