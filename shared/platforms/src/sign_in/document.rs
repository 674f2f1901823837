//! JSON documents that providers publish about themselves, and how long they stay good.

use http::header::CACHE_CONTROL;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use url::Url;

use super::SignInError;
use crate::egress::{Answer, Call, Egress};

/// The longest document that is read; those of large providers have two or three kilobytes.
pub(super) const MAX_BYTES: usize = 64 * 1024;
const SHORTEST_LIFE: SignedDuration = SignedDuration::from_mins(5);
const USUAL_LIFE: SignedDuration = SignedDuration::from_hours(1);
const LONGEST_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// A document, and until when it may be used.
#[derive(Debug)]
pub(super) struct Document<T> {
    /// What it says.
    pub(super) content: T,
    good_until: Timestamp,
}

impl<T: DeserializeOwned> Document<T> {
    /// Asks for it. `provider` is what people are told when that fails.
    pub(super) async fn fetch(
        egress: &Egress,
        provider: &str,
        url: Url,
        now: Timestamp,
    ) -> Result<Self, SignInError> {
        let answer = egress
            .read(Call::get(url))
            .await
            .map_err(|failure| SignInError::no_answer(provider, &failure))?;
        if answer.status.as_u16() != 200 {
            let what = format!("it answered with status {}", answer.status);
            return Err(SignInError::unreachable(provider, what));
        }
        let content = Some(&answer)
            .filter(|answer| answer.body.len() <= MAX_BYTES)
            .and_then(Answer::json)
            .ok_or_else(|| SignInError::unreachable(provider, "its answer cannot be read"))?;
        Ok(Self {
            content,
            good_until: now.saturating_add(life(&answer)).unwrap_or(now),
        })
    }

    pub(super) fn is_good(&self, now: Timestamp) -> bool {
        now < self.good_until
    }
}

/// How long an answer may be kept (RFC 9111), within bounds of our own: neither is every sign-in to wait for a document, nor is a key
/// that was withdrawn to be used for days.
fn life(answer: &Answer) -> SignedDuration {
    let directives: Vec<String> = answer
        .headers
        .get_all(CACHE_CONTROL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|directive| directive.trim().to_ascii_lowercase())
        .collect();
    if directives
        .iter()
        .any(|directive| directive == "no-store" || directive == "no-cache")
    {
        return SHORTEST_LIFE;
    }
    let seconds = |text: &str| text.trim_matches('"').parse::<u32>().ok().map(i64::from);
    let max_age = directives
        .iter()
        .find_map(|directive| seconds(directive.strip_prefix("max-age=")?));
    let age = answer.header("age").and_then(seconds).unwrap_or(0);
    max_age.map_or(USUAL_LIFE, |max_age| {
        SignedDuration::from_secs(max_age - age).clamp(SHORTEST_LIFE, LONGEST_LIFE)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_stays_good_as_long_as_it_says_within_bounds() {
        let table = [
            (vec![], 3_600),
            (vec![("cache-control", "public, max-age=7200")], 7_200),
            (vec![("cache-control", "Max-Age=\"7200\"")], 7_200),
            (
                vec![("cache-control", "max-age=7200"), ("age", "200")],
                7_000,
            ),
            (
                vec![("cache-control", "max-age=7200"), ("age", "9999")],
                300,
            ),
            (vec![("cache-control", "max-age=0")], 300),
            (vec![("cache-control", "max-age=4000000000")], 86_400),
            (
                vec![("cache-control", "max-age=99999999999999999999")],
                3_600,
            ),
            (vec![("cache-control", "max-age=-5")], 3_600),
            (vec![("cache-control", "s-maxage=60")], 3_600),
            (vec![("cache-control", "no-store, max-age=7200")], 300),
            (
                vec![
                    ("cache-control", "public"),
                    ("cache-control", "max-age=600"),
                ],
                600,
            ),
        ];
        for (headers, expected) in table {
            let headers: http::HeaderMap = headers
                .into_iter()
                .map(|(name, value)| {
                    (
                        http::HeaderName::from_static(name),
                        http::HeaderValue::from_static(value),
                    )
                })
                .fold(http::HeaderMap::new(), |mut headers, (name, value)| {
                    headers.append(name, value);
                    headers
                });
            let shown = format!("{headers:?}");
            let answer = Answer {
                status: http::StatusCode::OK,
                headers,
                body: bytes::Bytes::new(),
            };
            assert_eq!(life(&answer).as_secs(), expected, "{shown}");
        }
    }
}
