//! Discord, channels by an incoming webhook: <https://docs.discord.com/developers/resources/webhook> (API v10, read in August 2026).
//!
//! The address of a webhook is all it takes to post in its channel, and it does not end. Only what has the exact form of such an
//! address is taken, and requests go to one that is built anew from its two parts. Both stand in the path, so no path is shown or
//! logged, and no words of an answer that repeats the token.
//!
//! The account is the channel and not the webhook: when somebody deletes the webhook and makes another one for the channel, the account
//! is connected again and not a second time. When somebody moves the webhook to another channel, the account must be connected again.
//!
//! A webhook is not deleted when its account is disconnected, although its token would allow that. Somebody made it by hand, other
//! programs may post through it, and it cannot be made again with the same address: whoever disconnects an account expects that Tayang
//! forgets the address, which it does, and not that something of theirs disappears. What Tayang was given by a consent, it gives back.

mod connect;
#[cfg(test)]
mod tests;

use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::connect::{ConnectError, Field};
use crate::egress::{Answer, Call, Egress, Failure};
use crate::publisher::{Error, ErrorKind};
use crate::text::quoted;

const NAME: &str = "Discord";
const API: &str = "discord.com";
/// What people are given as the address of a webhook, by the old name and by the early versions of the program too.
const HOSTS: [&str; 4] = [
    API,
    "discordapp.com",
    "ptb.discord.com",
    "canary.discord.com",
];
const LONGEST_WAIT: f64 = 24.0 * 60.0 * 60.0;

/// Connects channels on Discord.
#[derive(Clone, Copy, Debug)]
pub struct Discord;

/// A webhook's address, taken apart.
struct Address<'a> {
    id: &'a str,
    token: &'a str,
}

impl<'a> Address<'a> {
    /// Reads `https://discord.com/api/webhooks/{id}/{token}`, with or without a version, and nothing else.
    fn read(address: &'a str) -> Option<Self> {
        let (host, path) = address.strip_prefix("https://")?.split_once('/')?;
        if !HOSTS.contains(&host) {
            return None;
        }
        let path = path.strip_prefix("api/")?;
        let path = match path.strip_prefix('v') {
            Some(versioned) => {
                let (version, rest) = versioned.split_once('/')?;
                is_digits(version, 2).then_some(rest)?
            }
            None => path,
        };
        let (id, token) = path.strip_prefix("webhooks/")?.split_once('/')?;
        (is_snowflake(id) && is_token(token)).then_some(Self { id, token })
    }
}

fn is_digits(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// An id as Discord makes them: the digits of a number of 64 bits.
fn is_snowflake(id: &str) -> bool {
    is_digits(id, 20) && id.parse::<u64>().is_ok()
}

fn is_token(token: &str) -> bool {
    (20..=200).contains(&token.len())
        && token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// What Discord says about a webhook to whoever has its token.
#[derive(Deserialize)]
struct Webhook {
    id: String,
    #[serde(rename = "type")]
    kind: u8,
    name: Option<String>,
    channel_id: Option<String>,
    guild_id: Option<String>,
}

#[derive(Deserialize)]
struct ErrorBody {
    code: u32,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
struct Wait {
    retry_after: f64,
}

/// Why Discord did not show a webhook.
#[derive(Debug, PartialEq)]
enum Problem {
    /// There is no answer.
    Silent(Failure),
    /// There is no such webhook, any more.
    Dead(String),
    /// It takes no more for now.
    RateLimited(Option<SignedDuration>),
    /// Anything else: it says nothing about the webhook.
    Unclear(String),
}

/// Looks a webhook up; `address` is all that authorises this.
async fn look_up(egress: &Egress, address: &SecretString) -> Result<Webhook, Problem> {
    let Some(Address { id, token }) = Address::read(address.expose_secret()) else {
        return Err(Problem::Dead(
            "this is not the address of a webhook".to_owned(),
        ));
    };
    let url = egress
        .url(API, &format!("/api/v10/webhooks/{id}/{token}"))
        .map_err(Problem::Silent)?;
    let call = Call::get(url).with_secret_path();
    let answer = egress.read(call).await.map_err(Problem::Silent)?;
    let webhook = answer
        .json::<Webhook>()
        .filter(|webhook| answer.status.is_success() && webhook.id == id);
    webhook.ok_or_else(|| problem(&answer, token))
}

/// Only an error in the shape of the API says anything: some proxy may answer 404 too.
fn problem(answer: &Answer, token: &str) -> Problem {
    let status = answer.status.as_u16();
    let said = answer.json::<ErrorBody>();
    let words = said.as_ref().map_or_else(
        || format!("it answered with status {status}"),
        |said| quoted(&said.message.replace(token, "…")),
    );
    match (status, said.map(|said| said.code)) {
        (429, _) => Problem::RateLimited(
            answer
                .json::<Wait>()
                .and_then(|wait| {
                    SignedDuration::try_from_secs_f64(wait.retry_after.clamp(0.0, LONGEST_WAIT))
                        .ok()
                })
                .or_else(|| answer.retry_after()),
        ),
        // Unknown webhook, unknown channel, invalid webhook token.
        (404, Some(10_015 | 10_003)) | (401, Some(50_027)) => Problem::Dead(words),
        _ => Problem::Unclear(words),
    }
}

impl Problem {
    fn while_connecting(self) -> ConnectError {
        match self {
            Self::Silent(failure) => ConnectError::no_answer(NAME, &failure),
            Self::Dead(words) => ConnectError::input(
                Field::WebhookUrl,
                format!("Discord does not know this webhook ({words}): copy its address again"),
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
            Problem::Dead(words) => Self::new(
                ErrorKind::ReconnectAccount,
                format!("Discord no longer takes the webhook: {words}"),
            ),
            Problem::RateLimited(retry_after) => Self::new(
                ErrorKind::RateLimited { retry_after },
                "Discord takes no more for now",
            ),
            Problem::Unclear(words) => Self::new(ErrorKind::Temporary, format!("{NAME}: {words}")),
        }
    }
}
