//! How much of a password somebody had to choose: a repetition, a sequence, a walk over neighbouring keys or a known word is hardly more than a character.

/// Words that many passwords are made of: from the thousand most frequent passwords, the days and months, and names for a password.
const COMMON_WORDS: &str = include_str!("words.txt");
/// What a common word counts: there are about as many of them as pairs of letters.
const COMMON_WORD: usize = 2;
/// What every other piece counts, like a character of its own.
const PIECE: usize = 1;
/// The shortest piece of neighbouring keys, of a sequence or of a repetition that counts as one choice.
const SHORTEST_PIECE: usize = 3;
/// The steps from one character of a sequence to the next: `4567` goes up, `zyx` down, and so do `aabbcc` and `332211`.
const STEPS: [i64; 2] = [1, -1];
/// The rows of the keyboards that most people have, each row half a key to the right of the one above it.
const KEYBOARDS: [[&str; 4]; 3] = [
    ["1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./"],
    ["1234567890", "qwertzuiop", "asdfghjkl", "yxcvbnm"],
    ["1234567890", "azertyuiop", "qsdfghjklm", "wxcvbn"],
];

/// The fewest choices that lead to this text for somebody who knows the given words; all of it in lower case.
pub(super) fn count(text: &[char], given: &[Vec<char>]) -> usize {
    let plain: Vec<char> = text.iter().copied().map(undisguised).collect();
    let common: Vec<Vec<char>> = COMMON_WORDS
        .split_ascii_whitespace()
        .map(|word| word.chars().collect())
        .collect();
    let pieces = [sequences(text), walks(text), repetitions(text)];
    let mut fewest = vec![usize::MAX; text.len() + 1];
    fewest[0] = 0;
    for start in 0..text.len() {
        let so_far = fewest[start];
        let mut reach = |length: usize, choices: usize| {
            let known = &mut fewest[start + length];
            *known = so_far.saturating_add(choices).min(*known);
        };
        reach(1, usize::from(!is_known_separator(text, start)));
        let longest = pieces.iter().map(|lengths| lengths[start]).max();
        for length in SHORTEST_PIECE..=longest.unwrap_or_default() {
            reach(length, PIECE);
        }
        if is_year(&text[start..]) {
            reach(4, PIECE);
        }
        let is_here =
            |word: &[char]| text[start..].starts_with(word) || plain[start..].starts_with(word);
        for word in given.iter().filter(|word| is_here(word)) {
            reach(word.len(), PIECE);
        }
        for word in common.iter().filter(|word| is_here(word)) {
            reach(word.len(), COMMON_WORD);
        }
    }
    fewest[text.len()]
}

/// Whether it separates, and the same separator came before: using it again is no new choice.
fn is_known_separator(text: &[char], at: usize) -> bool {
    matches!(text[at], ' ' | '-' | '_' | '.' | ',' | '/' | '+') && text[..at].contains(&text[at])
}

fn is_year(text: &[char]) -> bool {
    matches!(text, ['1', '9', a, b, ..] | ['2', '0', a, b, ..] if a.is_ascii_digit() && b.is_ascii_digit())
}

/// The letter that a digit or sign stands for where people disguise words.
fn undisguised(character: char) -> char {
    match character {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' => 'i',
        '0' => 'o',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    }
}

/// For each position, how many characters from there on are one step from the one before, all the same step, or repeat it.
fn sequences(text: &[char]) -> Vec<usize> {
    let mut lengths = vec![1; text.len()];
    for step in STEPS {
        let mut length = 1;
        for at in (1..text.len()).rev() {
            let taken = i64::from(u32::from(text[at])) - i64::from(u32::from(text[at - 1]));
            length = if taken == 0 || taken == step {
                length + 1
            } else {
                1
            };
            lengths[at - 1] = length.max(lengths[at - 1]);
        }
    }
    lengths
}

/// For each position, how many keys from there on are each the one before or its neighbour.
fn walks(text: &[char]) -> Vec<usize> {
    let mut lengths = vec![1; text.len()];
    for at in (0..text.len().saturating_sub(1)).rev() {
        if are_neighbours(text[at], text[at + 1]) {
            lengths[at] = lengths[at + 1] + 1;
        }
    }
    lengths
}

fn are_neighbours(a: char, b: char) -> bool {
    let place = |rows: &[&str; 4], key: char| {
        rows.iter()
            .enumerate()
            .find_map(|(row, keys)| Some((row, keys.chars().position(|other| other == key)?)))
    };
    KEYBOARDS.iter().any(|rows| {
        let (Some(a), Some(b)) = (place(rows, a), place(rows, b)) else {
            return false;
        };
        let (upper, lower) = if a <= b { (a, b) } else { (b, a) };
        match lower.0 - upper.0 {
            0 => lower.1.abs_diff(upper.1) <= 1,
            // A key touches the key below it to the left and the one to the right of that.
            1 => lower.1 == upper.1 || lower.1 + 1 == upper.1,
            _ => false,
        }
    })
}

/// For each position, how many characters from there on are a copy of some that begin before it.
fn repetitions(text: &[char]) -> Vec<usize> {
    let mut longest = vec![0; text.len()];
    // How far the text from `earlier` on equals the text from `at` on; a step back in both makes it one longer.
    let mut common = vec![0; text.len() + 1];
    for at in (0..text.len()).rev() {
        for earlier in 0..at {
            common[earlier] = if text[earlier] == text[at] {
                common[earlier + 1] + 1
            } else {
                0
            };
            longest[at] = longest[at].max(common[earlier]);
        }
    }
    longest
}
