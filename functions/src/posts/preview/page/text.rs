//! A text as a platform sets it: cut into runs that look alike, with what the feed hides at first apart.

use askama::Template;
use askama::filters::HtmlSafe;
use domain::Platform;
use platforms::rules::{Entity, EntityKind, PartPreview};
use url::Url;

/// After how many characters X and Mastodon cut the address of a link short.
const SHOWN_OF_LINK: usize = 30;
/// How many characters are seen of what is too long.
const SHOWN_OF_EXCESS: usize = 300;

/// A text.
#[derive(Debug, Default, Template)]
#[template(path = "preview/text.html")]
pub(super) struct Text {
    /// What is seen at once.
    pub(super) seen: Vec<Run>,
    /// What the feed hides at first.
    pub(super) hidden: Vec<Run>,
    /// The button that shows it.
    pub(super) more: &'static str,
}

/// A stretch of a text that looks the same throughout.
#[derive(Debug, Template)]
#[template(path = "preview/run.html")]
pub(super) struct Run {
    /// What it says.
    pub(super) text: String,
    /// Whether it is coloured as something that leads somewhere.
    pub(super) is_live: bool,
    /// Where a link leads.
    pub(super) address: Option<String>,
    /// Whether it is beyond the limit.
    pub(super) is_over: bool,
}

/// They escape what they show.
impl HtmlSafe for Text {}
impl HtmlSafe for Run {}

impl Text {
    pub(super) fn new(platform: Platform, part: &PartPreview, more: &'static str) -> Self {
        let mut text = Self {
            more,
            ..Self::default()
        };
        let folded_at = part.folded_at.or_else(|| excess(part));
        for (start, end) in stretches(part, folded_at) {
            let Some(said) = part.text.get(start..end) else {
                continue;
            };
            let is_beyond = |offset: Option<usize>| offset.is_some_and(|offset| start >= offset);
            let entity = entity_at(part, start);
            let is_whole = entity.is_some_and(|entity| (entity.start, entity.end) == (start, end));
            let run = Run {
                text: match entity {
                    Some(entity) if is_whole && entity.kind == EntityKind::Link => {
                        shown_link(platform, said)
                    }
                    _ => said.to_owned(),
                },
                is_live: entity.is_some(),
                address: entity.and_then(address),
                is_over: is_beyond(part.cut_at),
            };
            if is_beyond(folded_at) {
                text.hidden.push(run);
            } else {
                text.seen.push(run);
            }
        }
        text
    }
}

/// Where enough is seen of what is too long: the page would be nothing but it.
fn excess(part: &PartPreview) -> Option<usize> {
    let beyond = part.text.get(part.cut_at?..)?;
    let (length, _) = beyond.char_indices().nth(SHOWN_OF_EXCESS)?;
    let at = part.text.len() - beyond.len() + length;
    Some(entity_at(part, at).map_or(at, |entity| entity.end))
}

/// From where to where nothing changes.
fn stretches(part: &PartPreview, folded_at: Option<usize>) -> Vec<(usize, usize)> {
    let of_entities = part.entities.iter().flat_map(|of| [of.start, of.end]);
    let mut edges: Vec<usize> = [0, part.text.len()]
        .into_iter()
        .chain(folded_at)
        .chain(part.cut_at)
        .chain(of_entities)
        .filter(|edge| part.text.is_char_boundary(*edge))
        .collect();
    edges.sort_unstable();
    edges.dedup();
    edges.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

/// The entity that a byte belongs to. They are in order and do not overlap.
fn entity_at(part: &PartPreview, byte: usize) -> Option<&Entity> {
    let next = part.entities.partition_point(|entity| entity.end <= byte);
    let entity = part.entities.get(next)?;
    (entity.start <= byte).then_some(entity)
}

/// Only addresses of the web are made links of: what a text says is not ours to trust.
fn address(entity: &Entity) -> Option<String> {
    if entity.kind != EntityKind::Link {
        return None;
    }
    let url = Url::parse(entity.url.as_deref()?).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.to_string())
}

/// A link as people see it: these platforms leave out how the address begins, and cut it short.
fn shown_link(platform: Platform, link: &str) -> String {
    if !matches!(
        platform,
        Platform::X | Platform::Mastodon | Platform::Threads
    ) {
        return link.to_owned();
    }
    let lower = link.to_ascii_lowercase();
    let front = ["https://www.", "http://www.", "https://", "http://"]
        .iter()
        .find(|front| lower.starts_with(**front))
        .map_or(0, |front| front.len());
    let shown = &link[front..];
    let short: String = shown.chars().take(SHOWN_OF_LINK).collect();
    if short.len() < shown.len() {
        format!("{short}…")
    } else {
        short
    }
}
