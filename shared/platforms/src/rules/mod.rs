//! What every platform takes: its limits as data, how it counts, how a post will look there, and what keeps it from going out.
//!
//! This is the one place for it. `GET /platforms` shows the data; writing, previewing, scheduling and publishing a post all ask `check`.

mod check;
mod counting;
mod crops;
mod emoji;
mod entities;
mod files;
mod finding;
mod limits;
mod media;
mod of;
mod options;
mod preview;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod weighted;

use domain::Platform;

pub use check::check;
pub use counting::{Measure, graphemes, linkedin_escaped, mastodon_characters};
pub(crate) use entities::entity;
pub use entities::{Entity, EntityKind, entities};
pub use files::{AltLimit, FileRules, MediaRules, Mixing, Ratio};
pub use finding::{Finding, Severity, is_fine};
pub use limits::{Applies, AtMost, Fold, LinkUse, Rules, TextLimit, Unit};
pub use preview::{Count, Crop, LinkCard, MediaPreview, PartPreview, Preview, preview};

/// The rules of a platform.
pub fn rules(platform: Platform) -> &'static Rules {
    match platform {
        Platform::Mastodon => &of::mastodon::RULES,
        Platform::Bluesky => &of::bluesky::RULES,
        Platform::Facebook => &of::facebook::RULES,
        Platform::Instagram => &of::instagram::RULES,
        Platform::Threads => &of::threads::RULES,
        Platform::X => &of::x::RULES,
        Platform::LinkedIn => &of::linkedin::RULES,
        Platform::Telegram => &of::telegram::RULES,
        Platform::Discord => &of::discord::RULES,
        Platform::Slack => &of::slack::RULES,
        Platform::YouTube => &of::youtube::RULES,
        Platform::GoogleBusiness => &of::google_business::RULES,
        Platform::TikTok => &of::tiktok::RULES,
        Platform::Pinterest => &of::pinterest::RULES,
        Platform::Reddit => &of::reddit::RULES,
    }
}
