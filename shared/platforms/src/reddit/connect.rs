//! Connecting a Reddit account: OAuth with HTTP Basic and a name for every request, and a refresh token that stays.

use async_trait::async_trait;
use http::header::USER_AGENT;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::Reddit;
use crate::connect::{
    Begin, ConnectError, ConnectInput, Connected, Connector, Health, Pending, Registration,
    Requirements, Trip,
};
use crate::egress::{Answer, Call, Egress, Failure};
use crate::oauth::{self, ClientAuth, Grant, Server, at};
use crate::publisher::{Error, ErrorKind, Target};
use crate::tokens::{ClientCredentials, Tokens};

const TITLE: &str = "Reddit";
const WEB: &str = "www.reddit.com";
/// Reddit slows down whoever has no name of their own, in this form: where it runs, what it is, its version.
const AGENT: &str = concat!("web:tayang:v", env!("CARGO_PKG_VERSION"));
/// Who it is; publishing, with the flair that many communities demand; reading back; deleting, which is a kind of editing there.
const SCOPES: [&str; 6] = ["identity", "submit", "flair", "read", "history", "edit"];
const TOKEN: (&str, &str) = (WEB, "/api/v1/access_token");
const REVOKE: (&str, &str) = (WEB, "/api/v1/revoke_token");
const SERVER: Server = Server {
    title: TITLE,
    host: WEB,
    authorize: (WEB, "/api/v1/authorize"),
    token: TOKEN,
    revoke: Some(REVOKE),
    scopes: &SCOPES,
    separator: " ",
    client: ClientAuth::Basic,
    pkce: false,
    parameters: &[("duration", "permanent")],
    // A refresh token that is worth nothing is answered with nothing but the status, as a number.
    dead: &["invalid_grant", "400"],
};
const WHO_AM_I: (&str, &str) = ("oauth.reddit.com", "/api/v1/me");
const NAME_MAX_BYTES: usize = 64;

#[async_trait]
impl Connector for Reddit {
    fn requirements(&self) -> &'static Requirements {
        &Requirements {
            ways: &[&[]],
            registration: Registration::Deployment,
            scopes: &SCOPES,
            chooses: false,
        }
    }

    async fn begin(
        &self,
        egress: &Egress,
        _input: &ConnectInput,
        trip: &Trip<'_>,
        client: Option<&ClientCredentials>,
    ) -> Result<Begin, ConnectError> {
        SERVER.begin(egress, trip, client)
    }

    async fn finish(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        pending: &Pending,
        code: &str,
        now: Timestamp,
    ) -> Result<Vec<Connected>, ConnectError> {
        let form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", pending.redirect_uri.as_str()),
        ];
        let answer = post(egress, SERVER.known(client)?, TOKEN, form).await;
        let answer = answer.map_err(|failure| ConnectError::no_answer(WEB, &failure))?;
        let grant = SERVER.granted(&answer)?;
        oauth::require_refresh(TITLE, &grant)?;
        let answer = egress.read(who_am_i(at(egress, WHO_AM_I)?, &grant.access));
        let answer = answer.await;
        let answer = answer.map_err(|failure| ConnectError::no_answer(WHO_AM_I.0, &failure))?;
        let me = answer.json::<Me>().filter(|_| answer.status.is_success());
        let me = me.ok_or_else(|| refusal(&answer))?;
        Ok(vec![
            me.into_account(grant.into_tokens(&SCOPES, None, now))?,
        ])
    }

    async fn refresh(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        _target: &Target,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Result<Option<Tokens>, Error> {
        let Some(refresh) = tokens.refresh.as_ref().filter(|_| tokens.is_due(now)) else {
            return Ok(None);
        };
        let grant = renew(egress, client, refresh).await?;
        Ok(Some(grant.into_tokens(&SCOPES, Some(tokens), now)))
    }

    async fn check(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        target: &Target,
        tokens: &Tokens,
    ) -> Result<Health, Error> {
        let (host, path) = WHO_AM_I;
        let url = egress
            .url(host, path)
            .map_err(|failure| temporary(&failure))?;
        let answer = egress.read(who_am_i(url, &tokens.access)).await;
        let answer = answer.map_err(|failure| temporary(&failure))?;
        let same = answer
            .json::<Me>()
            .is_some_and(|me| me.id == target.remote_id);
        let context = format!("{TITLE} answered with status {}", answer.status);
        let kind = match answer.status.as_u16() {
            200 if same => return Ok(Health::default()),
            // The token may merely have come to its end. The refresh token tells: it stays as it is, whoever uses it.
            401 => match &tokens.refresh {
                Some(refresh) => {
                    let renewed = renew(egress, client, refresh).await;
                    return renewed.map(|_| Health::default());
                }
                None => ErrorKind::ReconnectAccount,
            },
            429 => ErrorKind::RateLimited {
                retry_after: oauth::wait(&answer),
            },
            // 403 is also what it answers to networks that it blocks.
            _ => ErrorKind::Temporary,
        };
        Err(Error::new(kind, context))
    }

    async fn revoke(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        _target: &Target,
        tokens: &Tokens,
    ) -> Result<(), Error> {
        // The access tokens that were made with a refresh token end with it.
        let form = match &tokens.refresh {
            Some(refresh) => vec![
                ("token", refresh.expose_secret()),
                ("token_type_hint", "refresh_token"),
            ],
            None => vec![("token", tokens.access.expose_secret())],
        };
        let answer = post(egress, known(client)?, REVOKE, form).await;
        SERVER.given_back(&answer.map_err(|failure| temporary(&failure))?)
    }
}

fn temporary(failure: &Failure) -> Error {
    Error::new(ErrorKind::Temporary, failure.to_string())
}

fn known(client: Option<&ClientCredentials>) -> Result<&ClientCredentials, Error> {
    let known = SERVER.known(client);
    known.map_err(|error| Error::new(ErrorKind::Temporary, error.to_string()))
}

async fn renew(
    egress: &Egress,
    client: Option<&ClientCredentials>,
    refresh: &SecretString,
) -> Result<Grant, Error> {
    let form = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.expose_secret()),
    ];
    let answer = post(egress, known(client)?, TOKEN, form).await;
    SERVER.renewed(&answer.map_err(|failure| temporary(&failure))?)
}

async fn post(
    egress: &Egress,
    client: &ClientCredentials,
    place: (&'static str, &'static str),
    form: Vec<(&str, &str)>,
) -> Result<Answer, Failure> {
    let call = SERVER.call(egress, client, place, form)?;
    egress.effect(call.header(USER_AGENT, AGENT)).await
}

fn who_am_i(url: Url, access: &SecretString) -> Call {
    Call::get(url).bearer(access).header(USER_AGENT, AGENT)
}

fn refusal(answer: &Answer) -> ConnectError {
    let status = answer.status;
    if status.is_client_error() && status.as_u16() != 429 {
        return ConnectError::refused(format!("{TITLE} refused with status {status}"));
    }
    let what = format!("it answered with status {status}; try again later");
    ConnectError::unreachable(TITLE, what)
}

#[derive(Deserialize)]
struct Me {
    id: String,
    name: String,
    #[serde(default)]
    is_suspended: bool,
}

impl Me {
    fn into_account(self, tokens: Tokens) -> Result<Connected, ConnectError> {
        let unreadable =
            || ConnectError::unreachable(TITLE, "it gave an account without proper names");
        let is_id = self.id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let is_name = self.name.bytes().all(plain);
        let fits = |text: &str| (1..=NAME_MAX_BYTES).contains(&text.len());
        if !is_id || !is_name || !fits(&self.id) || !fits(&self.name) {
            return Err(unreadable());
        }
        if self.is_suspended {
            return Err(ConnectError::refused(format!(
                "{TITLE} has suspended u/{}: ask there what can be done, or connect another account",
                self.name
            )));
        }
        let url = Url::parse(&format!("https://{WEB}/user/{}/", self.name));
        let url = url.map_err(|_| unreadable())?;
        Ok(Connected {
            display_name: self.name.clone(),
            grant: self.id.clone(),
            target: Target {
                host: WEB.to_owned(),
                remote_id: self.id,
                handle: self.name,
                max_characters: None,
            },
            url,
            tokens,
            permissions: Vec::new(),
        })
    }
}
