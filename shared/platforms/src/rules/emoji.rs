//! Where emoji stand in a text: whole sequences, such as a family, a flag, a keycap.

/// The longest sequence has ten code points: two people with skin tones who kiss.
const LONGEST: usize = 10;
const TEXT_STYLE: char = '\u{FE0E}';
const EMOJI_STYLE: char = '\u{FE0F}';
/// What makes a key of a digit.
const KEY: char = '\u{20E3}';
/// These are emoji only if they say so; without, they are signs as others.
const SIGNS: [&str; 4] = ["©", "®", "™", "♟"];

/// The length in bytes of the emoji that a text begins with, if it begins with one.
pub(super) fn at_start(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    if !may_begin(first) {
        return None;
    }
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let ends: Vec<usize> = ends.take(LONGEST).collect();
    let end = ends.into_iter().rev().find(|end| is_emoji(&text[..*end]))?;
    let stays_text = text[end..].starts_with(TEXT_STYLE) && end == first.len_utf8();
    (!stays_text || is_always_picture(first)).then_some(end)
}

fn is_emoji(candidate: &str) -> bool {
    let Some(known) = emojis::get(candidate) else {
        return false;
    };
    let is_bare_sign = SIGNS.contains(&candidate);
    let is_half_a_key = candidate.starts_with(|c: char| c.is_ascii()) && !candidate.ends_with(KEY);
    // X counts what asks for a picture apart, where a picture comes anyway.
    let is_asked_twice = candidate.ends_with(EMOJI_STYLE) && !known.as_str().ends_with(EMOJI_STYLE);
    !is_bare_sign && !is_half_a_key && !is_asked_twice
}

/// Whether it is shown as a picture even where nothing asks for that.
fn is_always_picture(c: char) -> bool {
    let mut bytes = [0; 4];
    emojis::get(c.encode_utf8(&mut bytes))
        .is_some_and(|emoji| !emoji.as_str().contains(EMOJI_STYLE))
}

/// Says no quickly to nearly everything that people write.
fn may_begin(c: char) -> bool {
    matches!(c,
        '#' | '*' | '0'..='9' | '©' | '®' | '\u{203C}'..='\u{3299}' | '\u{1F000}'..='\u{1FAFF}')
}

/// The text in pieces, each with whether it is an emoji; what is none comes character by character.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let emoji = at_start(rest);
        let (piece, after) = rest.split_at(emoji.unwrap_or(first.len_utf8()));
        rest = after;
        Some((piece, emoji.is_some()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_is_one_emoji_and_a_digit_is_none() {
        let found = |text: &str| -> Vec<String> {
            pieces(text)
                .filter(|(_, is_emoji)| *is_emoji)
                .map(|(piece, _)| piece.to_owned())
                .collect()
        };
        for one in [
            "🐱",
            "👨‍👩‍👧‍👦",
            "👍🏿",
            "1️⃣",
            "1⃣",
            "🇮🇩",
            "☺",
            "☺️",
            "❤️",
            "🏴󠁧󠁢󠁷󠁬󠁳󠁿",
            "©️",
        ] {
            assert_eq!(found(&format!("a{one}b")), [one], "{one}");
        }
        for none in [
            "1",
            "#",
            "*",
            "©",
            "™",
            "a",
            "한",
            "漢",
            "☺\u{FE0E}",
            "→",
            "1\u{FE0F}",
            "#\u{FE0F}",
        ] {
            assert_eq!(found(none), Vec::<String>::new(), "{none}");
        }
        assert_eq!(found("🇮🇩🇯🇵"), ["🇮🇩", "🇯🇵"]);
        assert_eq!(found("👍\u{200D}👍"), ["👍", "👍"]);
    }
}
