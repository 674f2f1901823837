//! The social platforms: how to connect an account, how to publish on it, how people sign in with one, and the one HTTP client for everything that leaves.

mod bluesky;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod conformance_connect;
mod connect;
mod discord;
mod egress;
mod facebook;
mod google;
mod google_business;
mod instagram;
mod linkedin;
mod mastodon;
mod meta;
mod oauth;
mod pinterest;
mod publisher;
mod reddit;
mod registry;
#[cfg(test)]
mod rehearsal;
pub mod rules;
pub mod sign_in;
mod slack;
mod telegram;
mod text;
mod threads;
mod tiktok;
mod tokens;
mod x;
mod youtube;

pub use bluesky::Bluesky;
pub use connect::{
    Begin, ConnectError, ConnectInput, Connected, Connector, Field, Health, Pending, Registration,
    Requirements, Trip, host_name,
};
pub use discord::Discord;
pub use egress::{Answer, BadEndpoint, Call, Egress, Failure};
pub use facebook::Facebook;
pub use google_business::GoogleBusiness;
pub use instagram::Instagram;
pub use linkedin::LinkedIn;
pub use mastodon::Mastodon;
pub use pinterest::Pinterest;
pub use publisher::{
    Capabilities, Class, Content, Delivery, Effect, Error, ErrorKind, Outcome, Publisher, Sends,
    Target,
};
pub use reddit::Reddit;
pub use registry::{connector, publisher};
pub use slack::Slack;
pub use telegram::Telegram;
pub use threads::Threads;
pub use tiktok::TikTok;
pub use tokens::{ClientCredentials, Tokens, Unreadable};
pub use x::X;
pub use youtube::YouTube;
