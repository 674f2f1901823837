//! How long a post is on X: characters have weights, a link weighs as one address of X's own, an emoji as two letters.
//!
//! Version 3 of the vendor's configuration: <https://github.com/twitter/twitter-text/blob/master/config/v3.json> (read 2026-11).
//! `tests/conformance/run` compares this with the vendor's examples.

mod address;
mod domain;
mod links;
mod names;

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::emoji;

pub use links::{Link, links};
pub use names::{cashtags, hashtags, mentions};

const LINK_WEIGHT: usize = 2_300;
const FULL_WEIGHT: usize = 200;
const LIGHT_WEIGHT: usize = 100;
const SCALE: usize = 100;

/// The length of a text on X.
pub fn length(text: &str) -> usize {
    weigh(text, true) / SCALE
}

/// The length where every code point of an emoji counts, as X did until 2018.
pub fn length_without_emoji(text: &str) -> usize {
    weigh(text, false) / SCALE
}

/// The first character that X refuses, if there is one.
pub(super) fn invalid_character(text: &str) -> Option<char> {
    text.chars().find(|c| is_invalid(*c))
}

fn is_invalid(c: char) -> bool {
    matches!(c, '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

/// After which byte a text is too long, or says what X refuses; its own end when all of it is good.
pub fn valid_end(text: &str, limit: usize, length: fn(&str) -> usize) -> usize {
    let refused = text.find(is_invalid).unwrap_or(text.len());
    let links = links(text);
    super::counting::cut_by(text, limit, length)
        .map_or(text.len(), |cut| {
            let inside = links
                .iter()
                .find(|link| link.at.start < cut && cut < link.at.end);
            inside.map_or(cut, |link| link.at.start)
        })
        .min(refused)
}

fn weigh(text: &str, whole_emoji: bool) -> usize {
    let text: String = text.nfc().collect();
    let mut weight = 0;
    let mut end = 0;
    for Range { start, end: after } in links(&text).into_iter().map(|link| link.at) {
        weight += of_plain(&text[end..start], whole_emoji) + LINK_WEIGHT;
        end = after;
    }
    weight + of_plain(&text[end..], whole_emoji)
}

fn of_plain(text: &str, whole_emoji: bool) -> usize {
    if whole_emoji {
        let weight = |(piece, is_emoji): (&str, bool)| {
            if is_emoji {
                FULL_WEIGHT
            } else {
                piece.chars().map(of_character).sum()
            }
        };
        emoji::pieces(text).map(weight).sum()
    } else {
        text.chars().map(of_character).sum()
    }
}

fn of_character(c: char) -> usize {
    match c {
        '\u{0}'..='\u{10FF}'
        | '\u{2000}'..='\u{200D}'
        | '\u{2010}'..='\u{201F}'
        | '\u{2032}'..='\u{2037}' => LIGHT_WEIGHT,
        _ => FULL_WEIGHT,
    }
}
