//! What a platform takes, as the API shows it

use platforms::rules::{AltLimit, AtMost, FileRules, MediaRules, Ratio, Rules, TextLimit};
use serde::Serialize;
use utoipa::ToSchema;

/// What the posts of a platform may be.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulesView {
    /// Its limits for the text of a post: all that apply must be kept.
    pub text: Vec<TextLimitView>,
    /// Whether a post needs files.
    pub requires_media: bool,
    /// What files it takes.
    pub media: MediaRulesView,
    /// The most parts of a thread, the first one included; absent where there are no threads.
    #[schema(example = 25)]
    pub threads: Option<u32>,
    /// The limit of a first comment; absent where there are none.
    pub first_comment: Option<TextLimitView>,
    /// What becomes of the link of a post: `own` (a part of the post), `without_files` (a card, unless there are files), `from_text` (a card of
    /// an address that stands in the text), `never`.
    #[schema(example = "without_files")]
    pub link: String,
    /// How many hashtags it takes; absent where there is no limit.
    pub hashtags: Option<AtMostView>,
    /// How many mentions it takes.
    pub mentions: Option<AtMostView>,
    /// How many different links it takes.
    pub links: Option<AtMostView>,
    /// How it refuses what it took before; absent where it takes the same again.
    pub refuses_duplicates: Option<&'static str>,
    /// Where the platform documents this.
    #[schema(format = "uri")]
    pub documentation: &'static str,
}

/// One limit for a text.
#[derive(Debug, Serialize, ToSchema)]
pub struct TextLimitView {
    /// What is counted: `characters`, `weighted_characters`, `code_points`, `utf16_units` or `bytes`.
    #[schema(example = "characters")]
    pub unit: String,
    /// The most that is taken.
    #[schema(example = 500)]
    pub limit: u32,
    /// Whether more is taken all the same, and only unwise.
    pub advice: bool,
    /// To which posts it applies: `always`, `with_media`, `without_media`, `with_images` or `with_video`.
    #[schema(example = "always")]
    pub applies: String,
    /// Whether the account's server may say otherwise: see `max_characters` of the account.
    pub set_by_server: bool,
    /// How it is counted.
    pub counting: &'static str,
}

/// How many of something a text may have.
#[derive(Debug, Serialize, ToSchema)]
pub struct AtMostView {
    /// The most that is taken.
    pub limit: Option<u32>,
    /// The most that is wise.
    pub advised: Option<u32>,
}

/// What files a platform takes. A kind that is absent is not taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaRulesView {
    /// The most files of one text, of all kinds.
    #[schema(example = 4)]
    pub most: u32,
    /// Which kinds may stand together: `one_kind`, `pictures_and_films` or `everything`.
    #[schema(example = "one_kind")]
    pub mixing: String,
    /// Pictures.
    pub images: Option<FileRulesView>,
    /// Moving pictures without sound.
    pub animations: Option<FileRulesView>,
    /// Films.
    pub videos: Option<FileRulesView>,
    /// Documents.
    pub documents: Option<FileRulesView>,
    /// The limit of a description for people who do not see the file; absent where none is shown.
    pub alt: Option<AltLimitView>,
}

/// What is taken of one kind of file. What is absent has no limit.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileRulesView {
    /// The most of them.
    #[schema(example = 4)]
    pub most: u32,
    /// The media types.
    #[schema(example = json!(["image/jpeg", "image/png"]))]
    pub types: Vec<String>,
    /// The most bytes.
    #[schema(example = 2_000_000)]
    pub max_bytes: u64,
    /// The least pixels of each side.
    pub min_side: Option<u32>,
    /// The most pixels of each side.
    pub max_side: Option<u32>,
    /// The most pixels of both sides together.
    pub max_sides: Option<u32>,
    /// The most pixels in all.
    pub max_pixels: Option<u64>,
    /// The narrowest shape, as width to height.
    #[schema(example = "4:5")]
    pub narrowest: Option<String>,
    /// The widest shape.
    #[schema(example = "191:100")]
    pub widest: Option<String>,
    /// The shortest, in milliseconds.
    pub min_ms: Option<u64>,
    /// The longest, in milliseconds.
    pub max_ms: Option<u64>,
}

/// The limit of a description for people who do not see a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct AltLimitView {
    /// What is counted.
    #[schema(example = "code_points")]
    pub unit: String,
    /// The most that is taken.
    #[schema(example = 1_500)]
    pub limit: u32,
    /// Whether films have one too.
    pub of_films: bool,
}

impl From<&Rules> for RulesView {
    fn from(rules: &Rules) -> Self {
        Self {
            text: rules.text.iter().map(TextLimitView::from).collect(),
            requires_media: rules.requires_media,
            media: MediaRulesView::from(&rules.media),
            threads: rules.threads,
            first_comment: rules.first_comment.as_ref().map(TextLimitView::from),
            link: rules.link.to_string(),
            hashtags: rules.hashtags.map(AtMostView::from),
            mentions: rules.mentions.map(AtMostView::from),
            links: rules.links.map(AtMostView::from),
            refuses_duplicates: rules.refuses_duplicates,
            documentation: rules.documentation,
        }
    }
}

impl From<&TextLimit> for TextLimitView {
    fn from(limit: &TextLimit) -> Self {
        Self {
            unit: limit.unit().to_string(),
            limit: limit.limit,
            advice: limit.advice,
            applies: limit.applies.to_string(),
            set_by_server: limit.set_by_server,
            counting: limit.counting,
        }
    }
}

impl From<AtMost> for AtMostView {
    fn from(AtMost { limit, advised }: AtMost) -> Self {
        Self { limit, advised }
    }
}

impl From<&MediaRules> for MediaRulesView {
    fn from(rules: &MediaRules) -> Self {
        let view = |rules: &Option<FileRules>| rules.as_ref().map(FileRulesView::from);
        Self {
            most: rules.most,
            mixing: rules.mixing.to_string(),
            images: view(&rules.images),
            animations: view(&rules.animations),
            videos: view(&rules.videos),
            documents: view(&rules.documents),
            alt: rules.alt.map(AltLimitView::from),
        }
    }
}

impl From<&FileRules> for FileRulesView {
    fn from(rules: &FileRules) -> Self {
        let shape = |shape: Option<Ratio>| shape.map(|shape| shape.to_string());
        Self {
            most: rules.most,
            types: rules.types.iter().map(ToString::to_string).collect(),
            max_bytes: rules.max_bytes,
            min_side: Some(rules.min_side).filter(|it| *it > 0),
            max_side: Some(rules.max_side).filter(|it| *it > 0),
            max_sides: Some(rules.max_sides).filter(|it| *it > 0),
            max_pixels: Some(rules.max_pixels).filter(|it| *it > 0),
            narrowest: shape(rules.narrowest),
            widest: shape(rules.widest),
            min_ms: Some(rules.min_ms).filter(|it| *it > 0),
            max_ms: Some(rules.max_ms).filter(|it| *it > 0),
        }
    }
}

impl From<AltLimit> for AltLimitView {
    fn from(limit: AltLimit) -> Self {
        Self {
            unit: limit.measure.unit().to_string(),
            limit: limit.limit,
            of_films: limit.of_films,
        }
    }
}
