//! Finds links, mentions and tags in a text: Bluesky shows them as such only when the record says where they are.
//!
//! The rules are those of the official client: <https://github.com/bluesky-social/atproto/blob/main/packages/api/src/rich-text/detection.ts>.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use futures::{StreamExt, TryStreamExt, stream};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use regex::Regex;
use serde::{Deserialize, Serialize};

use super::{ErrorBody, WEB, is_did, wait};
use crate::egress::{Call, Egress};
use crate::publisher::{Error, ErrorKind};
use crate::rules::{Entity, EntityKind, entity};

const TAG_MAX_UNITS: usize = 64;
const RESOLVED_AT_ONCE: usize = 8;

/// A stretch of the text with a meaning. Offsets are bytes in UTF-8; the end is exclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Facet {
    pub(super) index: Index,
    pub(super) features: Vec<Feature>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Index {
    pub(super) byte_start: usize,
    pub(super) byte_end: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "$type")]
pub(super) enum Feature {
    #[serde(rename = "app.bsky.richtext.facet#link")]
    Link { uri: String },
    #[serde(rename = "app.bsky.richtext.facet#mention")]
    Mention { did: String },
    #[serde(rename = "app.bsky.richtext.facet#tag")]
    Tag { tag: String },
}

/// The facets of a text, with mentions looked up. A handle that nobody has stays plain text.
pub(super) async fn resolved(egress: &Egress, host: &str, text: &str) -> Result<Vec<Facet>, Error> {
    let found = detected(text);
    let handles: BTreeSet<String> = found
        .iter()
        .filter_map(Found::handle)
        .map(str::to_owned)
        .collect();
    let lookups = stream::iter(handles).map(|handle| resolve_handle(egress, host, handle));
    let dids: BTreeMap<String, Option<String>> = lookups
        .buffer_unordered(RESOLVED_AT_ONCE)
        .try_collect()
        .await?;
    Ok(found
        .iter()
        .filter_map(|found| found.facet(&dids))
        .collect())
}

#[derive(Deserialize)]
struct Identity {
    did: String,
}

async fn resolve_handle(
    egress: &Egress,
    host: &str,
    handle: String,
) -> Result<(String, Option<String>), Error> {
    let temporary = |reason: String| {
        Error::new(
            ErrorKind::Temporary,
            format!("@{handle} could not be looked up: {reason}"),
        )
    };
    let mut url = egress
        .url(host, "/xrpc/com.atproto.identity.resolveHandle")
        .map_err(|failure| temporary(failure.to_string()))?;
    url.query_pairs_mut().append_pair("handle", &handle);
    let answer = egress
        .read(Call::get(url))
        .await
        .map_err(|failure| temporary(failure.to_string()))?;
    let did = match answer.status.as_u16() {
        200 => answer
            .json::<Identity>()
            .map(|identity| identity.did)
            .filter(|did| is_did(did)),
        429 => {
            let context = answer
                .json::<ErrorBody>()
                .map_or_else(|| "too many requests".to_owned(), |body| body.words());
            return Err(Error::new(
                ErrorKind::RateLimited {
                    retry_after: wait(&answer),
                },
                context,
            ));
        }
        400..500 => None,
        status => return Err(temporary(format!("status {status}"))),
    };
    Ok((handle, did))
}

/// Something found in the text.
#[derive(Debug, PartialEq, Eq)]
struct Found<'t> {
    start: usize,
    end: usize,
    kind: Kind<'t>,
}

#[derive(Debug, PartialEq, Eq)]
enum Kind<'t> {
    Link(String),
    Mention(&'t str),
    Tag(&'t str),
}

impl Found<'_> {
    fn handle(&self) -> Option<&str> {
        match self.kind {
            Kind::Mention(handle) => Some(handle),
            Kind::Link(_) | Kind::Tag(_) => None,
        }
    }

    fn facet(&self, dids: &BTreeMap<String, Option<String>>) -> Option<Facet> {
        let feature = match &self.kind {
            Kind::Link(uri) => Feature::Link { uri: uri.clone() },
            Kind::Tag(tag) => Feature::Tag {
                tag: (*tag).to_owned(),
            },
            Kind::Mention(handle) => Feature::Mention {
                did: dids.get(*handle)?.clone()?,
            },
        };
        Some(Facet {
            index: Index {
                byte_start: self.start,
                byte_end: self.end,
            },
            features: vec![feature],
        })
    }
}

/// What is found in a text, for showing it.
pub(crate) fn entities(text: &str) -> Vec<Entity> {
    let shown = |found: Found<'_>| {
        let (kind, url) = match &found.kind {
            Kind::Link(uri) => (EntityKind::Link, uri.clone()),
            Kind::Mention(handle) => (
                EntityKind::Mention,
                format!("https://{WEB}/profile/{handle}"),
            ),
            Kind::Tag(tag) if tag.starts_with('$') => (
                EntityKind::Cashtag,
                format!("https://{WEB}/hashtag/%24{}", &tag[1..]),
            ),
            Kind::Tag(tag) => {
                let name = utf8_percent_encode(tag, NON_ALPHANUMERIC);
                (EntityKind::Hashtag, format!("https://{WEB}/hashtag/{name}"))
            }
        };
        entity(kind, text, found.start..found.end, Some(url))
    };
    detected(text).into_iter().map(shown).collect()
}

/// Everything in the text that means something, in order, without overlaps: the earlier one wins.
fn detected(text: &str) -> Vec<Found<'_>> {
    let mut found: Vec<Found<'_>> = mentions(text)
        .chain(links(text))
        .chain(tags(text))
        .chain(cashtags(text))
        .collect();
    found.sort_by_key(|found| (found.start, found.end));
    let mut end = 0;
    found.retain(|found| {
        let free = found.start >= end;
        if free {
            end = found.end;
        }
        free
    });
    found
}

#[expect(
    clippy::unwrap_used,
    reason = "the patterns are constants, and every test of this file compiles them"
)]
fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

fn mentions(text: &str) -> impl Iterator<Item = Found<'_>> {
    static MENTION: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?:^|\s|\()@([a-zA-Z0-9.-]+)(?-u:\b)"));
    MENTION
        .captures_iter(text)
        .filter_map(|captures| captures.get(1))
        .filter_map(|handle| {
            let name = handle.as_str();
            let plausible = is_domain(name) || name.rsplit('.').next() == Some("test");
            plausible.then(|| Found {
                start: handle.start() - 1,
                end: handle.end(),
                kind: Kind::Mention(name),
            })
        })
}

fn links(text: &str) -> impl Iterator<Item = Found<'_>> {
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?m)(?:^|\s|\()((?:https?://\S+)|(?:(?P<domain>[a-zA-Z][a-zA-Z0-9]*(?:\.[a-zA-Z0-9]+)+)\S*))",
        )
    });
    LINK.captures_iter(text).filter_map(|captures| {
        let link = captures.get(1)?;
        let shown = link.as_str();
        let scheme = match captures.name("domain") {
            Some(domain) if !is_domain(domain.as_str()) => return None,
            Some(_) => "https://",
            None => "",
        };
        let shown = shown
            .strip_suffix(['.', ',', ';', ':', '!', '?'])
            .unwrap_or(shown);
        let shown = if shown.contains('(') {
            shown
        } else {
            shown.strip_suffix(')').unwrap_or(shown)
        };
        Some(Found {
            start: link.start(),
            end: link.start() + shown.len(),
            kind: Kind::Link(format!("{scheme}{shown}")),
        })
    })
}

fn tags(text: &str) -> impl Iterator<Item = Found<'_>> {
    static TAG: LazyLock<Regex> = LazyLock::new(|| {
        const STOP: &str = r"\s\u{AD}\u{2060}\u{200A}\u{200B}\u{200C}\u{200D}\u{20E2}";
        pattern(&format!(
            r"(?:^|\s)([#＃])([^{STOP}]*[^0-9\p{{P}}{STOP}]+[^{STOP}]*)"
        ))
    });
    static TRAILING: LazyLock<Regex> = LazyLock::new(|| pattern(r"\p{P}+$"));
    TAG.captures_iter(text).filter_map(|captures| {
        let (sign, tag) = (captures.get(1)?, captures.get(2)?);
        let name = TRAILING
            .find(tag.as_str())
            .map_or(tag.as_str(), |trailing| &tag.as_str()[..trailing.start()]);
        // A variation selector makes the sign a part of an emoji: "#️⃣".
        let usable = !name.is_empty()
            && !name.starts_with('\u{FE0F}')
            && name.encode_utf16().count() <= TAG_MAX_UNITS;
        usable.then(|| Found {
            start: sign.start(),
            end: tag.start() + name.len(),
            kind: Kind::Tag(name),
        })
    })
}

fn cashtags(text: &str) -> impl Iterator<Item = Found<'_>> {
    static CASHTAG: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?:^|\s|\()(\$[A-Za-z][A-Za-z0-9]{0,4})"));
    CASHTAG
        .captures_iter(text)
        .filter_map(|captures| captures.get(1))
        .filter_map(|tag| {
            let after = text[tag.end()..].chars().next();
            let whole = after
                .is_none_or(|after| after.is_whitespace() || ".,;:!?)\"'\u{2019}".contains(after));
            whole.then(|| Found {
                start: tag.start(),
                end: tag.end(),
                kind: Kind::Tag(tag.as_str()),
            })
        })
}

/// Ends in a top-level domain that exists.
fn is_domain(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(front, last)| !front.is_empty() && tld::exist_case_insensitive(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was found, each as the text it covers and what that means.
    fn seen(text: &str) -> Vec<(&str, String)> {
        let meaning = |kind: &Kind<'_>| match kind {
            Kind::Link(uri) => uri.clone(),
            Kind::Mention(handle) => format!("@{handle}"),
            Kind::Tag(tag) => format!("#{tag}"),
        };
        detected(text)
            .iter()
            .map(|found| (&text[found.start..found.end], meaning(&found.kind)))
            .collect()
    }

    fn assert_seen(text: &str, expected: &[(&str, &str)]) {
        let seen = seen(text);
        let seen: Vec<(&str, &str)> = seen
            .iter()
            .map(|(shown, meaning)| (*shown, meaning.as_str()))
            .collect();
        assert_eq!(seen, expected, "{text}");
    }

    #[test]
    fn mentions_are_found_as_the_official_client_finds_them() {
        let mention = ("@handle.com", "@handle.com");
        assert_seen("no mention", &[]);
        assert_seen("@handle.com middle end", &[mention]);
        assert_seen("@handle.com @handle.com @handle.com", &[mention; 3]);
        assert_seen(
            "@full123-chars.test",
            &[("@full123-chars.test", "@full123-chars.test")],
        );
        assert_seen("not@right", &[]);
        assert_seen("@handle.com!@#$chars", &[mention]);
        assert_seen("@handle.com\n@handle.com", &[mention; 2]);
        assert_seen("parenthetical (@handle.com)", &[mention]);
        assert_seen("@handle.com.", &[mention]);
        assert_seen("@no-such-tld.notatld", &[]);
    }

    #[test]
    fn links_are_found_as_the_official_client_finds_them() {
        let plain = |link| (link, link);
        assert_seen(
            "start https://middle.com/foo/bar?baz=bux#hash end",
            &[plain("https://middle.com/foo/bar?baz=bux#hash")],
        );
        assert_seen(
            "https://newline1.com\nhttps://newline2.com",
            &[plain("https://newline1.com"), plain("https://newline2.com")],
        );
        assert_seen(
            "start middle.com/foo/bar end",
            &[("middle.com/foo/bar", "https://middle.com/foo/bar")],
        );
        assert_seen(
            "newline1.com\nnewline2.com",
            &[
                ("newline1.com", "https://newline1.com"),
                ("newline2.com", "https://newline2.com"),
            ],
        );
        for none in [
            "not.. a..url ..here",
            "e.g.",
            "something-cool.jpg",
            "website.com.jpg",
            "e.g./foo",
            "website.com.jpg/foo",
            "mail@example.com",
        ] {
            assert_seen(none, &[]);
        }
        assert_seen(
            "punctuation https://foo.com, https://bar.com/whatever; https://baz.com.",
            &[
                plain("https://foo.com"),
                plain("https://bar.com/whatever"),
                plain("https://baz.com"),
            ],
        );
        assert_seen(
            "parenthentical (https://foo.com)",
            &[plain("https://foo.com")],
        );
        assert_seen(
            "see foo.com). HTTPS://BAR.COM",
            &[("foo.com", "https://foo.com")],
        );
        assert_seen(
            "except for https://foo.com/thing_(cool)",
            &[plain("https://foo.com/thing_(cool)")],
        );
    }

    #[test]
    fn tags_are_found_as_the_official_client_finds_them() {
        for (text, tags) in [
            ("#a #b", vec!["a", "b"]),
            ("body #1", vec![]),
            ("body #a1 #1a", vec!["a1", "1a"]),
            ("#", vec![]),
            ("text # text", vec![]),
            ("its a #double#rainbow", vec!["double#rainbow"]),
            ("bsky.app/profile#header", vec![]),
            ("some #n0n3s@n5e!", vec!["n0n3s@n5e"]),
            ("works #with,punctuation", vec!["with,punctuation"]),
            (
                "strips trailing #punctuation, #like. #this!",
                vec!["punctuation", "like", "this"],
            ),
            (
                "works with #🦋 emoji, and #butter🦋fly, and #🦋🦋🦋",
                vec!["🦋", "butter🦋fly", "🦋🦋🦋"],
            ),
            ("#👍🏿", vec!["👍🏿"]),
            ("this #️⃣tag should not be a tag", vec![]),
            ("wide ＃tag", vec!["tag"]),
            ("buy $ABC, not $TOOLONG or $1", vec!["$ABC"]),
        ] {
            let found: Vec<String> = seen(text)
                .into_iter()
                .filter_map(|(_, meaning)| meaning.strip_prefix('#').map(str::to_owned))
                .collect();
            assert_eq!(found, tags, "{text}");
        }
        let longest = "a".repeat(TAG_MAX_UNITS);
        assert_seen(
            &format!("#{longest}"),
            &[(&format!("#{longest}"), &format!("#{longest}"))],
        );
        assert_seen(&format!("#{longest}a"), &[]);
    }

    #[test]
    fn offsets_count_bytes_and_the_end_is_exclusive() {
        let at = |text| {
            detected(text)
                .iter()
                .map(|found| (found.start, found.end))
                .collect::<Vec<_>>()
        };
        assert_eq!(at("👨‍👩‍👧‍👧 https://middle.com 👨‍👩‍👧‍👧"), [(26, 44)]);
        assert_eq!(at("é #ñandú 🦋 @a.com"), [(3, 11), (17, 23)]);
        assert_eq!(
            at("works with #🦋 emoji, and #butter🦋fly, and #🦋🦋🦋"),
            [(11, 16), (28, 42), (48, 61)]
        );
        assert_eq!(at("＃a"), [(0, 4)]);
    }

    #[test]
    fn facets_are_in_order_and_do_not_overlap() {
        let found = detected("$a.com #x https://a.com/#y @b.com (c.com #z");
        assert!(
            found.windows(2).all(|pair| pair[0].end <= pair[1].start),
            "{found:?}"
        );
        assert_eq!(found.len(), 6, "{found:?}");
    }
}
