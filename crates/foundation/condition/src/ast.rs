//! The tree of a condition as it was written, and its canonical text.

use std::fmt;

/// Where a part stands in the text: offset in characters, 0-based. Two trees
/// that differ only in positions are equal, so positions always compare equal.
#[derive(Debug, Clone, Copy, Default)]
pub struct At(pub usize);

impl PartialEq for At {
    fn eq(&self, _: &At) -> bool {
        true
    }
}
impl Eq for At {}

/// A condition as written. Names and values are not checked yet.
///
/// `Display` writes the canonical text, which parses to an equal tree, provided
/// the tree is in the form that [`Expr::all`] and [`Expr::any`] keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// Every part holds; without parts, everything (the empty condition).
    All(Vec<Expr>),
    /// At least one part holds.
    Any(Vec<Expr>),
    /// The part does not hold.
    Not(Box<Expr>),
    /// A free word or, when quoted, a phrase.
    Words(Text),
    /// A field with an operator and values.
    Field(FieldTerm),
}

/// `field:value,value..value`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldTerm {
    /// The name as written.
    pub name: String,
    /// The operator.
    pub op: Op,
    /// At least one; the orders (`<` and so on) have exactly one plain value.
    pub items: Vec<Item>,
    /// Where the name stands.
    pub at: At,
}

/// One of the values of a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// `a`
    One(Text),
    /// `a..b`, both ends included.
    Range(Text, Text),
}

/// A word or value as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// What it says, without quotes.
    pub text: String,
    /// Whether it stood in quotes.
    pub quoted: bool,
    /// Where it begins.
    pub at: At,
}

/// The operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `:`
    Has,
    /// `=`
    Is,
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
}

impl Op {
    /// The operator as it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Op::Has => ":",
            Op::Is => "=",
            Op::Below => "<",
            Op::AtMost => "<=",
            Op::Above => ">",
            Op::AtLeast => ">=",
        }
    }

    /// Whether it asks for an order (`<`, `<=`, `>`, `>=`).
    pub fn is_order(self) -> bool {
        !matches!(self, Op::Has | Op::Is)
    }
}

impl Expr {
    /// "And" of the parts, flat: nested ones are spliced, a single one stands alone.
    pub fn all(parts: Vec<Expr>) -> Expr {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Expr::All(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            1 => flat.remove(0),
            _ => Expr::All(flat),
        }
    }

    /// "Or" of the parts, flat: nested ones are spliced, a single one stands alone.
    pub fn any(parts: Vec<Expr>) -> Expr {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Expr::Any(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        match flat.len() {
            1 => flat.remove(0),
            _ => Expr::Any(flat),
        }
    }
}

impl Expr {
    /// Whether any term asks for a field that `wanted` says yes to.
    pub(crate) fn any_field(&self, wanted: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Expr::All(parts) | Expr::Any(parts) => parts.iter().any(|p| p.any_field(wanted)),
            Expr::Not(part) => part.any_field(wanted),
            Expr::Words(_) => false,
            Expr::Field(term) => wanted(&term.name),
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expr::All(parts) => {
                join(f, parts, " ", |part| matches!(part, Expr::All(_) | Expr::Any(_)))
            }
            Expr::Any(parts) => join(f, parts, " or ", |part| matches!(part, Expr::Any(_))),
            Expr::Not(part) if matches!(**part, Expr::All(_) | Expr::Any(_)) => {
                write!(f, "-({part})")
            }
            Expr::Not(part) => write!(f, "-{part}"),
            Expr::Words(text) => write!(f, "{text}"),
            Expr::Field(term) => {
                write!(f, "{}{}", term.name, term.op.sign())?;
                for (i, item) in term.items.iter().enumerate() {
                    let comma = if i > 0 { "," } else { "" };
                    match item {
                        Item::One(value) => write!(f, "{comma}{value}")?,
                        Item::Range(from, to) => write!(f, "{comma}{from}..{to}")?,
                    }
                }
                Ok(())
            }
        }
    }
}

fn join(
    f: &mut fmt::Formatter<'_>,
    parts: &[Expr],
    between: &str,
    grouped: impl Fn(&Expr) -> bool,
) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        if grouped(part) {
            write!(f, "({part})")?;
        } else {
            write!(f, "{part}")?;
        }
    }
    Ok(())
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.quoted {
            return f.write_str(&self.text);
        }
        let escaped = self.text.replace('\\', "\\\\").replace('"', "\\\"");
        write!(f, "\"{escaped}\"")
    }
}
