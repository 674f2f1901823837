//! How a post will look, as the API shows it.

use domain::Account;
use domain::content::Said;
use platforms::rules::{
    Count, Crop, Entity, EntityKind, Finding, LinkCard, MediaPreview, PartPreview, Preview,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A post on one account: what it says there, and how that will look.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    /// The account.
    pub account: &'a Account,
    /// What the post says there.
    pub said: Said,
    /// How it will look.
    pub preview: Preview,
}

impl<'a> Shown<'a> {
    /// Looks at what a post says on an account as its platform will show it.
    pub fn new(account: &'a Account, said: Said) -> Self {
        let target = app::vault::target(account);
        let preview = platforms::rules::preview(account.platform, &said, &target);
        Self {
            account,
            said,
            preview,
        }
    }
}

/// How a post will look on each of its accounts.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewView {
    /// Whether nothing keeps it from going out on any of them.
    pub publishable: bool,
    /// One for each account.
    pub accounts: Vec<AccountPreviewView>,
}

impl PreviewView {
    /// Shows a post on all its accounts.
    pub fn new(shown: &[Shown<'_>]) -> Self {
        let accounts: Vec<_> = shown
            .iter()
            .map(|shown| AccountPreviewView::new(shown.account, &shown.preview))
            .collect();
        Self {
            publishable: accounts.iter().all(|account| account.errors.is_empty()),
            accounts,
        }
    }
}

/// How a post will look on one account. Offsets count characters (code points) of the text that they stand beside; ends are exclusive.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountPreviewView {
    /// The account.
    #[schema(example = "account_01kaw3x0fhe9ps6r4h8x5tq7vd")]
    pub account_id: String,
    /// Its platform.
    #[schema(example = "mastodon")]
    pub platform: String,
    /// Its handle.
    pub handle: String,
    /// Its display name.
    pub name: String,
    /// The title, where the platform has one.
    pub title: Option<String>,
    /// The post, and what follows it in the same thread.
    pub parts: Vec<PartView>,
    /// The card of its link, where the platform shows one.
    pub link: Option<LinkCardView>,
    /// The comment below it.
    pub first_comment: Option<PartView>,
    /// What keeps it from going out here.
    pub errors: Vec<FindingView>,
    /// What may not look as it was meant.
    pub warnings: Vec<FindingView>,
}

impl AccountPreviewView {
    fn new(account: &Account, preview: &Preview) -> Self {
        let (errors, warnings): (Vec<_>, Vec<_>) =
            preview.findings.iter().partition(|f| f.is_error());
        let views = |findings: Vec<&Finding>| findings.into_iter().map(Into::into).collect();
        Self {
            account_id: account.id.to_string(),
            platform: account.platform.to_string(),
            handle: account.handle.clone(),
            name: account.name.to_string(),
            title: preview.title.clone(),
            parts: preview.parts.iter().map(Into::into).collect(),
            link: preview.link.as_ref().map(Into::into),
            first_comment: preview.first_comment.as_ref().map(Into::into),
            errors: views(errors),
            warnings: views(warnings),
        }
    }
}

/// One text of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartView {
    /// The text as it will appear.
    pub text: String,
    /// How long it is, in every unit that has a limit here.
    pub counts: Vec<CountView>,
    /// What the platform makes links of.
    pub links: Vec<EntityView>,
    /// Whom it mentions.
    pub mentions: Vec<EntityView>,
    /// Its hashtags and cashtags.
    pub tags: Vec<EntityView>,
    /// After which character the feed hides the rest.
    pub folded_at: Option<usize>,
    /// After which character it is too long.
    pub cut_at: Option<usize>,
    /// Its files, in order.
    pub media: Vec<MediaView>,
}

/// How long a text is.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountView {
    /// What is counted: `characters`, `code_points`, `utf16_units`, `bytes` or `weighted_characters`.
    #[schema(example = "characters")]
    pub unit: String,
    /// How much there is.
    pub length: usize,
    /// How much there may be.
    pub limit: usize,
    /// How much is left; negative when it is too long.
    pub remaining: i64,
}

/// A stretch of a text that the platform makes something of.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntityView {
    /// Its first character.
    pub start: usize,
    /// The character after its last one.
    pub end: usize,
    /// The stretch itself.
    pub text: String,
    /// Where it leads, where that is known.
    pub url: Option<String>,
}

/// How a file will look.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaView {
    /// The file.
    #[schema(example = "media_01kaw3x0fhe9ps6r4h8x5tq7vd")]
    pub media_id: String,
    /// Its place among the others, from 0.
    pub position: usize,
    /// `image`, `animation`, `video` or `document`.
    #[schema(example = "image")]
    pub kind: String,
    /// What it shows, in words.
    pub alt: Option<String>,
    /// How wide it is, in pixels; 0 for a document.
    pub width: u32,
    /// How high it is, in pixels; 0 for a document.
    pub height: u32,
    /// What of it is seen in the feed; all of it when absent.
    pub crop: Option<CropView>,
}

/// A part of a picture, in pixels.
#[derive(Debug, Serialize, ToSchema)]
pub struct CropView {
    /// How wide it is.
    pub width: u32,
    /// How high it is.
    pub height: u32,
    /// How far from the left it begins.
    pub left: u32,
    /// How far from the top it begins.
    pub top: u32,
}

/// The card of a link. Picture and description come from the page that it leads to.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkCardView {
    /// The address.
    #[schema(format = "uri")]
    pub url: String,
    /// The server that it leads to, as people read it.
    pub host: String,
    /// Its title, where the post says one.
    pub title: Option<String>,
}

/// Something that somebody should know before the post goes out.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingView {
    /// What it is, in a word that never changes.
    #[schema(example = "too_long")]
    pub code: String,
    /// Where it is: a JSON pointer into the post.
    #[schema(example = "/text")]
    pub pointer: String,
    /// What it is and what would be right.
    pub detail: String,
}

impl From<&PartPreview> for PartView {
    fn from(part: &PartPreview) -> Self {
        let offsets = Offsets::of(&part.text);
        let of = |kinds: &[EntityKind]| {
            let of_kind = |entity: &&Entity| kinds.contains(&entity.kind);
            let entities = part.entities.iter().filter(of_kind);
            entities
                .map(|entity| EntityView::new(&offsets, entity))
                .collect()
        };
        Self {
            text: part.text.clone(),
            counts: part.counts.iter().map(Into::into).collect(),
            links: of(&[EntityKind::Link]),
            mentions: of(&[EntityKind::Mention]),
            tags: of(&[EntityKind::Hashtag, EntityKind::Cashtag]),
            folded_at: part.folded_at.map(|byte| offsets.before(byte)),
            cut_at: part.cut_at.map(|byte| offsets.before(byte)),
            media: part.media.iter().map(Into::into).collect(),
        }
    }
}

impl EntityView {
    fn new(offsets: &Offsets, entity: &Entity) -> Self {
        Self {
            start: offsets.before(entity.start),
            end: offsets.before(entity.end),
            text: entity.text.clone(),
            url: entity.url.clone(),
        }
    }
}

/// At which bytes the characters of a text begin.
struct Offsets(Vec<usize>);

impl Offsets {
    fn of(text: &str) -> Self {
        Self(text.char_indices().map(|(start, _)| start).collect())
    }

    /// How many characters begin before a byte.
    fn before(&self, byte: usize) -> usize {
        self.0.partition_point(|start| *start < byte)
    }
}

impl From<&Count> for CountView {
    fn from(count: &Count) -> Self {
        Self {
            unit: count.unit.to_string(),
            length: count.length,
            limit: count.limit,
            remaining: count.remaining,
        }
    }
}

impl From<&MediaPreview> for MediaView {
    fn from(media: &MediaPreview) -> Self {
        Self {
            media_id: media.media.to_string(),
            position: media.position,
            kind: media.kind.to_string(),
            alt: media.alt.clone(),
            width: media.width,
            height: media.height,
            crop: media.crop.map(Into::into),
        }
    }
}

impl From<Crop> for CropView {
    fn from(crop: Crop) -> Self {
        Self {
            width: crop.width,
            height: crop.height,
            left: crop.left,
            top: crop.top,
        }
    }
}

impl From<&LinkCard> for LinkCardView {
    fn from(card: &LinkCard) -> Self {
        Self {
            url: card.url.clone(),
            host: card.host.clone(),
            title: card.title.clone(),
        }
    }
}

impl From<&Finding> for FindingView {
    fn from(finding: &Finding) -> Self {
        Self {
            code: finding.code.to_owned(),
            pointer: finding.pointer.clone(),
            detail: finding.detail.clone(),
        }
    }
}
