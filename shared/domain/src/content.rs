//! What a post says, for every account and where one differs, and the exact thing that somebody said yes to.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::account::{Account, Platform};
use crate::ids::{AccountId, MediaId, PublicationId};
use crate::media::MediaKind;
use crate::options::Options;
use crate::repeat::Repeat;
use crate::text::{AltText, Link, PostText};
use crate::when::When;

/// The most parts that a thread may have after its first one.
pub const MAX_PARTS: usize = 24;
/// The most files that one text may have: what TikTok takes of photos, the most of all platforms.
pub const MAX_MEDIA: usize = 35;
/// The most versions that a post may have besides what it says everywhere.
pub const MAX_VERSIONS: usize = 20;

/// A file that goes out with a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The file.
    pub media: MediaId,
    /// What it shows, for people who do not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<AltText>,
    /// The SHA-256 of its bytes: who says yes to a post says yes to these.
    pub fingerprint: ContentHash,
    /// What it is.
    pub kind: MediaKind,
    /// Its media type, such as `image/jpeg`.
    pub content_type: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// How wide it is, in pixels; 0 for a document.
    pub width: u32,
    /// How high it is, in pixels; 0 for a document.
    pub height: u32,
    /// How long it plays, in milliseconds; 0 for what does not move.
    pub duration_ms: u64,
}

/// A text with its files: a post, or a part of a thread after the first one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The text.
    pub text: PostText,
    /// The files, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Attachment>,
}

/// What a post says where nothing else is said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// The text.
    pub text: PostText,
    /// The page that it is about, shown as a card where the platform does that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// The files, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Attachment>,
    /// What follows in the same thread.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// A comment that is written below it at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_comment: Option<PostText>,
}

/// Where a version is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum For {
    /// Every account of the post on a platform.
    Platform(Platform),
    /// One account.
    Account(AccountId),
}

/// What is different on a platform, or for an account. What is absent is as everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Where.
    pub of: For,
    /// Another text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<PostText>,
    /// Another link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// Other files; an empty list for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Vec<Attachment>>,
    /// Other parts; an empty list for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<Part>>,
    /// Another first comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_comment: Option<PostText>,
    /// What only this platform knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Options>,
}

/// What a post says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// What it says where nothing else is said.
    pub body: Body,
    /// What is different where.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<Version>,
}

/// What a post says on one account: its own version laid over its platform's, over what is said everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// What it says.
    pub body: Body,
    /// What only its platform knows.
    pub options: Option<Options>,
    /// Which version each thing comes from, for saying where a mistake is.
    pub source: Source,
}

/// Which version, by position, what is said on an account comes from; none for what is said everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The text.
    pub text: Option<usize>,
    /// The link.
    pub link: Option<usize>,
    /// The files.
    pub media: Option<usize>,
    /// The parts.
    pub parts: Option<usize>,
    /// The first comment.
    pub first_comment: Option<usize>,
    /// The options.
    pub options: Option<usize>,
}

impl Source {
    /// The JSON pointer (RFC 6901) to a field of a post, such as `text` or `media/2/alt`, where this account's version of it stands.
    pub fn pointer(self, field: &str) -> String {
        let from = match field.split('/').next().unwrap_or_default() {
            "text" => self.text,
            "link" => self.link,
            "media" => self.media,
            "parts" => self.parts,
            "first_comment" => self.first_comment,
            "options" => self.options,
            _ => None,
        };
        match from {
            Some(version) => format!("/versions/{version}/{field}"),
            None => format!("/{field}"),
        }
    }
}

impl Content {
    /// A text and nothing else.
    pub fn of_text(text: PostText) -> Self {
        Self {
            body: Body {
                text,
                ..Body::default()
            },
            versions: Vec::new(),
        }
    }

    /// What it says on an account.
    pub fn said_on(&self, account: AccountId, platform: Platform) -> Said {
        let mut said = Said {
            body: self.body.clone(),
            ..Said::default()
        };
        let of_platform = self.version(For::Platform(platform));
        let of_account = self.version(For::Account(account));
        for (position, version) in of_platform.into_iter().chain(of_account) {
            said.lay_over(position, version);
        }
        said
    }

    /// The same, of a connected account.
    pub fn said_by(&self, account: &Account) -> Said {
        self.said_on(account.id, account.platform)
    }

    fn version(&self, of: For) -> Option<(usize, &Version)> {
        let mut versions = self.versions.iter().enumerate();
        versions.find(|(_, version)| version.of == of)
    }

    /// Every file that it shows, of whatever version.
    pub fn attachments(&self) -> impl Iterator<Item = &Attachment> {
        let of_body = self.body.media.iter();
        let of_parts = self.body.parts.iter().flat_map(|part| &part.media);
        let of_versions = self.versions.iter().flat_map(|version| {
            let of_parts = version.parts.iter().flatten().flat_map(|part| &part.media);
            version.media.iter().flatten().chain(of_parts)
        });
        of_body.chain(of_parts).chain(of_versions)
    }

    /// Every file that it uses, once each.
    pub fn media(&self) -> Vec<MediaId> {
        let mut ids: Vec<_> = self.attachments().map(|file| file.media).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

impl Said {
    fn lay_over(&mut self, position: usize, version: &Version) {
        let (body, from) = (&mut self.body, &mut self.source);
        if let Some(text) = &version.text {
            (body.text, from.text) = (text.clone(), Some(position));
        }
        if let Some(link) = &version.link {
            (body.link, from.link) = (Some(link.clone()), Some(position));
        }
        if let Some(media) = &version.media {
            (body.media, from.media) = (media.clone(), Some(position));
        }
        if let Some(parts) = &version.parts {
            (body.parts, from.parts) = (parts.clone(), Some(position));
        }
        if let Some(comment) = &version.first_comment {
            (body.first_comment, from.first_comment) = (Some(comment.clone()), Some(position));
        }
        if let Some(options) = &version.options {
            (self.options, from.options) = (Some(options.clone()), Some(position));
        }
    }
}

/// What an approval is given to: content, accounts and time. Its bytes are what is hashed and kept; what goes out is read from them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// What the post says.
    pub content: Content,
    /// Where it goes, in order of id.
    pub accounts: Vec<AccountId>,
    /// When it goes out, as it was chosen: a moved rule of a time zone moves the instant and not this.
    pub when: When,
    /// At which further times it goes out, if this is about those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
}

impl Approved {
    /// The canonical bytes: JSON with the fields in the order of the type.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The hash of the canonical bytes.
    pub fn hash(&self) -> ContentHash {
        ContentHash::of(&self.bytes())
    }

    /// Reads bytes back, but only if they are the ones that `hash` was taken of.
    pub fn verify(bytes: &[u8], hash: &ContentHash) -> Option<Self> {
        (ContentHash::of(bytes) == *hash)
            .then(|| serde_json::from_slice(bytes).ok())
            .flatten()
    }
}

/// The SHA-256 of bytes, in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContentHash(String);

/// How many digits a hash has.
const HASH_DIGITS: usize = 64;

impl TryFrom<String> for ContentHash {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let is_digit = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        if text.len() == HASH_DIGITS && text.bytes().all(is_digit) {
            Ok(Self(text))
        } else {
            Err(format!(
                "must be {HASH_DIGITS} hexadecimal digits in lower case"
            ))
        }
    }
}

impl From<ContentHash> for String {
    fn from(hash: ContentHash) -> Self {
        hash.0
    }
}

impl ContentHash {
    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(hex(&Sha256::digest(bytes)))
    }

    /// A hash that was stored.
    pub fn stored(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The hash as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The idempotency key under which a publication of this content is sent, the same at every attempt.
    pub fn key_for(&self, publication: PublicationId) -> String {
        hex(&Sha256::digest(format!("{publication}|{}|0|0", self.0)))
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids;
    use crate::options::Mastodon;
    use jiff::Timestamp;

    fn text(text: &str) -> PostText {
        PostText::parse(text).unwrap()
    }

    fn version(of: For, says: Option<&str>) -> Version {
        Version {
            of,
            text: says.map(text),
            link: None,
            media: None,
            parts: None,
            first_comment: None,
            options: None,
        }
    }

    #[test]
    fn bytes_that_were_changed_are_not_the_approved_ones() {
        let approved = Approved {
            content: Content::of_text(text("Hello")),
            accounts: vec![ids::new(Timestamp::UNIX_EPOCH, [1; 10])],
            when: When::Instant(Timestamp::UNIX_EPOCH),
            repeat: None,
        };
        let hash = approved.hash();
        assert_eq!(
            Approved::verify(&approved.bytes(), &hash),
            Some(approved.clone())
        );
        let changed = String::from_utf8(approved.bytes())
            .unwrap()
            .replace("Hello", "Hullo");
        assert_eq!(Approved::verify(changed.as_bytes(), &hash), None);
    }

    #[test]
    fn an_accounts_version_lies_over_its_platforms_and_that_over_what_is_said_everywhere() {
        let account: AccountId = ids::new(Timestamp::UNIX_EPOCH, [1; 10]);
        let other: AccountId = ids::new(Timestamp::UNIX_EPOCH, [2; 10]);
        let mut on_mastodon = version(For::Platform(Platform::Mastodon), Some("toot"));
        on_mastodon.options = Some(Options::Mastodon(Mastodon::default()));
        let content = Content {
            versions: vec![version(For::Account(account), Some("mine")), on_mastodon],
            ..Content::of_text(text("all"))
        };
        let mine = content.said_on(account, Platform::Mastodon);
        assert_eq!(mine.body.text.as_str(), "mine");
        assert!(mine.options.is_some());
        assert_eq!(mine.source.pointer("text"), "/versions/0/text");
        assert_eq!(
            mine.source.pointer("options/visibility"),
            "/versions/1/options/visibility"
        );
        let theirs = content.said_on(other, Platform::Mastodon);
        assert_eq!(theirs.body.text.as_str(), "toot");
        let elsewhere = content.said_on(other, Platform::X);
        assert_eq!(elsewhere.body.text.as_str(), "all");
        assert_eq!(elsewhere.source.pointer("text"), "/text");
    }

    #[test]
    fn the_hash_is_plain_sha_256() {
        assert_eq!(
            ContentHash::of(b"abc").as_str(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
