//! Instagram API with Instagram Login, v26.0: <https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login>
//! (read 2026-08). It takes professional accounts only, and needs no Facebook page.

mod connect;
#[cfg(test)]
mod tests;

/// Connects Instagram accounts.
#[derive(Clone, Copy, Debug)]
pub struct Instagram;
