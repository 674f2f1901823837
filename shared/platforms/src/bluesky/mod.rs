//! Bluesky, on any personal data server: <https://docs.bsky.app/docs/advanced-guides/posts> (checked 2026-11, lexicon `app.bsky.feed.post`).
//!
//! A post is written with `putRecord` under a key of our own, with a fixed `createdAt`. Every send is the same request, without a
//! condition: if the record is not there it is written, and if the very same record is there nothing is written and the answer is
//! the same as the first time. So a lost answer is settled by sending again, at any time. `swapRecord: null` (write only if absent) would not
//! be safer: it answers the repeat with an error that then needs a second look, and it too writes a post again that somebody
//! deleted in between. `createRecord` is not used: it answers a key that exists with status 500, like a real fault.

mod connect;
mod facets;
mod record;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use domain::Platform;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use url::Url;

pub(crate) use self::facets::entities;
use self::record::{COLLECTION, PutRecord};
use crate::egress::{Answer, Call, Egress, Failure};
use crate::publisher::{
    Capabilities, Class, Content, Delivery, Effect, Error, ErrorKind, Outcome, Publisher, Sends,
    Target,
};
use crate::rules;
use crate::text::quoted;
use crate::tokens::Tokens;

const WEB: &str = "bsky.app";

static CAPABILITIES: Capabilities = Capabilities {
    platform: Platform::Bluesky,
    sends: Sends::TEXT,
    delivery: Delivery {
        class: Class::A1,
        repeat_within: None,
        promise: "A lost answer is settled by writing the same post under the same key again, at any time.",
    },
};

/// Publishes on Bluesky, and connects accounts there.
#[derive(Clone, Copy, Debug)]
pub struct Bluesky;

#[derive(Deserialize)]
struct Written {
    uri: String,
    cid: String,
}

/// The shape of every error.
#[derive(Deserialize)]
struct ErrorBody {
    error: String,
    #[serde(default)]
    message: String,
}

impl ErrorBody {
    fn words(&self) -> String {
        quoted(&format!("{} {}", self.error, self.message))
    }
}

#[async_trait]
impl Publisher for Bluesky {
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    async fn prepare(
        &self,
        egress: &Egress,
        account: &Target,
        _tokens: &Tokens,
        content: &Content<'_>,
    ) -> Result<Effect, Error> {
        let findings = rules::check(Platform::Bluesky, content.said, account);
        if let Some(error) = Error::unacceptable(&findings) {
            return Err(error);
        }
        if !is_did(&account.remote_id) {
            return Err(Error::new(
                ErrorKind::ReconnectAccount,
                "the stored id of the account is not a DID",
            ));
        }
        let facets =
            facets::resolved(egress, &account.host, content.said.body.text.as_str()).await?;
        Effect::new(&PutRecord::new(&account.remote_id, content, facets))
    }

    async fn send(
        &self,
        egress: &Egress,
        account: &Target,
        tokens: &Tokens,
        effect: &Effect,
    ) -> Outcome {
        let request: PutRecord = match effect.read() {
            Ok(request) => request,
            Err(outcome) => return outcome,
        };
        let answer = match egress.url(&account.host, "/xrpc/com.atproto.repo.putRecord") {
            Ok(url) => {
                egress
                    .effect(Call::post(url).bearer(&tokens.access).json(&request))
                    .await
            }
            Err(failure) => Err(failure),
        };
        match answer {
            Ok(answer) => match outcome(&answer, &request) {
                Outcome::Published { remote_id, url } => Outcome::Published {
                    remote_id,
                    url: shown(egress, &account.host, url),
                },
                other => other,
            },
            Err(Failure::Ambiguous(reason)) => Outcome::Unclear { reason },
            Err(Failure::Forbidden(reason) | Failure::NotSent(reason)) => Outcome::NotSent {
                reason,
                retry_after: None,
            },
        }
    }
}

/// Whether this is an account's permanent id, of a kind that Bluesky uses.
fn is_did(id: &str) -> bool {
    let name = id
        .strip_prefix("did:plc:")
        .or_else(|| id.strip_prefix("did:web:"));
    name.is_some_and(|name| {
        (1..=256).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._:%-".contains(&byte))
    })
}

/// How long the server asks to wait: it gives the time of the reset in Unix seconds.
fn wait(answer: &Answer) -> Option<SignedDuration> {
    let reset = || Timestamp::from_second(answer.header("ratelimit-reset")?.parse().ok()?).ok();
    answer.retry_after().or_else(|| answer.wait_until(reset()?))
}

/// Where people find the post.
fn permalink(request: &PutRecord) -> Option<Url> {
    Url::parse(&format!(
        "https://{WEB}/profile/{}/post/{}",
        request.repo, request.rkey
    ))
    .ok()
}

/// Where a browser finds a page of the web application: a server that is reached at an endpoint of the operator's own shows its pages there.
fn shown(egress: &Egress, host: &str, page: Url) -> Url {
    let mut own = page.clone();
    let moved = own
        .set_host(Some(host))
        .ok()
        .map(|()| egress.browser_url(&own));
    moved.filter(|moved| *moved != own).unwrap_or(page)
}

/// What an answer to writing the record means. Only a documented refusal counts as one: an error page of some proxy proves nothing.
fn outcome(answer: &Answer, request: &PutRecord) -> Outcome {
    let said = answer.json::<ErrorBody>();
    let reason = said
        .as_ref()
        .map_or_else(|| format!("status {}", answer.status), ErrorBody::words);
    match (
        answer.status.as_u16(),
        said.as_ref().map(|said| said.error.as_str()),
    ) {
        (200, _) => {
            let expected = format!("at://{}/{COLLECTION}/{}", request.repo, request.rkey);
            let written = answer
                .json()
                .filter(|Written { uri, cid }| *uri == expected && !cid.is_empty());
            match written.zip(permalink(request)) {
                Some((Written { uri, .. }, url)) => Outcome::Published {
                    remote_id: uri,
                    url,
                },
                None => Outcome::Unclear {
                    reason: "status 200 without the address of the record".to_owned(),
                },
            }
        }
        (429, _) => Outcome::RateLimited {
            reason,
            retry_after: wait(answer),
        },
        (400 | 401, Some("ExpiredToken")) => Outcome::TokenExpired { reason },
        (400, Some("InvalidToken"))
        | (401, _)
        | (
            400 | 403,
            Some(
                "AccountTakedown"
                | "AccountDeactivated"
                | "AccountSuspended"
                | "AuthFactorTokenRequired",
            ),
        )
        | (403, Some(_)) => Outcome::ReconnectAccount { reason },
        (
            400 | 413,
            Some(
                "InvalidRequest" | "InvalidRecord" | "BlobNotFound" | "BlobTooLarge"
                | "PayloadTooLarge",
            ),
        ) => Outcome::Refused { reason },
        _ => Outcome::Unclear {
            reason: format!("status {}: {reason}", answer.status),
        },
    }
}
