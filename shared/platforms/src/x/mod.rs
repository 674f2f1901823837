//! X: API version 2, <https://docs.x.com/x-api> (snapshot of August 2026, OpenAPI 2.167, read November 2026).

mod connect;
#[cfg(test)]
mod tests;

/// Connects accounts on X.
#[derive(Clone, Copy, Debug)]
pub struct X;
