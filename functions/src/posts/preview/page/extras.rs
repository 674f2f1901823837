//! What the options of a post change in how it looks.

use domain::Options;
use domain::options::{
    Bluesky, Discord, Facebook, Format, GoogleBusiness, GoogleBusinessAction, GoogleBusinessTopic,
    Instagram, LinkedIn, LinkedInVisibility, Mastodon, MastodonVisibility, Pinterest, Reddit,
    Slack, Telegram, Threads, TikTok, TikTokPrivacy, X, YouTube, YouTubePrivacy,
};
use domain::{Locale, Platform};

use super::words::{self, Audience, Mark};

/// What is seen of the options.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a thing of its own that a card shows or does not"
)]
pub(super) struct Extras {
    /// Who is meant to see it.
    pub(super) audience: Option<&'static str>,
    /// What it warns of; the text is folded below it.
    pub(super) warning: Option<String>,
    /// Whether its pictures are hidden at first.
    pub(super) is_sensitive: bool,
    /// Its topic on Threads.
    pub(super) topic: Option<String>,
    /// Who is named as an author too.
    pub(super) with: Vec<String>,
    /// What it is marked with.
    pub(super) marks: Vec<&'static str>,
    /// Whether it is an upright film or picture that fills a phone.
    pub(super) is_upright: bool,
    /// Whether it comes without a sound.
    pub(super) is_silent: bool,
    /// Whether links are shown without a preview.
    pub(super) without_card: bool,
    /// The button below it.
    pub(super) button: Option<&'static str>,
    /// When an event or offer begins and ends.
    pub(super) period: Option<String>,
    /// The code of an offer.
    pub(super) coupon: Option<String>,
}

impl Extras {
    pub(super) fn new(locale: Locale, platform: Platform, options: Option<&Options>) -> Self {
        let seen = options.map(Seen::of).unwrap_or_default();
        let audience = options.and_then(audience).or_else(|| unless_said(platform));
        let marks = seen.marks.into_iter().filter(|(_, is_set)| *is_set);
        Self {
            audience: audience.map(|audience| words::audience(locale, audience)),
            marks: marks.map(|(mark, _)| words::mark(locale, mark)).collect(),
            button: seen.action.map(|action| words::action(locale, action)),
            ..seen.extras
        }
    }
}

/// Who is meant to see it where the options say nothing, on platforms that show this beside a post.
fn unless_said(platform: Platform) -> Option<Audience> {
    match platform {
        Platform::Mastodon | Platform::Facebook | Platform::LinkedIn => Some(Audience::Everybody),
        Platform::Bluesky
        | Platform::Instagram
        | Platform::Threads
        | Platform::X
        | Platform::Telegram
        | Platform::Discord
        | Platform::Slack
        | Platform::YouTube
        | Platform::GoogleBusiness
        | Platform::TikTok
        | Platform::Pinterest
        | Platform::Reddit => None,
    }
}

/// What is seen of the options, in no language yet.
#[derive(Default)]
struct Seen {
    extras: Extras,
    marks: Vec<(Mark, bool)>,
    action: Option<GoogleBusinessAction>,
}

impl Seen {
    fn of(options: &Options) -> Self {
        let mut seen = Self::default();
        let extras = &mut seen.extras;
        match options {
            Options::Mastodon(Mastodon {
                content_warning,
                sensitive,
                ..
            }) => {
                extras.warning = content_warning.clone().filter(|words| !words.is_empty());
                extras.is_sensitive = sensitive.unwrap_or(extras.warning.is_some());
            }
            Options::Bluesky(Bluesky { labels, .. }) => {
                extras.is_sensitive = labels.as_ref().is_some_and(|labels| !labels.is_empty());
            }
            Options::Facebook(Facebook { format, .. }) => extras.is_upright = is_upright(*format),
            Options::Instagram(Instagram {
                format,
                collaborators,
                ..
            }) => {
                extras.is_upright = is_upright(*format);
                extras.with = collaborators.clone().unwrap_or_default();
            }
            Options::Threads(Threads { topic_tag, .. }) => extras.topic.clone_from(topic_tag),
            Options::X(X {
                made_with_ai,
                paid_partnership,
                ..
            }) => {
                seen.marks = vec![
                    (Mark::MadeWithAi, *made_with_ai == Some(true)),
                    (Mark::PaidPartnership, *paid_partnership == Some(true)),
                ];
            }
            Options::Telegram(Telegram {
                silent,
                link_preview,
                ..
            })
            | Options::Discord(Discord {
                silent,
                link_preview,
                ..
            }) => {
                extras.is_silent = *silent == Some(true);
                extras.without_card = *link_preview == Some(false);
            }
            Options::Slack(Slack { link_preview }) => {
                extras.without_card = *link_preview == Some(false);
            }
            Options::GoogleBusiness(options) => seen.action = of_business(options, extras),
            Options::TikTok(TikTok {
                own_brand,
                paid_partnership,
                made_with_ai,
                ..
            }) => {
                seen.marks = vec![
                    (Mark::PaidPartnership, *paid_partnership == Some(true)),
                    (Mark::OwnBrand, *own_brand == Some(true)),
                    (Mark::MadeWithAi, *made_with_ai == Some(true)),
                ];
            }
            Options::Reddit(Reddit { nsfw, spoiler, .. }) => {
                extras.is_sensitive = *nsfw == Some(true) || *spoiler == Some(true);
                seen.marks = vec![
                    (Mark::Nsfw, *nsfw == Some(true)),
                    (Mark::Spoiler, *spoiler == Some(true)),
                ];
            }
            Options::LinkedIn(LinkedIn { .. })
            | Options::YouTube(YouTube { .. })
            | Options::Pinterest(Pinterest { .. }) => {}
        }
        seen
    }
}

fn of_business(options: &GoogleBusiness, extras: &mut Extras) -> Option<GoogleBusinessAction> {
    let is_dated = matches!(
        options.topic,
        Some(GoogleBusinessTopic::Event | GoogleBusinessTopic::Offer)
    );
    if is_dated {
        let ends = [&options.starts_at, &options.ends_at];
        let ends: Vec<String> = ends
            .into_iter()
            .flatten()
            .map(|end| end.chars().take(16).collect::<String>().replace('T', " "))
            .collect();
        extras.period = (!ends.is_empty()).then(|| ends.join(" – "));
        extras.coupon.clone_from(&options.coupon_code);
    }
    options.action
}

fn is_upright(format: Option<Format>) -> bool {
    match format {
        Some(Format::Reel | Format::Story) => true,
        Some(Format::Post) | None => false,
    }
}

/// Who is meant to see it, where the options say so.
fn audience(options: &Options) -> Option<Audience> {
    match options {
        Options::Mastodon(options) => options.visibility.map(|visibility| match visibility {
            MastodonVisibility::Public => Audience::Everybody,
            MastodonVisibility::Unlisted => Audience::NotListed,
            MastodonVisibility::Private => Audience::Followers,
        }),
        Options::LinkedIn(options) => options.visibility.map(|visibility| match visibility {
            LinkedInVisibility::Public => Audience::Everybody,
            LinkedInVisibility::Connections => Audience::Connections,
        }),
        Options::YouTube(options) => options.privacy.map(|privacy| match privacy {
            YouTubePrivacy::Public => Audience::Everybody,
            YouTubePrivacy::Unlisted => Audience::NotListed,
            YouTubePrivacy::Private => Audience::Author,
        }),
        Options::TikTok(options) => options.privacy.map(|privacy| match privacy {
            TikTokPrivacy::PublicToEveryone => Audience::Everybody,
            TikTokPrivacy::MutualFollowFriends => Audience::Friends,
            TikTokPrivacy::FollowerOfCreator => Audience::Followers,
            TikTokPrivacy::SelfOnly => Audience::Author,
        }),
        Options::Bluesky(_)
        | Options::Facebook(_)
        | Options::Instagram(_)
        | Options::Threads(_)
        | Options::X(_)
        | Options::Telegram(_)
        | Options::Discord(_)
        | Options::Slack(_)
        | Options::GoogleBusiness(_)
        | Options::Pinterest(_)
        | Options::Reddit(_) => None,
    }
}
