//! Which code speaks to which platform.

use domain::Platform;

use crate::bluesky::Bluesky;
use crate::connect::Connector;
use crate::discord::Discord;
use crate::facebook::Facebook;
use crate::google_business::GoogleBusiness;
use crate::instagram::Instagram;
use crate::linkedin::LinkedIn;
use crate::mastodon::Mastodon;
use crate::pinterest::Pinterest;
use crate::publisher::Publisher;
use crate::reddit::Reddit;
use crate::slack::Slack;
use crate::telegram::Telegram;
use crate::threads::Threads;
use crate::tiktok::TikTok;
use crate::x::X;
use crate::youtube::YouTube;

/// The code that publishes on a platform; nothing, where Tayang cannot publish yet.
pub fn publisher(platform: Platform) -> Option<&'static dyn Publisher> {
    match platform {
        Platform::Mastodon => Some(&Mastodon),
        Platform::Bluesky => Some(&Bluesky),
        Platform::Facebook
        | Platform::Instagram
        | Platform::Threads
        | Platform::X
        | Platform::LinkedIn
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

/// The code that connects accounts of a platform.
pub fn connector(platform: Platform) -> &'static dyn Connector {
    match platform {
        Platform::Mastodon => &Mastodon,
        Platform::Bluesky => &Bluesky,
        Platform::Facebook => &Facebook,
        Platform::Instagram => &Instagram,
        Platform::Threads => &Threads,
        Platform::X => &X,
        Platform::LinkedIn => &LinkedIn,
        Platform::Telegram => &Telegram,
        Platform::Discord => &Discord,
        Platform::Slack => &Slack,
        Platform::YouTube => &YouTube,
        Platform::GoogleBusiness => &GoogleBusiness,
        Platform::TikTok => &TikTok,
        Platform::Pinterest => &Pinterest,
        Platform::Reddit => &Reddit,
    }
}
