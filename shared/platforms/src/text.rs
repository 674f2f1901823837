//! How long a text is, in the units that platforms count in.

use std::sync::LazyLock;

use linkify::{LinkFinder, LinkKind};
use regex::Regex;
use unicode_segmentation::UnicodeSegmentation;
use url::Url;

const QUOTE_MAX_CHARACTERS: usize = 300;
/// Mastodon counts every link as this many characters.
const MASTODON_LINK: &str = "xxxxxxxxxxxxxxxxxxxxxxx";

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

fn is_web_link(link: &str) -> bool {
    Url::parse(link).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.domain().is_some_and(|domain| domain.contains('.'))
    })
}

fn without_servers(text: &str) -> std::borrow::Cow<'_, str> {
    #[expect(
        clippy::unwrap_used,
        reason = "the pattern is a constant, and every test of this file compiles it"
    )]
    static MENTION: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(^|[^=/\w])(@[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*)@[\w.-]*[\w]").unwrap()
    });
    MENTION.replace_all(text, "$1$2")
}

/// What a platform wrote, fit to be shown and stored: on one line, and cut when it is long.
pub(crate) fn quoted(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(QUOTE_MAX_CHARACTERS)
        .collect();
    line.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_emoji_is_one_grapheme() {
        assert_eq!(graphemes("👨‍👩‍👧‍👧"), 1);
        assert_eq!(graphemes("e\u{301}"), 1);
        assert_eq!(mastodon_characters("👍🏿 ok"), 4);
    }

    #[test]
    fn mastodon_counts_a_link_as_23_and_a_remote_mention_without_its_server() {
        let table = [
            ("plain", 5),
            ("https://example.com", 23),
            (
                "https://example.com/a/very/long/path?with=a&query=string#fragment",
                23,
            ),
            ("see http://example.com.", 4 + 23 + 1),
            ("example.com/as/typed", 20),
            ("ftp://example.com/as/typed", 26),
            ("http://localhost/as/typed", 25),
            ("@alice@social.example hi", "@alice hi".len()),
            ("(@alice.b@social.example)", "(@alice.b)".len()),
            ("@alice @bob@b.example", "@alice @bob".len()),
            (
                "mail@alice@social.example",
                "mail@alice@social.example".len(),
            ),
            ("https://example.com/@alice@social.example", 23),
        ];
        for (text, expected) in table {
            assert_eq!(mastodon_characters(text), expected, "{text}");
        }
    }

    #[test]
    fn a_quoted_text_is_one_short_line() {
        assert_eq!(quoted("a\r\nb\u{7}"), "a  b");
        assert_eq!(quoted(&"x".repeat(5000)).len(), QUOTE_MAX_CHARACTERS);
    }
}
