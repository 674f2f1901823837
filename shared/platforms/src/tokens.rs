//! The secrets of a connected account, and the only way to write them down.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// How long before its end an access token is renewed.
const RENEWAL_MARGIN: SignedDuration = SignedDuration::from_mins(15);

/// What a platform gave us to act for an account. It cannot be serialised by accident: see [`Tokens::to_sealed_json`].
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Authorises requests.
    pub access: SecretString,
    /// Gets new tokens, where the platform has such a thing.
    pub refresh: Option<SecretString>,
    /// When `access` ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// What the platform says the token may be used for.
    pub scopes: Vec<String>,
    /// The registration of this application that the tokens belong to.
    pub client: Option<ClientCredentials>,
}

/// The registration of this application at one server.
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    /// The public id.
    pub id: String,
    /// The secret.
    pub secret: SecretString,
}

/// Stored secrets that do not have the expected shape. What they hold is not repeated here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored secrets cannot be read")]
pub struct Unreadable;

impl Tokens {
    /// All of it as JSON in the clear, for the vault to seal and for nothing else.
    pub fn to_sealed_json(&self) -> Result<SecretString, Unreadable> {
        to_secret_json(&PlainTokens {
            access: self.access.expose_secret().to_owned(),
            refresh: self
                .refresh
                .as_ref()
                .map(|refresh| refresh.expose_secret().to_owned()),
            expires_at: self.expires_at,
            scopes: self.scopes.clone(),
            client: self.client.as_ref().map(PlainClient::from),
        })
    }

    /// Reads what [`Tokens::to_sealed_json`] wrote.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let plain: PlainTokens = serde_json::from_str(json).map_err(|_| Unreadable)?;
        Ok(Self {
            access: plain.access.into(),
            refresh: plain.refresh.map(SecretString::from),
            expires_at: plain.expires_at,
            scopes: plain.scopes,
            client: plain.client.map(ClientCredentials::from),
        })
    }

    /// Marks the access token as used up, because the platform said so: the next refresh will not be put off.
    pub fn expire(&mut self, now: Timestamp) {
        self.expires_at = Some(now);
    }

    /// Whether the access token ends so soon that it should be renewed first.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.expires_at
            .is_some_and(|end| end.duration_since(now) <= RENEWAL_MARGIN)
    }
}

pub(crate) fn to_secret_json<T: Serialize>(plain: &T) -> Result<SecretString, Unreadable> {
    serde_json::to_string(plain)
        .map(SecretString::from)
        .map_err(|_| Unreadable)
}

#[derive(Serialize, Deserialize)]
struct PlainTokens {
    access: String,
    refresh: Option<String>,
    expires_at: Option<Timestamp>,
    scopes: Vec<String>,
    client: Option<PlainClient>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct PlainClient {
    id: String,
    secret: String,
}

impl From<&ClientCredentials> for PlainClient {
    fn from(client: &ClientCredentials) -> Self {
        Self {
            id: client.id.clone(),
            secret: client.secret.expose_secret().to_owned(),
        }
    }
}

impl From<PlainClient> for ClientCredentials {
    fn from(plain: PlainClient) -> Self {
        Self {
            id: plain.id,
            secret: plain.secret.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(expires_at: Option<Timestamp>) -> Tokens {
        Tokens {
            access: "canary-access".to_owned().into(),
            refresh: Some("canary-refresh".to_owned().into()),
            expires_at,
            scopes: vec!["read:accounts".to_owned()],
            client: Some(ClientCredentials {
                id: "client".to_owned(),
                secret: "canary-client".to_owned().into(),
            }),
        }
    }

    #[test]
    fn tokens_survive_the_vault_and_show_nothing_in_debug() {
        let json = tokens(Some(Timestamp::UNIX_EPOCH))
            .to_sealed_json()
            .unwrap();
        assert!(!format!("{json:?}").contains("canary"));
        let read = Tokens::from_json(json.expose_secret()).unwrap();
        assert_eq!(read.access.expose_secret(), "canary-access");
        assert_eq!(
            read.refresh.as_ref().unwrap().expose_secret(),
            "canary-refresh"
        );
        assert_eq!(
            read.client.as_ref().unwrap().secret.expose_secret(),
            "canary-client"
        );
        assert_eq!(read.expires_at, Some(Timestamp::UNIX_EPOCH));
        assert!(!format!("{read:?}").contains("canary"));
    }

    #[test]
    fn an_error_does_not_repeat_the_stored_secret() {
        let error = Tokens::from_json(r#""canary""#).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
    }

    #[test]
    fn tokens_are_renewed_a_quarter_of_an_hour_ahead_and_never_when_they_do_not_end() {
        let now = Timestamp::UNIX_EPOCH;
        assert!(!tokens(None).is_due(now));
        assert!(!tokens(Some(now + SignedDuration::from_mins(16))).is_due(now));
        assert!(tokens(Some(now + SignedDuration::from_mins(15))).is_due(now));
        let mut fresh = tokens(Some(now + SignedDuration::from_hours(2)));
        fresh.expire(now);
        assert!(fresh.is_due(now));
    }
}
