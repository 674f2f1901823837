//! YouTube, Data API v3: <https://developers.google.com/youtube/v3/docs> (facts of August 2026; scopes by the discovery document of revision 20261104).
//!
//! An account is a channel. Which one it is, a person with several chooses on Google's own pages.

mod connect;
#[cfg(test)]
mod tests;

/// Connects channels on YouTube.
#[derive(Clone, Copy, Debug)]
pub struct YouTube;
