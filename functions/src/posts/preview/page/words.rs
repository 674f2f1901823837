//! What the page says around the posts, in no language yet: every language fills in each of these.

use domain::{Locale, Platform};

use super::{en, id};

/// What the page says in a language.
pub(super) struct Words {
    /// The heading.
    pub(super) title: &'static str,
    /// What a part of the page with the accounts is called.
    pub(super) accounts: &'static str,
    /// When the post went out: it just did.
    pub(super) now: &'static str,
    /// What people do with posts, as the platforms' buttons say it.
    pub(super) like: &'static str,
    pub(super) comment: &'static str,
    pub(super) share: &'static str,
    pub(super) repost: &'static str,
    pub(super) send: &'static str,
    pub(super) save: &'static str,
    pub(super) subscribe: &'static str,
    pub(super) follow: &'static str,
    /// What a message of a program is marked with.
    pub(super) app: &'static str,
    pub(super) sound: &'static str,
    pub(super) views: &'static str,
    /// Below the name of a channel.
    pub(super) channel: &'static str,
    pub(super) code: &'static str,
    pub(super) sensitive: &'static str,
    /// To see what is hidden at first.
    pub(super) show: &'static str,
    /// What the files of a post are called.
    pub(super) files: &'static str,
    pub(super) link_note: &'static str,
    /// What stands below a post.
    pub(super) part: &'static str,
    pub(super) first_comment: &'static str,
    pub(super) errors: &'static str,
    pub(super) warnings: &'static str,
    pub(super) thousands: char,
}

/// Who is meant to see a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Audience {
    Everybody,
    NotListed,
    Followers,
    Friends,
    Connections,
    Author,
}

/// What a post is marked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    MadeWithAi,
    PaidPartnership,
    OwnBrand,
    Nsfw,
    Spoiler,
}

/// What the page says.
pub(super) fn words(locale: Locale) -> Words {
    match locale {
        Locale::En => en::words(),
        Locale::Id => id::words(),
    }
}

/// The button that unfolds a text, as the platform calls it.
pub(super) fn more(locale: Locale, platform: Platform) -> &'static str {
    match locale {
        Locale::En => en::more(platform),
        Locale::Id => id::more(platform),
    }
}

/// Who is meant to see it.
pub(super) fn audience(locale: Locale, audience: Audience) -> &'static str {
    match locale {
        Locale::En => en::audience(audience),
        Locale::Id => id::audience(audience),
    }
}

/// What it is marked with.
pub(super) fn mark(locale: Locale, mark: Mark) -> &'static str {
    match locale {
        Locale::En => en::mark(mark),
        Locale::Id => id::mark(mark),
    }
}

/// The button of a post on Google Business Profile.
pub(super) fn action(
    locale: Locale,
    action: domain::options::GoogleBusinessAction,
) -> &'static str {
    match locale {
        Locale::En => en::action(action),
        Locale::Id => id::action(action),
    }
}

/// How many accounts take it.
pub(super) fn summary(locale: Locale, all: usize, stopped: usize) -> String {
    match locale {
        Locale::En => en::summary(all, stopped),
        Locale::Id => id::summary(all, stopped),
    }
}

/// How long a text is: how much of how much, in which unit, and what is left.
pub(super) fn count(
    locale: Locale,
    unit: platforms::rules::Unit,
    numbers: [&str; 3],
    over: bool,
) -> String {
    match locale {
        Locale::En => en::count(unit, numbers, over),
        Locale::Id => id::count(unit, numbers, over),
    }
}

/// What a file is called that nobody has described.
pub(super) fn undescribed(locale: Locale, kind: domain::MediaKind, number: usize) -> String {
    match locale {
        Locale::En => en::undescribed(kind, number),
        Locale::Id => id::undescribed(kind, number),
    }
}
