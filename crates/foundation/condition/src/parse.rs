//! From text to tree. Never panics; every error names a character.

use crate::ast::{At, Expr, FieldTerm, Item, Op, Text};
use crate::error::ConditionError;

/// Longest condition, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;
/// Deepest nesting of parentheses and negations.
pub const MAX_DEPTH: usize = 50;
/// Most words and values in one condition: both engines limit what one
/// statement may hold.
pub const MAX_VALUES: usize = 1000;

type Result<T> = std::result::Result<T, ConditionError>;

/// Reads a condition. The empty text is the condition that everything meets.
///
/// ```
/// let tree = steward_condition::parse("  state:open  -(priority<3 or vpn) ").unwrap();
/// assert_eq!(tree.to_string(), "state:open -(priority<3 or vpn)");
/// assert_eq!(steward_condition::parse("a or").unwrap_err().position, 4);
/// ```
pub fn parse(input: &str) -> Result<Expr> {
    if input.len() > MAX_BYTES {
        return Err(ConditionError::syntax(0, "a condition has at most 64 KiB"));
    }
    let mut parser = Parser { chars: input.chars().collect(), at: 0, depth: 0, values: 0 };
    // PostgreSQL cannot hold it in a text, and nobody types it.
    if let Some(at) = parser.chars.iter().position(|c| *c == '\0') {
        return Err(ConditionError::syntax(at, "a condition cannot hold the character NUL"));
    }
    parser.spaces();
    if parser.peek().is_none() {
        return Ok(Expr::All(Vec::new()));
    }
    let tree = parser.any()?;
    match parser.peek() {
        None => Ok(tree),
        Some(_) => Err(parser.error("this “)” closes nothing")),
    }
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    depth: usize,
    values: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn peek_at(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        self.at += usize::from(found);
        found
    }

    fn spaces(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn error(&self, message: impl Into<String>) -> ConditionError {
        ConditionError::syntax(self.at, message)
    }

    fn count(&mut self) -> Result<()> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(
                self.error(format!("a condition has at most {MAX_VALUES} words and values"))
            );
        }
        Ok(())
    }

    /// Runs `inner` one level deeper, so that no input can exhaust the stack.
    fn deeper(&mut self, inner: impl FnOnce(&mut Self) -> Result<Expr>) -> Result<Expr> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(format!("more than {MAX_DEPTH} levels of nesting")));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn any(&mut self) -> Result<Expr> {
        let mut parts = vec![self.all()?];
        while self.at_or() {
            self.at += 2;
            self.spaces();
            parts.push(self.all()?);
        }
        Ok(Expr::any(parts))
    }

    /// Whether the word `or` (in either case) stands here.
    fn at_or(&self) -> bool {
        let word = |i: usize, c: char| self.peek_at(i).is_some_and(|x| x.eq_ignore_ascii_case(&c));
        word(0, 'o')
            && word(1, 'r')
            && self.peek_at(2).is_none_or(|c| c.is_whitespace() || c == '(' || c == ')')
    }

    /// Terms side by side, and the spaces after them.
    fn all(&mut self) -> Result<Expr> {
        let mut parts = Vec::new();
        while self.peek().is_some_and(|c| c != ')') && !self.at_or() {
            parts.push(self.unary()?);
            self.spaces();
        }
        if parts.is_empty() {
            return Err(self.error("a term is missing here"));
        }
        Ok(Expr::all(parts))
    }

    fn unary(&mut self) -> Result<Expr> {
        match self.peek() {
            Some('-') => {
                self.at += 1;
                if self.peek().is_none_or(|c| c.is_whitespace() || c == ')') {
                    return Err(self.error("“-” stands directly before the term it negates"));
                }
                let part = self.deeper(Self::unary)?;
                Ok(Expr::Not(Box::new(part)))
            }
            Some('(') => self.deeper(Self::group),
            Some('"') => {
                let text = self.quoted()?;
                self.boundary()?;
                Ok(Expr::Words(text))
            }
            _ => self.term(),
        }
    }

    fn group(&mut self) -> Result<Expr> {
        let open = self.at;
        self.at += 1;
        self.spaces();
        let tree = self.any()?;
        if self.eat(')') {
            return Ok(tree);
        }
        Err(ConditionError::syntax(open, "this “(” is never closed"))
    }

    /// A field term, if a name and an operator stand here, else a free word.
    fn term(&mut self) -> Result<Expr> {
        let start = self.at;
        let name = self.name();
        if !name.is_empty() {
            if let Some(op) = self.op()? {
                return self.field(name, op, At(start));
            }
            self.at = start;
        }
        self.count()?;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            if c.is_whitespace() || matches!(c, '(' | ')') {
                break;
            }
            if c == '"' {
                return Err(self.error("put a space before the quote"));
            }
            text.push(c);
            self.at += 1;
        }
        Ok(Expr::Words(Text { text, quoted: false, at: At(start) }))
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(c) = self.peek() {
            let first = c.is_alphabetic() || c == '_';
            if !first && (name.is_empty() || !(c.is_alphanumeric() || c == '-' || c == '.')) {
                break;
            }
            name.push(c);
            self.at += 1;
        }
        name
    }

    fn op(&mut self) -> Result<Option<Op>> {
        let op = match (self.peek(), self.peek_at(1)) {
            (Some('<'), Some('=')) => Op::AtMost,
            (Some('>'), Some('=')) => Op::AtLeast,
            (Some('<'), _) => Op::Below,
            (Some('>'), _) => Op::Above,
            (Some(':'), _) => Op::Has,
            (Some('='), _) => Op::Is,
            (Some('!'), Some('=')) => {
                return Err(self.error("there is no “!=”; put “-” before the term instead"));
            }
            _ => return Ok(None),
        };
        self.at += op.sign().len();
        Ok(Some(op))
    }

    fn field(&mut self, name: String, op: Op, at: At) -> Result<Expr> {
        let mut items = Vec::new();
        loop {
            let from = self.value()?;
            items.push(if self.at_dots() {
                if op.is_order() {
                    return Err(self.error(format!("“{}” takes one value", op.sign())));
                }
                self.at += 2;
                Item::Range(from, self.value()?)
            } else {
                Item::One(from)
            });
            if self.peek() != Some(',') {
                break;
            }
            if op.is_order() {
                return Err(self.error(format!("“{}” takes one value", op.sign())));
            }
            self.at += 1;
        }
        self.boundary()?;
        Ok(Expr::Field(FieldTerm { name, op, items, at }))
    }

    fn at_dots(&self) -> bool {
        self.peek() == Some('.') && self.peek_at(1) == Some('.')
    }

    fn value(&mut self) -> Result<Text> {
        if self.peek() == Some('"') {
            return self.quoted();
        }
        self.count()?;
        let at = At(self.at);
        let mut text = String::new();
        while let Some(c) = self.peek() {
            if c.is_whitespace() || matches!(c, '(' | ')' | '"' | ',') || self.at_dots() {
                break;
            }
            text.push(c);
            self.at += 1;
        }
        if text.is_empty() {
            return Err(self.error("a value is missing here; no space after the operator"));
        }
        Ok(Text { text, quoted: false, at })
    }

    /// `"…"`, in which `\"` is a quote and `\\` a backslash.
    fn quoted(&mut self) -> Result<Text> {
        self.count()?;
        let at = At(self.at);
        self.at += 1;
        let mut text = String::new();
        loop {
            match (self.peek(), self.peek_at(1)) {
                (None, _) => {
                    return Err(ConditionError::syntax(at.0, "this quote is never closed"));
                }
                (Some('"'), _) => break,
                (Some('\\'), Some(c @ ('"' | '\\'))) => {
                    text.push(c);
                    self.at += 2;
                }
                (Some(c), _) => {
                    text.push(c);
                    self.at += 1;
                }
            }
        }
        self.at += 1;
        Ok(Text { text, quoted: true, at })
    }

    /// After a value or a phrase comes a space, the end or a closing parenthesis.
    fn boundary(&self) -> Result<()> {
        match self.peek() {
            Some(c) if !c.is_whitespace() && c != ')' => {
                Err(self
                    .error(format!("put a space before “{c}”, or quotes around the whole value")))
            }
            _ => Ok(()),
        }
    }
}
