//! Which stretches of a text are domains for X, and which of their parts are written in Latin letters.

use std::ops::Range;

/// No top-level domain is longer.
const TLD_MAX_CHARACTERS: usize = 24;

/// A label of a domain.
struct Label {
    at: Range<usize>,
    /// Whether it may stand before others.
    may_lead: bool,
    /// Whether it may stand before the top-level domain.
    may_name: bool,
    /// Where the top-level domain ends that it begins with.
    top: Option<usize>,
    /// Where the longest domain ends that begins with this whole label.
    domain_end: Option<usize>,
}

/// Labels with dots between them, as far as the characters of a domain go.
struct Run {
    at: Range<usize>,
    labels: Vec<Label>,
}

/// All of them, in order. They are found once for a text, so that even the worst one takes only the time of its length.
pub(super) struct Runs(Vec<Run>);

impl Runs {
    pub(super) fn of(text: &str) -> Self {
        let mut runs = Vec::new();
        let mut start = None;
        for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
            let inside = is_domain_character(c) || matches!(c, '.' | '-' | '_');
            match (start, inside) {
                (None, true) => start = Some(at),
                (Some(from), false) => {
                    runs.extend(Run::of(text, from..at));
                    start = None;
                }
                (None, false) | (Some(_), true) => {}
            }
        }
        Self(runs)
    }

    /// The longest domain that begins here.
    pub(super) fn domain_at(&self, text: &str, start: usize) -> Option<Range<usize>> {
        let run = self.0.partition_point(|run| run.at.end <= start);
        let run = self.0.get(run).filter(|run| run.at.contains(&start))?;
        let label = run.labels.partition_point(|label| label.at.end < start);
        let this = run.labels.get(label)?;
        let part = text.get(start..this.at.end)?;
        let next = run.labels.get(label + 1)?;
        let end = next
            .domain_end
            .filter(|_| may_lead(part))
            .or_else(|| next.top.filter(|_| may_name(part)))?;
        Some(start..end)
    }
}

impl Run {
    /// None where no domain can be.
    fn of(text: &str, at: Range<usize>) -> Option<Self> {
        let following = text[at.end..].chars().next();
        let mut labels = Vec::new();
        let mut from = at.start;
        for label in text[at.clone()].split('.') {
            let range = from..from + label.len();
            let after = if range.end < at.end {
                Some('.')
            } else {
                following
            };
            from = range.end + 1;
            labels.push(Label {
                may_lead: may_lead(label),
                may_name: may_name(label),
                top: top_level(label, after).map(|length| range.start + length),
                domain_end: None,
                at: range,
            });
        }
        for at in (0..labels.len().saturating_sub(1)).rev() {
            let (next_end, next_top) = (labels[at + 1].domain_end, labels[at + 1].top);
            let label = &mut labels[at];
            label.domain_end = next_end
                .filter(|_| label.may_lead)
                .or_else(|| next_top.filter(|_| label.may_name));
        }
        let any = labels.iter().skip(1).any(|label| label.top.is_some());
        any.then_some(Self { at, labels })
    }
}

fn is_domain_character(c: char) -> bool {
    let is_bad = c.is_ascii_punctuation() && !matches!(c, '"' | '`')
        || is_space(c)
        || matches!(c,
            '\u{FFFE}' | '\u{FEFF}' | '\u{FFFF}' | '\u{202A}'..='\u{202E}' | '\u{61C}' | '\u{200E}' | '\u{200F}'
            | '\u{2066}'..='\u{2069}');
    !is_bad
}

/// What X takes for a space.
pub(super) fn is_space(c: char) -> bool {
    matches!(c,
        '\u{9}'..='\u{D}' | ' ' | '\u{85}' | '\u{A0}' | '\u{1680}' | '\u{180E}' | '\u{2000}'..='\u{200A}' | '\u{2028}'
        | '\u{2029}' | '\u{202F}' | '\u{205F}' | '\u{3000}')
}

fn is_framed(label: &str) -> bool {
    label.starts_with(is_domain_character) && label.ends_with(is_domain_character)
}

fn may_lead(label: &str) -> bool {
    is_framed(label)
}

fn may_name(label: &str) -> bool {
    is_framed(label) && !label.contains('_')
}

/// The domains within a domain that are written in Latin letters: only these are links without a protocol.
pub(super) fn latin_domains(domain: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let is_latin = |c: char| c.is_ascii_alphanumeric() || c == '-' || is_accented(c);
    let mut from = 0;
    while let Some(begin) = domain[from..].find(is_latin) {
        let begin = from + begin;
        match latin_domain(domain, begin, is_latin) {
            Ok(end) => {
                found.push(begin..end);
                from = end;
            }
            Err(next) => from = next,
        }
    }
    found
}

/// Where the Latin domain ends that begins here, or where to look next.
fn latin_domain(
    domain: &str,
    begin: usize,
    is_latin: impl Fn(char) -> bool,
) -> Result<usize, usize> {
    let label_end = |at: usize| {
        domain[at..]
            .find(|c| !is_latin(c))
            .map_or(domain.len(), |length| at + length)
    };
    let mut best = None;
    let mut end = label_end(begin);
    while domain[end..].starts_with('.') {
        let next = end + 1;
        if let Some(length) = top_level(&domain[next..], None) {
            best = Some(next + length);
        }
        let after = label_end(next);
        if after == next {
            break;
        }
        end = after;
    }
    best.ok_or(end.max(begin + 1))
}

/// The length of the top-level domain that a text begins with. `after` is what follows the text.
fn top_level(text: &str, after: Option<char>) -> Option<usize> {
    let is_free = |end: usize| {
        let next = text[end..].chars().next().or(after);
        !next.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '@' | '+' | '-'))
    };
    let puny = text
        .get(..4)
        .filter(|start| start.eq_ignore_ascii_case("xn--"))
        .map(|_| {
            let rest = text[4..].bytes();
            4 + rest
                .take_while(|b| b.is_ascii_alphanumeric() || *b == b'-')
                .count()
        });
    if let Some(end) = puny.filter(|end| *end > 4) {
        return Some(end);
    }
    let ascii = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    if ascii > 0 {
        let name = &text[..ascii];
        let is_known = tld::exist_case_insensitive(name) || name.eq_ignore_ascii_case("onion");
        return (is_known && is_free(ascii)).then_some(ascii);
    }
    let first = text.chars().next()?;
    if first.is_ascii() {
        return None;
    }
    let ends: Vec<usize> = text
        .char_indices()
        .take_while(|(_, c)| !c.is_ascii())
        .take(TLD_MAX_CHARACTERS)
        .map(|(at, c)| at + c.len_utf8())
        .collect();
    let is_known = |name: &str| {
        idna::punycode::encode_str(&name.to_lowercase())
            .is_some_and(|encoded| tld::exist(&format!("xn--{encoded}")))
    };
    ends.into_iter()
        .rev()
        .find(|end| is_free(*end) && is_known(&text[..*end]))
}

pub(super) fn is_accented(c: char) -> bool {
    matches!(c,
        '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{24F}' | '\u{253}' | '\u{254}' | '\u{256}' | '\u{257}'
        | '\u{259}' | '\u{25B}' | '\u{263}' | '\u{268}' | '\u{26F}' | '\u{272}' | '\u{289}' | '\u{28B}' | '\u{2BB}'
        | '\u{300}'..='\u{36F}' | '\u{1E00}'..='\u{1EFF}')
}
