//! What platforms write, fit to be shown.

const QUOTE_MAX_CHARACTERS: usize = 300;

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
    fn a_quoted_text_is_one_short_line() {
        assert_eq!(quoted("a\r\nb\u{7}"), "a  b");
        assert_eq!(quoted(&"x".repeat(5000)).len(), QUOTE_MAX_CHARACTERS);
    }
}
