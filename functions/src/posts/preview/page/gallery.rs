//! Files as a platform arranges them: which are seen, in which shape, and which part of each.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use askama::filters::HtmlSafe;
use domain::content::{Attachment, Said};
use domain::{Locale, MediaId, MediaKind, Platform};
use platforms::rules::{MediaPreview, PartPreview};

use super::words;

/// Where the files of a post can be looked at: signed addresses.
pub type Addresses = BTreeMap<MediaId, String>;

/// Shapes that are shown as they are; what is narrower or wider is cut to them, or the page would be nothing but it.
const NARROWEST: f64 = 9.0 / 16.0;
const WIDEST: f64 = 3.0;

/// Files, arranged.
#[derive(Debug, Template)]
#[template(path = "preview/gallery.html")]
pub(super) struct Gallery {
    /// How: a class of the style, with one for the number of tiles.
    pub(super) class: String,
    /// What is seen.
    pub(super) tiles: Vec<Tile>,
    /// Whether one moves through them sideways.
    pub(super) scrolls: bool,
    /// What all of them are called.
    pub(super) label: &'static str,
    /// What is said of them where they are hidden at first.
    pub(super) veil: Option<&'static str>,
}

/// It escapes what it shows.
impl HtmlSafe for Gallery {}

/// One file.
#[derive(Debug)]
pub(super) struct Tile {
    /// What it is.
    pub(super) kind: MediaKind,
    /// Where it can be looked at.
    pub(super) address: Option<String>,
    /// What it shows, or which one it is.
    pub(super) label: String,
    /// What it shows, where somebody said so.
    pub(super) alt: Option<String>,
    /// Its shape and which part of it is seen: classes of the style.
    pub(super) class: String,
    /// How long it plays.
    pub(super) duration: Option<String>,
    /// How many more there are that are not seen.
    pub(super) more: usize,
}

/// How many tiles a platform's feed shows, and how.
fn arrangement(platform: Platform, number: usize) -> (&'static str, usize) {
    match platform {
        _ if number <= 1 => ("one", 1),
        Platform::Bluesky if number > 4 => ("strip", number),
        Platform::Mastodon | Platform::X | Platform::Bluesky => ("grid", 4),
        Platform::Facebook | Platform::LinkedIn => ("grid", 5),
        Platform::Telegram | Platform::Discord => ("grid", 10),
        Platform::Threads => ("strip", number),
        Platform::Instagram
        | Platform::TikTok
        | Platform::Pinterest
        | Platform::Reddit
        | Platform::YouTube
        | Platform::GoogleBusiness => ("carousel", number),
        Platform::Slack => ("stack", number),
    }
}

impl Gallery {
    pub(super) fn new(
        (locale, platform): (Locale, Platform),
        said: &Said,
        part: &PartPreview,
        addresses: &Addresses,
        style: &mut BTreeSet<String>,
    ) -> Self {
        let (class, most) = arrangement(platform, part.media.len());
        let mut tiles: Vec<Tile> =
            part.media
                .iter()
                .take(most)
                .map(|file| Tile {
                    kind: file.kind,
                    address: addresses.get(&file.media).cloned(),
                    label: file.alt.clone().unwrap_or_else(|| {
                        words::undescribed(locale, file.kind, file.position + 1)
                    }),
                    alt: file.alt.clone(),
                    class: seen(file, style),
                    duration: duration(said, file.media),
                    more: 0,
                })
                .collect();
        if let Some(last) = tiles.last_mut() {
            last.more = part.media.len().saturating_sub(most);
        }
        Self {
            class: format!("{class} n{}", tiles.len()),
            scrolls: matches!(class, "carousel" | "strip"),
            tiles,
            label: words::words(locale).files,
            veil: None,
        }
    }

    /// The same, hidden at first behind these words.
    pub(super) fn veiled(self, words: &'static str) -> Self {
        Self {
            veil: Some(words),
            ..self
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tiles.is_empty()
    }
}

/// The classes for the shape of a file and for the part of it that is seen; their rules go into the style, because the page takes no other.
fn seen(file: &MediaPreview, style: &mut BTreeSet<String>) -> String {
    let (width, height) = (file.width.max(1), file.height.max(1));
    let (shown_width, shown_height, left, top) = match file.crop {
        Some(crop) => (crop.width.max(1), crop.height.max(1), crop.left, crop.top),
        None => (width, height, 0, 0),
    };
    if file.width == 0 || file.height == 0 {
        return String::new();
    }
    let shape = (f64::from(shown_width) / f64::from(shown_height)).clamp(NARROWEST, WIDEST);
    // In thousandths, so that a class can be named after it.
    let shape = format!("{shape:.3}");
    let name = shape.replace('.', "-");
    style.insert(format!(".s{name}{{--shape:{shape}}}"));
    if file.crop.is_some() {
        let (x, y) = (
            share(left, width, shown_width),
            share(top, height, shown_height),
        );
        style.insert(format!(".x{x}y{y}{{--part:{x}% {y}%}}"));
        return format!("s{name} x{x}y{y}");
    }
    format!("s{name}")
}

/// Where a part begins, in hundredths of the room that it has.
fn share(begin: u32, whole: u32, part: u32) -> u32 {
    let room = whole.saturating_sub(part);
    if room == 0 {
        return 50;
    }
    let share = u64::from(begin) * 100 / u64::from(room);
    u32::try_from(share.min(100)).unwrap_or(50)
}

/// How long a film plays, as `1:05`.
fn duration(said: &Said, media: MediaId) -> Option<String> {
    let of_parts = said.body.parts.iter().flat_map(|part| &part.media);
    let mut all = said.body.media.iter().chain(of_parts);
    let of =
        |attachment: &&Attachment| attachment.media == media && attachment.kind == MediaKind::Video;
    let seconds = all.find(of)?.duration_ms.div_ceil(1_000);
    Some(format!("{}:{:02}", seconds / 60, seconds % 60))
}
