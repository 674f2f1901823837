//! Refresh tokens: opaque to clients, and computed rather than stored, so a copy of the table renews nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{SessionId, UserId};
use uuid::Uuid;

use crate::keys::{MAC_LEN, MacKey};

const PREFIX: &str = "rt_";
const BODY_LEN: usize = 16 + 16 + 4;

/// What a refresh token says, once its code has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// Whose session it is.
    pub user: UserId,
    /// The session that it renews.
    pub session: SessionId,
    /// Which token of the session it is.
    pub generation: u32,
}

impl RefreshToken {
    /// The token as the client gets it.
    pub fn issue(&self, key: &MacKey) -> String {
        let body = self.body();
        format!(
            "{PREFIX}{}",
            URL_SAFE_NO_PAD.encode([&body[..], &key.sign(&body)].concat())
        )
    }

    /// Reads a token that `issue` made with the same key; anything else is `None`.
    pub fn verify(token: &str, key: &MacKey) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(token.strip_prefix(PREFIX)?).ok()?;
        let (body, code) = bytes.split_at_checked(BODY_LEN)?;
        if code.len() != MAC_LEN || !key.verify(body, code) {
            return None;
        }
        let uuid = |range: std::ops::Range<usize>| Uuid::from_slice(&body[range]).ok();
        let generation = u32::from_be_bytes(body[32..36].try_into().ok()?);
        Some(Self {
            user: UserId::from_uuid(uuid(0..16)?),
            session: SessionId::from_uuid(uuid(16..32)?),
            generation,
        })
    }

    fn body(&self) -> [u8; BODY_LEN] {
        let mut body = [0; BODY_LEN];
        body[..16].copy_from_slice(self.user.uuid().as_bytes());
        body[16..32].copy_from_slice(self.session.uuid().as_bytes());
        body[32..].copy_from_slice(&self.generation.to_be_bytes());
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn a_token_survives_the_round_trip_and_no_change() {
        let key = MacKey::new(&[3; 32]);
        let token = RefreshToken {
            user: domain::ids::new(Timestamp::UNIX_EPOCH, [1; 10]),
            session: domain::ids::new(Timestamp::UNIX_EPOCH, [2; 10]),
            generation: 41,
        };
        let issued = token.issue(&key);
        assert_eq!(RefreshToken::verify(&issued, &key), Some(token));
        assert_eq!(RefreshToken::verify(&issued, &MacKey::new(&[4; 32])), None);
        for position in 0..issued.len() {
            let mut changed = issued.clone().into_bytes();
            changed[position] = if changed[position] == b'A' {
                b'B'
            } else {
                b'A'
            };
            assert_eq!(
                RefreshToken::verify(&String::from_utf8(changed).unwrap(), &key),
                None
            );
        }
        assert_eq!(RefreshToken::verify("", &key), None);
        assert_eq!(RefreshToken::verify("rt_", &key), None);
    }
}
