//! The tokens in the links of mails: an id and the code that only we can compute for it and its purpose.

use std::fmt::Display;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::keys::MacKey;

/// What a link is for; a token for one purpose is worth nothing for another.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// To confirm the address of a sign-up.
    VerifyEmail,
    /// To confirm a user's new address.
    ChangeEmail,
    /// To choose a new password.
    ResetPassword,
    /// To join a team.
    AcceptInvitation,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify-email",
            Self::ChangeEmail => "change-email",
            Self::ResetPassword => "reset-password",
            Self::AcceptInvitation => "accept-invitation",
        }
    }
}

/// The token for `id`.
pub fn issue(key: &MacKey, purpose: Purpose, id: impl Display) -> String {
    let id = id.to_string();
    let code = key.sign(format!("{}|{id}", purpose.name()).as_bytes());
    format!("{id}.{}", URL_SAFE_NO_PAD.encode(code))
}

/// The id in a token that `issue` made for the same purpose; anything else is `None`.
pub fn verify<T: FromStr>(key: &MacKey, purpose: Purpose, token: &str) -> Option<T> {
    let (id, code) = token.split_once('.')?;
    let code = URL_SAFE_NO_PAD.decode(code).ok()?;
    key.verify(format!("{}|{id}", purpose.name()).as_bytes(), &code)
        .then(|| id.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_what_it_was_made_for_and_nothing_else() {
        let key = MacKey::new(&[5; 32]);
        let token = issue(&key, Purpose::VerifyEmail, 17);
        assert_eq!(verify::<u32>(&key, Purpose::VerifyEmail, &token), Some(17));
        assert_eq!(
            verify::<u32>(&key, Purpose::VerifyEmail, &token.replace("17", "18")),
            None
        );
        assert_eq!(
            verify::<u32>(&MacKey::new(&[6; 32]), Purpose::VerifyEmail, &token),
            None
        );
        assert_eq!(verify::<u32>(&key, Purpose::VerifyEmail, ""), None);
        for other in [
            Purpose::ChangeEmail,
            Purpose::ResetPassword,
            Purpose::AcceptInvitation,
        ] {
            assert_eq!(verify::<u32>(&key, other, &token), None);
        }
    }
}
