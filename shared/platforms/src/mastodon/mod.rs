//! Mastodon, and servers that speak its API: <https://docs.joinmastodon.org/methods/statuses/#create> (checked 2026-11, version 4.5).
//!
//! A status is posted with an `Idempotency-Key`, which the server remembers for an hour per account: a repeat answers with the first
//! status. Older servers write the key after the status, so two requests at once may both publish: repeats must not overlap.

mod connect;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use domain::Platform;
use http::HeaderName;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::egress::{Answer, Call, Egress, Failure};
use crate::publisher::{
    Capabilities, Class, Content, Delivery, Effect, Error, Finding, Limits, Outcome, Publisher,
    Target, TextLimit, Unit, findings,
};
use crate::text::{mastodon_characters, quoted};
use crate::tokens::Tokens;

const DEFAULT_MAX_CHARACTERS: u32 = 500;
const ID_MAX_BYTES: usize = 128;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

static CAPABILITIES: Capabilities = Capabilities {
    platform: Platform::Mastodon,
    text: &[TextLimit {
        unit: Unit::Characters,
        limit: DEFAULT_MAX_CHARACTERS,
        set_by_server: true,
        counting: "a link counts 23, and of @user@server only @user counts",
    }],
    delivery: Delivery {
        class: Class::A2,
        // Servers forget a key after an hour; the rest is room for slow clocks and slow requests.
        repeat_within: Some(SignedDuration::from_mins(55)),
        promise: "A lost answer is settled by repeating the request with the same key within the hour. After that a person must look.",
    },
    documentation: "https://docs.joinmastodon.org/methods/statuses/#create",
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

#[derive(Serialize, Deserialize)]
struct NewStatus {
    status: String,
    visibility: String,
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

    fn check(&self, text: &str, limits: &Limits) -> Vec<Finding> {
        let limit = limits.max_characters.unwrap_or(DEFAULT_MAX_CHARACTERS);
        findings(
            text,
            &[(Unit::Characters, mastodon_characters(text), limit as usize)],
        )
    }

    async fn prepare(
        &self,
        _egress: &Egress,
        account: &Target,
        _tokens: &Tokens,
        content: &Content<'_>,
    ) -> Result<Effect, Error> {
        if let Some(error) = Error::unacceptable(&self.check(content.text, &account.limits())) {
            return Err(error);
        }
        let body = NewStatus {
            status: content.text.to_owned(),
            visibility: "public".to_owned(),
        };
        Effect::new(&PostStatus {
            key: content.key.to_owned(),
            body,
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
