//! What may follow the domain of a link, as X sees it: a port, a path, a query.

use super::domain::is_accented;

/// The length of the port that a text begins with.
pub(super) fn port(text: &str) -> usize {
    let digits = text.strip_prefix(':').map_or(0, |rest| {
        rest.bytes().take_while(u8::is_ascii_digit).count()
    });
    if digits > 0 { 1 + digits } else { 0 }
}

/// The length of the path that a text begins with: it does not end in punctuation, and parentheses in it are closed.
pub(super) fn path(text: &str) -> usize {
    if !text.starts_with('/') {
        return 0;
    }
    let mut at = 1;
    let mut end = 1;
    while let Some(c) = text[at..].chars().next() {
        if is_path_character(c) {
            at += c.len_utf8();
            if may_end_path(c) {
                end = at;
            }
        } else if let Some(length) = parentheses(&text[at..]) {
            // They end a path only behind what may end one itself: of "a~(b)" only "a" belongs to it.
            if end == at {
                end = at + length;
            }
            at += length;
        } else {
            break;
        }
    }
    end
}

/// The length of the parentheses that a text begins with, if they are closed, not empty, and at most two deep.
fn parentheses(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('(')?;
    let plain = |from: &str| from.find(|c| !is_path_character(c)).unwrap_or(from.len());
    let first = plain(rest);
    let mut at = first;
    if let Some(inner) = rest[at..].strip_prefix('(') {
        let length = plain(inner);
        if length == 0 || !inner[length..].starts_with(')') {
            return None;
        }
        at += 1 + length + 1;
        at += plain(&rest[at..]);
    } else if first == 0 {
        return None;
    }
    rest[at..].starts_with(')').then_some(1 + at + 1)
}

/// The length of the query that a text begins with.
pub(super) fn query(text: &str) -> usize {
    let Some(rest) = text.strip_prefix('?') else {
        return 0;
    };
    let may_end = |c: char| c.is_ascii_alphanumeric() || "-_&=#/".contains(c);
    let length = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || "!?*'@();:&=+$/%#[]-_.,~|".contains(c)))
        .unwrap_or(rest.len());
    rest[..length].rfind(may_end).map_or(0, |last| 1 + last + 1)
}

fn is_path_character(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || "!*';:=+,.$/%#[]-\u{2013}_~@|&".contains(c)
        || ('\u{400}'..='\u{4FF}').contains(&c)
        || is_accented(c)
}

fn may_end_path(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || "+-=_#/".contains(c)
        || ('\u{400}'..='\u{4FF}').contains(&c)
        || is_accented(c)
}
