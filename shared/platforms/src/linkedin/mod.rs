//! LinkedIn: versioned API of August 2026, <https://learn.microsoft.com/linkedin/marketing/community-management/> (snapshot of August 2026, read November 2026).

mod connect;
mod organizations;
#[cfg(test)]
mod tests;

use http::HeaderName;

use crate::egress::Call;

/// A version is switched off about a year after its month.
const VERSION: &str = "202608";
const LINKEDIN_VERSION: HeaderName = HeaderName::from_static("linkedin-version");
const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("x-restli-protocol-version");

/// Connects people and organizations on LinkedIn.
#[derive(Clone, Copy, Debug)]
pub struct LinkedIn;

/// What every call to the versioned API carries.
fn versioned(call: Call) -> Call {
    call.header(LINKEDIN_VERSION, VERSION)
        .header(PROTOCOL_VERSION, "2.0.0")
}
