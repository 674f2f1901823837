//! The record of a post, and the key it is stored under.

use domain::options::{self, Options};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::facets::Facet;
use crate::publisher::Content;

pub(super) const COLLECTION: &str = "app.bsky.feed.post";

/// The request that publishes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct PutRecord {
    pub(super) repo: String,
    pub(super) collection: String,
    pub(super) rkey: String,
    pub(super) record: Post,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Post {
    #[serde(rename = "$type")]
    pub(super) kind: String,
    pub(super) text: String,
    #[serde(rename = "createdAt")]
    pub(super) created_at: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) langs: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) labels: Option<SelfLabels>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) facets: Vec<Facet>,
}

/// What the author warns of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SelfLabels {
    #[serde(rename = "$type")]
    kind: String,
    values: Vec<SelfLabel>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct SelfLabel {
    val: String,
}

impl SelfLabels {
    fn of(labels: Vec<String>) -> Option<Self> {
        let label = |val| SelfLabel { val };
        (!labels.is_empty()).then(|| Self {
            kind: "com.atproto.label.defs#selfLabels".to_owned(),
            values: labels.into_iter().map(label).collect(),
        })
    }
}

impl PutRecord {
    pub(super) fn new(repo: &str, content: &Content<'_>, facets: Vec<Facet>) -> Self {
        let options = match &content.said.options {
            Some(Options::Bluesky(options)) => options.clone(),
            // Options of another platform do not pass the check.
            Some(_) | None => options::Bluesky::default(),
        };
        let record = Post {
            kind: COLLECTION.to_owned(),
            text: content.said.body.text.to_string(),
            created_at: format!("{:.3}", content.created_at),
            langs: options.languages.unwrap_or_default(),
            labels: SelfLabels::of(options.labels.unwrap_or_default()),
            facets,
        };
        Self {
            repo: repo.to_owned(),
            collection: COLLECTION.to_owned(),
            rkey: record_key(content.created_at, content.key),
            record,
        }
    }
}

/// A TID (<https://atproto.com/specs/tid>): 13 characters for 53 bits of microseconds and 10 bits that tell writers apart.
///
/// Two publications must never share a key, or the later would overwrite the earlier, and many are due at the very same second. So
/// the time keeps only its upper 23 bits (it is right to within 36 minutes, and never ahead) and the other 40 bits come from
/// the publication's own key.
fn record_key(created_at: Timestamp, key: &str) -> String {
    const ALPHABET: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
    let hash = Sha256::digest(key.as_bytes());
    let unique = hash
        .iter()
        .take(5)
        .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let microseconds = u64::try_from(created_at.as_microsecond()).unwrap_or_default();
    let window = (microseconds >> 30).saturating_sub(1) & 0x7f_ffff;
    let tid = window << 40 | unique;
    (0..13)
        .rev()
        .map(|place| {
            char::from(ALPHABET[usize::try_from(tid >> (place * 5) & 31).unwrap_or_default()])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use domain::content::Said;
    use jiff::SignedDuration;

    use super::*;

    fn time() -> Timestamp {
        "2026-11-22T20:41:00.123456Z".parse().unwrap()
    }

    /// The time that is encoded in a key.
    fn decoded(key: &str) -> Timestamp {
        let place = |c| u64::try_from("234567abcdefghijklmnopqrstuvwxyz".find(c).unwrap()).unwrap();
        let tid = key.chars().fold(0, |tid, c| tid << 5 | place(c));
        Timestamp::from_microsecond(i64::try_from(tid >> 10).unwrap()).unwrap()
    }

    #[test]
    fn a_record_key_is_a_tid_that_depends_on_the_publication_alone() {
        let key = record_key(time(), "first");
        assert_eq!(key, record_key(time(), "first"));
        assert_ne!(key, record_key(time(), "second"));
        assert_eq!(key.len(), 13);
        assert!(
            "234567abcdefghij".contains(key.chars().next().unwrap()),
            "{key}"
        );
        let behind = time().duration_since(decoded(&key));
        assert!(
            behind >= SignedDuration::ZERO && behind < SignedDuration::from_mins(36),
            "{behind}"
        );
    }

    #[test]
    fn publications_of_the_same_second_do_not_share_a_record_key() {
        let keys: std::collections::BTreeSet<String> = (0..20_000)
            .map(|n| record_key(time(), &n.to_string()))
            .collect();
        assert_eq!(keys.len(), 20_000);
    }

    #[test]
    fn the_time_of_creation_has_milliseconds_and_a_z() {
        let said = Said::default();
        let content = Content {
            said: &said,
            key: "k",
            created_at: "2026-11-22T20:41:00Z".parse().unwrap(),
        };
        assert_eq!(
            PutRecord::new("did:plc:a", &content, vec![])
                .record
                .created_at,
            "2026-11-22T20:41:00.000Z"
        );
    }
}
