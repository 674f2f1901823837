//! Instagram's and Threads' own way in: a code for a token of an hour, that for one of sixty days, and that for its successor.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::{Refusal, read};
use crate::connect::{ConnectError, Pending};
use crate::egress::{Answer, Call, Egress, Failure};
use crate::oauth::{Server, at};
use crate::publisher::{Error, ErrorKind};
use crate::text::quoted;
use crate::tokens::{ClientCredentials, Tokens};

const NAME_MAX_BYTES: usize = 64;
/// Used when an answer does not say how long a token lives: half of what is documented.
const LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Some answers end the code with what is a fragment of the address and no part of the code.
const NOT_OF_THE_CODE: &str = "#_";

/// One of the two platforms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Door {
    /// Its consent page and where codes are exchanged.
    pub server: Server,
    /// Where its API is.
    pub api: &'static str,
    /// Who a token stands for: the path, and the fields that are asked for.
    pub me: (&'static str, &'static str),
    /// How it calls the exchange of a token of an hour.
    pub exchange: &'static str,
    /// How it calls the exchange of a token for its successor.
    pub renewal: &'static str,
}

/// What a code is good for.
#[derive(Deserialize)]
pub(crate) struct Short {
    pub access_token: SecretString,
    /// What was granted, where it says so: one text with commas, or a list.
    #[serde(default)]
    pub permissions: Value,
}

#[derive(Deserialize)]
struct Long {
    access_token: SecretString,
    expires_in: Option<i64>,
}

impl Door {
    /// Exchanges the code for a token that lives for an hour.
    pub(crate) async fn short(
        &self,
        egress: &Egress,
        client: &ClientCredentials,
        pending: &Pending,
        code: &str,
    ) -> Result<Short, ConnectError> {
        let form = [
            ("client_id", client.id.as_str()),
            ("client_secret", client.secret.expose_secret()),
            ("grant_type", "authorization_code"),
            ("redirect_uri", pending.redirect_uri.as_str()),
            ("code", code.strip_suffix(NOT_OF_THE_CODE).unwrap_or(code)),
        ];
        let call = Call::post(at(egress, self.server.token)?).form(&form);
        let answer = egress.effect(call).await;
        self.connecting(unwrapped(answer))
    }

    /// Exchanges the token of an hour for one that lives for sixty days.
    pub(crate) async fn long(
        &self,
        egress: &Egress,
        client: &ClientCredentials,
        short: &SecretString,
        now: Timestamp,
    ) -> Result<Tokens, ConnectError> {
        let mut url = at(egress, (self.api, "/access_token"))?;
        url.query_pairs_mut().extend_pairs([
            ("grant_type", self.exchange),
            ("client_secret", client.secret.expose_secret()),
            ("access_token", short.expose_secret()),
        ]);
        let answer = egress.effect(Call::get(url)).await;
        self.connecting(read_any(answer))
            .map(|long: Long| long.into_tokens(now))
    }

    /// Asks who the token stands for.
    pub(crate) async fn me<T: DeserializeOwned>(
        &self,
        egress: &Egress,
        token: &SecretString,
    ) -> Result<T, Refusal> {
        let (path, fields) = self.me;
        self.ask(egress, path, &[("fields", fields)], token).await
    }

    /// Reads something with the token.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        egress: &Egress,
        path: &str,
        parameters: &[(&str, &str)],
        token: &SecretString,
    ) -> Result<T, Refusal> {
        let url = egress.url(self.api, path);
        let mut url = url.map_err(|failure| Refusal::no_answer(&failure))?;
        url.query_pairs_mut().extend_pairs(parameters);
        unwrapped(egress.read(Call::get(url).bearer(token)).await)
    }

    /// Gets the token's successor when it is time; both platforms take none that is younger than a day, and ours is fifty days old then.
    pub(crate) async fn renew(
        &self,
        egress: &Egress,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Result<Option<Tokens>, Error> {
        if !tokens.is_due(now) {
            return Ok(None);
        }
        let temporary = |failure: Failure| Error::new(ErrorKind::Temporary, failure.to_string());
        let url = egress.url(self.api, "/refresh_access_token");
        let mut url = url.map_err(temporary)?;
        url.query_pairs_mut().extend_pairs([
            ("grant_type", self.renewal),
            ("access_token", tokens.access.expose_secret()),
        ]);
        let answer = egress.effect(Call::get(url)).await;
        let long: Long =
            read_any(answer).map_err(|refusal| refusal.of_account(self.server.title))?;
        Ok(Some(Tokens {
            scopes: tokens.scopes.clone(),
            ..long.into_tokens(now)
        }))
    }

    /// The address of a profile, where a browser finds it.
    pub(crate) fn profile(&self, egress: &Egress, path: &str) -> Result<Url, ConnectError> {
        at(egress, (self.server.host, path)).map(|url| egress.browser_url(&url))
    }

    pub(crate) fn connecting<T>(&self, result: Result<T, Refusal>) -> Result<T, ConnectError> {
        result.map_err(|refusal| refusal.of_connecting(self.server.title))
    }
}

impl Long {
    fn into_tokens(self, now: Timestamp) -> Tokens {
        let lifetime = self.expires_in.filter(|seconds| *seconds > 0);
        let lifetime = lifetime.map_or(LIFETIME, SignedDuration::from_secs);
        let tokens = Tokens::lasting(self.access_token).renewed_before(lifetime, now);
        // A token that has run out cannot be renewed: then only its owner can help.
        Tokens {
            ends_at: tokens.expires_at,
            ..tokens
        }
    }
}

fn read_any<T: DeserializeOwned>(answer: Result<Answer, Failure>) -> Result<T, Refusal> {
    read(&answer.map_err(|failure| Refusal::no_answer(&failure))?)
}

/// Reads an answer that may stand alone or as the only one in a list.
fn unwrapped<T: DeserializeOwned>(answer: Result<Answer, Failure>) -> Result<T, Refusal> {
    let mut body: Value = read_any(answer)?;
    let first = body.get_mut("data").and_then(|list| list.get_mut(0));
    if let Some(first) = first.map(Value::take) {
        body = first;
    }
    serde_json::from_value(body).map_err(|_| Refusal::unreadable())
}

/// A handle as both platforms allow them, so that it can stand in an address.
pub(crate) fn handle(username: &str) -> Option<&str> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_');
    let right = (1..=NAME_MAX_BYTES).contains(&username.len()) && username.bytes().all(allowed);
    right.then_some(username)
}

/// What to call an account: its name, or else what stands in for it.
pub(crate) fn named(name: Option<&str>, otherwise: &str) -> String {
    let name = name.map(quoted).filter(|name| !name.is_empty());
    name.unwrap_or_else(|| otherwise.to_owned())
}
