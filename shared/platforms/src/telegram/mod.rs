//! Telegram, channels and groups by a bot: <https://core.telegram.org/bots/api> (Bot API 10.1, read in August 2026).
//!
//! Somebody makes a bot at @BotFather, lets it post in a channel or group, and brings its token, which does not end. The token stands
//! in the path of every request, so no path is shown or logged, and no words of an answer that repeats it.
//!
//! A bot cannot give its token back: only its owner can, at @BotFather. What there is besides is no return: `logOut` moves a bot to
//! another server, `leaveChat` takes it out of a chat where it may have other work. So nothing is done when an account is
//! disconnected, and nothing has to be: connecting only reads, and sets no webhook or command that could stay behind.

mod chat;
mod connect;
#[cfg(test)]
mod tests;

use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::connect::{ConnectError, Field};
use crate::egress::{Answer, Call, Egress, Failure};
use crate::publisher::{Error, ErrorKind};
use crate::text::quoted;

const NAME: &str = "Telegram";
const API: &str = "api.telegram.org";
/// Where public channels and groups have their page.
const WEB: &str = "t.me";
/// Where the others can be opened by whoever is in them.
const WEB_CLIENT: &str = "web.telegram.org";
const LONGEST_WAIT: i64 = 24 * 60 * 60;

/// Connects channels and groups on Telegram.
#[derive(Clone, Copy, Debug)]
pub struct Telegram;

/// What every answer looks like.
#[derive(Deserialize)]
struct Envelope<T> {
    ok: bool,
    result: Option<T>,
    error_code: Option<u16>,
    #[serde(default)]
    description: String,
    parameters: Option<Parameters>,
}

#[derive(Deserialize)]
struct Parameters {
    retry_after: Option<i64>,
    migrate_to_chat_id: Option<i64>,
}

/// Why the Bot API did not do what it was asked.
#[derive(Debug, PartialEq, Eq)]
enum Problem {
    /// There is no answer.
    Silent(Failure),
    /// There is no bot with this token, any more.
    DeadToken,
    /// The chat is not there for the bot, or not in the way it must be.
    NoAccess(String),
    /// It takes no more for now.
    RateLimited(Option<SignedDuration>),
    /// Anything else: it says nothing about token and chat.
    Unclear(String),
}

/// The id of the bot that a token is for, if it has the form of a token.
fn bot_of(token: &str) -> Option<i64> {
    let (id, secret) = token.split_once(':')?;
    let fits = (30..=64).contains(&secret.len())
        && secret
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let digits = (1..=16).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
    (fits && digits).then(|| id.parse().ok())?
}

/// Calls a method that only reads.
async fn ask<T: DeserializeOwned>(
    egress: &Egress,
    token: &SecretString,
    method: &str,
    form: &[(&str, &str)],
) -> Result<T, Problem> {
    if bot_of(token.expose_secret()).is_none() {
        return Err(Problem::DeadToken);
    }
    let url = egress
        .url(API, &format!("/bot{}/{method}", token.expose_secret()))
        .map_err(Problem::Silent)?;
    let call = Call::post(url).with_secret_path().form(form);
    let answer = egress.read(call).await.map_err(Problem::Silent)?;
    read(&answer, token)
}

/// Only an answer in the shape of the Bot API says anything: some proxy may answer 404 too.
fn read<T: DeserializeOwned>(answer: &Answer, token: &SecretString) -> Result<T, Problem> {
    let status = answer.status.as_u16();
    let unclear = || Problem::Unclear(format!("it answered with status {status}"));
    let said: Envelope<T> = answer.json().ok_or_else(unclear)?;
    if said.ok {
        return said.result.ok_or_else(unclear);
    }
    if said.error_code != Some(status) {
        return Err(unclear());
    }
    let words = quoted(&said.description.replace(token.expose_secret(), "…"));
    let parameters = said.parameters.as_ref();
    Err(match status {
        401 | 404 => Problem::DeadToken,
        403 => Problem::NoAccess(words),
        429 => Problem::RateLimited(
            parameters
                .and_then(|parameters| parameters.retry_after)
                .map(|seconds| SignedDuration::from_secs(seconds.clamp(0, LONGEST_WAIT)))
                .or_else(|| answer.retry_after()),
        ),
        400 if parameters.is_some_and(|parameters| parameters.migrate_to_chat_id.is_some()) => {
            Problem::NoAccess("the group became a supergroup, which has another id".to_owned())
        }
        400 if is_about_access(&words) => Problem::NoAccess(words),
        _ => Problem::Unclear(words),
    })
}

/// Whether a bad request is bad because of where the bot is: only the words tell.
fn is_about_access(words: &str) -> bool {
    const SAID: [&str; 5] = [
        "chat not found",
        "need administrator rights",
        "not enough rights",
        "member list is inaccessible",
        "chat_write_forbidden",
    ];
    let words = words.to_ascii_lowercase();
    SAID.iter().any(|said| words.contains(said))
}

impl Problem {
    fn while_connecting(self) -> ConnectError {
        match self {
            Self::Silent(failure) => ConnectError::no_answer(NAME, &failure),
            Self::DeadToken => ConnectError::input(
                Field::Token,
                "Telegram knows no bot with this token: copy it again from @BotFather",
            ),
            Self::NoAccess(words) => ConnectError::input(
                Field::Identifier,
                format!(
                    "the bot cannot see this channel or group ({words}): check how it is written, and add the bot there, to a channel as an administrator"
                ),
            ),
            Self::RateLimited(_) => {
                ConnectError::unreachable(NAME, "it takes no more for now; try again later")
            }
            Self::Unclear(words) => {
                ConnectError::unreachable(NAME, format!("{words}; try again later"))
            }
        }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Silent(failure) => Self::new(ErrorKind::Temporary, failure.to_string()),
            Problem::DeadToken => Self::new(
                ErrorKind::ReconnectAccount,
                "Telegram no longer takes the bot's token",
            ),
            Problem::NoAccess(words) => Self::new(
                ErrorKind::ReconnectAccount,
                format!("the bot has no access any more: {words}"),
            ),
            Problem::RateLimited(retry_after) => Self::new(
                ErrorKind::RateLimited { retry_after },
                "Telegram takes no more for now",
            ),
            Problem::Unclear(words) => Self::new(ErrorKind::Temporary, format!("{NAME}: {words}")),
        }
    }
}
