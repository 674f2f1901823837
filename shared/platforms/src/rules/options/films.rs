//! The options of YouTube and TikTok.

use domain::MediaKind;
use domain::content::Attachment;
use domain::options::{TikTok, YouTube};

use super::fields::{Fields, angled};
use crate::rules::counting::youtube_tags;
use crate::rules::finding::Finding;

const YOUTUBE_TITLE: usize = 100;
const YOUTUBE_TAGS: usize = 500;
/// Longer films are only taken from channels that were verified.
const YOUTUBE_UNVERIFIED_MS: u64 = 900_000;
const TIKTOK_TITLE: usize = 90;

pub(super) fn youtube(fields: &mut Fields<'_, '_>, options: &YouTube) {
    match &options.title {
        None => fields.missing("title", "a title"),
        Some(title) => {
            fields.title("title", Some(title), YOUTUBE_TITLE);
            let pointer = fields.question.pointer("options/title");
            fields.found.extend(angled(title, &pointer, "title"));
        }
    }
    if options.made_for_kids.is_none() {
        fields.missing(
            "made_for_kids",
            "to know whether the film is made for children",
        );
    }
    let tags = options.tags.as_deref().unwrap_or_default();
    for (at, tag) in tags.iter().enumerate() {
        let name = format!("tags/{at}");
        if tag.trim().is_empty() {
            fields.error("option_empty", &name, "a tag is empty");
        }
        let pointer = fields.question.pointer(&format!("options/{name}"));
        fields.found.extend(angled(tag, &pointer, "a tag"));
    }
    let length = youtube_tags(tags);
    if length > YOUTUBE_TAGS {
        let detail = format!(
            "the tags are too long: {length} characters with the commas between them, and the limit is {YOUTUBE_TAGS}"
        );
        fields.error("option_too_long", "tags", detail);
    }
    let is_long = |film: &Attachment| film.duration_ms > YOUTUBE_UNVERIFIED_MS;
    if fields.film().is_some_and(is_long) {
        let pointer = fields.question.pointer("media/0");
        let detail =
            "YouTube takes films of more than 15 minutes only from channels that it verified";
        let finding = Finding::warning("film_long", pointer, detail);
        fields.found.push(finding);
    }
}

pub(super) fn tiktok(fields: &mut Fields<'_, '_>, options: &TikTok) {
    if options.privacy.is_none() {
        fields.missing("privacy", "to know who sees it");
    }
    let has_film = fields.film().is_some();
    let title = options.title.as_deref();
    fields.title("title", title, TIKTOK_TITLE);
    fields.unused("title", title.is_some() && has_film, "only photos have one");
    let photos = fields
        .media()
        .iter()
        .any(|file| file.kind == MediaKind::Image);
    fields.unused(
        "duets",
        options.duets.is_some() && photos,
        "only films have them",
    );
    fields.unused(
        "stitches",
        options.stitches.is_some() && photos,
        "only films have them",
    );
    fields.cover(options.cover_at_ms);
}
