//! The options of Facebook, Instagram and Threads.

use domain::MediaKind;
use domain::content::Said;
use domain::options::{self, Facebook, Instagram, Options, Threads};

use super::fields::Fields;
use crate::rules::media::lasts;

const REEL_MS: (u64, u64) = (3_000, 90_000);
const FACEBOOK_STORY_MS: (u64, u64) = (0, 60_000);
const INSTAGRAM_STORY_MS: (u64, u64) = (3_000, 60_000);
const COLLABORATORS: usize = 3;
const HANDLE_MAX: usize = 30;
const TOPIC_MAX: usize = 50;

/// What kind of post it becomes.
pub(in crate::rules) use domain::options::Format;

/// What kind of post it becomes on Facebook or Instagram; a post in the feed everywhere else.
pub(in crate::rules) fn format(said: &Said) -> Format {
    let format = match &said.options {
        Some(Options::Facebook(options)) => options.format,
        Some(Options::Instagram(options)) => options.format,
        Some(_) | None => None,
    };
    format.unwrap_or(Format::Post)
}

pub(super) fn facebook(fields: &mut Fields<'_, '_>, options: &Facebook) {
    let (reel, story) = (Some(REEL_MS), FACEBOOK_STORY_MS);
    of_format(fields, options.format, reel, story);
    fields.title("title", options.title.as_deref(), 255);
    let is_unused = options.title.is_some() && fields.film().is_none();
    fields.unused("title", is_unused, "only a film has one");
}

pub(super) fn instagram(fields: &mut Fields<'_, '_>, options: &Instagram) {
    of_format(fields, options.format, None, INSTAGRAM_STORY_MS);
    let is_reel = fields.film().is_some() && options.format != Some(Format::Story);
    let share = options.share_to_feed.is_some() && !is_reel;
    fields.unused(
        "share_to_feed",
        share,
        "only a reel is shown outside the feed",
    );
    let people = options.collaborators.as_deref().unwrap_or_default();
    if people.len() > COLLABORATORS {
        let (count, most) = (people.len(), COLLABORATORS);
        let detail = format!("there are {count} collaborators, and the limit is {most}");
        fields.error("option_too_many", "collaborators", detail);
    }
    for (at, handle) in people.iter().enumerate() {
        let is_handle = (1..=HANDLE_MAX).contains(&handle.len())
            && handle
                .bytes()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_'));
        if !is_handle {
            let detail =
                format!("a collaborator must be a handle such as ana.dewi, and is {handle}");
            fields.error("option_invalid", &format!("collaborators/{at}"), detail);
        }
    }
    let is_story = options.format == Some(Format::Story);
    fields.unused(
        "collaborators",
        is_story && !people.is_empty(),
        "a story has one author",
    );
    fields.cover(options.cover_at_ms);
}

/// A reel is one film, a story is one file and shows no text.
fn of_format(
    fields: &mut Fields<'_, '_>,
    format: Option<options::Format>,
    reel: Option<(u64, u64)>,
    story: (u64, u64),
) {
    let question = fields.question;
    let bounds = match format.unwrap_or(Format::Post) {
        Format::Post => return,
        Format::Reel => {
            if fields.film().is_none() && !fields.media().is_empty() {
                fields.error(
                    "format_unsuitable",
                    "format",
                    "a reel is one film and nothing else",
                );
            }
            reel
        }
        Format::Story => {
            let is_one = matches!(fields.media(), [file] if file.kind != MediaKind::Document);
            if !is_one && !fields.media().is_empty() {
                fields.error(
                    "format_unsuitable",
                    "format",
                    "a story is one picture or one film",
                );
            }
            if !question.said.body.text.is_blank() {
                let detail = "a story shows no text: it is left out";
                fields.warning("text_not_shown", "format", detail);
            }
            Some(story)
        }
    };
    if fields.media().is_empty() && !question.rules.requires_media {
        fields.error("media_missing", "format", "reels and stories need a file");
    }
    if let (Some(film), Some((min, max))) = (fields.film().cloned(), bounds) {
        lasts(&film, min, max, &question.pointer("media/0"), fields.found);
    }
}

pub(super) fn threads(fields: &mut Fields<'_, '_>, options: &Threads) {
    let Some(topic) = options.topic_tag.as_deref() else {
        return;
    };
    fields.title("topic_tag", Some(topic), TOPIC_MAX);
    if topic.contains(['.', '&']) {
        let detail = "topic_tag must not contain . or &";
        fields.error("option_invalid", "topic_tag", detail);
    }
}
