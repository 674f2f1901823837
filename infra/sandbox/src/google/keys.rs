//! The keys that ID tokens are signed with, and the set of them that is published.

use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::{
    encoding::AsDer,
    error::Unspecified,
    hmac,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::failure;
use crate::{call::Reply, mint, state::State};

/// An RSA key of 2048 bits.
#[derive(Debug)]
pub(super) struct Key {
    /// The name that tokens and the published set know it by.
    pub(super) id: String,
    pair: KeyPair,
}

/// The keys of this process by their number: making one takes a moment, and the sandboxes of many tests may live in one process.
/// A new process makes new ones, which to a client is a rotation.
static KEYS: Mutex<Vec<Arc<Key>>> = Mutex::new(Vec::new());

/// The key that signs now.
pub(super) fn current(state: &State) -> Result<Arc<Key>, Reply> {
    numbered(state.google.rotations + 1)
}

/// A key that is never published.
pub(super) fn stranger() -> Result<Arc<Key>, Reply> {
    numbered(0)
}

fn numbered(number: usize) -> Result<Arc<Key>, Reply> {
    let mut keys = KEYS.lock().unwrap_or_else(PoisonError::into_inner);
    while keys.len() <= number {
        let key = Key::generate().map_err(|Unspecified| failure(500))?;
        keys.push(Arc::new(key));
    }
    Ok(Arc::clone(&keys[number]))
}

impl Key {
    fn generate() -> Result<Self, Unspecified> {
        let pair = KeyPair::generate(KeySize::Rsa2048)?;
        let digest = Sha256::digest(pair.public_key().as_ref());
        Ok(Self {
            id: mint::hex(&digest[..20]),
            pair,
        })
    }

    /// The signature that RS256 stands for.
    pub(super) fn sign(&self, message: &str) -> Result<Vec<u8>, Reply> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message.as_bytes(),
                &mut signature,
            )
            .map_err(|Unspecified| failure(500))?;
        Ok(signature)
    }

    /// What somebody can make who takes the public key, written as PEM, for the secret of an HS256 signature.
    pub(super) fn sign_with_public_half(&self, message: &str) -> Result<Vec<u8>, Reply> {
        let der = self
            .pair
            .public_key()
            .as_der()
            .map_err(|Unspecified| failure(500))?;
        let encoded = STANDARD.encode(der.as_ref());
        let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
        for (place, letter) in encoded.chars().enumerate() {
            if place > 0 && place % 64 == 0 {
                pem.push('\n');
            }
            pem.push(letter);
        }
        pem.push_str("\n-----END PUBLIC KEY-----\n");
        let secret = hmac::Key::new(hmac::HMAC_SHA256, pem.as_bytes());
        Ok(hmac::sign(&secret, message.as_bytes()).as_ref().to_vec())
    }

    /// Modulus and exponent.
    fn public_numbers(&self) -> Option<(&[u8], &[u8])> {
        // RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } (RFC 8017)
        let (0x30, sequence, _) = element(self.pair.public_key().as_ref())? else {
            return None;
        };
        let (0x02, modulus, rest) = element(sequence)? else {
            return None;
        };
        let (0x02, exponent, _) = element(rest)? else {
            return None;
        };
        // A zero in front only says that the number is not negative.
        let unsigned = |number| <[u8]>::strip_prefix(number, &[0]).unwrap_or(number);
        Some((unsigned(modulus), unsigned(exponent)))
    }
}

/// The tag and content of the first DER element, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        short @ 0..=0x7f => (usize::from(*short), rest),
        0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
        0x82 => {
            let (high, low) = (*rest.first()?, *rest.get(1)?);
            (usize::from(u16::from_be_bytes([high, low])), rest.get(2..)?)
        }
        _ => return None,
    };
    Some((*tag, rest.get(..length)?, rest.get(length..)?))
}

/// The answer that holds the public half of the current key.
pub(super) fn published(state: &State) -> Result<Reply, Reply> {
    let key = current(state)?;
    let (modulus, exponent) = key.public_numbers().ok_or_else(|| failure(500))?;
    let key = json!({
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": key.id,
        "n": URL_SAFE_NO_PAD.encode(modulus), "e": URL_SAFE_NO_PAD.encode(exponent),
    });
    Ok(Reply::json(200, &json!({ "keys": [key] })).with(
        "cache-control",
        "public, max-age=21600, must-revalidate, no-transform",
    ))
}
