//! The tables that both engines have, read from the migrations' own texts: the
//! one list that moving and copying data goes by, so that a new table or column
//! cannot be forgotten. A test compares it with the engines' catalogues.

use steward_database::Migration;

/// What a column holds, as the migrations' tokens say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An id.
    Id,
    /// An instant.
    Time,
    /// A whole number.
    Int,
    /// A whole number that the engine counts up.
    Serial,
    /// A floating number.
    Float,
    /// A truth value.
    Bool,
    /// Text.
    Text,
    /// A JSON document.
    Json,
    /// Bytes.
    Bytes,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// The names of its primary key's columns.
    pub key: Vec<String>,
}

impl Table {
    /// The column that the engine counts up, if there is one.
    pub fn serial(&self) -> Option<&Column> {
        self.columns.iter().find(|column| column.kind == Kind::Serial)
    }

    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// The tables after these migrations, in the order they were made. What only
/// one engine has (full text, counters of numbers) is not among them.
pub fn tables(migrations: &[Migration]) -> Vec<Table> {
    let mut tables = Vec::new();
    for migration in migrations {
        let lines: Vec<&str> = migration.sql.lines().map(without_comment).collect();
        for statement in lines.join("\n").split(';') {
            take(&mut tables, statement);
        }
    }
    tables
}

fn without_comment(line: &str) -> &str {
    line.split("--").next().unwrap_or("")
}

fn take(tables: &mut Vec<Table>, statement: &str) {
    let words: Vec<&str> = statement.split_whitespace().collect();
    match words.as_slice() {
        ["create", "table", name, ..] => tables.extend(create(name, statement)),
        ["drop", "table", name, ..] => tables.retain(|table| table.name != *name),
        ["alter", "table", name, change @ ..] => {
            if let Some(table) = tables.iter_mut().find(|table| table.name == *name) {
                alter(table, change);
            }
        }
        _ => {}
    }
}

fn create(name: &str, statement: &str) -> Option<Table> {
    let (from, to) = (statement.find('(')?, statement.rfind(')')?);
    let mut table = Table { name: name.into(), columns: Vec::new(), key: Vec::new() };
    for part in parts(statement.get(from + 1..to)?) {
        let words: Vec<&str> = part.split_whitespace().collect();
        match words.as_slice() {
            ["primary", "key", ..] => {
                let inner = part.split(['(', ')']).nth(1).unwrap_or("");
                table.key = inner.split(',').map(|name| name.trim().to_owned()).collect();
            }
            ["unique" | "check" | "foreign" | "constraint", ..] => {}
            [name, ty, rest @ ..] => {
                let kind = kind(ty);
                let is_key = rest.windows(2).any(|two| two == ["primary", "key"]);
                if is_key || kind == Kind::Serial {
                    table.key = vec![(*name).to_owned()];
                }
                table.columns.push(Column { name: (*name).to_owned(), kind });
            }
            _ => {}
        }
    }
    Some(table)
}

fn alter(table: &mut Table, change: &[&str]) {
    match change {
        ["add", "column", name, ty, ..] => {
            table.columns.push(Column { name: (*name).to_owned(), kind: kind(ty) });
        }
        ["drop", "column", name, ..] => table.columns.retain(|column| column.name != *name),
        ["rename", "column", from, "to", to, ..] => {
            let column = table.columns.iter_mut().find(|column| column.name == *from);
            if let Some(column) = column {
                column.name = (*to).to_owned();
            }
        }
        ["rename", "to", to, ..] => table.name = (*to).to_owned(),
        _ => {}
    }
}

/// The parts between commas that stand in no parentheses.
fn parts(text: &str) -> Vec<String> {
    let (mut parts, mut depth) = (vec![String::new()], 0_i32);
    for c in text.chars() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        match parts.last_mut() {
            Some(last) if c != ',' || depth > 0 => last.push(c),
            _ => parts.push(String::new()),
        }
    }
    parts
}

fn kind(ty: &str) -> Kind {
    match ty {
        "{id}" => Kind::Id,
        "{time}" => Kind::Time,
        "{int}" => Kind::Int,
        "{serial}" => Kind::Serial,
        "{float}" => Kind::Float,
        "{bool}" => Kind::Bool,
        "{json}" => Kind::Json,
        "{bytes}" => Kind::Bytes,
        _ => Kind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_from_the_texts() {
        let first = Migration {
            version: 1,
            name: "one",
            sql: "-- a, b;\ncreate table a (\n id {id} not null, -- (x\n at {time}, key {key},
                  unique (at, key), primary key (id, key)\n) {strict};\ncreate index a_at on a (at);",
            sqlite: "create table only_here (x integer);",
            postgres: "",
        };
        let second = Migration {
            version: 2,
            name: "two",
            sql: "alter table a add column note text;\nalter table a drop column at;
                  create table b (no {serial}, custom {json}) {strict};\ndrop table c;",
            sqlite: "",
            postgres: "",
        };
        let tables = tables(&[first, second]);
        let shown: Vec<String> = tables
            .iter()
            .map(|t| {
                let columns = t.columns.iter().map(|c| format!("{}:{:?}", c.name, c.kind));
                format!("{} {:?} {}", t.name, t.key, columns.collect::<Vec<_>>().join(" "))
            })
            .collect();
        assert_eq!(
            shown,
            [r#"a ["id", "key"] id:Id key:Text note:Text"#, r#"b ["no"] no:Serial custom:Json"#]
        );
    }
}
