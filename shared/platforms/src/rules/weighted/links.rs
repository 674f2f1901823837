//! Which stretches of a text X takes for links: with a protocol, or without one when the top-level domain is known.

use std::ops::Range;

use super::address::{path, port, query};
use super::domain::{Runs, latin_domains};

/// The most UTF-16 units of a link, its protocol counted again.
const LINK_MAX: usize = 4_096;
const LABEL_MAX: usize = 63;
/// The most characters of the path of a link that X made itself.
const OWN_SLUG_MAX: usize = 40;

/// A link in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it stands, in bytes.
    pub at: Range<usize>,
    /// Whether it says its protocol.
    pub has_protocol: bool,
}

/// The links of a text, in order.
pub fn links(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    if !text.contains('.') {
        return found;
    }
    let runs = Runs::of(text);
    let mut from = 0;
    while let Some(candidate) = next(text, &runs, from) {
        from = candidate.end;
        found.extend(candidate.links(text));
    }
    found
}

/// Something with the shape of a link.
struct Candidate {
    /// The character before it.
    before: Option<char>,
    start: usize,
    domain: Range<usize>,
    end: usize,
    has_path: bool,
}

fn next(text: &str, runs: &Runs, from: usize) -> Option<Candidate> {
    for (at, before) in text[from..].char_indices() {
        let at = from + at;
        if may_precede(before) {
            let found = candidate(text, runs, at + before.len_utf8(), Some(before));
            if found.is_some() {
                return found;
            }
        }
        if at == 0 {
            let found = candidate(text, runs, 0, None);
            if found.is_some() {
                return found;
            }
        }
    }
    None
}

fn may_precede(c: char) -> bool {
    let is_bad = c.is_ascii_alphanumeric()
        || matches!(
            c,
            '@' | '＠' | '$' | '#' | '＃' | '\u{FFFE}' | '\u{FEFF}' | '\u{FFFF}'
        );
    !is_bad
}

fn candidate(text: &str, runs: &Runs, start: usize, before: Option<char>) -> Option<Candidate> {
    let after_protocol = start + protocol(&text[start..]);
    let domain = runs.domain_at(text, after_protocol).or_else(|| {
        (after_protocol > start)
            .then(|| runs.domain_at(text, start))
            .flatten()
    })?;
    let after_port = domain.end + port(&text[domain.end..]);
    let path = path(&text[after_port..]);
    let after_path = after_port + path;
    let end = after_path + query(&text[after_path..]);
    Some(Candidate {
        before,
        start,
        domain,
        end,
        has_path: path > 0,
    })
}

impl Candidate {
    fn links(&self, text: &str) -> Vec<Link> {
        let domain = &text[self.domain.clone()];
        let has_protocol = self.domain.start > self.start;
        let units = text[self.start..self.end].encode_utf16().count();
        let protocol_units = if has_protocol {
            self.domain.start - self.start
        } else {
            "https://".len()
        };
        if !is_encodable(domain) || protocol_units + units > LINK_MAX {
            return Vec::new();
        }
        if has_protocol {
            let end = own_link(&text[self.start..self.end]).map(|own| self.start + own);
            return match end {
                Some(end) if end == self.start => Vec::new(),
                end => vec![Link {
                    at: self.start..end.unwrap_or(self.end),
                    has_protocol,
                }],
            };
        }
        if self
            .before
            .is_some_and(|c| matches!(c, '-' | '_' | '.' | '/'))
        {
            return Vec::new();
        }
        let mut found: Vec<Link> = latin_domains(domain)
            .into_iter()
            .map(|at| Link {
                at: self.domain.start + at.start..self.domain.start + at.end,
                has_protocol,
            })
            .collect();
        if let Some(last) = found.last_mut().filter(|_| self.has_path) {
            last.at.end = self.end;
        }
        found
    }
}

fn protocol(text: &str) -> usize {
    let begins = |with: &str| {
        text.get(..with.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(with))
    };
    match (begins("https://"), begins("http://")) {
        (true, _) => "https://".len(),
        (_, true) => "http://".len(),
        _ => 0,
    }
}

/// Where X's own short link ends: at its slug, or its query. 0 when the slug is too long for one; none for other links.
fn own_link(link: &str) -> Option<usize> {
    let host = protocol(link);
    let rest = link.get(host..)?;
    let own = "t.co/";
    if !rest
        .get(..own.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(own))
    {
        return None;
    }
    let slug = rest[own.len()..]
        .bytes()
        .take_while(u8::is_ascii_alphanumeric)
        .count();
    let after = host + own.len() + slug;
    match slug {
        0 => None,
        1..=OWN_SLUG_MAX => Some(after + query(&link[after..])),
        _ => Some(0),
    }
}

/// Whether every label fits into the domain name system.
fn is_encodable(domain: &str) -> bool {
    if domain.starts_with("xn--") && latin_domains(domain).is_empty() {
        return false;
    }
    domain.split('.').all(|label| {
        let parts = label.split(['\u{3002}', '\u{FF0E}', '\u{FF61}']);
        let encoded: Option<Vec<usize>> = parts.map(encoded_length).collect();
        encoded.is_some_and(|parts| {
            let length = parts.iter().sum::<usize>() + parts.len() - 1;
            (1..=LABEL_MAX).contains(&length)
        })
    })
}

fn encoded_length(label: &str) -> Option<usize> {
    if label.is_ascii() {
        return Some(label.len());
    }
    // Encoding takes the square of the length, and what is this long does not fit anyway.
    (label.chars().count() <= LABEL_MAX)
        .then(|| idna::punycode::encode_str(label))
        .flatten()
        .map(|encoded| "xn--".len() + encoded.len())
}
