//! What a token endpoint gave, and the tokens of an account that follow from it.

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::Value;

use crate::connect::ConnectError;
use crate::egress::Answer;
use crate::tokens::Tokens;

/// What a token endpoint gave.
#[derive(Debug)]
pub(crate) struct Grant {
    /// Authorises requests.
    pub access: SecretString,
    /// Gets new tokens.
    pub refresh: Option<SecretString>,
    /// How long `access` lives.
    pub lifetime: Option<SignedDuration>,
    /// How long `refresh` lives.
    pub refresh_lifetime: Option<SignedDuration>,
    /// What was granted, where the answer says so.
    pub scopes: Option<Vec<String>>,
}

impl Grant {
    /// Reads a successful answer of a token endpoint.
    pub(crate) fn read(answer: &Answer) -> Option<Self> {
        let body: Value = answer.json().filter(|_| answer.status.is_success())?;
        let text = |name: &str| {
            body.get(name)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
        };
        let seconds = |name: &str| {
            let value = body.get(name)?;
            let seconds = value.as_i64().or_else(|| value.as_str()?.parse().ok())?;
            (seconds > 0).then(|| SignedDuration::from_secs(seconds))
        };
        Some(Self {
            access: text("access_token")?.to_owned().into(),
            refresh: text("refresh_token").map(|token| token.to_owned().into()),
            lifetime: seconds("expires_in"),
            refresh_lifetime: seconds("refresh_token_expires_in")
                .or_else(|| seconds("refresh_expires_in")),
            scopes: text("scope").map(words),
        })
    }

    /// The tokens of an account. What the answer leaves out is as it was in `old`; `asked` are the scopes where nothing else is known.
    pub(crate) fn into_tokens(
        self,
        asked: &[&str],
        old: Option<&Tokens>,
        now: Timestamp,
    ) -> Tokens {
        let scopes = self.scopes.unwrap_or_else(|| match old {
            Some(old) => old.scopes.clone(),
            None => asked.iter().map(|scope| (*scope).to_owned()).collect(),
        });
        let refresh = self
            .refresh
            .or_else(|| old.and_then(|old| old.refresh.clone()));
        let ends_at = match self.refresh_lifetime {
            Some(lifetime) => now.checked_add(lifetime).ok(),
            None => old.and_then(|old| old.ends_at),
        };
        let tokens = Tokens {
            scopes,
            ..Tokens::lasting(self.access)
        };
        match (self.lifetime, refresh) {
            (Some(lifetime), Some(refresh)) => Tokens {
                refresh: Some(refresh),
                ends_at,
                ..tokens.renewed_before(lifetime, now)
            },
            (Some(lifetime), None) => tokens.ending_after(lifetime, now),
            (None, refresh) => Tokens {
                refresh,
                ends_at,
                ..tokens
            },
        }
    }
}

/// A list of scopes; some platforms write commas where the specification has spaces.
pub(crate) fn words(scopes: &str) -> Vec<String> {
    scopes
        .split([' ', ','])
        .filter(|scope| !scope.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The access must outlive its first token.
pub(crate) fn require_refresh(title: &str, grant: &Grant) -> Result<(), ConnectError> {
    if grant.refresh.is_some() {
        return Ok(());
    }
    Err(ConnectError::refused(format!(
        "{title} gave access for a short time only: remove Tayang from the apps that your account there is connected to, and connect again"
    )))
}
