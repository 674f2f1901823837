//! Pinterest, API v5: <https://developers.pinterest.com/docs/api/v5/> (facts of August 2026, description 5.23).
//!
//! An account is a person or business there, and not one of their boards: all boards share one refresh token, which is replaced at
//! each use, so only one of many accounts could keep it. The board is chosen for each post, like a community on Reddit.

mod connect;
#[cfg(test)]
mod tests;

/// Connects accounts on Pinterest.
#[derive(Clone, Copy, Debug)]
pub struct Pinterest;
