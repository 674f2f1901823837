//! How Mastodon reads the text of a status: what counts, and what becomes a link.

use unicode_segmentation::UnicodeSegmentation;

use crate::pages::escape;

const URL_LENGTH: usize = 23;

#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Plain(&'a str),
    Url(&'a str),
    /// `@user@domain`: the name, and all of it.
    Mention(&'a str, &'a str),
    Tag(&'a str),
}

/// The length that the limit applies to.
pub(super) fn length(text: &str, warning: &str) -> usize {
    let mut counted = String::from(warning);
    for piece in pieces(text) {
        match piece {
            Piece::Plain(text) | Piece::Tag(text) => counted.push_str(text),
            Piece::Url(_) => counted.extend(std::iter::repeat_n('x', URL_LENGTH)),
            Piece::Mention(name, _) => {
                counted.push('@');
                counted.push_str(name);
            }
        }
    }
    counted.graphemes(true).count()
}

/// The text as safe HTML, with paragraphs, line breaks and links.
pub(super) fn html(text: &str) -> String {
    let mut html = String::new();
    for paragraph in text
        .split("\n\n")
        .filter(|paragraph| !paragraph.trim().is_empty())
    {
        html.push_str("<p>");
        html.push_str(
            &paragraph
                .split('\n')
                .map(line)
                .collect::<Vec<_>>()
                .join("<br />"),
        );
        html.push_str("</p>");
    }
    html
}

fn line(text: &str) -> String {
    let link = |href: &str, class: &str, shown: &str| {
        format!(
            r#"<a href="{}" class="{class}" target="_blank" rel="nofollow noopener noreferrer">{}</a>"#,
            escape(href),
            escape(shown)
        )
    };
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Plain(text) => escape(text),
            Piece::Url(url) => link(
                url,
                "",
                url.trim_start_matches("https://")
                    .trim_start_matches("http://"),
            ),
            Piece::Mention(name, whole) => {
                let domain = whole.rsplit('@').next().unwrap_or_default();
                // A server of the sandbox is reached by its path.
                let origin = if super::serves(domain) {
                    "/"
                } else {
                    "https://"
                };
                let href = format!("{origin}{domain}/@{name}");
                link(&href, "u-url mention", &format!("@{name}"))
            }
            Piece::Tag(tag) => format!(r#"<span class="hashtag">{}</span>"#, escape(tag)),
        })
        .collect()
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let (mut plain, mut at) = (0, 0);
    while let Some(next) = text[at..].chars().next() {
        let before = text[..at].chars().next_back();
        let rest = &text[at..];
        let piece = match next {
            'h' | 'H' => url(before, rest).map(|end| (Piece::Url(&rest[..end]), end)),
            '@' => mention(before, rest)
                .map(|(name, end)| (Piece::Mention(&rest[1..name], &rest[..end]), end)),
            '#' => tag(before, rest).map(|end| (Piece::Tag(&rest[..end]), end)),
            _ => None,
        };
        match piece {
            Some((piece, length)) => {
                if plain < at {
                    found.push(Piece::Plain(&text[plain..at]));
                }
                found.push(piece);
                at += length;
                plain = at;
            }
            None => at += next.len_utf8(),
        }
    }
    if plain < text.len() {
        found.push(Piece::Plain(&text[plain..]));
    }
    found
}

/// Where the URL at the start of the text ends.
fn url(before: Option<char>, rest: &str) -> Option<usize> {
    if before.is_some_and(|before| {
        before.is_ascii_alphanumeric() || matches!(before, '@' | '＠' | '$' | '#' | '＃')
    }) {
        return None;
    }
    let scheme = ["https://", "http://"].into_iter().find(|scheme| {
        rest.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })?;
    let end = rest
        .find(|char: char| char.is_whitespace() || matches!(char, '<' | '>' | '"'))
        .unwrap_or(rest.len());
    let mut url = &rest[..end];
    loop {
        let trimmed = url.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'']);
        let trimmed = match trimmed.strip_suffix(')') {
            Some(inner) if trimmed.matches(')').count() > trimmed.matches('(').count() => inner,
            _ => trimmed,
        };
        if trimmed == url {
            break;
        }
        url = trimmed;
    }
    let host = url
        .get(scheme.len()..)?
        .split(['/', '?', '#', ':'])
        .next()
        .unwrap_or_default();
    let (name, top) = host.rsplit_once('.')?;
    (!name.is_empty()
        && top.chars().count() >= 2
        && !top.starts_with(|char: char| char.is_ascii_digit()))
    .then_some(url.len())
}

/// Where the name and the whole of `@name@domain` end; a mention without a domain counts as typed.
fn mention(before: Option<char>, rest: &str) -> Option<(usize, usize)> {
    if before.is_some_and(|before| before.is_alphanumeric() || matches!(before, '_' | '/' | '=')) {
        return None;
    }
    let word = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let name = rest[1..]
        .find(|char: char| !(word(char) || matches!(char, '.' | '-')))
        .map_or(rest.len(), |end| end + 1);
    if !rest[1..name].starts_with(word)
        || !rest[1..name].ends_with(word)
        || !rest[name..].starts_with('@')
    {
        return None;
    }
    let domain = &rest[name + 1..];
    let end = domain
        .find(|char: char| !(char.is_alphanumeric() || matches!(char, '_' | '.' | '-')))
        .unwrap_or(domain.len());
    let domain = domain[..end].trim_end_matches(['.', '-']);
    (!domain.is_empty()).then(|| (name, name + 1 + domain.len()))
}

fn tag(before: Option<char>, rest: &str) -> Option<usize> {
    if before.is_some_and(|before| before.is_alphanumeric() || matches!(before, '_' | '/' | '&')) {
        return None;
    }
    let end = rest[1..]
        .find(|char: char| !(char.is_alphanumeric() || char == '_'))
        .map_or(rest.len(), |end| end + 1);
    rest[1..end].chars().any(char::is_alphabetic).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::{html, length};

    #[test]
    fn a_url_counts_23_only_with_its_scheme() {
        assert_eq!(
            length("https://example.com/a/very/long/path?with=query", ""),
            23
        );
        assert_eq!(length("see http://a.io.", ""), 4 + 23 + 1);
        assert_eq!(length("(https://example.com/x)", ""), 25);
        assert_eq!(length("example.com", ""), 11);
        assert_eq!(length("https://localhost", ""), 17);
    }

    #[test]
    fn a_mention_counts_without_its_domain() {
        assert_eq!(length("@aurora@mastodon.sandbox", ""), 7);
        assert_eq!(length("hi @aurora@mastodon.sandbox!", ""), 3 + 7 + 1);
        assert_eq!(length("@aurora", ""), 7);
        assert_eq!(length("me@example.com", ""), 14);
    }

    #[test]
    fn a_family_emoji_counts_one_and_the_warning_counts_too() {
        assert_eq!(length("👩‍👩‍👧‍👦", ""), 1);
        assert_eq!(length("abc", "cw"), 5);
    }

    #[test]
    fn html_is_escaped_and_links_are_safe() {
        assert_eq!(html("<script>\nb"), "<p>&lt;script&gt;<br />b</p>");
        assert!(html("https://a.io/?x=\"onload=1").starts_with(r#"<p><a href="https://a.io/?x=""#));
        assert!(html("#Kopi and #1").contains(r#"<span class="hashtag">#Kopi</span> and #1"#));
    }
}
