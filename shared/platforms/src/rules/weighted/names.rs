//! Which stretches of a text X takes for mentions, hashtags and cashtags.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::domain::{is_accented, is_space};

const CASHTAG_MAX: usize = 6;
const CASHTAG_SUFFIX_MAX: usize = 2;

#[expect(
    clippy::unwrap_used,
    reason = "the patterns are constants, and every test of this file compiles them"
)]
fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

/// The mentions of a text, of people and of lists (`@name/list`).
pub fn mentions(text: &str) -> Vec<Range<usize>> {
    static MENTION: LazyLock<Regex> = LazyLock::new(|| {
        pattern(concat!(
            r"(?:^|[^a-zA-Z0-9_!#$%&*@＠]|(?:^|[^a-zA-Z0-9_+~.\-])[rR][tT]:?)",
            r"([@＠][a-zA-Z0-9_]{1,20}(?:/[a-zA-Z][a-zA-Z0-9_\-]{0,24})?)"
        ))
    });
    let whole = |at: &Range<usize>| {
        let after = &text[at.end..];
        !after.starts_with(['@', '＠'])
            && !after.starts_with(is_accented)
            && !after.starts_with("://")
    };
    MENTION
        .captures_iter(text)
        .filter_map(|captures| captures.get(1))
        .map(|found| found.range())
        .filter(whole)
        .collect()
}

/// The hashtags of a text.
pub fn hashtags(text: &str) -> Vec<Range<usize>> {
    static LETTER: LazyLock<Regex> = LazyLock::new(|| pattern(r"[\p{L}\p{M}]"));
    static TAG: LazyLock<Regex> = LazyLock::new(|| {
        pattern(concat!(
            r"^[\p{L}\p{M}\p{Nd}_\x{200c}\x{200d}\x{a67e}\x{05be}\x{05f3}\x{05f4}\x{ff5e}\x{301c}\x{309b}\x{309c}",
            r"\x{30a0}\x{30fb}\x{3003}\x{0f0b}\x{0f0c}\x{b7}]+"
        ))
    });
    let mut found = Vec::new();
    let mut before: Option<char> = None;
    let mut from = 0;
    for (at, c) in text.char_indices() {
        let previous = before.replace(c);
        // What belongs to a tag is no boundary for the next one.
        if !matches!(c, '#' | '＃') || at < from || (at == from && from > 0) {
            continue;
        }
        let mut bytes = [0; 4];
        let is_boundary = previous.is_none_or(|c| {
            matches!(c, '\u{FE0E}' | '\u{FE0F}')
                || c != '&' && !TAG.is_match(c.encode_utf8(&mut bytes))
        });
        let start = at + c.len_utf8();
        let rest = &text[start..];
        // With one of these it is a key: "#️⃣".
        if !is_boundary || rest.starts_with(['\u{FE0F}', '\u{20E3}']) {
            continue;
        }
        let Some(name) = TAG.find(rest).filter(|name| LETTER.is_match(name.as_str())) else {
            continue;
        };
        let end = start + name.end();
        from = end;
        let after = &text[end..];
        if !after.starts_with(['#', '＃']) && !after.starts_with("://") {
            found.push(at..end);
        }
    }
    found
}

/// The cashtags of a text, such as `$ABC`.
pub fn cashtags(text: &str) -> Vec<Range<usize>> {
    let letters = |from: &str| from.bytes().take_while(u8::is_ascii_alphabetic).count();
    let is_free = |end: usize| {
        text[end..].chars().next().is_none_or(|c| {
            c.is_whitespace() || is_space(c) || c.is_ascii_punctuation() && !matches!(c, '"' | '`')
        })
    };
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices('$') {
        let before = text[..at].chars().next_back();
        let length = letters(&text[at + 1..]);
        if !before.is_none_or(is_space) || !(1..=CASHTAG_MAX).contains(&length) {
            continue;
        }
        let end = at + 1 + length;
        let suffix = text[end..]
            .strip_prefix(['.', '_'])
            .map(letters)
            .filter(|length| (1..=CASHTAG_SUFFIX_MAX).contains(length))
            .map(|length| end + 1 + length)
            .filter(|end| is_free(*end));
        if let Some(end) = suffix.or(Some(end).filter(|end| is_free(*end))) {
            found.push(at..end);
        }
    }
    found
}
