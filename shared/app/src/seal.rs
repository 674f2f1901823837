//! Sealing: AES-256-GCM with a random nonce and a context that the sealed bytes only open in.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::random;

/// A key that seals and opens, with the id that is written beside what it sealed.
#[derive(Debug)]
pub struct SealingKey {
    id: String,
    key: LessSafeKey,
}

/// The sealed bytes were changed, belong to another context, or were sealed with another key.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("sealed bytes do not open")]
pub struct DoesNotOpen;

impl SealingKey {
    /// The key made of 32 secret bytes.
    pub fn new(secret: &[u8; 32]) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, secret);
        let id = URL_SAFE_NO_PAD.encode(&digest.as_ref()[..6]);
        let key = UnboundKey::new(&AES_256_GCM, secret).map(LessSafeKey::new);
        let Ok(key) = key else {
            unreachable!("32 bytes are a key of AES-256")
        };
        Self { id, key }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Seals `plain` so that it opens only with the same `context`. The answer is `key id.base64url`.
    ///
    /// # Panics
    /// If `plain` is longer than AES-GCM can seal (64 GiB).
    pub fn seal(&self, plain: &[u8], context: &str) -> String {
        let nonce: [u8; NONCE_LEN] = random::bytes();
        let mut bytes = plain.to_vec();
        let sealed = self.key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            self.aad(context),
            &mut bytes,
        );
        assert!(sealed.is_ok(), "AES-GCM seals anything below 64 GiB");
        format!(
            "{}.{}",
            self.id,
            URL_SAFE_NO_PAD.encode([&nonce[..], &bytes].concat())
        )
    }

    /// Opens what `seal` made, if nothing was changed and the context is the same.
    pub fn open(&self, sealed: &str, context: &str) -> Result<Vec<u8>, DoesNotOpen> {
        let (id, body) = sealed.split_once('.').ok_or(DoesNotOpen)?;
        if id != self.id {
            return Err(DoesNotOpen);
        }
        let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| DoesNotOpen)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN).ok_or(DoesNotOpen)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| DoesNotOpen)?;
        let mut sealed = sealed.to_vec();
        let plain = self
            .key
            .open_in_place(nonce, self.aad(context), &mut sealed)
            .map_err(|_| DoesNotOpen)?;
        Ok(plain.to_vec())
    }

    fn aad(&self, context: &str) -> Aad<String> {
        Aad::from(format!("v1|{}|{context}", self.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_in_its_context_with_its_key_and_unchanged() {
        let key = SealingKey::new(&[1; 32]);
        let sealed = key.seal(b"secret", "account_1");
        assert_eq!(key.open(&sealed, "account_1").unwrap(), b"secret");
        assert_eq!(key.open(&sealed, "account_2"), Err(DoesNotOpen));
        assert_eq!(
            SealingKey::new(&[2; 32]).open(&sealed, "account_1"),
            Err(DoesNotOpen)
        );
        for position in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[position] = if changed[position] == b'A' {
                b'B'
            } else {
                b'A'
            };
            assert_eq!(
                key.open(&String::from_utf8(changed).unwrap(), "account_1"),
                Err(DoesNotOpen),
                "position {position}"
            );
        }
        assert_eq!(key.open("", "account_1"), Err(DoesNotOpen));
    }
}
