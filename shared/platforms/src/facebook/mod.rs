//! Facebook pages, Graph API v26.0: <https://developers.facebook.com/docs/pages-api/getting-started> (read 2026-08).
//!
//! A person agrees, and chooses in the same dialog which pages this application may see. Tokens of pages, made with a long-lived token
//! of the person, do not end by themselves. They die with a changed password, a lost role or a removed application.

mod connect;
mod graph;
#[cfg(test)]
mod tests;

/// Connects Facebook pages.
#[derive(Clone, Copy, Debug)]
pub struct Facebook;
