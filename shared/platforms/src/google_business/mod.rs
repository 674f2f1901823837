//! Google Business Profile, Business Information API v1: <https://developers.google.com/my-business/reference/businessinformation/rest> (facts of August 2026; fields by the discovery document of November 2026).
//!
//! An account is a location: a place with an entry on Google's maps.

mod connect;
#[cfg(test)]
mod tests;

/// Connects locations on Google Business Profile.
#[derive(Clone, Copy, Debug)]
pub struct GoogleBusiness;
