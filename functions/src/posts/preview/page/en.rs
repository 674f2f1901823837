//! The page in English.

use domain::options::GoogleBusinessAction as Action;
use domain::{MediaKind, Platform};
use platforms::rules::Unit;

use super::words::{Audience, Mark, Words};

pub(super) fn words() -> Words {
    Words {
        title: "Preview",
        accounts: "Accounts",
        now: "now",
        like: "Like",
        comment: "Comment",
        share: "Share",
        repost: "Repost",
        send: "Send",
        save: "Save",
        subscribe: "Subscribe",
        follow: "Follow",
        app: "APP",
        sound: "original sound",
        views: "0 views",
        channel: "channel",
        code: "Code",
        sensitive: "Sensitive content",
        show: "Show",
        files: "Pictures and videos",
        link_note: "Picture and title come from the page.",
        part: "Part",
        first_comment: "First comment",
        errors: "To be put right",
        warnings: "Worth a look",
        thousands: ',',
    }
}

pub(super) fn more(platform: Platform) -> &'static str {
    match platform {
        Platform::Facebook | Platform::Telegram | Platform::Discord | Platform::Slack => "See more",
        Platform::X | Platform::Bluesky => "Show more",
        Platform::Mastodon | Platform::Reddit => "Read more",
        Platform::LinkedIn
        | Platform::YouTube
        | Platform::Instagram
        | Platform::Threads
        | Platform::TikTok
        | Platform::Pinterest
        | Platform::GoogleBusiness => "more",
    }
}

pub(super) fn audience(audience: Audience) -> &'static str {
    match audience {
        Audience::Everybody => "Public",
        Audience::NotListed => "Unlisted",
        Audience::Followers => "Followers",
        Audience::Friends => "Friends",
        Audience::Connections => "Connections",
        Audience::Author => "Only you",
    }
}

pub(super) fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::MadeWithAi => "Made with AI",
        Mark::PaidPartnership => "Paid partnership",
        Mark::OwnBrand => "Promotional content",
        Mark::Nsfw => "NSFW",
        Mark::Spoiler => "Spoiler",
    }
}

pub(super) fn action(action: Action) -> &'static str {
    match action {
        Action::Book => "Book",
        Action::Order => "Order online",
        Action::Shop => "Buy",
        Action::LearnMore => "Learn more",
        Action::SignUp => "Sign up",
        Action::Call => "Call now",
    }
}

pub(super) fn summary(all: usize, stopped: usize) -> String {
    match (all, stopped) {
        (1, 0) => "This account takes it as it is.".into(),
        (_, 0) => format!("All {all} accounts take it as it is."),
        (1, _) => "This account does not take it as it is.".into(),
        (_, 1) => format!("One of {all} accounts does not take it as it is."),
        _ => format!("{stopped} of {all} accounts do not take it as it is."),
    }
}

pub(super) fn count(unit: Unit, [length, limit, left]: [&str; 3], over: bool) -> String {
    let unit = match unit {
        Unit::Characters | Unit::CodePoints | Unit::Utf16Units => "characters",
        Unit::Bytes => "bytes",
        Unit::WeightedCharacters => "weighted characters",
    };
    let rest = if over { "too many" } else { "left" };
    format!("{length} of {limit} {unit} · {left} {rest}")
}

pub(super) fn undescribed(kind: MediaKind, number: usize) -> String {
    let kind = match kind {
        MediaKind::Image => "Picture",
        MediaKind::Animation => "Animation",
        MediaKind::Video => "Video",
        MediaKind::Document => "Document",
    };
    format!("{kind} {number}, without a description")
}
