//! Connecting a Pinterest account: OAuth with HTTP Basic, and refresh tokens that are replaced at each use.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Deserialize;
use url::Url;

use super::Pinterest;
use crate::connect::{
    Begin, ConnectError, ConnectInput, Connected, Connector, Health, Pending, Registration,
    Requirements, Trip,
};
use crate::egress::{Answer, Call, Egress, Failure};
use crate::oauth::{self, ClientAuth, Server, at};
use crate::publisher::{Error, ErrorKind, Target};
use crate::text::quoted;
use crate::tokens::{ClientCredentials, Tokens};

const TITLE: &str = "Pinterest";
const WEB: &str = "www.pinterest.com";
const API: &str = "api.pinterest.com";
/// Pinterest asks for the four of boards and pins together wherever a pin is made or deleted.
const SCOPES: [&str; 5] = [
    "boards:read",
    "boards:write",
    "pins:read",
    "pins:write",
    "user_accounts:read",
];
const SERVER: Server = Server {
    title: TITLE,
    host: WEB,
    authorize: (WEB, "/oauth/"),
    token: (API, "/v5/oauth/token"),
    revoke: None,
    scopes: &SCOPES,
    separator: ",",
    client: ClientAuth::Basic,
    pkce: false,
    parameters: &[],
    // 283: "The authorization grant is invalid".
    dead: &["invalid_grant", "283"],
};
const WHO_AM_I: (&str, &str) = (API, "/v5/user_account");
const NAME_MAX_BYTES: usize = 64;

#[async_trait]
impl Connector for Pinterest {
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
        let grant = SERVER.exchange(egress, client, pending, code).await?;
        oauth::require_refresh(TITLE, &grant)?;
        let call = Call::get(at(egress, WHO_AM_I)?).bearer(&grant.access);
        let answer = egress.read(call).await;
        let answer = answer.map_err(|failure| ConnectError::no_answer(API, &failure))?;
        let user = answer.json::<User>().filter(|_| answer.status.is_success());
        let user = user.ok_or_else(|| refusal(&answer))?;
        Ok(vec![
            user.into_account(grant.into_tokens(&SCOPES, None, now))?,
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
        SERVER.refresh(egress, client, tokens, now).await
    }

    async fn check(
        &self,
        egress: &Egress,
        _client: Option<&ClientCredentials>,
        target: &Target,
        tokens: &Tokens,
    ) -> Result<Health, Error> {
        let temporary = |failure: Failure| Error::new(ErrorKind::Temporary, failure.to_string());
        let (host, path) = WHO_AM_I;
        let url = egress.url(host, path).map_err(temporary)?;
        let answer = egress.read(Call::get(url).bearer(&tokens.access)).await;
        let answer = answer.map_err(temporary)?;
        let same = answer
            .json::<User>()
            .is_some_and(|user| user.id == target.remote_id);
        let kind = match answer.status.as_u16() {
            200 if same => return Ok(Health::default()),
            401 => return oauth::not_taken(tokens, &answer, words(&answer)),
            429 => ErrorKind::RateLimited {
                retry_after: oauth::wait(&answer),
            },
            _ => ErrorKind::Temporary,
        };
        Err(Error::new(kind, words(&answer)))
    }

    /// Pinterest has no place where an application gives access back: people do that in their settings there.
    async fn revoke(
        &self,
        _egress: &Egress,
        _client: Option<&ClientCredentials>,
        _target: &Target,
        _tokens: &Tokens,
    ) -> Result<(), Error> {
        Ok(())
    }
}

#[derive(Deserialize)]
struct User {
    id: String,
    username: String,
    #[serde(default)]
    business_name: Option<String>,
}

#[derive(Deserialize)]
struct ErrorBody {
    message: String,
}

fn words(answer: &Answer) -> String {
    match answer.json::<ErrorBody>() {
        Some(body) if !answer.status.is_success() => {
            format!("{TITLE}: {}", quoted(&body.message))
        }
        Some(_) | None => format!("{TITLE} answered with status {}", answer.status),
    }
}

fn refusal(answer: &Answer) -> ConnectError {
    let status = answer.status;
    if status.is_client_error() && status.as_u16() != 429 {
        return ConnectError::refused(words(answer));
    }
    let what = format!("it answered with status {status}; try again later");
    ConnectError::unreachable(TITLE, what)
}

impl User {
    fn into_account(self, tokens: Tokens) -> Result<Connected, ConnectError> {
        let unreadable =
            || ConnectError::unreachable(TITLE, "it gave an account without proper names");
        let is_id = self.id.bytes().all(|byte| byte.is_ascii_digit());
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let is_name = self.username.bytes().all(plain);
        let fits = |text: &str| (1..=NAME_MAX_BYTES).contains(&text.len());
        if !is_id || !is_name || !fits(&self.id) || !fits(&self.username) {
            return Err(unreadable());
        }
        let url = Url::parse(&format!("https://{WEB}/{}/", self.username));
        let url = url.map_err(|_| unreadable())?;
        let name = quoted(self.business_name.as_deref().unwrap_or_default());
        Ok(Connected {
            display_name: if name.is_empty() {
                self.username.clone()
            } else {
                name
            },
            grant: self.id.clone(),
            target: Target {
                host: WEB.to_owned(),
                remote_id: self.id,
                handle: self.username,
                max_characters: None,
            },
            url,
            tokens,
            permissions: Vec::new(),
        })
    }
}
