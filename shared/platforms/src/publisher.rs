//! What every platform must be able to do to publish a post: check it, prepare it, and send it with one request.

use std::fmt;

use async_trait::async_trait;
use domain::Platform;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::egress::Egress;
use crate::tokens::Tokens;

/// One platform's way of publishing: `prepare` (reversible), then the caller stores the effect and arms the publication, then `send`.
#[async_trait]
pub trait Publisher: Send + Sync {
    /// What the platform takes and what it promises.
    fn capabilities(&self) -> &'static Capabilities;

    /// What is wrong with the text; nothing, when it can be published. The one count that creation, preview and publishing share.
    fn check(&self, text: &str, limits: &Limits) -> Vec<Finding>;

    /// Does everything that can be undone, and says exactly what `send` would send. An error means that nothing was published.
    async fn prepare(
        &self,
        egress: &Egress,
        account: &Target,
        tokens: &Tokens,
        content: &Content<'_>,
    ) -> Result<Effect, Error>;

    /// Makes the one request that cannot be undone. Sending the same effect again sends the same bytes.
    async fn send(
        &self,
        egress: &Egress,
        account: &Target,
        tokens: &Tokens,
        effect: &Effect,
    ) -> Outcome;
}

/// What a platform takes and what it promises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Capabilities {
    /// The platform.
    pub platform: Platform,
    /// Its limits for the text of a post: all of them apply.
    pub text: &'static [TextLimit],
    /// What is known after a lost answer.
    pub delivery: Delivery,
    /// Where the platform documents this.
    pub documentation: &'static str,
}

/// One limit for the text of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TextLimit {
    /// What is counted.
    pub unit: Unit,
    /// The most that is taken, unless the account's server says otherwise.
    pub limit: u32,
    /// Whether the account's server may say otherwise.
    pub set_by_server: bool,
    /// How it is counted, in words.
    pub counting: &'static str,
}

/// What is counted in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Unit {
    /// Letters as people see them (grapheme clusters).
    Characters,
    /// Bytes in UTF-8.
    Bytes,
}

/// What is known after a lost answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// The kind of protection.
    pub class: Class,
    /// For how long after the first send a repeat of the same effect cannot publish twice; without end when absent in class A1.
    pub repeat_within: Option<SignedDuration>,
    /// The same in a sentence for people.
    pub promise: &'static str,
}

/// How a platform protects against publishing twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display)]
pub enum Class {
    /// It recognises a repeated request, for ever.
    A1,
    /// It recognises a repeated request for some time.
    A2,
    /// It publishes in two steps and can be asked how far it came.
    A3,
    /// It does not, but what was published can be listed and matched.
    B,
    /// It does not, and it cannot be asked.
    C,
}

/// The limits of one account that differ from those of its platform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The most characters its server takes, where the server says so.
    pub max_characters: Option<u32>,
}

/// Something that keeps a text from being published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Finding {
    /// There is nothing to publish.
    Empty,
    /// There is too much.
    TooLong {
        /// What was counted.
        unit: Unit,
        /// How much there is.
        length: usize,
        /// How much there may be.
        limit: usize,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the text is empty"),
            Self::TooLong {
                unit,
                length,
                limit,
            } => write!(
                f,
                "the text is too long: {length} {unit}, and the limit is {limit}"
            ),
        }
    }
}

/// Compares counts with limits, in the order of the platform's table.
pub(crate) fn findings(text: &str, counts: &[(Unit, usize, usize)]) -> Vec<Finding> {
    if text.trim().is_empty() {
        return vec![Finding::Empty];
    }
    let too_long = |&(unit, length, limit): &(Unit, usize, usize)| {
        (length > limit).then_some(Finding::TooLong {
            unit,
            length,
            limit,
        })
    };
    counts.iter().filter_map(too_long).collect()
}

/// The account to publish to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The server that holds it, as a host name.
    pub host: String,
    /// What the platform calls it: an id that never changes.
    pub remote_id: String,
    /// Its handle, as people write it, without a leading `@`.
    pub handle: String,
    /// The most characters its server takes, where the server says so.
    pub max_characters: Option<u32>,
}

impl Target {
    /// The limits of this account.
    pub fn limits(&self) -> Limits {
        Limits {
            max_characters: self.max_characters,
        }
    }
}

/// What to publish.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// The text, published byte for byte.
    pub text: &'a str,
    /// The key of this publication: at least 128 random or hashed bits, the same at every attempt, never used for another one.
    pub key: &'a str,
    /// A time fixed for the publication, the same at every attempt.
    pub created_at: Timestamp,
}

/// Everything that is needed to send the same bytes again. It holds no secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Effect(Value);

impl Effect {
    /// Takes a platform's own description of its request.
    pub(crate) fn new<T: Serialize>(request: &T) -> Result<Self, Error> {
        serde_json::to_value(request)
            .map(Self)
            .map_err(|error| Error::new(ErrorKind::Rejected, error.to_string()))
    }

    /// Reads the platform's own description back, or says that this effect is another platform's.
    pub(crate) fn read<T: for<'de> Deserialize<'de>>(&self) -> Result<T, Outcome> {
        T::deserialize(&self.0).map_err(|error| Outcome::NotSent {
            reason: format!("the stored effect cannot be read: {error}"),
            retry_after: None,
        })
    }
}

impl From<Value> for Effect {
    fn from(stored: Value) -> Self {
        Self(stored)
    }
}

impl From<Effect> for Value {
    fn from(effect: Effect) -> Self {
        effect.0
    }
}

/// What came of sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is published.
    Published {
        /// What the platform calls the post.
        remote_id: String,
        /// Where people find it.
        url: Url,
    },
    /// The platform said no to this content; it is not published.
    Refused {
        /// Its words.
        reason: String,
    },
    /// Nothing left us; it is not published by this send.
    NotSent {
        /// What went wrong.
        reason: String,
        /// When to try again, if there is reason to wait for a certain time.
        retry_after: Option<SignedDuration>,
    },
    /// The platform takes no more for now; it is not published by this send.
    RateLimited {
        /// Its words.
        reason: String,
        /// How long it asks to wait, when it says so.
        retry_after: Option<SignedDuration>,
    },
    /// The access token has run out; it is not published by this send. Refreshing the tokens helps.
    TokenExpired {
        /// The platform's words.
        reason: String,
    },
    /// The platform no longer takes the tokens; it is not published by this send. A team admin must connect the account again.
    ReconnectAccount {
        /// Its words.
        reason: String,
    },
    /// It may or may not be published.
    Unclear {
        /// What is known.
        reason: String,
    },
}

/// Why something that can be undone did not work; nothing was published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{context}")]
pub struct Error {
    /// What the caller can do about it.
    pub kind: ErrorKind,
    /// What went wrong, in words.
    pub context: String,
}

/// What the caller can do about an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Nothing: the content is not acceptable.
    Rejected,
    /// A team admin must connect the account again.
    ReconnectAccount,
    /// Wait.
    RateLimited {
        /// How long the platform asks to wait, when it says so.
        retry_after: Option<SignedDuration>,
    },
    /// Try again later.
    Temporary,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, context: impl Into<String>) -> Self {
        Self {
            kind,
            context: context.into(),
        }
    }

    /// The error for a text with findings.
    pub(crate) fn unacceptable(findings: &[Finding]) -> Option<Self> {
        let words: Vec<String> = findings.iter().map(Finding::to_string).collect();
        (!words.is_empty()).then(|| Self::new(ErrorKind::Rejected, words.join("; ")))
    }
}
