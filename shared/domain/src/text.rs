//! Strings with rules. To have one of these types is to have passed its rule: deserialising is validating.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// The most bytes that the text of a post may have; the longest any platform takes is 63,206 characters (Facebook).
pub const POST_TEXT_MAX_BYTES: usize = 100_000;
const NAME_MAX_CHARACTERS: usize = 80;
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
    /// What a post says: not blank, at most 100,000 bytes, without control characters other than tab and line feed.
    PostText, parse_post_text
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
    if value.trim().is_empty() {
        return Err("must not be blank".into());
    }
    if value.len() > POST_TEXT_MAX_BYTES {
        return Err(format!("must have at most {POST_TEXT_MAX_BYTES} bytes"));
    }
    let text = value.replace("\r\n", "\n");
    if text
        .chars()
        .any(|c| c.is_control() && c != '\n' && c != '\t')
    {
        return Err("must not contain control characters other than tab and line feed".into());
    }
    Ok(text)
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
