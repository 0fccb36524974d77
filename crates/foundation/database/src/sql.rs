//! The small rules every statement obeys.

/// Checks that `$1`, `$2`, ... are numbered by first appearance: SQLite binds
/// `$n` by that order, not by the number. Returns the count of parameters.
///
/// # Errors
/// The first number out of order.
pub fn check_parameters(sql: &str) -> Result<usize, usize> {
    let bytes = sql.as_bytes();
    let (mut highest, mut i, mut quoted) = (0, 0, false);
    while i < bytes.len() {
        match bytes[i] {
            b'\'' => quoted = !quoted,
            b'$' if !quoted => {
                let digits = bytes[i + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
                let number: usize = sql[i + 1..i + 1 + digits].parse().unwrap_or(0);
                if number > highest + 1 || number == 0 {
                    return Err(number);
                }
                highest = highest.max(number);
                i += digits;
            }
            _ => {}
        }
        i += 1;
    }
    Ok(highest)
}

#[cfg(test)]
mod tests {
    use super::check_parameters;

    #[test]
    fn parameters_are_numbered_by_first_appearance() {
        assert_eq!(check_parameters("select $1, $2, $1"), Ok(2));
        assert_eq!(check_parameters("select '$9', $1"), Ok(1));
        assert_eq!(check_parameters("select $2, $1"), Err(2));
        assert_eq!(check_parameters("select 1"), Ok(0));
    }
}
