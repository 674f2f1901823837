//! Passwords: what is accepted (NIST SP 800-63B-4) and how they are hashed (argon2id, RFC 9106).

use anyhow::{Context, Result};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;

/// The fewest characters of a password that is the only factor.
pub const MIN_CHARACTERS: usize = 15;
/// The most bytes that are hashed; longer passwords are refused, never cut.
pub const MAX_BYTES: usize = 1024;
/// Memory of one hash in KiB, and passes over it: OWASP's second profile for argon2id.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;

/// Checks a new password; the error says what is wrong in words that fit behind the field's name.
pub fn check(password: &SecretString, context: &[&str]) -> std::result::Result<(), String> {
    let normal = normalise(password);
    let text = normal.expose_secret();
    if text.chars().count() < MIN_CHARACTERS {
        return Err(format!("must have at least {MIN_CHARACTERS} characters"));
    }
    if text.len() > MAX_BYTES {
        return Err(format!("must have at most {MAX_BYTES} bytes"));
    }
    let lower = text.to_lowercase();
    let first = lower.chars().next();
    if lower.chars().all(|c| Some(c) == first) {
        return Err("must not be one character repeated".into());
    }
    if context.iter().any(|word| {
        word.chars().count() >= 4
            && lower.replace(&word.to_lowercase(), "").chars().count() < MIN_CHARACTERS / 2
    }) {
        return Err(
            "must not be made of your name, your address or the name of this service".into(),
        );
    }
    Ok(())
}

/// Hashes a password into PHC string format, off the async threads: it takes tens of milliseconds of computing.
pub async fn hash(password: &SecretString) -> Result<String> {
    let normal = normalise(password);
    let hashed = tokio::task::spawn_blocking(move || {
        hasher()
            .hash_password(normal.expose_secret().as_bytes())
            .map(|hash| hash.to_string())
    });
    hashed
        .await?
        .map_err(|error| anyhow::anyhow!("hashing a password: {error}"))
}

/// Whether the password is the one that was hashed. Without a hash (nobody has that address) it takes as long and is false.
pub async fn verify(password: &SecretString, stored: Option<&str>) -> Result<bool> {
    let normal = normalise(password);
    let known = stored.is_some();
    let stored = stored.map_or_else(|| DUMMY.to_owned(), ToOwned::to_owned);
    let matches = tokio::task::spawn_blocking(move || -> Result<bool> {
        let hash = PasswordHash::new(&stored)
            .map_err(|error| anyhow::anyhow!("{error}"))
            .context("a stored password hash does not parse")?;
        Ok(hasher()
            .verify_password(normal.expose_secret().as_bytes(), &hash)
            .is_ok())
    });
    Ok(matches.await?? && known)
}

/// A hash of nobody's password, with the parameters of real ones.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

fn hasher() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// NFKC: the same password typed on two keyboards is the same bytes.
fn normalise(password: &SecretString) -> SecretString {
    password.expose_secret().nfkc().collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_hashed_with_argon2id_and_verifies_in_either_unicode_form() {
        let composed = SecretString::from("caf\u{e9} au lait complet");
        let decomposed = SecretString::from("cafe\u{301} au lait complet");
        let hash = hash(&composed).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert!(verify(&decomposed, Some(&hash)).await.unwrap());
        assert!(
            !verify(&SecretString::from("another password"), Some(&hash))
                .await
                .unwrap()
        );
        assert!(!verify(&composed, None).await.unwrap());
    }

    #[test]
    fn short_repeated_overlong_and_contextual_passwords_are_refused() {
        let check = |text: &str| check(&SecretString::from(text), &["ana.lee", "tayang"]);
        assert!(check("fourteen chars").is_err());
        assert!(check("aaaaaaaaaaaaaaaaaaaa").is_err());
        assert!(check("ana.leeana.lee123").is_err());
        assert!(check(&"xy".repeat(513)).is_err());
        assert!(check("correct horse battery").is_ok());
        assert!(check(&"long passphrase ".repeat(20)).is_ok());
    }
}
