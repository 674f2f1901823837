//! Strings with rules. To have one of these types is to have passed its rule: deserialising is validating.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// The most bytes that the text of a post may have; the longest any platform takes is 63,206 characters (Facebook).
pub const POST_TEXT_MAX_BYTES: usize = 100_000;
const NAME_MAX_CHARACTERS: usize = 80;
const ALT_MAX_CHARACTERS: usize = 2_000; // what Bluesky takes, the most of all platforms
const NOTE_MAX_CHARACTERS: usize = 4_000;
const LABEL_MAX_CHARACTERS: usize = 40;
const LINK_MAX_BYTES: usize = 2_000;
const EMAIL_MAX_BYTES: usize = 254; // RFC 5321, 4.5.3.1.3 less the angle brackets

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $parse:path) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Parses the text; the error says what is wrong with it in words that fit behind a field's name.
            pub fn parse(value: &str) -> Result<Self, String> {
                $parse(value).map(Self)
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(value: String) -> Result<Self, String> {
                Self::parse(&value)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text! {
    /// The name of a team: 1 to 80 characters on one line.
    TeamName, parse_name
}
text! {
    /// The name of a person: 1 to 80 characters on one line.
    PersonName, parse_name
}
text! {
    /// What a connected account is called: 1 to 80 characters on one line.
    AccountName, parse_name
}
text! {
    /// An e-mail address, in lower case (RFC 5321; at most 254 bytes).
    Email, parse_email
}
text! {
    /// What a post says: at most 100,000 bytes, without control characters other than tab and line feed. It may be blank.
    PostText, parse_post_text
}
text! {
    /// What a picture shows, in words: 1 to 2,000 characters.
    AltText, parse_alt_text
}
text! {
    /// The address of a page: https or http, at most 2,000 bytes, without user name and password.
    Link, parse_link
}
text! {
    /// A word to find posts by: 1 to 40 characters on one line.
    Label, parse_label
}
text! {
    /// What somebody says about a post: 1 to 4,000 characters.
    Note, parse_note
}

impl Default for PostText {
    /// Nothing.
    fn default() -> Self {
        Self(String::new())
    }
}

impl PostText {
    /// Whether it says nothing.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl Email {
    /// The part before the `@`.
    pub fn mailbox(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }
}

fn parse_name(value: &str) -> Result<String, String> {
    let name: String = value.trim().nfc().collect();
    if name.is_empty() {
        return Err("must not be blank".into());
    }
    if name.chars().any(char::is_control) {
        return Err("must be one line without control characters".into());
    }
    if name.graphemes(true).count() > NAME_MAX_CHARACTERS || name.len() > NAME_MAX_CHARACTERS * 16 {
        return Err(format!(
            "must have at most {NAME_MAX_CHARACTERS} characters"
        ));
    }
    Ok(name)
}

fn parse_email(value: &str) -> Result<String, String> {
    let address = value.trim().to_ascii_lowercase();
    if address.len() > EMAIL_MAX_BYTES {
        return Err(format!("must have at most {EMAIL_MAX_BYTES} bytes"));
    }
    let options = email_address::Options::default()
        .with_required_tld()
        .without_display_text()
        .without_domain_literal();
    let is_plain = address.is_ascii() && !address.contains(['"', '(', '\\']);
    if !is_plain || email_address::EmailAddress::parse_with_options(&address, options).is_err() {
        return Err("must be an e-mail address such as ana@example.com".into());
    }
    Ok(address)
}

fn parse_post_text(value: &str) -> Result<String, String> {
    if value.len() > POST_TEXT_MAX_BYTES {
        return Err(format!("must have at most {POST_TEXT_MAX_BYTES} bytes"));
    }
    lines(value)
}

fn parse_alt_text(value: &str) -> Result<String, String> {
    several_lines(value, ALT_MAX_CHARACTERS)
}

fn parse_note(value: &str) -> Result<String, String> {
    several_lines(value, NOTE_MAX_CHARACTERS)
}

fn several_lines(value: &str, most: usize) -> Result<String, String> {
    let text = lines(value.trim())?;
    if text.is_empty() {
        return Err("must not be blank".into());
    }
    if text.chars().count() > most {
        return Err(format!("must have at most {most} characters"));
    }
    Ok(text)
}

fn lines(value: &str) -> Result<String, String> {
    let text = value.replace("\r\n", "\n");
    let is_bad = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.chars().any(is_bad) {
        return Err("must not contain control characters other than tab and line feed".into());
    }
    Ok(text)
}

fn parse_label(value: &str) -> Result<String, String> {
    let label = parse_name(value)?;
    if label.chars().count() > LABEL_MAX_CHARACTERS {
        return Err(format!(
            "must have at most {LABEL_MAX_CHARACTERS} characters"
        ));
    }
    Ok(label)
}

fn parse_link(value: &str) -> Result<String, String> {
    let wrong = || "must be a web address such as https://example.com/page".to_owned();
    if value.len() > LINK_MAX_BYTES {
        return Err(format!("must have at most {LINK_MAX_BYTES} bytes"));
    }
    if value.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(wrong());
    }
    let url = url::Url::parse(value).map_err(|_| wrong())?;
    let is_web = matches!(url.scheme(), "http" | "https")
        && url.domain().is_some_and(|domain| domain.contains('.'))
        && url.username().is_empty()
        && url.password().is_none();
    is_web.then(|| value.to_owned()).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_is_kept_in_lower_case_and_trimmed() {
        assert_eq!(
            Email::parse(" Ana@Example.COM ").unwrap().as_str(),
            "ana@example.com"
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in [
            "",
            "ana",
            "ana@",
            "@example.com",
            "ana@localhost",
            "a b@example.com",
            "ana@example.com\r\nBcc: x@example.com",
            "Ana <ana@example.com>",
            "\"a\"@example.com",
            "\u{212a}ate@example.com", // the sign for kelvin, which is a small k in lower case
        ] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn control_characters_cannot_enter_a_name_or_a_post() {
        assert!(TeamName::parse("a\nb").is_err());
        assert!(PersonName::parse("a\u{0}b").is_err());
        assert!(PostText::parse("a\u{0}b").is_err());
        assert_eq!(PostText::parse("a\r\nb").unwrap().as_str(), "a\nb");
    }

    proptest! {
        #[test]
        fn a_text_that_parsed_parses_again_to_itself(value in "\\PC{0,200}") {
            if let Ok(name) = TeamName::parse(&value) {
                prop_assert_eq!(TeamName::parse(name.as_str()), Ok(name.clone()));
            }
            if let Ok(text) = PostText::parse(&value) {
                prop_assert_eq!(PostText::parse(text.as_str()), Ok(text.clone()));
            }
        }
    }
}
