//! Passwords, tokens and session secrets. Pure but for the processor time a
//! password hash takes: hash and verify outside of transactions and off the
//! async threads (`spawn_blocking` behind a semaphore; each needs 19 MiB).

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use steward_base::text::fold;
use steward_base::{Entropy, Error, FieldError, Result};

/// Least characters of a password.
pub const PASSWORD_MIN: usize = 10;
/// Most characters of a password.
pub const PASSWORD_MAX: usize = 1024;
/// What every API token begins with, so that a leaked one is recognised.
pub const TOKEN_PREFIX: &str = "stw_";

/// Argon2id as OWASP advises: 19 MiB, 2 passes, 1 lane.
fn argon() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// What an unknown login is verified against, so that it takes as long.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash_password("nobody has this password", [7; 16]).unwrap_or_default());

/// Hashes a password; takes tens of milliseconds.
///
/// # Errors
/// `Internal` when the memory for it cannot be had.
pub fn hash_password(password: &str, salt: [u8; 16]) -> Result<String> {
    let salt = SaltString::encode_b64(&salt).map_err(Error::internal)?;
    let hash = argon().hash_password(password.as_bytes(), &salt).map_err(Error::internal)?;
    Ok(hash.to_string())
}

/// Whether the password belongs to the stored hash. Without a hash (unknown
/// login, no password set, disabled) the answer is no, after the same time.
pub fn verify_password(password: &str, stored: Option<&str>) -> bool {
    let nobody = NOBODY.as_str();
    let known = stored.is_some() && password.chars().count() <= PASSWORD_MAX;
    let password = if known { password } else { "" };
    let Ok(parsed) = PasswordHash::new(stored.unwrap_or(nobody)) else { return false };
    let fits = argon().verify_password(password.as_bytes(), &parsed).is_ok();
    fits && known
}

/// Checks a new password against the rules, for the field it came in.
///
/// # Errors
/// `Invalid`: shorter than 10 or longer than 1024 characters, or the login.
pub fn check_new_password(field: &str, login: &str, password: &str) -> Result<()> {
    let length = password.chars().count();
    let mut broken = Vec::new();
    let mut breaks = |rule: &str, message: String| {
        broken.push(FieldError { field: field.into(), rule: rule.into(), message });
    };
    if length < PASSWORD_MIN {
        breaks("min_length", format!("use at least {PASSWORD_MIN} characters"));
    }
    if length > PASSWORD_MAX {
        breaks("max_length", format!("use at most {PASSWORD_MAX} characters"));
    }
    if fold(password) == fold(login) {
        breaks("not_the_login", "the password must not be the login".into());
    }
    if broken.is_empty() { Ok(()) } else { Err(Error::Invalid(broken)) }
}

/// A new secret: its text is shown or sent once, its hash is what is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    /// What the holder keeps.
    pub text: String,
    /// What the database keeps.
    pub hash: [u8; 32],
}

impl Secret {
    /// A new API token: `stw_` and 256 bit.
    pub fn token(entropy: &Entropy) -> Secret {
        Secret::of(format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(entropy.secret())))
    }

    /// A new session's cookie value, or a password reset's token: 256 bit.
    pub fn session(entropy: &Entropy) -> Secret {
        Secret::of(URL_SAFE_NO_PAD.encode(entropy.secret()))
    }

    fn of(text: String) -> Secret {
        let hash = secret_hash(&text);
        Secret { text, hash }
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// What is stored of a secret. A plain digest is enough for 256 random bits.
pub fn secret_hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// The hash to look an API token up by; `None` when it is none of ours by its
/// form alone.
pub fn token_hash(text: &str) -> Option<[u8; 32]> {
    let body = text.strip_prefix(TOKEN_PREFIX)?;
    (URL_SAFE_NO_PAD.decode(body).ok()?.len() == 32).then(|| secret_hash(text))
}

/// The token a page sends beside the session's cookie. Made from the cookie's
/// secret, which other sites can send along but not read.
pub fn csrf_token(session_secret: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"steward csrf\0");
    hash.update(session_secret.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// Whether `sent` is the session's CSRF token, in time that does not depend on
/// where they differ.
pub fn csrf_matches(session_secret: &str, sent: &str) -> bool {
    let expected = csrf_token(session_secret);
    let differ = expected.bytes().zip(sent.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    expected.len() == sent.len() && differ == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_hashed_and_verified() {
        let hash = hash_password("correct horse", [1; 16]).expect("a hash");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify_password("correct horse", Some(&hash)));
        assert!(!verify_password("correct horsf", Some(&hash)));
        assert!(!verify_password("correct horse", Some("no hash")));
        assert!(!verify_password("nobody has this password", None));
        assert!(!verify_password("", None));
    }

    #[test]
    fn the_rules_of_passwords() {
        let long = "x".repeat(1025);
        for (password, rules) in [
            ("short", vec!["min_length"]),
            ("ten chars!", vec![]),
            ("Ann.Example", vec!["not_the_login"]),
            (&long, vec!["max_length"]),
            ("žžžžžžžžžž", vec![]),
        ] {
            let found = match check_new_password("password", "ann.example", password) {
                Ok(()) => vec![],
                Err(Error::Invalid(errors)) => errors.into_iter().map(|e| e.rule).collect(),
                Err(other) => panic!("{other}"),
            };
            assert_eq!(found, rules, "{password}");
        }
    }

    #[test]
    fn secrets_have_their_form() {
        let entropy = Entropy::seeded(1);
        let token = Secret::token(&entropy);
        assert_eq!(token.text.len(), 4 + 43);
        assert_eq!(token_hash(&token.text), Some(token.hash));
        for wrong in ["", "stw_", "stw_abc", &token.text[4..], &format!("{}x", token.text)] {
            assert_eq!(token_hash(wrong), None, "{wrong}");
        }
        let session = Secret::session(&entropy);
        let csrf = csrf_token(&session.text);
        assert_ne!(csrf, session.text);
        assert!(csrf_matches(&session.text, &csrf));
        assert!(!csrf_matches(&session.text, &csrf[1..]));
        assert!(!csrf_matches(&token.text, &csrf));
        assert!(!csrf_matches(&session.text, ""));
    }
}
