//! Mastodon, and servers that speak its API: <https://docs.joinmastodon.org/methods/statuses/#create> (checked 2026-11, version 4.5).
//!
//! A status is posted with an `Idempotency-Key`, which the server remembers for an hour per account: a repeat answers with the first
//! status. Older servers write the key after the status, so two requests at once may both publish: repeats must not overlap.

mod connect;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use domain::Platform;
use domain::content::Said;
use domain::options::{self, Options};
use http::HeaderName;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::egress::{Answer, Call, Egress, Failure};
use crate::publisher::{
    Capabilities, Class, Content, Delivery, Effect, Error, Outcome, Publisher, Sends, Target,
};
use crate::rules;
use crate::text::quoted;
use crate::tokens::Tokens;

const ID_MAX_BYTES: usize = 128;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

static CAPABILITIES: Capabilities = Capabilities {
    platform: Platform::Mastodon,
    sends: Sends::TEXT,
    delivery: Delivery {
        class: Class::A2,
        // Servers forget a key after an hour; the rest is room for slow clocks and slow requests.
        repeat_within: Some(SignedDuration::from_mins(55)),
        promise: "A lost answer is settled by repeating the request with the same key within the hour. After that a person must look.",
    },
};

/// Publishes on Mastodon, and connects accounts there.
#[derive(Clone, Copy, Debug)]
pub struct Mastodon;

/// The request that publishes.
#[derive(Serialize, Deserialize)]
struct PostStatus {
    key: String,
    body: NewStatus,
}

/// What is not said is left out, and the server takes what the account has set.
#[derive(Serialize, Deserialize)]
struct NewStatus {
    status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    visibility: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spoiler_text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sensitive: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
}

impl NewStatus {
    fn of(said: &Said) -> Self {
        let options = match &said.options {
            Some(Options::Mastodon(options)) => options.clone(),
            // Options of another platform do not pass the check.
            Some(_) | None => options::Mastodon::default(),
        };
        Self {
            status: said.body.text.to_string(),
            visibility: options.visibility.map(|who| who.to_string()),
            spoiler_text: options.content_warning,
            sensitive: options.sensitive,
            language: options.language,
        }
    }
}

#[derive(Deserialize)]
struct Status {
    id: String,
    url: Option<Url>,
}

#[derive(Deserialize)]
struct ErrorBody {
    error: String,
}

#[async_trait]
impl Publisher for Mastodon {
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    async fn prepare(
        &self,
        _egress: &Egress,
        account: &Target,
        _tokens: &Tokens,
        content: &Content<'_>,
    ) -> Result<Effect, Error> {
        let findings = rules::check(Platform::Mastodon, content.said, account);
        if let Some(error) = Error::unacceptable(&findings) {
            return Err(error);
        }
        Effect::new(&PostStatus {
            key: content.key.to_owned(),
            body: NewStatus::of(content.said),
        })
    }

    async fn send(
        &self,
        egress: &Egress,
        account: &Target,
        tokens: &Tokens,
        effect: &Effect,
    ) -> Outcome {
        let request: PostStatus = match effect.read() {
            Ok(request) => request,
            Err(outcome) => return outcome,
        };
        let answer = match egress.url(&account.host, "/api/v1/statuses") {
            Ok(url) => {
                egress
                    .effect(
                        Call::post(url)
                            .bearer(&tokens.access)
                            .header(IDEMPOTENCY_KEY, &request.key)
                            .json(&request.body),
                    )
                    .await
            }
            Err(failure) => Err(failure),
        };
        match answer {
            Ok(answer) => outcome(&answer),
            Err(Failure::Ambiguous(reason)) => Outcome::Unclear { reason },
            Err(Failure::Forbidden(reason) | Failure::NotSent(reason)) => Outcome::NotSent {
                reason,
                retry_after: None,
            },
        }
    }
}

/// An id as other servers give them too: numbers, ULIDs, flakes.
fn is_id(id: &str) -> bool {
    (1..=ID_MAX_BYTES).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
}

/// How long the server asks to wait: it gives the time of the reset in ISO 8601.
fn wait(answer: &Answer) -> Option<SignedDuration> {
    let reset = || {
        answer
            .header("x-ratelimit-reset")?
            .parse::<Timestamp>()
            .ok()
    };
    answer.retry_after().or_else(|| answer.wait_until(reset()?))
}

/// What an answer to posting a status means. Only a documented refusal counts as one: an error page of some proxy proves nothing.
fn outcome(answer: &Answer) -> Outcome {
    let said = answer.json::<ErrorBody>().map(|body| quoted(&body.error));
    let reason = said
        .clone()
        .unwrap_or_else(|| format!("status {}", answer.status));
    match (answer.status.as_u16(), said) {
        (200, _) => match answer.json() {
            Some(Status { id, url: Some(url) })
                if is_id(&id) && matches!(url.scheme(), "https" | "http") =>
            {
                Outcome::Published { remote_id: id, url }
            }
            Some(_) | None => Outcome::Unclear {
                reason: "status 200 without the id and the address of a post".to_owned(),
            },
        },
        (401, _) => Outcome::ReconnectAccount { reason },
        (403, Some(said))
            if said.contains("scope") || said.contains("login") || said.contains("account") =>
        {
            Outcome::ReconnectAccount { reason }
        }
        (429, _) => Outcome::RateLimited {
            reason,
            retry_after: wait(answer),
        },
        // A unique index was hit: something with this key may be there.
        (422, Some(said)) if said.contains("Duplicate record") => Outcome::Unclear { reason },
        (400 | 403 | 404 | 410 | 413 | 422, Some(_)) => Outcome::Refused { reason },
        _ => Outcome::Unclear {
            reason: format!("status {}: {reason}", answer.status),
        },
    }
}
