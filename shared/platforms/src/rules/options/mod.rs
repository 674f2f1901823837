//! What options a platform asks for, and which it does not take.

mod absent;
mod fields;
mod films;
mod google;
mod meta;
mod titled;

use domain::content::Said;
use domain::options::Options;
use serde_json::Value;

use super::check::Question;
use super::finding::Finding;

pub(super) use fields::angled;
pub(super) use meta::{Format, format};

use fields::Fields;

/// Only the terms of an offer have several lines.
const SEVERAL_LINES: &str = "terms";

/// The words that the text is folded below, on Mastodon.
pub(super) fn content_warning(said: &Said) -> Option<&str> {
    match &said.options {
        Some(Options::Mastodon(options)) => options.content_warning.as_deref(),
        Some(_) | None => None,
    }
}

/// The title of the post, where its platform has one.
pub(super) fn title(said: &Said) -> Option<&str> {
    match said.options.as_ref()? {
        Options::Facebook(options) => options.title.as_deref(),
        Options::LinkedIn(options) => options.title.as_deref(),
        Options::Discord(options) => options.thread_name.as_deref(),
        Options::YouTube(options) => options.title.as_deref(),
        Options::GoogleBusiness(options) => options.title.as_deref(),
        Options::TikTok(options) => options.title.as_deref(),
        Options::Pinterest(options) => options.title.as_deref(),
        Options::Reddit(options) => options.title.as_deref(),
        Options::Mastodon(_)
        | Options::Bluesky(_)
        | Options::Instagram(_)
        | Options::Threads(_)
        | Options::X(_)
        | Options::Telegram(_)
        | Options::Slack(_) => None,
    }
}

pub(super) fn check(question: &Question<'_>, found: &mut Vec<Finding>) {
    let mut fields = Fields { question, found };
    let platform = question.rules.platform;
    let none = || absent::none(platform);
    let own = question.said.options.clone().unwrap_or_else(none);
    if own.platform() != platform {
        let detail = format!("these options are for {}", own.platform().title());
        return fields.error("wrong_platform", "platform", detail);
    }
    control_characters(&mut fields, &own);
    match &own {
        Options::Mastodon(options) => titled::mastodon(&mut fields, options),
        Options::Bluesky(options) => titled::bluesky(&mut fields, options),
        Options::Facebook(options) => meta::facebook(&mut fields, options),
        Options::Instagram(options) => meta::instagram(&mut fields, options),
        Options::Threads(options) => meta::threads(&mut fields, options),
        Options::LinkedIn(options) => titled::linkedin(&mut fields, options),
        Options::Discord(options) => {
            fields.title("thread_name", options.thread_name.as_deref(), 100);
        }
        Options::YouTube(options) => films::youtube(&mut fields, options),
        Options::GoogleBusiness(options) => google::business(&mut fields, options),
        Options::TikTok(options) => films::tiktok(&mut fields, options),
        Options::Pinterest(options) => {
            fields.title("title", options.title.as_deref(), 100);
        }
        Options::Reddit(options) => titled::reddit(&mut fields, options),
        Options::X(_) | Options::Telegram(_) | Options::Slack(_) => {}
    }
}

/// Option texts are single lines: a control character could end a line of a request, or hide something from whoever approves it.
fn control_characters(fields: &mut Fields<'_, '_>, options: &Options) {
    let Ok(Value::Object(all)) = serde_json::to_value(options) else {
        return;
    };
    for (name, value) in all {
        let texts: Vec<&Value> = match &value {
            Value::Array(items) => items.iter().collect(),
            single => vec![single],
        };
        let is_bad = |c: char| c.is_control() && !(name == SEVERAL_LINES && c == '\n');
        let bad = |text: &Value| text.as_str().is_some_and(|text| text.contains(is_bad));
        if texts.into_iter().any(bad) {
            let detail = format!("{name} must not contain control characters");
            fields.error("control_character", &name, detail);
        }
    }
}
