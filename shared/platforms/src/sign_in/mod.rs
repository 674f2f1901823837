//! Signing in with a provider that vouches for people: Google, any other OpenID Connect server, and Facebook.

mod document;
mod facebook;
mod google;
mod id_token;
mod keys;
#[cfg(test)]
mod tests;

use std::fmt;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Email, PersonName};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use url::Url;

use crate::egress::{Answer, Egress, Failure};

pub use self::facebook::Facebook;
pub use self::google::OpenId;

/// A provider's way of telling us who somebody is.
#[async_trait]
pub trait SignIn: Send + Sync + fmt::Debug {
    /// Where a browser must go, so that the person agrees.
    async fn authorization_url(
        &self,
        egress: &Egress,
        attempt: &Attempt,
        now: Timestamp,
    ) -> Result<Url, SignInError>;

    /// Finishes with what the browser brought back: the code, which is good for one call, and the `iss` parameter if there was one
    /// (RFC 9207). `secret` is the client secret. Whoever calls this has compared the state, and has seen to it that an attempt is
    /// finished once.
    async fn finish(
        &self,
        egress: &Egress,
        attempt: &Attempt,
        code: &str,
        issuer: Option<&str>,
        secret: &SecretString,
        now: Timestamp,
    ) -> Result<Profile, SignInError>;
}

/// One round trip of a person to a provider: what both steps share. Its `Debug` form shows nothing that must be guessed.
#[derive(Clone)]
pub struct Attempt {
    /// Where the provider sends the browser.
    pub redirect_uri: Url,
    /// What comes back with the browser, so that nobody can finish what somebody else began.
    pub state: String,
    /// What comes back inside the provider's statement, so that no older statement is taken for the answer.
    pub nonce: SecretString,
    /// Proves that the one who finishes is the one who began (PKCE, RFC 7636).
    pub verifier: SecretString,
}

impl Attempt {
    /// What the provider is told of the verifier: its SHA-256.
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.expose_secret()))
    }

    /// The address of the page where a person agrees.
    fn page(&self, mut endpoint: Url, client_id: &str, scope: &str) -> Url {
        endpoint.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", self.redirect_uri.as_str()),
            ("scope", scope),
            ("state", &self.state),
            ("code_challenge", &self.challenge()),
            ("code_challenge_method", "S256"),
        ]);
        endpoint
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("redirect_uri", &self.redirect_uri.as_str())
            .finish_non_exhaustive()
    }
}

/// Somebody whom a provider vouches for. Issuer and subject together say who it is; the address does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Who vouches.
    pub issuer: String,
    /// The person's id there: 1 to 255 ASCII characters, never given to anybody else.
    pub subject: String,
    /// An e-mail address, in the form that [`domain::Email`] has.
    pub email: Option<Email>,
    /// Whether the provider is the authority on that address, so that no mail of ours is needed to confirm it.
    pub email_is_certain: bool,
    /// A name.
    pub name: Option<PersonName>,
}

/// Why nobody is signed in. The texts are ours and fit to be shown: they repeat neither a provider's words nor a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// The provider said no, or what it said cannot be trusted.
    #[error("{reason}")]
    Refused {
        /// What is wrong, and what to do about it.
        reason: String,
    },
    /// The provider did not answer, or could not.
    #[error("{reason}")]
    Unreachable {
        /// What happened.
        reason: String,
    },
}

impl SignInError {
    fn refused(reason: impl Into<String>) -> Self {
        Self::Refused {
            reason: reason.into(),
        }
    }

    fn unreachable(provider: &str, what: impl fmt::Display) -> Self {
        Self::Unreachable {
            reason: format!("{provider} could not be used: {what}; try again later"),
        }
    }

    /// What the egress client met with; it has logged the details.
    fn no_answer(provider: &str, failure: &Failure) -> Self {
        match failure {
            Failure::Forbidden(_) => Self::refused(format!(
                "{provider} cannot be used: what it asks for is not allowed"
            )),
            Failure::NotSent(_) => Self::unreachable(provider, "there is no connection"),
            Failure::Ambiguous(_) => Self::unreachable(provider, "it did not answer properly"),
        }
    }

    /// An answer from a provider that is busy or broken and has decided nothing; nothing for every other answer.
    fn of_busy(provider: &str, answer: &Answer) -> Option<Self> {
        let status = answer.status;
        (status.is_server_error() || status.as_u16() == 429)
            .then(|| Self::unreachable(provider, format!("it answered with status {status}")))
    }

    fn bad_settings(provider: &str) -> Self {
        Self::refused(format!(
            "{provider} does not accept this application: its settings there and here do not agree"
        ))
    }

    fn start_again(provider: &str) -> Self {
        Self::refused(format!(
            "{provider} does not accept the code any more: it is too old, or was used before; start again"
        ))
    }
}

/// An address that a provider named, if it is one.
fn address(named: Option<&str>) -> Option<Email> {
    Email::parse(named?).ok()
}

/// A name that a provider gave, if it can be one.
fn name(given: Option<&str>) -> Option<PersonName> {
    PersonName::parse(given?).ok()
}
