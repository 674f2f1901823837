//! Connecting a TikTok account: OAuth with a key instead of an id, and refresh tokens that change.

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::TikTok;
use crate::connect::{
    Begin, ConnectError, ConnectInput, Connected, Connector, Health, Pending, Registration,
    Requirements, Trip,
};
use crate::egress::{Answer, Call, Egress, Failure};
use crate::oauth::{self, ClientAuth, Server, at};
use crate::publisher::{Error, ErrorKind, Target};
use crate::text::quoted;
use crate::tokens::{ClientCredentials, Tokens};

const TITLE: &str = "TikTok";
const WEB: &str = "www.tiktok.com";
const API: &str = "open.tiktokapis.com";
/// Who it is and what it is called, publishing, and reading back what was published. Nothing can be deleted by the API.
const SCOPES: [&str; 4] = [
    "user.info.basic",
    "user.info.profile",
    "video.publish",
    "video.list",
];
const REVOKE: (&str, &str) = (API, "/v2/oauth/revoke/");
const SERVER: Server = Server {
    title: TITLE,
    host: WEB,
    authorize: (WEB, "/v2/auth/authorize/"),
    token: (API, "/v2/oauth/token/"),
    revoke: Some(REVOKE),
    scopes: &SCOPES,
    separator: ",",
    client: ClientAuth::Form("client_key"),
    // Applications on the web need none, and what TikTok takes for a challenge elsewhere is not that of the standard.
    pkce: false,
    // Somebody who has agreed before would not be shown the page, and so could not choose another account.
    parameters: &[("disable_auto_auth", "1")],
    dead: &["invalid_grant"],
};
const WHO_AM_I: (&str, &str) = (API, "/v2/user/info/?fields=open_id,username,display_name");
const ID_MAX_BYTES: usize = 128;

#[async_trait]
impl Connector for TikTok {
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
        let user = Said::of(&answer).map_err(|trouble| trouble.refusal(&answer))?;
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
        let (host, path) = WHO_AM_I;
        let url = egress
            .url(host, path)
            .map_err(|failure| temporary(&failure))?;
        let answer = egress.read(Call::get(url).bearer(&tokens.access)).await;
        let answer = answer.map_err(|failure| temporary(&failure))?;
        let trouble = match Said::of(&answer) {
            Ok(user) if user.open_id == target.remote_id => return Ok(Health::default()),
            Ok(_) => Trouble::unreadable(),
            Err(trouble) => trouble,
        };
        let context = format!("{TITLE}: {}", trouble.words);
        let kind = match trouble.code.as_str() {
            "access_token_invalid" => return oauth::not_taken(tokens, &answer, context),
            "scope_not_authorized" | "scope_permission_missed" => ErrorKind::ReconnectAccount,
            _ if trouble.is_busy(&answer) => ErrorKind::RateLimited {
                retry_after: answer.retry_after(),
            },
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
        let answer = give_back(egress, client, &tokens.access).await?;
        let Err(error) = SERVER.given_back(&answer) else {
            return Ok(());
        };
        // Only an access token that is taken can be given back, and a refresh token outlives many of those: a new one shows whether
        // there is anything left, and can be given back.
        let Some(refresh) = tokens.refresh.as_ref().filter(|_| is_a_no(&answer)) else {
            return Err(error);
        };
        match SERVER.renew(egress, client, refresh).await {
            Ok(grant) => SERVER.given_back(&give_back(egress, client, &grant.access).await?),
            Err(error) if error.kind == ErrorKind::ReconnectAccount => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn temporary(failure: &Failure) -> Error {
    Error::new(ErrorKind::Temporary, failure.to_string())
}

/// Whether this answer was meant, and is not that of a server that is busy or broken.
fn is_a_no(answer: &Answer) -> bool {
    let status = answer.status;
    !status.is_server_error() && !status.is_redirection() && status.as_u16() != 429
}

async fn give_back(
    egress: &Egress,
    client: Option<&ClientCredentials>,
    access: &SecretString,
) -> Result<Answer, Error> {
    let client = SERVER
        .known(client)
        .map_err(|error| Error::new(ErrorKind::Temporary, error.to_string()))?;
    let form = vec![("token", access.expose_secret())];
    let call = SERVER
        .call(egress, client, REVOKE, form)
        .map_err(|failure| temporary(&failure))?;
    egress
        .effect(call)
        .await
        .map_err(|failure| temporary(&failure))
}

/// What the API says: an error even when all is well, whose code is then `ok`.
#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    data: Data,
    error: Trouble,
}

#[derive(Default, Deserialize)]
struct Data {
    user: Option<User>,
}

#[derive(Deserialize)]
struct User {
    open_id: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    display_name: String,
}

#[derive(Deserialize)]
struct Trouble {
    code: String,
    #[serde(default, rename = "message")]
    words: String,
}

impl Said {
    fn of(answer: &Answer) -> Result<User, Trouble> {
        let Some(said) = answer.json::<Self>() else {
            return Err(Trouble {
                words: format!("status {}", answer.status),
                ..Trouble::unreadable()
            });
        };
        if said.error.code != "ok" || !answer.status.is_success() {
            return Err(said.error.in_words());
        }
        said.data.user.ok_or_else(Trouble::unreadable)
    }
}

impl Trouble {
    fn unreadable() -> Self {
        Self {
            code: String::new(),
            words: "it gave an answer that cannot be read".to_owned(),
        }
    }

    fn in_words(self) -> Self {
        let words = quoted(&self.words);
        Self {
            words: if words.is_empty() {
                quoted(&self.code)
            } else {
                words
            },
            ..self
        }
    }

    fn is_busy(&self, answer: &Answer) -> bool {
        self.code == "rate_limit_exceeded" || answer.status.as_u16() == 429
    }

    fn refusal(&self, answer: &Answer) -> ConnectError {
        let passing = self.is_busy(answer) || !is_a_no(answer) || answer.status.is_success();
        if passing || self.code == "internal_error" {
            return ConnectError::unreachable(TITLE, &self.words);
        }
        ConnectError::refused(format!("{TITLE} refused: {}", self.words))
    }
}

impl User {
    fn into_account(self, tokens: Tokens) -> Result<Connected, ConnectError> {
        let unreadable =
            || ConnectError::unreachable(TITLE, "it gave an account without proper names");
        if !is_name(&self.open_id) || !is_name(&self.username) {
            return Err(unreadable());
        }
        let url = Url::parse(&format!("https://{WEB}/@{}", self.username));
        let url = url.map_err(|_| unreadable())?;
        let name = quoted(&self.display_name);
        Ok(Connected {
            display_name: if name.is_empty() {
                self.username.clone()
            } else {
                name
            },
            grant: self.open_id.clone(),
            target: Target {
                host: WEB.to_owned(),
                remote_id: self.open_id,
                handle: self.username,
                max_characters: None,
            },
            url,
            tokens,
            permissions: Vec::new(),
        })
    }
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !name.is_empty() && name.len() <= ID_MAX_BYTES && name.bytes().all(plain)
}
