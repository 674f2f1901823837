//! The options of a post that says none.

use domain::Platform;
use domain::options::{
    Bluesky, Discord, Facebook, GoogleBusiness, Instagram, LinkedIn, Mastodon, Options, Pinterest,
    Reddit, Slack, Telegram, Threads, TikTok, X, YouTube,
};

pub(super) fn none(platform: Platform) -> Options {
    match platform {
        Platform::Mastodon => Options::Mastodon(Mastodon::default()),
        Platform::Bluesky => Options::Bluesky(Bluesky::default()),
        Platform::Facebook => Options::Facebook(Facebook::default()),
        Platform::Instagram => Options::Instagram(Instagram::default()),
        Platform::Threads => Options::Threads(Threads::default()),
        Platform::X => Options::X(X::default()),
        Platform::LinkedIn => Options::LinkedIn(LinkedIn::default()),
        Platform::Telegram => Options::Telegram(Telegram::default()),
        Platform::Discord => Options::Discord(Discord::default()),
        Platform::Slack => Options::Slack(Slack::default()),
        Platform::YouTube => Options::YouTube(YouTube::default()),
        Platform::GoogleBusiness => Options::GoogleBusiness(GoogleBusiness::default()),
        Platform::TikTok => Options::TikTok(TikTok::default()),
        Platform::Pinterest => Options::Pinterest(Pinterest::default()),
        Platform::Reddit => Options::Reddit(Reddit::default()),
    }
}
