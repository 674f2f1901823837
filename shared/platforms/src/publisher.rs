//! What every platform must be able to do to publish a post: check it, prepare it, and send it with one request.

use async_trait::async_trait;
use domain::Platform;
use domain::content::Said;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::egress::Egress;
use crate::rules::Finding;
use crate::tokens::Tokens;

/// One platform's way of publishing: `prepare` (reversible), then the caller stores the effect and arms the publication, then `send`.
#[async_trait]
pub trait Publisher: Send + Sync {
    /// What is sent and what the platform promises.
    fn capabilities(&self) -> &'static Capabilities;

    /// Does everything that can be undone, and says exactly what `send` would send. An error means that nothing was published. What
    /// `rules::check` finds wrong is refused before any call.
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

/// What Tayang sends to a platform, and what the platform promises. What it takes is said by `rules`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Capabilities {
    /// The platform.
    pub platform: Platform,
    /// What of a post Tayang sends there so far, besides text and options.
    pub sends: Sends,
    /// What is known after a lost answer.
    pub delivery: Delivery,
}

/// What of a post Tayang sends to a platform so far, besides text and options.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each asked for by its name"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sends {
    /// Files.
    pub media: bool,
    /// The card of a link.
    pub link_card: bool,
    /// What follows in the same thread.
    pub threads: bool,
    /// A first comment.
    pub first_comment: bool,
}

impl Sends {
    /// Text and options only.
    pub const TEXT: Self = Self {
        media: false,
        link_card: false,
        threads: false,
        first_comment: false,
    };
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

/// What to publish.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// What the post says on this account; its text is published byte for byte.
    pub said: &'a Said,
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

    /// The error for content that a platform does not take, or that Tayang cannot send there.
    pub(crate) fn unacceptable(findings: &[Finding]) -> Option<Self> {
        let errors = findings.iter().filter(|finding| finding.is_error());
        let words: Vec<String> = errors.map(Finding::to_string).collect();
        (!words.is_empty()).then(|| Self::new(ErrorKind::Rejected, words.join("; ")))
    }
}
