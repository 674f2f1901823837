//! The secrets of a connected account, and the only way to write them down.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// The least and the most time before its end that an access token is renewed; between them, a quarter of its life.
const MARGIN: (SignedDuration, SignedDuration) = (
    SignedDuration::from_mins(15),
    SignedDuration::from_hours(10 * 24),
);

/// What a platform gave us to act for an account. It cannot be serialised by accident: see [`Tokens::to_sealed_json`].
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Authorises requests.
    pub access: SecretString,
    /// Gets new tokens, where the platform has such a thing.
    pub refresh: Option<SecretString>,
    /// When `access` ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// When to get new tokens, where that is possible.
    pub renew_at: Option<Timestamp>,
    /// When the access ends for good unless its owner agrees again, where that is known.
    pub ends_at: Option<Timestamp>,
    /// What the platform says the token may be used for.
    pub scopes: Vec<String>,
    /// The registration of this application that the tokens belong to, where each server has its own.
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
    /// Tokens that do not end by themselves.
    pub fn lasting(access: impl Into<SecretString>) -> Self {
        Self {
            access: access.into(),
            refresh: None,
            expires_at: None,
            renew_at: None,
            ends_at: None,
            scopes: Vec::new(),
            client: None,
        }
    }

    /// The same tokens, whose access token lives for `lifetime` from now and cannot be renewed: its end is the end.
    #[must_use]
    pub fn ending_after(mut self, lifetime: SignedDuration, now: Timestamp) -> Self {
        self.expires_at = now.checked_add(lifetime).ok();
        self.ends_at = self.expires_at;
        self
    }

    /// The same tokens, whose access token lives for `lifetime` from now and can be renewed before that.
    #[must_use]
    pub fn renewed_before(mut self, lifetime: SignedDuration, now: Timestamp) -> Self {
        let margin = (lifetime / 4).clamp(MARGIN.0, MARGIN.1);
        self.expires_at = now.checked_add(lifetime).ok();
        self.renew_at = self.expires_at.and_then(|end| end.checked_sub(margin).ok());
        self
    }

    /// All of it as JSON in the clear, for the vault to seal and for nothing else.
    pub fn to_sealed_json(&self) -> Result<SecretString, Unreadable> {
        to_secret_json(&PlainTokens {
            access: self.access.expose_secret().to_owned(),
            refresh: self
                .refresh
                .as_ref()
                .map(|refresh| refresh.expose_secret().to_owned()),
            expires_at: self.expires_at,
            renew_at: self.renew_at,
            ends_at: self.ends_at,
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
            renew_at: plain.renew_at,
            ends_at: plain.ends_at,
            scopes: plain.scopes,
            client: plain.client.map(ClientCredentials::from),
        })
    }

    /// Marks the access token as used up, because the platform said so: the next renewal will not be put off.
    pub fn expire(&mut self, now: Timestamp) {
        self.expires_at = Some(now);
        self.renew_at = Some(now);
    }

    /// Whether renewing `others` renews these too: both are renewed with the same secret.
    pub fn are_renewed_by(&self, others: &Self) -> bool {
        let (ours, theirs) = (self.renewing(), others.renewing());
        verify_slices_are_equal(ours.as_bytes(), theirs.as_bytes()).is_ok()
    }

    fn renewing(&self) -> &str {
        self.refresh
            .as_ref()
            .unwrap_or(&self.access)
            .expose_secret()
    }

    /// Whether it is time to get new tokens.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.renew_at.is_some_and(|at| at <= now)
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
    renew_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
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

    fn tokens() -> Tokens {
        Tokens {
            refresh: Some("canary-refresh".to_owned().into()),
            scopes: vec!["read:accounts".to_owned()],
            client: Some(ClientCredentials {
                id: "client".to_owned(),
                secret: "canary-client".to_owned().into(),
            }),
            ..Tokens::lasting("canary-access".to_owned())
        }
    }

    #[test]
    fn tokens_survive_the_vault_and_show_nothing_in_debug() {
        let day = SignedDuration::from_hours(24);
        let before = tokens().renewed_before(day, Timestamp::UNIX_EPOCH);
        let json = before.to_sealed_json().unwrap();
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
        assert_eq!(
            (read.expires_at, read.renew_at, read.ends_at),
            (before.expires_at, before.renew_at, None)
        );
        assert!(!format!("{read:?}").contains("canary"));
    }

    #[test]
    fn tokens_that_share_what_renews_them_are_renewed_together() {
        let other_access = Tokens {
            access: "another".to_owned().into(),
            ..tokens()
        };
        assert!(other_access.are_renewed_by(&tokens()));
        let other_refresh = Tokens {
            refresh: Some("another".to_owned().into()),
            ..tokens()
        };
        assert!(!other_refresh.are_renewed_by(&tokens()));
        let lasting = |access: &str| Tokens::lasting(access.to_owned());
        assert!(lasting("one").are_renewed_by(&lasting("one")));
        assert!(!lasting("one").are_renewed_by(&lasting("two")));
    }

    #[test]
    fn an_error_does_not_repeat_the_stored_secret() {
        let error = Tokens::from_json(r#""canary""#).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
    }

    #[test]
    fn tokens_are_renewed_after_three_quarters_of_their_life_within_bounds_and_never_when_they_do_not_end()
     {
        let now = Timestamp::UNIX_EPOCH;
        assert!(!tokens().is_due(now + SignedDuration::from_hours(9_999)));
        for (life, margin) in [
            (20, 15),                     // minutes
            (120, 30),                    // two hours
            (24 * 60, 6 * 60),            // a day
            (60 * 24 * 60, 10 * 24 * 60), // sixty days
        ] {
            let (life, margin) = (
                SignedDuration::from_mins(life),
                SignedDuration::from_mins(margin),
            );
            let tokens = tokens().renewed_before(life, now);
            let due = now + life - margin;
            assert!(tokens.is_due(due), "{life}");
            assert!(!tokens.is_due(due - SignedDuration::from_secs(1)), "{life}");
            assert_eq!(tokens.ends_at, None);
        }
        let mut fresh = tokens().renewed_before(SignedDuration::from_hours(2), now);
        fresh.expire(now);
        assert!(fresh.is_due(now));
    }

    #[test]
    fn what_cannot_be_renewed_ends_for_good() {
        let now = Timestamp::UNIX_EPOCH;
        let tokens = tokens().ending_after(SignedDuration::from_hours(24), now);
        assert_eq!(tokens.ends_at, tokens.expires_at);
        assert!(!tokens.is_due(now + SignedDuration::from_hours(48)));
    }
}
