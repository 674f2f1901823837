//! What a post says, and the exact thing that somebody said yes to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ids::{AccountId, PublicationId};
use crate::text::PostText;

/// What a post says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The text, the same for every account.
    pub text: PostText,
}

/// What an approval is given to: content, accounts and time. Its bytes are what is hashed and kept; what goes out is read from them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// What the post says.
    pub content: Content,
    /// Where it goes, in order of id.
    pub accounts: Vec<AccountId>,
    /// When it goes out.
    pub publish_at: Timestamp,
}

impl Approved {
    /// The canonical bytes: JSON with the fields in the order of the type.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads bytes back, but only if they are the ones that `hash` was taken of.
    pub fn verify(bytes: &[u8], hash: &ContentHash) -> Option<Self> {
        (ContentHash::of(bytes) == *hash)
            .then(|| serde_json::from_slice(bytes).ok())
            .flatten()
    }
}

/// The SHA-256 of approved bytes, in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ContentHash(String);

impl ContentHash {
    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(hex(&Sha256::digest(bytes)))
    }

    /// A hash that was stored.
    pub fn stored(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The hash as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The idempotency key under which a publication of this content is sent, the same at every attempt.
    pub fn key_for(&self, publication: PublicationId) -> String {
        hex(&Sha256::digest(format!("{publication}|{}|0|0", self.0)))
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids;

    #[test]
    fn bytes_that_were_changed_are_not_the_approved_ones() {
        let approved = Approved {
            content: Content {
                text: PostText::parse("Hello").unwrap(),
            },
            accounts: vec![ids::new(Timestamp::UNIX_EPOCH, [1; 10])],
            publish_at: Timestamp::UNIX_EPOCH,
        };
        let hash = ContentHash::of(&approved.bytes());
        assert_eq!(
            Approved::verify(&approved.bytes(), &hash),
            Some(approved.clone())
        );
        let changed = String::from_utf8(approved.bytes())
            .unwrap()
            .replace("Hello", "Hullo");
        assert_eq!(Approved::verify(changed.as_bytes(), &hash), None);
    }

    #[test]
    fn the_hash_is_plain_sha_256() {
        assert_eq!(
            ContentHash::of(b"abc").as_str(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
