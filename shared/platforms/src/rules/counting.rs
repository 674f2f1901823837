//! How long a text is, in the way that each platform counts, and where a text must be cut to fit.

use std::borrow::Cow;
use std::sync::LazyLock;

use linkify::{LinkFinder, LinkKind};
use regex::Regex;
use unicode_segmentation::UnicodeSegmentation;
use url::Url;

use super::limits::Unit;
use super::{emoji, weighted};

/// Mastodon counts every link as this many characters.
const MASTODON_LINK: &str = "xxxxxxxxxxxxxxxxxxxxxxx";
/// What LinkedIn's text format takes for more than a letter, and wants a backslash before.
const LINKEDIN_RESERVED: &str = r"\|{}@[]()<>*_~";

/// A way of counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Grapheme clusters.
    Graphemes,
    /// Grapheme clusters, a link as 23 and a mention without its server.
    Mastodon,
    /// Code points.
    CodePoints,
    /// Code points, without blanks at both ends.
    TrimmedCodePoints,
    /// Code points, but an emoji as its bytes.
    Threads,
    /// Code units of UTF-16.
    Utf16,
    /// Code units of UTF-16, without blanks at both ends.
    TrimmedUtf16,
    /// Code units of UTF-16, with the backslashes that LinkedIn wants before characters of its own.
    LinkedIn,
    /// Bytes in UTF-8.
    Bytes,
    /// X's weights.
    Weighted,
}

impl Measure {
    /// What is counted.
    pub fn unit(self) -> Unit {
        match self {
            Self::Graphemes | Self::Mastodon | Self::Threads | Self::LinkedIn => Unit::Characters,
            Self::CodePoints | Self::TrimmedCodePoints => Unit::CodePoints,
            Self::Utf16 | Self::TrimmedUtf16 => Unit::Utf16Units,
            Self::Bytes => Unit::Bytes,
            Self::Weighted => Unit::WeightedCharacters,
        }
    }

    /// How long a text is.
    pub fn length(self, text: &str) -> usize {
        match self {
            Self::Graphemes => graphemes(text),
            Self::Mastodon => mastodon_characters(text),
            Self::CodePoints => text.chars().count(),
            Self::TrimmedCodePoints => text.trim().chars().count(),
            Self::Threads => emoji::pieces(text)
                .map(|(piece, is_emoji)| if is_emoji { piece.len() } else { 1 })
                .sum(),
            Self::Utf16 => text.encode_utf16().count(),
            Self::TrimmedUtf16 => text.trim().encode_utf16().count(),
            Self::LinkedIn => linkedin_escaped(text).encode_utf16().count(),
            Self::Bytes => text.len(),
            Self::Weighted => weighted::length(text),
        }
    }

    /// After which byte a text is too long: a boundary between letters, as late as it may be. None when the text fits.
    pub fn cut(self, text: &str, limit: usize) -> Option<usize> {
        cut_by(text, limit, |text| self.length(text))
    }
}

/// The same, for any way of counting.
pub(super) fn cut_by(text: &str, limit: usize, length: impl Fn(&str) -> usize) -> Option<usize> {
    if length(text) <= limit {
        return None;
    }
    let starts: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).collect();
    // Counts grow with the text, but for a link that is being typed: so the place that is found fits, and the next one does not.
    let (mut fits, mut too_long) = (0, starts.len());
    while too_long - fits > 1 {
        let middle = fits.midpoint(too_long);
        if length(&text[..starts[middle]]) <= limit {
            fits = middle;
        } else {
            too_long = middle;
        }
    }
    Some(starts.get(fits).copied().unwrap_or_default())
}

/// Letters as people see them: an emoji made of several code points is one.
pub fn graphemes(text: &str) -> usize {
    text.graphemes(true).count()
}

/// Graphemes as Mastodon counts them: a link is 23 however long it is, and of `@user@server` only `@user` counts.
/// Where its rules are not certain to apply, the text counts as typed: too strict is corrected before publishing, too lax is not.
pub fn mastodon_characters(text: &str) -> usize {
    let mut counted = String::with_capacity(text.len());
    let mut end = 0;
    for link in LinkFinder::new()
        .kinds(&[LinkKind::Url])
        .url_can_be_iri(false)
        .links(text)
    {
        if is_web_link(link.as_str()) {
            counted.push_str(&without_servers(&text[end..link.start()]));
            counted.push_str(MASTODON_LINK);
            end = link.end();
        }
    }
    counted.push_str(&without_servers(&text[end..]));
    graphemes(&counted)
}

/// Whether it is the address of a page.
pub(super) fn is_web_link(link: &str) -> bool {
    Url::parse(link).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.domain().is_some_and(|domain| domain.contains('.'))
    })
}

fn without_servers(text: &str) -> Cow<'_, str> {
    #[expect(
        clippy::unwrap_used,
        reason = "the pattern is a constant, and every test of this file compiles it"
    )]
    static MENTION: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(^|[^=/\w])(@[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*)@[\w.-]*[\w]").unwrap()
    });
    MENTION.replace_all(text, "$1$2")
}

/// A text as LinkedIn's text format wants it: without backslashes it would be cut, silently, at the first character of the format's own.
/// The sign of a hashtag stays, so that it is one.
pub fn linkedin_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let opens_tag = c == '#' && rest.peek().is_some_and(|next| next.is_alphanumeric());
        if LINKEDIN_RESERVED.contains(c) || c == '#' && !opens_tag {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// What YouTube counts of tags: commas between them, and quotes around those with a space.
pub(super) fn youtube_tags(tags: &[String]) -> usize {
    let of_one = |tag: &String| tag.chars().count() + if tag.contains(' ') { 2 } else { 0 };
    tags.iter().map(of_one).sum::<usize>() + tags.len().saturating_sub(1)
}
