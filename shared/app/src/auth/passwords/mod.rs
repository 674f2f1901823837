//! Passwords: which are accepted (NIST SP 800-63B-4, OWASP ASVS 6.2), how they are hashed (argon2id, RFC 9106), which are known to be breached.

mod breached;
mod choices;
mod common;
mod hashing;

use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;

pub use self::breached::is_breached;
pub use self::common::fingerprints;
pub use self::hashing::{Pepper, Verdict, hash, verify};

/// The fewest characters of a password that is the only factor.
pub const MIN_CHARACTERS: usize = 15;
/// The most bytes that are hashed; longer passwords are refused, never cut.
pub const MAX_BYTES: usize = 1024;
/// The fewest choices that a password must take, see `choices`: as many as the shortest password that is accepted anywhere has characters.
const MIN_CHOICES: usize = 8;
/// The shortest part of a name or an address that is looked for.
const MIN_PART: usize = 3;

/// Checks a new password. `context` is what everybody would try for this person: names, the part of the address before the `@`,
/// the name of the service. The error says what is wrong in words that fit behind the field's name.
pub fn check(password: &SecretString, context: &[&str]) -> Result<(), String> {
    let normal = normalise(password);
    let text = normal.expose_secret();
    if text.chars().count() < MIN_CHARACTERS {
        return Err(format!("must have at least {MIN_CHARACTERS} characters"));
    }
    if text.len() > MAX_BYTES {
        return Err(format!("must have at most {MAX_BYTES} bytes"));
    }
    let lower = text.to_lowercase();
    if common::contains(&lower) {
        return Err("must not be one of those that many people use".to_owned());
    }
    let characters: Vec<char> = lower.chars().collect();
    let choices = choices::count(&characters, &parts(context));
    if choices >= MIN_CHOICES {
        return Ok(());
    }
    let reason = if choices < choices::count(&characters, &[]) {
        "must not be made of your name, your address or the name of this service"
    } else {
        "must not be made of repetitions, sequences, neighbouring keys and common words alone"
    };
    Err(reason.to_owned())
}

/// The words of the context in lower case, each as it is and in parts: `ana.lee`, `ana`, `lee`, `analee`.
fn parts(context: &[&str]) -> Vec<Vec<char>> {
    let lower = context
        .iter()
        .map(|word| word.nfkc().collect::<String>().to_lowercase());
    let parts = lower.flat_map(|word| {
        let mut parts: Vec<Vec<char>> = word
            .split(|character: char| !character.is_alphanumeric())
            .map(|part| part.chars().collect())
            .collect();
        parts.extend([word.chars().collect(), parts.concat()]);
        parts
    });
    parts.filter(|part| part.len() >= MIN_PART).collect()
}

/// NFKC: the same password typed on two keyboards is the same bytes.
fn normalise(password: &SecretString) -> SecretString {
    password.expose_secret().nfkc().collect::<String>().into()
}

#[cfg(test)]
mod tests;
