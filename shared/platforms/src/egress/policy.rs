//! Which URLs a request may go to, before any name is looked up.

use url::{Host, Url};

const NAME_MAX_BYTES: usize = 253;

/// Says what is wrong with a URL that somebody outside may have chosen: it must be https on the usual port, without credentials,
/// at a host with a DNS name. `url` has already turned decimal, octal, hexadecimal and short forms of IPv4 into addresses.
pub(super) fn objection(url: &Url) -> Option<&'static str> {
    if url.scheme() != "https" {
        return Some("only https is allowed");
    }
    if url.port().is_some() {
        return Some("only the usual port of https is allowed");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("a URL must not carry credentials");
    }
    match url.host() {
        Some(Host::Domain(name)) if is_dns_name(name) => None,
        Some(Host::Domain(_)) => Some("the host is not a full DNS name"),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => Some("the host must be a name, not an address"),
        None => Some("there is no host"),
    }
}

/// At least two labels of letters, digits and hyphens; the last one is not a number.
fn is_dns_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last_is_a_word = name
        .rsplit('.')
        .next()
        .is_some_and(|last| last.bytes().any(|byte| byte.is_ascii_alphabetic()));
    name.len() <= NAME_MAX_BYTES
        && name.contains('.')
        && name.split('.').all(label)
        && last_is_a_word
}
