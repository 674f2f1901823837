//! TikTok, API v2: <https://developers.tiktok.com/doc/oauth-user-access-token-management> (facts of August 2026; life and rotation of tokens of November 2026).

mod connect;
#[cfg(test)]
mod tests;

/// Connects accounts on TikTok.
#[derive(Clone, Copy, Debug)]
pub struct TikTok;
