//! Threads API, v1.0: <https://developers.facebook.com/docs/threads/get-started/get-access-tokens-and-permissions> (read 2026-08).

mod connect;
#[cfg(test)]
mod tests;

/// Connects Threads accounts.
#[derive(Clone, Copy, Debug)]
pub struct Threads;
