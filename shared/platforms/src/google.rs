//! What YouTube and Google Business Profile share: Google's authorization server, who agreed there, and the errors of Google's APIs.

use secrecy::SecretString;
use serde::Deserialize;

use crate::connect::{ConnectError, Health, Pending};
use crate::egress::{Answer, Call, Egress};
use crate::oauth::{self, ClientAuth, Grant, Server, at};
use crate::publisher::{Error, ErrorKind};
use crate::text::quoted;
use crate::tokens::{ClientCredentials, Tokens};

/// Lets the answer say whose consent it is: Google gives access back by person, not by channel or location.
pub(crate) const OPENID: &str = "openid";

const USER_INFO: (&str, &str) = ("openidconnect.googleapis.com", "/v1/userinfo");
const SUBJECT_MAX_BYTES: usize = 255;

/// Google's authorization server, for one of its platforms.
pub(crate) const fn server(
    title: &'static str,
    host: &'static str,
    scopes: &'static [&'static str],
) -> Server {
    Server {
        title,
        host,
        authorize: ("accounts.google.com", "/o/oauth2/v2/auth"),
        token: ("oauth2.googleapis.com", "/token"),
        revoke: Some(("oauth2.googleapis.com", "/revoke")),
        scopes,
        separator: " ",
        client: ClientAuth::Form("client_id"),
        pkce: true,
        // Only both together bring a refresh token when somebody agrees again. Scopes of other consents are not included: giving
        // back the access to one platform would end that to the others.
        parameters: &[("access_type", "offline"), ("prompt", "consent")],
        dead: &["invalid_grant"],
    }
}

/// Exchanges a code, and says whose consent it stands for.
pub(crate) async fn exchange(
    server: &Server,
    egress: &Egress,
    client: Option<&ClientCredentials>,
    pending: &Pending,
    code: &str,
) -> Result<(Grant, String), ConnectError> {
    let grant = server.exchange(egress, client, pending, code).await?;
    oauth::require_refresh(server.title, &grant)?;
    let answer = ask(egress, USER_INFO, &grant.access).await?;
    let owner = answer
        .json::<UserInfo>()
        .filter(|_| answer.status.is_success());
    let Some(owner) = owner else {
        return Err(refusal(server.title, &answer));
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let length = owner.sub.len();
    if length == 0 || length > SUBJECT_MAX_BYTES || !owner.sub.bytes().all(plain) {
        let what = "it does not properly say whose account it is";
        return Err(ConnectError::unreachable(server.title, what));
    }
    Ok((grant, owner.sub))
}

/// Gives the access back: with the refresh token, all of it.
pub(crate) async fn give_back(
    server: &Server,
    egress: &Egress,
    client: Option<&ClientCredentials>,
    tokens: &Tokens,
) -> Result<(), Error> {
    let token = tokens.refresh.as_ref().unwrap_or(&tokens.access);
    server.give_back(egress, client, token).await
}

#[derive(Deserialize)]
struct UserInfo {
    sub: String,
}

/// Reads something with an access token, while an account is being connected.
pub(crate) async fn ask(
    egress: &Egress,
    place: (&'static str, &'static str),
    access: &SecretString,
) -> Result<Answer, ConnectError> {
    let call = Call::get(at(egress, place)?).bearer(access);
    let answer = egress.read(call).await;
    answer.map_err(|failure| ConnectError::no_answer(place.0, &failure))
}

/// An error, as Google's APIs word it.
#[derive(Default, Deserialize)]
struct ErrorBody {
    #[serde(default)]
    error: Said,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    message: String,
    status: String,
    errors: Vec<Reason>,
    details: Vec<Reason>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reason {
    reason: String,
}

/// What an error of Google's APIs comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The access token is not taken.
    Token,
    /// The person has no channel.
    NoChannel,
    /// What was granted, or the person's role, does not suffice.
    Rights,
    /// It is not there, or no longer this person's.
    Gone,
    /// The project of whoever deploys this may not use the API.
    Project,
    /// Too much was asked for.
    Quota,
    /// Anything that may pass.
    Other,
}

/// What is the matter, and Google's words for it.
pub(crate) fn trouble(answer: &Answer) -> (Trouble, String) {
    let said = answer.json::<ErrorBody>().unwrap_or_default().error;
    let words = if said.message.is_empty() {
        format!("status {}", answer.status)
    } else {
        quoted(&said.message)
    };
    let mut reasons = said.errors.iter().chain(&said.details);
    let is = |names: &[&str]| {
        let mut reasons = reasons.clone();
        reasons.any(|given| names.contains(&given.reason.as_str()))
    };
    let trouble = match answer.status.as_u16() {
        401 if is(&["youtubeSignupRequired"]) => Trouble::NoChannel,
        401 => Trouble::Token,
        429 => Trouble::Quota,
        403 if is(&[
            "SERVICE_DISABLED",
            "accessNotConfigured",
            "CONSUMER_INVALID",
        ]) =>
        {
            Trouble::Project
        }
        403 if is(&[
            "quotaExceeded",
            "dailyLimitExceeded",
            "rateLimitExceeded",
            "userRateLimitExceeded",
            "RATE_LIMIT_EXCEEDED",
        ]) =>
        {
            Trouble::Quota
        }
        403 if is(&["insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"]) => {
            Trouble::Rights
        }
        // Without a reason it is the person who may not; with one that is not known here, anything may be the matter.
        403 if said.status == "PERMISSION_DENIED"
            && reasons.all(|given| given.reason.is_empty()) =>
        {
            Trouble::Rights
        }
        404 if said.status == "NOT_FOUND" => Trouble::Gone,
        _ => Trouble::Other,
    };
    (trouble, words)
}

/// Why an account cannot be connected, when an API refused.
pub(crate) fn refusal(title: &str, answer: &Answer) -> ConnectError {
    let status = answer.status;
    if status.is_success() {
        return ConnectError::unreachable(title, "its answer cannot be read");
    }
    if status.is_server_error() || status.is_redirection() {
        let what = format!("it answered with status {status}; try again later");
        return ConnectError::unreachable(title, what);
    }
    let (trouble, words) = trouble(answer);
    match trouble {
        Trouble::Quota => ConnectError::unreachable(
            title,
            "the requests that this deployment may make there are used up; try again later",
        ),
        Trouble::Project => ConnectError::refused(format!(
            "{title} does not let this deployment in: whoever runs it must switch on the API in its project at Google ({words})"
        )),
        Trouble::Token | Trouble::NoChannel | Trouble::Rights | Trouble::Gone | Trouble::Other => {
            ConnectError::refused(format!("{title} refused: {words}"))
        }
    }
}

/// What an error of an API means for an account that is being checked. `gone` says what its end is in words.
pub(crate) async fn health(
    server: &Server,
    egress: &Egress,
    client: Option<&ClientCredentials>,
    tokens: &Tokens,
    answer: &Answer,
    gone: &str,
) -> Result<Health, Error> {
    let (trouble, words) = trouble(answer);
    let kind = match trouble {
        // The token may merely have come to its end, and single APIs are known to refuse good ones for moments. The refresh token
        // tells: it stays as it is, so using it here takes nothing from whoever renews.
        Trouble::Token => match &tokens.refresh {
            Some(refresh) => {
                let renewed = server.renew(egress, client, refresh).await;
                return renewed.map(|_| Health::default());
            }
            None => ErrorKind::ReconnectAccount,
        },
        Trouble::NoChannel | Trouble::Gone => {
            let context = format!("{}: {gone}", server.title);
            return Err(Error::new(ErrorKind::ReconnectAccount, context));
        }
        Trouble::Rights => ErrorKind::ReconnectAccount,
        Trouble::Quota => ErrorKind::RateLimited {
            retry_after: answer.retry_after(),
        },
        Trouble::Project | Trouble::Other => ErrorKind::Temporary,
    };
    Err(Error::new(kind, format!("{}: {words}", server.title)))
}
