//! Reddit: <https://github.com/reddit-archive/reddit/wiki/OAuth2> (facts of August 2026; the API has no version).
//!
//! An account is a person there. The community that a post goes to is chosen for each post.

mod connect;
#[cfg(test)]
mod tests;

/// Connects accounts on Reddit.
#[derive(Clone, Copy, Debug)]
pub struct Reddit;
