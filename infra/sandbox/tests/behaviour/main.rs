//! The sandbox over HTTP: it behaves as the platforms do, fails on order, and remembers.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod bluesky;
mod consent;
mod durability;
mod facebook;
mod faults;
mod google;
mod id_tokens;
mod mastodon;
mod pages;
mod stage;
