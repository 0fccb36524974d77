//! Numbers people say aloud: a prefix and seven digits. A number that anyone
//! was given is never given again; a refused write may leave a gap.

use steward_base::Result;
use steward_database::{Engine, Tx};

/// Writes a number, e.g. `INC0001042`.
pub fn format_number(prefix: &str, n: i64) -> String {
    format!("{prefix}{n:07}")
}

/// The count of a number of our form, e.g. 1042 of `INC0001042`.
pub fn parse_number(prefix: &str, number: &str) -> Option<i64> {
    let digits = number.strip_prefix(prefix)?;
    if digits.len() < 7 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let n = digits.parse().ok()?;
    (format_number(prefix, n) == number).then_some(n)
}

/// The next own number. SQLite counts in a row of this transaction; on
/// PostgreSQL that row would make all creators wait for each other, so a
/// sequence counts.
pub fn next_number(tx: &mut Tx, prefix: &'static str) -> Result<String> {
    let n = match tx.engine() {
        Engine::Sqlite => tx.one(
            "insert into number_counter (prefix, last) values ($1, 1)
             on conflict (prefix) do update set last = last + 1 returning last",
            &[prefix.into()],
            |r| r.get::<i64>(0),
        )?,
        Engine::Postgres => {
            tx.one(&format!("select nextval('{}')", sequence(prefix)), &[], |r| r.get::<i64>(0))?
        }
    };
    Ok(format_number(prefix, n))
}

/// Notes that an imported record took the number `n`: own numbers go on above.
pub fn claim_number(tx: &mut Tx, prefix: &'static str, n: i64) -> Result<()> {
    match tx.engine() {
        Engine::Sqlite => tx.run(
            "insert into number_counter (prefix, last) values ($1, $2)
             on conflict (prefix) do update set last = max(last, excluded.last)",
            &[prefix.into(), n.into()],
        )?,
        Engine::Postgres => {
            let sequence = sequence(prefix);
            tx.run(
                &format!(
                    "select setval('{sequence}', $1) from {sequence}
                     where last_value < $1 or (last_value = $1 and not is_called)"
                ),
                &[n.into()],
            )?
        }
    };
    Ok(())
}

fn sequence(prefix: &str) -> String {
    format!("number_{}", prefix.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_form() {
        assert_eq!(format_number("INC", 1042), "INC0001042");
        assert_eq!(format_number("INC", 12_345_678), "INC12345678");
        for (number, expected) in [
            ("INC0001042", Some(1042)),
            ("INC12345678", Some(12_345_678)),
            ("INC01234567", None),
            ("INC001042", None),
            ("PRB0001042", None),
            ("INC00010x2", None),
        ] {
            assert_eq!(parse_number("INC", number), expected, "{number}");
        }
    }
}
