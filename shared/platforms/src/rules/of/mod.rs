//! The rules of each platform, as data.

use domain::content::MAX_PARTS;

pub(super) mod bluesky;
pub(super) mod discord;
pub(super) mod facebook;
pub(super) mod google_business;
pub(super) mod instagram;
pub(super) mod linkedin;
pub(super) mod mastodon;
pub(super) mod pinterest;
pub(super) mod reddit;
pub(super) mod slack;
pub(super) mod telegram;
pub(super) mod threads;
pub(super) mod tiktok;
pub(super) mod x;
pub(super) mod youtube;

/// The most texts of a thread: what a post may have. No platform of those with threads has a limit of its own.
#[expect(clippy::cast_possible_truncation, reason = "it is a small number")]
const THREAD_PARTS: u32 = MAX_PARTS as u32 + 1;
