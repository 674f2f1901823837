//! The sandbox over HTTP: it behaves as the platforms do, fails on order, and remembers.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod bluesky;
mod consent;
mod discord;
mod durability;
mod facebook;
mod facebook_pages;
mod faults;
mod google;
mod google_apis;
mod id_tokens;
mod instagram;
mod linkedin;
mod mastodon;
mod pages;
mod pinterest;
mod reddit;
mod registered;
mod slack;
mod stage;
mod telegram;
mod threads;
mod tiktok;
mod x;
