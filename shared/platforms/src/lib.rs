//! The social platforms: how to connect an account, how to publish on it, how people sign in with one, and the one HTTP client for everything that leaves.

mod bluesky;
#[cfg(test)]
mod conformance;
mod connect;
mod egress;
mod mastodon;
mod publisher;
mod registry;
pub mod sign_in;
mod text;
mod tokens;

pub use bluesky::Bluesky;
pub use connect::{Begin, ConnectError, ConnectInput, Connected, Connector, Pending, host_name};
pub use egress::{Answer, BadEndpoint, Call, Egress, Failure};
pub use mastodon::Mastodon;
pub use publisher::{
    Capabilities, Class, Content, Delivery, Effect, Error, ErrorKind, Finding, Limits, Outcome,
    Publisher, Target, TextLimit, Unit,
};
pub use registry::{connector, publisher};
pub use text::{graphemes, mastodon_characters};
pub use tokens::{ClientCredentials, Tokens, Unreadable};
