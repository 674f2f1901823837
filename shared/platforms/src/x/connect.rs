//! Connecting an account on X: OAuth with PKCE, and refresh tokens that are good for one use.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::X;
use crate::connect::{
    Begin, ConnectError, ConnectInput, Connected, Connector, Health, Pending, Registration,
    Requirements, Trip,
};
use crate::egress::{Answer, Call, Egress, Failure};
use crate::oauth::{self, ClientAuth, Server, at};
use crate::publisher::{Error, ErrorKind, Target};
use crate::text::quoted;
use crate::tokens::{ClientCredentials, Tokens};

const TITLE: &str = "X";
const WEB: &str = "x.com";
const API: &str = "api.x.com";
const SCOPES: [&str; 5] = [
    "tweet.read",
    "tweet.write",
    "users.read",
    "media.write",
    "offline.access",
];
const SERVER: Server = Server {
    title: TITLE,
    host: WEB,
    authorize: (WEB, "/i/oauth2/authorize"),
    token: (API, "/2/oauth2/token"),
    revoke: Some((API, "/2/oauth2/revoke")),
    scopes: &SCOPES,
    separator: " ",
    client: ClientAuth::Basic,
    pkce: true,
    parameters: &[],
    // The code that comes with these words, `invalid_request`, stands for other faults too.
    dead: &["invalid_grant", "Value passed for the token was invalid."],
};
const WHO_AM_I: (&str, &str) = (API, "/2/users/me");
/// X allows 15; there may be older ones.
const USERNAME_MAX_BYTES: usize = 50;
const ID_MAX_BYTES: usize = 20;

#[async_trait]
impl Connector for X {
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
        let answer = answer.map_err(|failure| ConnectError::no_answer(TITLE, &failure))?;
        let user = user(&answer).ok_or_else(|| refusal(&answer))?;
        let page = at(egress, (WEB, &format!("/{}", user.username)))?;
        let named = Some(quoted(&user.name)).filter(|name| !name.is_empty());
        Ok(vec![Connected {
            display_name: named.unwrap_or_else(|| user.username.clone()),
            url: egress.browser_url(&page),
            tokens: grant.into_tokens(&SCOPES, None, now),
            permissions: Vec::new(),
            grant: user.id.clone(),
            target: Target {
                host: WEB.to_owned(),
                remote_id: user.id,
                handle: user.username,
                max_characters: None,
            },
        }])
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

    /// X bills for this call, though the least of all.
    async fn check(
        &self,
        egress: &Egress,
        _client: Option<&ClientCredentials>,
        target: &Target,
        tokens: &Tokens,
    ) -> Result<Health, Error> {
        let temporary = |failure: Failure| Error::new(ErrorKind::Temporary, failure.to_string());
        let url = egress.url(WHO_AM_I.0, WHO_AM_I.1).map_err(temporary)?;
        let answer = egress.read(Call::get(url).bearer(&tokens.access)).await;
        let answer = answer.map_err(temporary)?;
        let same = user(&answer).is_some_and(|user| user.id == target.remote_id);
        let kind = match answer.status.as_u16() {
            200 if same => return Ok(Health::default()),
            401 => return oauth::not_taken(tokens, &answer, words(&answer)),
            429 => ErrorKind::RateLimited {
                retry_after: wait(&answer),
            },
            _ => ErrorKind::Temporary,
        };
        Err(Error::new(kind, words(&answer)))
    }

    async fn revoke(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        _target: &Target,
        tokens: &Tokens,
    ) -> Result<(), Error> {
        SERVER.give_back_both(egress, client, tokens).await
    }
}

#[derive(Deserialize)]
struct Found {
    data: User,
}

#[derive(Deserialize)]
struct User {
    id: String,
    username: String,
    #[serde(default)]
    name: String,
}

/// Whom a token stands for, if the answer says it in a way that can be used in an address.
fn user(answer: &Answer) -> Option<User> {
    let Found { data } = answer.json().filter(|_| answer.status.is_success())?;
    let id = (1..=ID_MAX_BYTES).contains(&data.id.len())
        && data.id.bytes().all(|byte| byte.is_ascii_digit());
    let username = (1..=USERNAME_MAX_BYTES).contains(&data.username.len())
        && data
            .username
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (id && username).then_some(data)
}

/// The shape of every error of the API.
#[derive(Deserialize)]
struct Problem {
    title: String,
    #[serde(default)]
    detail: String,
}

fn words(answer: &Answer) -> String {
    match answer.json::<Problem>() {
        Some(Problem { title, detail }) if detail.is_empty() || detail == title => {
            format!("{TITLE}: {}", quoted(&title))
        }
        Some(Problem { title, detail }) => {
            format!("{TITLE}: {}", quoted(&format!("{title}: {detail}")))
        }
        None => format!("{TITLE}: status {}", answer.status),
    }
}

/// How long X asks to wait: it gives the time of the reset in Unix seconds.
fn wait(answer: &Answer) -> Option<SignedDuration> {
    let reset = answer.header("x-rate-limit-reset")?.parse().ok()?;
    answer.wait_until(Timestamp::from_second(reset).ok()?)
}

fn refusal(answer: &Answer) -> ConnectError {
    let status = answer.status;
    if status.is_client_error() && status.as_u16() != 429 {
        return ConnectError::refused(format!(
            "{}. See whether the application's access to the API covers this, and connect again.",
            words(answer)
        ));
    }
    let what = if status.is_success() {
        "it did not say whose account this is".to_owned()
    } else {
        format!("it answered with status {status}; try again later")
    };
    ConnectError::unreachable(TITLE, what)
}
