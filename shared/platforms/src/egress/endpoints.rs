//! The operator's own endpoints: which hosts are served elsewhere, and where.

use std::collections::BTreeMap;

use url::Url;

use super::BadEndpoint;

/// Host names with their base URLs.
#[derive(Debug)]
pub(super) struct Endpoints(BTreeMap<String, Url>);

impl Endpoints {
    pub(super) fn new(endpoints: &BTreeMap<String, Url>) -> Result<Self, BadEndpoint> {
        let usable = |base: &Url| {
            matches!(base.scheme(), "http" | "https")
                && base.query().is_none()
                && has_no_credentials(base)
        };
        if let Some((host, _)) = endpoints.iter().find(|(_, base)| !usable(base)) {
            return Err(BadEndpoint { host: host.clone() });
        }
        let endpoints = endpoints
            .iter()
            .map(|(host, base)| (host.to_ascii_lowercase(), base.clone()))
            .collect();
        Ok(Self(endpoints))
    }

    /// Where a URL of a configured host is served; nothing for every other URL.
    pub(super) fn moved(&self, url: &Url) -> Option<Url> {
        let plain = url.scheme() == "https" && url.port().is_none() && has_no_credentials(url);
        let base = self.0.get(url.host_str()?).filter(|_| plain)?;
        let mut moved = base.clone();
        moved.set_path(&format!("{}{}", path(base), url.path()));
        moved.set_query(url.query());
        moved.set_fragment(url.fragment());
        Some(moved)
    }

    /// Whether the URL is one of the base URLs, or lies below one: a server that is reached there may name its own addresses so.
    pub(super) fn contain(&self, url: &Url) -> bool {
        let below = |base: &Url| {
            url.scheme() == base.scheme()
                && url.host() == base.host()
                && url.port_or_known_default() == base.port_or_known_default()
                && url
                    .path()
                    .strip_prefix(path(base))
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        has_no_credentials(url) && !hides_a_slash(url.path()) && self.0.values().any(below)
    }

    /// The host whose base URL this is.
    pub(super) fn host_at(&self, service: &Url) -> Option<&str> {
        let same = |base: &Url| {
            base.as_str().trim_end_matches('/') == service.as_str().trim_end_matches('/')
        };
        self.0
            .iter()
            .find(|(_, base)| same(base))
            .map(|(host, _)| host.as_str())
    }
}

fn path(base: &Url) -> &str {
    base.path().trim_end_matches('/')
}

fn has_no_credentials(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none()
}

/// `url` resolves `..` and `%2e%2e`, but a server might decode `..%2f` and leave the base path after all.
fn hides_a_slash(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    path.contains("%2f") || path.contains("%5c")
}
