//! Slack, channels by an app or by an incoming webhook: <https://docs.slack.dev/apis/web-api/> and
//! <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks> (no versions; read in August 2026).
//!
//! An app needs the deployment to be registered with Slack, a webhook nothing. What the app was given by a consent is given back when
//! its account is disconnected. A webhook is somebody's own, and there is no call that ends one.
//!
//! All channels of a workspace hang on one token of the app: giving it back, or renewing it where it rotates, concerns them all.
//! The Web API answers errors with status 200 and `ok: false`; an incoming webhook answers in plain text.

mod channels;
mod connect;
#[cfg(test)]
mod tests;
mod webhook;
mod workspace;

use jiff::SignedDuration;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::connect::ConnectError;
use crate::egress::{Answer, Failure};
use crate::publisher::{Error, ErrorKind};
use crate::text::quoted;

const NAME: &str = "Slack";
const HOST: &str = "slack.com";
/// Where a channel can be opened.
const WEB: &str = "app.slack.com";

/// Connects channels on Slack.
#[derive(Clone, Copy, Debug)]
pub struct Slack;

/// Why Slack did not do what it was asked.
#[derive(Debug, PartialEq, Eq)]
enum Problem {
    /// There is no answer.
    Silent(Failure),
    /// It said no, with this code.
    Refused(String),
    /// It takes no more for now.
    RateLimited(Option<SignedDuration>),
    /// Anything else: it decided nothing.
    Unclear(String),
}

#[derive(Deserialize)]
struct Status {
    ok: bool,
    error: Option<String>,
}

/// Reads an answer of the Web API, which says in its body how it went.
fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, Problem> {
    let status = answer.status.as_u16();
    let unclear = || Problem::Unclear(format!("it answered with status {status}"));
    if status == 429 {
        return Err(Problem::RateLimited(answer.retry_after()));
    }
    let said: Status = answer
        .json()
        .filter(|_| !answer.status.is_server_error())
        .ok_or_else(unclear)?;
    if said.ok {
        return answer.json().ok_or_else(unclear);
    }
    let code = quoted(&said.error.unwrap_or_default());
    Err(match code.as_str() {
        "ratelimited" | "rate_limited" => Problem::RateLimited(answer.retry_after()),
        // A workspace that moves to another plan comes back when it has moved.
        "internal_error"
        | "fatal_error"
        | "service_unavailable"
        | "request_timeout"
        | "team_added_to_org"
        | "org_login_required"
        | "" => Problem::Unclear(format!("it answered {code}")),
        _ => Problem::Refused(code),
    })
}

impl Problem {
    /// Why an account is not connected; `of_refusal` puts a code into words.
    fn while_connecting(self, of_refusal: impl Fn(&str) -> ConnectError) -> ConnectError {
        match self {
            Self::Silent(failure) => ConnectError::no_answer(NAME, &failure),
            Self::Refused(code) => of_refusal(&code),
            Self::RateLimited(_) => {
                ConnectError::unreachable(NAME, "it takes no more for now; try again later")
            }
            Self::Unclear(words) => {
                ConnectError::unreachable(NAME, format!("{words}; try again later"))
            }
        }
    }

    /// What it means for an account that is connected: of all refusals, only the ones in `dead` end the access.
    fn of_account(self, dead: &[&str]) -> Error {
        match self {
            Self::Silent(failure) => Error::new(ErrorKind::Temporary, failure.to_string()),
            Self::Refused(code) if dead.contains(&code.as_str()) => Error::new(
                ErrorKind::ReconnectAccount,
                format!("{NAME} does not let Tayang in any more: {code}"),
            ),
            Self::Refused(words) | Self::Unclear(words) => {
                Error::new(ErrorKind::Temporary, format!("{NAME}: {words}"))
            }
            Self::RateLimited(retry_after) => Error::new(
                ErrorKind::RateLimited { retry_after },
                "Slack takes no more for now",
            ),
        }
    }
}

/// An id as Slack makes them: a letter that says of what, then capitals and digits.
fn is_id(id: &str, kinds: &[u8]) -> bool {
    (2..=32).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && id.bytes().next().is_some_and(|kind| kinds.contains(&kind))
}
