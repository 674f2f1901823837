//! Message authentication codes: links in mails and refresh tokens are recomputed, so nothing that could be presented is ever stored.

use aws_lc_rs::hmac;

/// A key that authenticates short texts (HMAC-SHA256).
#[derive(Debug)]
pub struct MacKey(hmac::Key);

/// The size of a code, in bytes.
pub const MAC_LEN: usize = 32;

impl MacKey {
    /// The key made of 32 secret bytes.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The code of `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; MAC_LEN] {
        let mut code = [0; MAC_LEN];
        code.copy_from_slice(hmac::sign(&self.0, message).as_ref());
        code
    }

    /// Whether `code` is the one of `message`, in constant time.
    pub fn verify(&self, message: &[u8], code: &[u8]) -> bool {
        hmac::verify(&self.0, message, code).is_ok()
    }
}
