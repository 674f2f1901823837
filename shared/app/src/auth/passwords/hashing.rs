//! Hashing passwords with argon2id and a pepper, and verifying them under the parameters they were hashed with.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, KeyId, Params, ParamsBuilder, Version};
use secrecy::{ExposeSecret, SecretBox, SecretString};

use super::{MAX_BYTES, normalise};
use crate::keys::MacKey;

const ALGORITHM: Algorithm = Algorithm::Argon2id;
const VERSION: Version = Version::V0x13;
/// Memory of one hash in KiB, passes over it and lanes: OWASP's second profile for argon2id.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;
const OUTPUT_BYTES: usize = 32;
/// What a stored hash may ask for at most, so that no row of the table can use up a function's memory or time.
const MAX_MEMORY_KIB: u32 = 65_536;
const MAX_PASSES: u32 = 10;
const MAX_LANES: u32 = 4;

/// The secret that goes into every hash (K in RFC 9106): without it, a copy of the table allows no guessing.
#[derive(Clone, Debug)]
pub struct Pepper {
    key: Arc<SecretBox<[u8; 32]>>,
    id: [u8; KeyId::MAX_LEN],
}

impl Pepper {
    /// The pepper made of 32 secret bytes. Hashes carry an id that is computed from them and does not tell them.
    pub fn new(key: &[u8; 32]) -> Self {
        let mut id = [0; KeyId::MAX_LEN];
        id.copy_from_slice(&MacKey::new(key).sign(b"id of a pepper")[..KeyId::MAX_LEN]);
        Self {
            key: Arc::new(SecretBox::new(Box::new(*key))),
            id,
        }
    }

    /// The parameters of new hashes.
    fn params(&self) -> Result<Params> {
        ParamsBuilder::new()
            .m_cost(MEMORY_KIB)
            .t_cost(PASSES)
            .p_cost(LANES)
            .keyid(KeyId::new(&self.id)?)
            .output_len(OUTPUT_BYTES)
            .build()
            .context("the parameters of argon2")
    }

    fn hasher(&self) -> Result<Argon2<'_>> {
        let key = self.key.expose_secret();
        Argon2::new_with_secret(key, ALGORITHM, VERSION, self.params()?)
            .context("setting up argon2")
    }

    /// A hash of nobody's password, with the parameters of new ones.
    fn dummy(&self) -> Result<PasswordHash> {
        Ok(PasswordHash {
            algorithm: ALGORITHM.ident(),
            version: Some(VERSION.into()),
            params: ParamsString::try_from(self.params()?)?,
            salt: Some(Salt::new(&[0; SALT_BYTES])?),
            hash: Some(Output::new(&[0; OUTPUT_BYTES])?),
        })
    }
}

/// What verifying a password found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// It is the password that was hashed.
    pub matches: bool,
    /// It matches, and the hash is weaker than a new one would be: hash the password again and store that.
    pub outdated: bool,
}

/// Hashes a password into PHC string format, off the async threads: it takes tens of milliseconds of computing.
pub async fn hash(password: &SecretString, pepper: &Pepper) -> Result<String> {
    let (normal, pepper) = (normalise(password), pepper.clone());
    ensure!(
        normal.expose_secret().len() <= MAX_BYTES,
        "the password was not checked: it is too long"
    );
    let hashed = tokio::task::spawn_blocking(move || -> Result<String> {
        let hash = pepper
            .hasher()?
            .hash_password(normal.expose_secret().as_bytes())?;
        Ok(hash.to_string())
    });
    hashed.await?.context("hashing a password")
}

/// Whether the password is the one that was hashed. Without a hash (nobody has that address) it takes as long and never matches.
pub async fn verify(
    password: &SecretString,
    stored: Option<&str>,
    pepper: &Pepper,
) -> Result<Verdict> {
    let mut normal = normalise(password);
    let can_match = stored.is_some() && normal.expose_secret().len() <= MAX_BYTES;
    if normal.expose_secret().len() > MAX_BYTES {
        normal = SecretString::default(); // it was never accepted, so it is not worth hashing a long text
    }
    let hash = stored.map_or_else(|| pepper.dummy(), parse)?;
    let params = Params::try_from(&hash)?;
    let is_peppered = !params.keyid().is_empty();
    if is_peppered && params.keyid() != pepper.id {
        tracing::error!("a password hash was made with another pepper than the present one");
    }
    let outdated = is_outdated(&hash, &params, &pepper.params()?);
    let pepper = pepper.clone();
    let verified = tokio::task::spawn_blocking(move || -> Result<bool> {
        let hasher = if is_peppered {
            pepper.hasher()?
        } else {
            Argon2::default() // algorithm, version and costs are taken from the hash
        };
        match hasher.verify_password(normal.expose_secret().as_bytes(), &hash) {
            Ok(()) => Ok(true),
            Err(password_hash::Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(error.into()),
        }
    });
    let matches = verified.await?.context("verifying a password")? && can_match;
    Ok(Verdict {
        matches,
        outdated: matches && outdated,
    })
}

fn parse(stored: &str) -> Result<PasswordHash> {
    let hash = PasswordHash::new(stored).context("a stored password hash does not parse")?;
    ensure!(
        hash.salt.is_some() && hash.hash.is_some(),
        "a stored password hash has no salt or no output"
    );
    let params = Params::try_from(&hash).context("the parameters of a stored password hash")?;
    ensure!(
        params.m_cost() <= MAX_MEMORY_KIB
            && params.t_cost() <= MAX_PASSES
            && params.p_cost() <= MAX_LANES,
        "a stored password hash asks for more memory or time than is given"
    );
    Ok(hash)
}

fn is_outdated(hash: &PasswordHash, old: &Params, new: &Params) -> bool {
    hash.algorithm != ALGORITHM.ident()
        || hash.version != Some(VERSION.into())
        || old.keyid() != new.keyid()
        || old.m_cost() < new.m_cost()
        || old.t_cost() < new.t_cost()
        || old.output_len() < new.output_len()
}

#[cfg(test)]
mod tests;
