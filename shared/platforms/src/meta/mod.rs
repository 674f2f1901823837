//! What Facebook, Instagram and Threads have in common: how they word errors, and the proof that we know the app's secret.

mod door;

use std::fmt::Write as _;

use aws_lc_rs::hmac;
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use self::door::{Door, handle, named};
use crate::connect::ConnectError;
use crate::egress::{Answer, Failure};
use crate::publisher::{Error, ErrorKind};
use crate::text::quoted;

const ID_MAX_BYTES: usize = 32;
/// More than Meta has of scopes or tasks.
const LIST_MAX: usize = 100;
/// Longer words with digits in them may be tokens, which Meta repeats in some of its messages.
const WORD_MAX_BYTES: usize = 15;

/// Shows that whoever uses the token knows the app's secret too (`appsecret_proof`).
pub(crate) fn proof(secret: &SecretString, token: &SecretString) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
    let tag = hmac::sign(&key, token.expose_secret().as_bytes());
    tag.as_ref().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Whether this can be an id: Meta has numbers only.
pub(crate) fn is_id(id: &str) -> bool {
    (1..=ID_MAX_BYTES).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// An id, which some answers give as a number.
pub(crate) fn id(value: &Value) -> Option<String> {
    let id = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    is_id(&id).then_some(id)
}

/// A list of Meta's words, fit to be shown and stored.
pub(crate) fn listed(words: &[String]) -> Vec<String> {
    words
        .iter()
        .take(LIST_MAX)
        .map(|word| quoted(word))
        .collect()
}

/// What went wrong, by what can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The token opens nothing any more.
    Dead,
    /// The token is not permitted to do this, or what it asks for is not there for it.
    Denied,
    /// Too many requests.
    Limited,
    /// Nothing was decided; it may work later.
    Busy,
    /// Anything else: the request is not accepted.
    Refused,
}

/// A request that did not succeed. It holds no secret.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub class: Class,
    words: String,
    retry_after: Option<SignedDuration>,
}

impl Refusal {
    fn new(class: Class, words: impl Into<String>) -> Self {
        Self {
            class,
            words: words.into(),
            retry_after: None,
        }
    }

    pub(crate) fn unreadable() -> Self {
        Self::new(Class::Busy, "its answer cannot be read")
    }

    pub(crate) fn no_answer(failure: &Failure) -> Self {
        Self::new(Class::Busy, failure.to_string())
    }

    /// For an account that is connected. Only a token that is worth nothing asks for its owner.
    pub(crate) fn of_account(self, title: &str) -> Error {
        let kind = match self.class {
            Class::Dead => ErrorKind::ReconnectAccount,
            Class::Limited => ErrorKind::RateLimited {
                retry_after: self.retry_after,
            },
            Class::Denied | Class::Busy | Class::Refused => ErrorKind::Temporary,
        };
        Error::new(kind, format!("{title}: {}", self.words))
    }

    /// The same, when it is our own credentials that the platform did not take, which says nothing about the account.
    pub(crate) fn of_ourselves(self, title: &str) -> Error {
        let class = match self.class {
            Class::Dead => Class::Refused,
            class @ (Class::Denied | Class::Limited | Class::Busy | Class::Refused) => class,
        };
        Self { class, ..self }.of_account(title)
    }

    /// For an account that is being connected.
    pub(crate) fn of_connecting(self, title: &str) -> ConnectError {
        match self.class {
            Class::Limited | Class::Busy => {
                ConnectError::unreachable(title, format!("{}; try again later", self.words))
            }
            Class::Dead | Class::Denied | Class::Refused => {
                ConnectError::refused(format!("{title} refused: {}; start again", self.words))
            }
        }
    }
}

#[derive(Deserialize)]
struct ErrorBody {
    error: Option<GraphError>,
    /// Where codes are exchanged, errors may have another shape.
    error_message: Option<String>,
}

#[derive(Deserialize)]
struct GraphError {
    message: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    code: Option<i64>,
    error_subcode: Option<i64>,
    is_transient: Option<bool>,
}

/// Reads an answer. The body says more than the status, which is 400 for most of what can go wrong.
pub(crate) fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, Refusal> {
    match answer.json::<ErrorBody>() {
        Some(ErrorBody {
            error: Some(error), ..
        }) => return Err(of_graph(&error, answer)),
        Some(ErrorBody {
            error_message: Some(message),
            ..
        }) => return Err(Refusal::new(of_status(answer), harmless(&message))),
        Some(_) | None => {}
    }
    if !answer.status.is_success() {
        let words = format!("it answered with status {}", answer.status);
        return Err(limited(answer, of_status(answer), words));
    }
    answer.json().ok_or_else(Refusal::unreadable)
}

/// <https://developers.facebook.com/docs/graph-api/guides/error-handling>
fn of_graph(error: &GraphError, answer: &Answer) -> Refusal {
    let known = match error.code {
        _ if error.is_transient == Some(true) => Some(Class::Busy),
        Some(102 | 190) => Some(Class::Dead),
        None if error.kind.as_deref() == Some("OAuthException")
            && answer.status.is_client_error() =>
        {
            Some(Class::Dead)
        }
        // Limits of the app, a user, a page; those from 80000 on are of the uses that a business makes.
        Some(4 | 17 | 32 | 341 | 613 | 80_000..=80_014) => Some(Class::Limited),
        Some(1 | 2) => Some(Class::Busy),
        Some(3 | 10 | 200..=299) => Some(Class::Denied),
        // There is no such thing, or none for this token.
        Some(100) if error.error_subcode == Some(33) => Some(Class::Denied),
        Some(_) | None => None,
    };
    let number = match (error.code, error.error_subcode) {
        (Some(code), Some(subcode)) => format!(" (error {code}/{subcode})"),
        (Some(code), None) => format!(" (error {code})"),
        (None, _) => String::new(),
    };
    let message = error.message.as_deref().map(harmless).unwrap_or_default();
    let words = format!("{message}{number}");
    limited(
        answer,
        known.unwrap_or_else(|| of_status(answer)),
        words.trim(),
    )
}

fn of_status(answer: &Answer) -> Class {
    let status = answer.status;
    if status.as_u16() == 429 {
        Class::Limited
    } else if status.is_client_error() || status.is_success() {
        Class::Refused
    } else {
        Class::Busy
    }
}

fn limited(answer: &Answer, class: Class, words: impl Into<String>) -> Refusal {
    Refusal {
        retry_after: answer.retry_after().or_else(|| wait(answer)),
        ..Refusal::new(class, words)
    }
}

/// How long it is until more is taken: the longest of all that Meta counts for us, in minutes.
fn wait(answer: &Answer) -> Option<SignedDuration> {
    let usage: Value = serde_json::from_str(answer.header("x-business-use-case-usage")?).ok()?;
    let uses = usage.as_object()?.values().filter_map(Value::as_array);
    let minutes = uses
        .flatten()
        .filter_map(|usage| usage["estimated_time_to_regain_access"].as_i64())
        .max()?;
    Some(SignedDuration::from_mins(minutes.clamp(0, 24 * 60)))
}

/// What Meta wrote, fit to be shown, without the tokens that it repeats at times.
fn harmless(message: &str) -> String {
    let word = |word: &str| {
        let secret = word.len() > WORD_MAX_BYTES && word.bytes().any(|byte| byte.is_ascii_digit());
        if secret {
            "…".to_owned()
        } else {
            word.to_owned()
        }
    };
    let words: Vec<String> = message.split_whitespace().map(word).collect();
    quoted(&words.join(" "))
}
