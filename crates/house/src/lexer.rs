//! Just enough of Rust's grammar to tell code, text and comments apart.

/// A string literal of a source file.
#[derive(Debug, PartialEq)]
pub struct Literal {
    /// The line it begins on, from 1.
    pub line: usize,
    /// What stands between its quotes; escapes are left as written.
    pub text: String,
}

/// A source file taken apart.
#[derive(Debug)]
pub struct Source {
    /// The code with the same lines, but strings emptied and comments gone.
    pub code: String,
    /// The string literals in their order.
    pub literals: Vec<Literal>,
}

/// Takes a source file apart. Items under `#[cfg(test)]` are left out of both.
pub fn parse(text: &str) -> Source {
    let mut source = split(text);
    for (first, last) in test_items(&source.code) {
        source.literals.retain(|literal| literal.line < first || literal.line > last);
        let kept = source.code.lines().enumerate();
        let kept = kept.map(|(i, line)| if (first..=last).contains(&(i + 1)) { "" } else { line });
        source.code = kept.collect::<Vec<_>>().join("\n");
    }
    source
}

/// Takes a source file apart, tests included.
pub fn split(text: &str) -> Source {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut literals = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        let end = match rest {
            ['/', '/', ..] => at + length_until(rest, 0, |r| r[0] == '\n'),
            ['/', '*', ..] => at + block_comment(rest),
            ['r', '"' | '#', ..] if !after_word(&code) && raw_string(rest).is_some() => {
                let (open, length, close) = raw_string(rest).unwrap_or((0, 0, 0));
                push_literal(&mut literals, &code, &rest[open..open + length]);
                at + open + length + close
            }
            ['"', ..] => {
                let length = plain_string(&rest[1..]);
                push_literal(&mut literals, &code, &rest[1..=length]);
                at + length + 2
            }
            ['\'', '\\', ..] => {
                at + 3 + length_until(&rest[3.min(rest.len())..], 0, |r| r[0] == '\'')
            }
            ['\'', _, '\'', ..] => at + 3,
            _ => {
                code.push(chars[at]);
                at += 1;
                continue;
            }
        };
        let end = end.min(chars.len());
        // Lines keep their numbers, a literal leaves a pair of quotes.
        if chars[at] == '"' || chars[at] == 'r' {
            code.push_str("\"\"");
        }
        code.extend(chars[at..end].iter().filter(|c| **c == '\n'));
        at = end;
    }
    Source { code, literals }
}

fn push_literal(literals: &mut Vec<Literal>, before: &str, text: &[char]) {
    let line = before.matches('\n').count() + 1;
    literals.push(Literal { line, text: text.iter().collect() });
}

fn after_word(code: &str) -> bool {
    // `br"` and `cr"` are raw strings too: only a longer word before means an identifier.
    let word = code.chars().rev().take_while(|c| c.is_alphanumeric() || *c == '_');
    let word: String = word.collect();
    !word.is_empty() && word != "b" && word != "c"
}

fn length_until(chars: &[char], from: usize, stop: impl Fn(&[char]) -> bool) -> usize {
    let found = (from..chars.len()).find(|i| stop(&chars[*i..]));
    found.map_or(chars.len(), |i| if chars[i] == '\'' { i + 1 } else { i })
}

fn block_comment(chars: &[char]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < chars.len() {
        match &chars[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] if depth == 1 => return at + 2,
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    chars.len()
}

/// Lengths of the opening, the text and the closing of a raw string.
fn raw_string(chars: &[char]) -> Option<(usize, usize, usize)> {
    let hashes = chars[1..].iter().take_while(|c| **c == '#').count();
    if chars.get(1 + hashes) != Some(&'"') {
        return None;
    }
    let open = hashes + 2;
    let closes = |at: usize| {
        chars[at] == '"'
            && chars[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes
    };
    let end = (open..chars.len()).find(|at| closes(*at))?;
    Some((open, end - open, hashes + 1))
}

fn plain_string(chars: &[char]) -> usize {
    let mut at = 0;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at,
            _ => at += 1,
        }
    }
    chars.len().saturating_sub(1)
}

/// First and last lines of the items that exist only in tests.
fn test_items(code: &str) -> Vec<(usize, usize)> {
    let mut items = Vec::new();
    let mut from = 0;
    while let Some(found) = code[from..].find("#[cfg(test)]") {
        let start = from + found;
        let end = item_end(code, start);
        let line = |at: usize| code[..at].matches('\n').count() + 1;
        items.push((line(start), line(end)));
        from = end.max(start + 1);
    }
    items
}

fn item_end(code: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, c) in code[start..].char_indices() {
        match c {
            ';' if depth == 0 => return start + offset,
            '{' => depth += 1,
            '}' if depth <= 1 => return start + offset,
            '}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_text_and_comments_are_told_apart() {
        let source = parse(
            "let a = \"select\"; // now()\nlet b = r#\"x \"y\" z\"#; /* a /* b */ c */ call('\"', '\\'');\nlet l: &'a str = \"\\\"q\";",
        );
        let texts: Vec<_> = source.literals.iter().map(|l| (l.line, l.text.as_str())).collect();
        assert_eq!(texts, [(1, "select"), (2, "x \"y\" z"), (3, "\\\"q")]);
        assert!(!source.code.contains("now()"));
        assert!(source.code.contains("call("));
        assert_eq!(source.code.lines().count(), 3);
    }

    #[test]
    fn items_of_tests_are_left_out() {
        let source =
            parse("fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() { c(\"d\") }\n}\nfn e() {}");
        assert!(source.literals.is_empty());
        assert!(source.code.contains("fn a") && source.code.contains("fn e"));
        assert!(!source.code.contains("fn b"));
    }
}
