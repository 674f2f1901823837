//! The options of Mastodon, Bluesky, LinkedIn and Reddit.

use std::sync::LazyLock;

use domain::MediaKind;
use domain::options::{Bluesky, LinkedIn, LinkedInVisibility, Mastodon, Reddit};
use regex::Regex;

use super::fields::Fields;

const BLUESKY_LANGUAGES: usize = 3;
const BLUESKY_LABELS: [&str; 4] = ["sexual", "nudity", "porn", "graphic-media"];
const LINKEDIN_TITLE: usize = 400;
const REDDIT_TITLE: usize = 300;

#[expect(
    clippy::unwrap_used,
    reason = "the pattern is a constant, and the tests of the rules compile it"
)]
static LANGUAGE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*$").unwrap());

pub(super) fn mastodon(fields: &mut Fields<'_, '_>, options: &Mastodon) {
    let Some(language) = &options.language else {
        return;
    };
    let is_one = (2..=3).contains(&language.len())
        && language.bytes().all(|letter| letter.is_ascii_lowercase());
    if !is_one {
        let detail = format!("language must be a code of ISO 639 such as id, and is {language}");
        fields.error("option_invalid", "language", detail);
    }
}

pub(super) fn bluesky(fields: &mut Fields<'_, '_>, options: &Bluesky) {
    let languages = options.languages.as_deref().unwrap_or_default();
    if languages.len() > BLUESKY_LANGUAGES {
        let (count, most) = (languages.len(), BLUESKY_LANGUAGES);
        let detail = format!("there are {count} languages, and the limit is {most}");
        fields.error("option_too_many", "languages", detail);
    }
    for (at, language) in languages.iter().enumerate() {
        if !LANGUAGE.is_match(language) {
            let detail =
                format!("a language must be a code of BCP 47 such as id, and is {language}");
            fields.error("option_invalid", &format!("languages/{at}"), detail);
        }
    }
    let labels = options.labels.as_deref().unwrap_or_default();
    for (at, label) in labels.iter().enumerate() {
        let name = format!("labels/{at}");
        if !BLUESKY_LABELS.contains(&label.as_str()) {
            let known = BLUESKY_LABELS.join(", ");
            let detail = format!("a label must be one of {known}, and is {label}");
            fields.error("option_invalid", &name, detail);
        } else if labels[..at].contains(label) {
            fields.error(
                "option_repeated",
                &name,
                format!("{label} stands there twice"),
            );
        }
    }
}

pub(super) fn linkedin(fields: &mut Fields<'_, '_>, options: &LinkedIn) {
    let title = options.title.as_deref();
    fields.title("title", title, LINKEDIN_TITLE);
    let has_document = fields
        .media()
        .iter()
        .any(|file| file.kind == MediaKind::Document);
    if has_document && title.is_none() {
        fields.missing("title", "the title of a document");
    }
    let has_card = fields.media().is_empty() && fields.question.said.body.link.is_some();
    if has_card && title.is_none() {
        fields.missing("title", "the title of a link, which it does not look up");
    }
    let is_used = has_document || has_card || title.is_none();
    fields.unused(
        "title",
        !is_used,
        "only a document or the card of a link has one",
    );
    let is_organization = fields.question.account.remote_id.contains("organization");
    if is_organization && options.visibility == Some(LinkedInVisibility::Connections) {
        let detail = "an organization has no connections: everybody sees its posts";
        fields.error("option_invalid", "visibility", detail);
    }
}

pub(super) fn reddit(fields: &mut Fields<'_, '_>, options: &Reddit) {
    match &options.title {
        None => fields.missing("title", "a title"),
        Some(title) => fields.title("title", Some(title), REDDIT_TITLE),
    }
    let has_link = fields.question.said.body.link.is_some();
    if has_link && !fields.media().is_empty() {
        let detail = "Reddit takes a link or files, and not both";
        fields.error("link_beside_files", "title", detail);
    }
}
