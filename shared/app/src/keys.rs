//! Message authentication codes: links in mails and refresh tokens are recomputed, so nothing that could be presented is ever stored.

use aws_lc_rs::hmac;

/// A key that authenticates short texts (HMAC-SHA256), and other keys whose codes are accepted too while keys are rotated.
#[derive(Debug)]
pub struct MacKey {
    signs: hmac::Key,
    accepted: Vec<hmac::Key>,
}

/// The size of a code, in bytes.
pub const MAC_LEN: usize = 32;

impl MacKey {
    /// The key made of 32 secret bytes.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self::accepting(secret, &[])
    }

    /// The key made of 32 secret bytes; codes made with the others are accepted as well.
    pub fn accepting(secret: &[u8; 32], others: &[[u8; 32]]) -> Self {
        let key = |secret: &[u8; 32]| hmac::Key::new(hmac::HMAC_SHA256, secret);
        Self {
            signs: key(secret),
            accepted: others.iter().map(key).collect(),
        }
    }

    /// The code of `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; MAC_LEN] {
        let mut code = [0; MAC_LEN];
        code.copy_from_slice(hmac::sign(&self.signs, message).as_ref());
        code
    }

    /// Whether `code` is the one of `message`, in constant time.
    pub fn verify(&self, message: &[u8], code: &[u8]) -> bool {
        std::iter::once(&self.signs)
            .chain(&self.accepted)
            .any(|key| hmac::verify(key, message, code).is_ok())
    }
}
