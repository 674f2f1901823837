//! The shape of a platform's rules: numbers, units and words, without code.

use domain::content::Attachment;
use domain::{MediaKind, Platform};
use serde::Serialize;

use super::counting::Measure;
use super::files::MediaRules;

/// What a platform takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rules {
    /// The platform.
    pub platform: Platform,
    /// Its limits for the text of a post: all that apply must be kept.
    pub text: &'static [TextLimit],
    /// Whether a post may have neither words nor files nor a link.
    pub may_be_blank: bool,
    /// What files it takes.
    pub media: MediaRules,
    /// Whether a post needs files.
    pub requires_media: bool,
    /// The most parts that a thread may have, the first one included; none where there are no threads.
    pub threads: Option<u32>,
    /// The limit of a first comment; none where there are no comments.
    pub first_comment: Option<TextLimit>,
    /// What becomes of the link of a post.
    pub link: LinkUse,
    /// How many hashtags it takes.
    pub hashtags: Option<AtMost>,
    /// How many mentions it takes.
    pub mentions: Option<AtMost>,
    /// How many different links it takes.
    pub links: Option<AtMost>,
    /// After how much text its feed shows "see more".
    pub fold: Option<Fold>,
    /// How it refuses what it took before, word for word; none where it takes the same again.
    pub refuses_duplicates: Option<&'static str>,
    /// Where the platform documents this.
    pub documentation: &'static str,
}

/// One limit for the text of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TextLimit {
    /// How it is counted.
    #[serde(rename = "unit", serialize_with = "unit_of")]
    pub measure: Measure,
    /// The most that is taken, unless the account's server says otherwise.
    pub limit: u32,
    /// Whether more than that is taken all the same, and only unwise.
    pub advice: bool,
    /// To which posts it applies.
    pub applies: Applies,
    /// Whether the account's server may say otherwise.
    pub set_by_server: bool,
    /// How it is counted, in words.
    pub counting: &'static str,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
pub(super) fn unit_of<S: serde::Serializer>(
    measure: &Measure,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    measure.unit().serialize(serializer)
}

impl TextLimit {
    pub(super) const fn new(measure: Measure, limit: u32, counting: &'static str) -> Self {
        Self {
            measure,
            limit,
            advice: false,
            applies: Applies::Always,
            set_by_server: false,
            counting,
        }
    }

    pub(super) const fn advised(self) -> Self {
        Self {
            advice: true,
            ..self
        }
    }

    pub(super) const fn only(self, applies: Applies) -> Self {
        Self { applies, ..self }
    }

    /// What is counted.
    pub fn unit(&self) -> Unit {
        self.measure.unit()
    }

    /// The number for an account whose server says `own`, or nothing.
    pub(super) fn on(&self, own: Option<u32>) -> usize {
        let own = own.filter(|_| self.set_by_server);
        own.unwrap_or(self.limit) as usize
    }
}

/// To which posts a limit applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Applies {
    /// To all.
    Always,
    /// To those with files.
    WithMedia,
    /// To those without files.
    WithoutMedia,
    /// To those with pictures.
    WithImages,
    /// To those with a film, or without any file.
    WithVideo,
}

impl Applies {
    /// Whether it applies to a text with these files.
    pub(super) fn to(self, media: &[Attachment]) -> bool {
        let has_film = media.iter().any(|file| file.kind == MediaKind::Video);
        match self {
            Self::Always => true,
            Self::WithMedia => !media.is_empty(),
            Self::WithoutMedia => media.is_empty(),
            Self::WithImages => !media.is_empty() && !has_film,
            Self::WithVideo => media.is_empty() || has_film,
        }
    }
}

/// What is counted in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Unit {
    /// Letters as people see them (grapheme clusters).
    Characters,
    /// Code points of Unicode.
    CodePoints,
    /// Code units of UTF-16: an emoji has two or more.
    Utf16Units,
    /// Bytes in UTF-8.
    Bytes,
    /// Characters of which some weigh more than others.
    WeightedCharacters,
}

impl Unit {
    /// The unit in words, in the plural.
    pub fn words(self) -> &'static str {
        match self {
            Self::Characters | Self::WeightedCharacters => "characters",
            Self::CodePoints => "code points",
            Self::Utf16Units => "UTF-16 units",
            Self::Bytes => "bytes",
        }
    }
}

/// How many of something a text may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct AtMost {
    /// The most that is taken.
    pub limit: Option<u32>,
    /// The most that is wise.
    pub advised: Option<u32>,
}

/// What becomes of the link of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum LinkUse {
    /// It is a part of the post, beside text and files.
    Own,
    /// It is a card of its own, unless there are files.
    WithoutFiles,
    /// The platform makes a card of an address that stands in the text, and of no other.
    FromText,
    /// The platform leads nowhere.
    Never,
}

impl LinkUse {
    /// Whether a link becomes a card that has to be sent.
    pub fn is_sent(self, has_files: bool) -> bool {
        match self {
            Self::Own => true,
            Self::WithoutFiles => !has_files,
            Self::FromText | Self::Never => false,
        }
    }
}

/// Where a feed hides the rest of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Fold {
    /// After how many letters, about.
    pub characters: u32,
    /// After how many line feeds, about.
    pub lines: u32,
}
