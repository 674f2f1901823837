//! OAuth 2.0 at platforms that the deployment as a whole is registered at (RFC 6749, RFC 7636, RFC 7009), and where they depart from it.

mod grant;
mod refusal;
#[cfg(test)]
mod tests;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use oauth2::PkceCodeChallenge;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

pub(crate) use self::grant::{Grant, require_refresh, words};
pub(crate) use self::refusal::{not_taken, wait};
use crate::connect::{Begin, ConnectError, Pending, Trip};
use crate::egress::{Answer, Call, Egress, Failure};
use crate::publisher::{Error, ErrorKind};
use crate::text::quoted;
use crate::tokens::{ClientCredentials, Tokens};

/// One platform's authorization server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Server {
    /// What the platform is called in messages.
    pub title: &'static str,
    /// The host that its accounts are at.
    pub host: &'static str,
    /// Where a person agrees: host and path.
    pub authorize: (&'static str, &'static str),
    /// Where codes and refresh tokens are exchanged: host and path.
    pub token: (&'static str, &'static str),
    /// Where tokens are given back, where there is such a place: host and path.
    pub revoke: Option<(&'static str, &'static str)>,
    /// What is asked for; all of it is needed.
    pub scopes: &'static [&'static str],
    /// What stands between two scopes in the request.
    pub separator: &'static str,
    /// How we prove who we are.
    pub client: ClientAuth,
    /// Whether it takes a code challenge (always S256).
    pub pkce: bool,
    /// What it wants to be told besides on the consent page.
    pub parameters: &'static [(&'static str, &'static str)],
    /// The errors of the token endpoint, by code or by words, by which it says that a refresh token is worth nothing any more.
    pub dead: &'static [&'static str],
}

/// How we prove who we are to a token endpoint.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ClientAuth {
    /// By id and secret in the form; the id has this name.
    Form(&'static str),
    /// By HTTP Basic.
    Basic,
}

impl ClientAuth {
    /// What the id is called in addresses and forms.
    fn id_name(self) -> &'static str {
        match self {
            Self::Form(name) => name,
            Self::Basic => "client_id",
        }
    }
}

impl Server {
    /// Sends the browser to the consent page.
    pub(crate) fn begin(
        &self,
        egress: &Egress,
        trip: &Trip<'_>,
        client: Option<&ClientCredentials>,
    ) -> Result<Begin, ConnectError> {
        let client = self.known(client)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let scopes = self.scopes.join(self.separator);
        let mut url = egress.browser_url(&at(egress, self.authorize)?);
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("response_type", "code")
                .append_pair(self.client.id_name(), &client.id)
                .append_pair("redirect_uri", trip.redirect_uri.as_str())
                .append_pair("scope", &scopes)
                .append_pair("state", trip.state);
            if self.pkce {
                query
                    .append_pair("code_challenge", challenge.as_str())
                    .append_pair("code_challenge_method", "S256");
            }
            query.extend_pairs(self.parameters);
        }
        Ok(Begin::Redirect {
            authorization_url: url,
            pending: Box::new(Pending {
                host: self.host.to_owned(),
                client: None,
                verifier: verifier.into_secret().into(),
                redirect_uri: trip.redirect_uri.clone(),
            }),
        })
    }

    /// Exchanges the code that the browser brought back, which must have brought everything that was asked for.
    pub(crate) async fn exchange(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        pending: &Pending,
        code: &str,
    ) -> Result<Grant, ConnectError> {
        let client = self.known(client)?;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", pending.redirect_uri.as_str()),
        ];
        if self.pkce {
            form.push(("code_verifier", pending.verifier.expose_secret()));
        }
        let answer = self
            .post(egress, client, self.token, form)
            .await
            .map_err(|failure| ConnectError::no_answer(self.title, &failure))?;
        self.granted(&answer)
    }

    /// Reads the answer to a code, which must grant everything that was asked for.
    pub(crate) fn granted(&self, answer: &Answer) -> Result<Grant, ConnectError> {
        let grant = Grant::read(answer).ok_or_else(|| self.refusal(answer))?;
        if let Some(scopes) = &grant.scopes {
            self.require(scopes)?;
        }
        Ok(grant)
    }

    /// Refuses what was granted when anything is missing (a person may untick parts of it).
    pub(crate) fn require(&self, granted: &[String]) -> Result<(), ConnectError> {
        let missing: Vec<_> = self
            .scopes
            .iter()
            .filter(|needed| !granted.iter().any(|scope| scope == *needed))
            .copied()
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(ConnectError::refused(format!(
            "{} did not grant everything that is needed: {} is missing",
            self.title,
            missing.join(", ")
        )))
    }

    /// Exchanges a refresh token. Only when the platform says that it is worth nothing must the account be connected again.
    pub(crate) async fn renew(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        refresh: &SecretString,
    ) -> Result<Grant, Error> {
        let client = self
            .known(client)
            .map_err(|error| Error::new(ErrorKind::Temporary, error.to_string()))?;
        let form = vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.expose_secret()),
        ];
        let answer = self
            .post(egress, client, self.token, form)
            .await
            .map_err(|failure| Error::new(ErrorKind::Temporary, failure.to_string()))?;
        self.renewed(&answer)
    }

    /// Reads the answer to a refresh token.
    pub(crate) fn renewed(&self, answer: &Answer) -> Result<Grant, Error> {
        Grant::read(answer).ok_or_else(|| {
            let (code, words) = said(answer);
            let status = answer.status;
            let kind = if status.as_u16() == 429 {
                ErrorKind::RateLimited {
                    retry_after: answer.retry_after(),
                }
            } else if self.is_dead(&code, &words) && !status.is_server_error() {
                ErrorKind::ReconnectAccount
            } else {
                ErrorKind::Temporary
            };
            let context = if kind == ErrorKind::ReconnectAccount {
                format!("{} does not renew the access any more: {words}", self.title)
            } else {
                format!("{}: {words}", self.title)
            };
            Error::new(kind, context)
        })
    }

    /// New tokens for an account when it is time, where its platform departs in nothing from the rest here.
    pub(crate) async fn refresh(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Result<Option<Tokens>, Error> {
        let Some(refresh) = tokens.refresh.as_ref().filter(|_| tokens.is_due(now)) else {
            return Ok(None);
        };
        let grant = self.renew(egress, client, refresh).await?;
        Ok(Some(grant.into_tokens(self.scopes, Some(tokens), now)))
    }

    /// Gives a token back (RFC 7009): one that is unknown counts as given back.
    pub(crate) async fn give_back(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        token: &SecretString,
    ) -> Result<(), Error> {
        let temporary = |error: String| Error::new(ErrorKind::Temporary, error);
        let Some(place) = self.revoke else {
            return Ok(());
        };
        let client = self
            .known(client)
            .map_err(|error| temporary(error.to_string()))?;
        let answer = self
            .post(
                egress,
                client,
                place,
                vec![("token", token.expose_secret())],
            )
            .await
            .map_err(|failure| temporary(failure.to_string()))?;
        self.given_back(&answer)
    }

    /// Reads the answer to a token that was given back. Some platforms say no with a status that says yes.
    pub(crate) fn given_back(&self, answer: &Answer) -> Result<(), Error> {
        let (code, words) = said(answer);
        let over = code == "invalid_token"
            || (self.is_dead(&code, &words) && !answer.status.is_server_error());
        if (answer.status.is_success() && code.is_empty()) || over {
            return Ok(());
        }
        let context = format!("{}: {words}", self.title);
        Err(Error::new(ErrorKind::Temporary, context))
    }

    /// Gives both tokens back, first the one that could get new ones.
    pub(crate) async fn give_back_both(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        tokens: &Tokens,
    ) -> Result<(), Error> {
        if let Some(refresh) = &tokens.refresh {
            self.give_back(egress, client, refresh).await?;
        }
        self.give_back(egress, client, &tokens.access).await
    }

    /// Whether this is how the platform says that a token is worth nothing any more.
    fn is_dead(&self, code: &str, words: &str) -> bool {
        self.dead.iter().any(|said| [code, words].contains(said))
    }

    async fn post(
        &self,
        egress: &Egress,
        client: &ClientCredentials,
        place: (&'static str, &'static str),
        form: Vec<(&str, &str)>,
    ) -> Result<Answer, Failure> {
        egress.effect(self.call(egress, client, place, form)?).await
    }

    /// A form for one of the places above, with the proof of who we are.
    pub(crate) fn call<'a>(
        &self,
        egress: &Egress,
        client: &'a ClientCredentials,
        (host, path): (&'static str, &'static str),
        mut form: Vec<(&'a str, &'a str)>,
    ) -> Result<Call, Failure> {
        let call = Call::post(egress.url(host, path)?);
        let call = match self.client {
            ClientAuth::Form(id) => {
                form.push((id, &client.id));
                form.push(("client_secret", client.secret.expose_secret()));
                call
            }
            ClientAuth::Basic => call.basic(&client.id, &client.secret),
        };
        Ok(call.form(&form))
    }

    /// The credentials of the deployment, which must have been set.
    pub(crate) fn known<'a>(
        &self,
        client: Option<&'a ClientCredentials>,
    ) -> Result<&'a ClientCredentials, ConnectError> {
        client.ok_or_else(|| {
            ConnectError::refused(format!("{} is not set up in this deployment", self.title))
        })
    }

    fn refusal(&self, answer: &Answer) -> ConnectError {
        let (code, words) = said(answer);
        let status = answer.status;
        if status.is_success() && code.is_empty() {
            let what = "its answer cannot be read; try again later";
            return ConnectError::unreachable(self.title, what);
        }
        if status.is_server_error() || status.as_u16() == 429 || status.is_redirection() {
            return ConnectError::unreachable(
                self.title,
                format!("it answered with status {status}; try again later"),
            );
        }
        ConnectError::refused(format!("{} refused: {words}", self.title))
    }
}

/// The address of a place at a platform.
pub(crate) fn at(egress: &Egress, (host, path): (&str, &str)) -> Result<Url, ConnectError> {
    egress
        .url(host, path)
        .map_err(|failure| ConnectError::no_answer(host, &failure))
}

/// The code of an error and its words, however the platform shapes them (RFC 6749, 5.2, or close to it).
fn said(answer: &Answer) -> (String, String) {
    let body: Value = answer.json().unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let number = |name: &str| body.get(name)?.as_i64().filter(|code| *code != 0);
    let code = text("error").or_else(|| text("code")).map(str::to_owned);
    let code = code.or_else(|| {
        number("error")
            .or_else(|| number("code"))
            .map(|code| code.to_string())
    });
    let code = code.unwrap_or_default();
    let words = text("error_description")
        .or_else(|| text("message"))
        .filter(|words| !words.is_empty())
        .or_else(|| (!code.is_empty()).then_some(code.as_str()));
    let words = words.map_or_else(|| format!("status {}", answer.status), quoted);
    (code, words)
}

/// The value of an `Authorization` header for HTTP Basic (RFC 6749, 2.3.1: both parts are form-encoded first).
pub(crate) fn basic(id: &str, secret: &SecretString) -> SecretString {
    let encoded =
        |text: &str| -> String { url::form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let pair = format!("{}:{}", encoded(id), encoded(secret.expose_secret()));
    format!("Basic {}", STANDARD.encode(pair)).into()
}
