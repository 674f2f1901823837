//! How a post will look on an account.

use domain::content::{Attachment, Said};
use domain::{MediaId, MediaKind, Platform};
use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;
use url::Url;

use super::check::{Question, check};
use super::crops::crop;
use super::entities::{Entity, EntityKind, entities};
use super::finding::Finding;
use super::limits::{Fold, LinkUse, TextLimit, Unit};
use super::options::{self, Format};
use super::rules;
use crate::publisher::Target;

/// How a post will look on an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// The platform.
    pub platform: Platform,
    /// The post, and what follows it in the same thread.
    pub parts: Vec<PartPreview>,
    /// The card of its link, where the platform shows one.
    pub link: Option<LinkCard>,
    /// The comment below it.
    pub first_comment: Option<PartPreview>,
    /// Its title, where the platform has one.
    pub title: Option<String>,
    /// What is wrong with it, or doubtful.
    pub findings: Vec<Finding>,
}

/// How one text of it will look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartPreview {
    /// The text as it will appear.
    pub text: String,
    /// How long it is, in every unit that has a limit here.
    pub counts: Vec<Count>,
    /// What the platform makes something of, in order and without overlaps.
    pub entities: Vec<Entity>,
    /// After which byte of `text` the feed hides the rest.
    pub folded_at: Option<usize>,
    /// After which byte of `text` it is too long.
    pub cut_at: Option<usize>,
    /// Its files.
    pub media: Vec<MediaPreview>,
}

/// How long a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// What is counted.
    pub unit: Unit,
    /// How much there is.
    pub length: usize,
    /// How much there may be.
    pub limit: usize,
    /// How much is left; negative when it is too long.
    pub remaining: i64,
}

/// How a file will look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MediaPreview {
    /// The file.
    pub media: MediaId,
    /// Its place among the others, from 0.
    pub position: usize,
    /// What it is.
    pub kind: MediaKind,
    /// What it shows, in words.
    pub alt: Option<String>,
    /// What of it is seen in the feed; all of it when absent.
    pub crop: Option<Crop>,
    /// How wide it is, in pixels.
    pub width: u32,
    /// How high it is, in pixels.
    pub height: u32,
}

/// A part of a picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Crop {
    /// How wide it is.
    pub width: u32,
    /// How high it is.
    pub height: u32,
    /// How far from the left it begins.
    pub left: u32,
    /// How far from the top it begins.
    pub top: u32,
}

/// The card of a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinkCard {
    /// The address.
    pub url: String,
    /// The server that it leads to, as people read it.
    pub host: String,
    /// Its title, where the post says one.
    pub title: Option<String>,
}

/// How a post will look on an account of a platform.
pub fn preview(platform: Platform, said: &Said, account: &Target) -> Preview {
    let question = Question {
        rules: rules(platform),
        said,
        account,
    };
    let is_story = options::format(said) == Format::Story;
    let parts = question.pieces().into_iter().map(|piece| {
        let text = if is_story { "" } else { piece.text };
        part(&question, text, piece.media, None)
    });
    let comment = question.first_comment().zip(question.rules.first_comment);
    Preview {
        platform,
        parts: parts.collect(),
        link: link(&question),
        first_comment: comment.map(|(text, limit)| part(&question, text, &[], Some(limit))),
        title: options::title(said).map(str::to_owned),
        findings: check(platform, said, account),
    }
}

/// How one text looks. Only a comment has a limit of its own.
fn part(
    question: &Question<'_>,
    text: &str,
    media: &[Attachment],
    own: Option<TextLimit>,
) -> PartPreview {
    let platform = question.rules.platform;
    let text = match platform {
        Platform::Discord => text.trim(),
        Platform::Mastodon
        | Platform::Bluesky
        | Platform::Facebook
        | Platform::Instagram
        | Platform::Threads
        | Platform::X
        | Platform::LinkedIn
        | Platform::Telegram
        | Platform::Slack
        | Platform::YouTube
        | Platform::GoogleBusiness
        | Platform::TikTok
        | Platform::Pinterest
        | Platform::Reddit => text,
    };
    let besides = match own {
        Some(_) => 0,
        None => question.counted_besides(),
    };
    let max_characters = question.account.max_characters;
    let limits: Vec<(TextLimit, usize)> = match own {
        Some(limit) => vec![(limit, limit.on(max_characters))],
        None => question.limits(media).collect(),
    };
    let hard = limits.iter().filter(|(limit, _)| !limit.advice);
    let counts = hard.clone().map(|(limit, most)| {
        let length = limit.measure.length(text) + besides;
        let signed = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        Count {
            unit: limit.unit(),
            length,
            limit: *most,
            remaining: signed(*most) - signed(length),
        }
    });
    let entities = entities(platform, &question.account.host, text);
    let cut_at = hard
        .clone()
        .filter_map(|(limit, most)| {
            let most = most.saturating_sub(besides);
            let cut = limit.measure.cut(text, most)?;
            // A link is cut as a whole, if what is before it fits: part of it may count more than all of it.
            let whole = entities
                .iter()
                .find(|entity| entity.start < cut && cut < entity.end)
                .map(|entity| entity.start)
                .filter(|start| limit.measure.length(&text[..*start]) <= most);
            Some(whole.unwrap_or(cut))
        })
        .min();
    let files = media.iter().enumerate();
    PartPreview {
        counts: counts.collect(),
        folded_at: question.rules.fold.and_then(|fold| fold.place(text)),
        cut_at,
        media: files
            .map(|(position, file)| MediaPreview {
                media: file.media,
                position,
                kind: file.kind,
                alt: file.alt.as_ref().map(ToString::to_string),
                crop: crop(platform, media, position),
                width: file.width,
                height: file.height,
            })
            .collect(),
        entities,
        text: text.to_owned(),
    }
}

/// The card of the link, where there is one: what was sent with the post, or what the platform makes of the first address in the text.
fn link(question: &Question<'_>) -> Option<LinkCard> {
    let body = &question.said.body;
    let rules = question.rules;
    let has_files = !body.media.is_empty();
    let url = match &body.link {
        Some(link) if rules.link.is_sent(has_files) => link.to_string(),
        Some(_) | None if rules.link == LinkUse::FromText && !has_files => {
            let shown = entities(rules.platform, &question.account.host, body.text.as_str());
            let is_link = |entity: &Entity| entity.kind == EntityKind::Link;
            shown.into_iter().find(is_link)?.url?
        }
        Some(_) | None => return None,
    };
    let parsed = Url::parse(&url).ok()?;
    let host = parsed.host_str()?;
    Some(LinkCard {
        host: host.strip_prefix("www.").unwrap_or(host).to_owned(),
        title: options::title(question.said).map(str::to_owned),
        url,
    })
}

impl Fold {
    /// After which byte a feed hides the rest of a text, if it does.
    fn place(self, text: &str) -> Option<usize> {
        let letters = text.grapheme_indices(true).nth(self.characters as usize);
        let line_feeds = text.match_indices('\n').nth(self.lines.max(1) as usize - 1);
        let at = letters.into_iter().chain(line_feeds).map(|(at, _)| at);
        at.min()
    }
}
