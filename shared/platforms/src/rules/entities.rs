//! What a platform makes something of in a text: links, mentions, hashtags, cashtags.

use std::ops::Range;
use std::sync::LazyLock;

use domain::Platform;
use linkify::{LinkFinder, LinkKind};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use regex::Regex;
use serde::Serialize;

use super::counting::is_web_link;
use super::weighted;
use crate::bluesky;

/// A stretch of a text with a meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entity {
    /// What it is.
    pub kind: EntityKind,
    /// The byte that it begins with.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// The stretch itself.
    pub text: String,
    /// Where it leads: an https or http address.
    pub url: Option<String>,
}

/// What a stretch of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum EntityKind {
    /// The address of a page.
    Link,
    /// Somebody.
    Mention,
    /// A topic.
    Hashtag,
    /// The sign of a share.
    Cashtag,
}

/// How a platform finds links.
#[derive(Clone, Copy)]
enum Links {
    None,
    WithProtocol,
    Bare,
}

/// What a platform looks for.
struct Sought {
    links: Links,
    mention: Option<&'static LazyLock<Regex>>,
    hashtags: bool,
    /// What comes before a name, and before a tag, in the addresses of the platform.
    at: (&'static str, &'static str),
}

/// What an account's platform makes something of, in order and without overlaps. `host` is the account's server.
pub fn entities(platform: Platform, host: &str, text: &str) -> Vec<Entity> {
    let mut found = match platform {
        Platform::X => of_x(text),
        Platform::Bluesky => bluesky::entities(text),
        Platform::Mastodon => of_mastodon(host, text),
        Platform::Reddit => of_reddit(text),
        Platform::Facebook
        | Platform::Instagram
        | Platform::Threads
        | Platform::LinkedIn
        | Platform::Telegram
        | Platform::Discord
        | Platform::Slack
        | Platform::YouTube
        | Platform::GoogleBusiness
        | Platform::TikTok
        | Platform::Pinterest => of_sought(&sought(platform), text),
    };
    found.sort_by_key(|entity| (entity.start, entity.end));
    let mut end = 0;
    found.retain(|entity| {
        let is_free = entity.start >= end;
        if is_free {
            end = entity.end;
        }
        is_free
    });
    found
}

static DOTTED: LazyLock<Regex> =
    LazyLock::new(|| name(r"@[A-Za-z0-9_](?:[A-Za-z0-9_.]{0,28}[A-Za-z0-9_])?"));
static PLAIN: LazyLock<Regex> = LazyLock::new(|| name("@[A-Za-z0-9_]{3,30}"));
static OF_TELEGRAM: LazyLock<Regex> = LazyLock::new(|| name("@[A-Za-z][A-Za-z0-9_]{4,31}"));
static OF_YOUTUBE: LazyLock<Regex> =
    LazyLock::new(|| name(r"@[A-Za-z0-9_](?:[A-Za-z0-9_.-]{1,28}[A-Za-z0-9_])"));
static OF_MASTODON: LazyLock<Regex> =
    LazyLock::new(|| name(r"@[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*(?:@[\w.-]*\w)?"));
static OF_REDDIT: LazyLock<Regex> =
    LazyLock::new(|| name("/?(?:u/[A-Za-z0-9_-]{3,20}|r/[A-Za-z0-9_]{2,21})"));

#[expect(
    clippy::unwrap_used,
    reason = "the patterns are constants, and a test compiles them all"
)]
fn name(pattern: &str) -> Regex {
    Regex::new(&format!(r"(?:^|[^=/@.&\w])({pattern})")).unwrap()
}

fn sought(platform: Platform) -> Sought {
    let (links, mention, hashtags, at) = match platform {
        Platform::Facebook => (
            Links::Bare,
            None,
            true,
            ("", "https://www.facebook.com/hashtag/"),
        ),
        Platform::Instagram => (
            Links::None,
            Some(&DOTTED),
            true,
            (
                "https://www.instagram.com/",
                "https://www.instagram.com/explore/tags/",
            ),
        ),
        Platform::Threads => (
            Links::Bare,
            Some(&DOTTED),
            true,
            (
                "https://www.threads.net/@",
                "https://www.threads.net/search?q=",
            ),
        ),
        Platform::LinkedIn => (
            Links::Bare,
            None,
            true,
            ("", "https://www.linkedin.com/feed/hashtag/"),
        ),
        Platform::Telegram => (Links::Bare, Some(&OF_TELEGRAM), true, ("https://t.me/", "")),
        Platform::Discord | Platform::Slack => (Links::WithProtocol, None, false, ("", "")),
        Platform::YouTube => (
            Links::WithProtocol,
            Some(&OF_YOUTUBE),
            true,
            (
                "https://www.youtube.com/@",
                "https://www.youtube.com/hashtag/",
            ),
        ),
        Platform::TikTok => (
            Links::None,
            Some(&DOTTED),
            true,
            ("https://www.tiktok.com/@", "https://www.tiktok.com/tag/"),
        ),
        Platform::Pinterest => (
            Links::None,
            Some(&PLAIN),
            true,
            (
                "https://www.pinterest.com/",
                "https://www.pinterest.com/search/pins/?q=",
            ),
        ),
        Platform::GoogleBusiness
        | Platform::X
        | Platform::Bluesky
        | Platform::Mastodon
        | Platform::Reddit => (Links::None, None, false, ("", "")),
    };
    Sought {
        links,
        mention,
        hashtags,
        at,
    }
}

/// An entity of the platform: what stands in the text, and where it leads.
pub(crate) fn entity(
    kind: EntityKind,
    text: &str,
    at: Range<usize>,
    url: Option<String>,
) -> Entity {
    Entity {
        kind,
        start: at.start,
        end: at.end,
        text: text[at].to_owned(),
        url,
    }
}

fn encoded(name: &str) -> String {
    utf8_percent_encode(name, NON_ALPHANUMERIC).to_string()
}

fn with_protocol(link: &str) -> String {
    let lower = link.get(..8).unwrap_or(link).to_ascii_lowercase();
    if lower.starts_with("https://")
        || link
            .get(..7)
            .is_some_and(|start| start.eq_ignore_ascii_case("http://"))
    {
        link.to_owned()
    } else {
        format!("https://{link}")
    }
}

fn of_x(text: &str) -> Vec<Entity> {
    let link = |link: weighted::Link| {
        let url = with_protocol(&text[link.at.clone()]);
        entity(EntityKind::Link, text, link.at, Some(url))
    };
    let leading = |kind, start: &'static str| {
        move |at: Range<usize>| {
            let name: String = text[at.clone()].chars().skip(1).collect();
            let name = if kind == EntityKind::Mention {
                name
            } else {
                encoded(&name)
            };
            entity(kind, text, at, Some(format!("{start}{name}")))
        }
    };
    let links = weighted::links(text).into_iter().map(link);
    let mentions = weighted::mentions(text).into_iter();
    let hashtags = weighted::hashtags(text).into_iter();
    let cashtags = weighted::cashtags(text).into_iter();
    links
        .chain(mentions.map(leading(EntityKind::Mention, "https://x.com/")))
        .chain(hashtags.map(leading(EntityKind::Hashtag, "https://x.com/hashtag/")))
        .chain(cashtags.map(leading(EntityKind::Cashtag, "https://x.com/search?q=%24")))
        .collect()
}

fn of_sought(sought: &Sought, text: &str) -> Vec<Entity> {
    let (people, tags) = sought.at;
    let address = |start: &str, name: String| (!start.is_empty()).then(|| format!("{start}{name}"));
    let mut found = links(sought.links, text);
    if let Some(pattern) = sought.mention {
        found.extend(names(pattern, text).map(|at| {
            let url = address(people, text[at.start + 1..at.end].to_owned());
            entity(EntityKind::Mention, text, at, url)
        }));
    }
    if sought.hashtags {
        found.extend(hashtags(text, |name| address(tags, encoded(name))));
    }
    found
}

fn of_mastodon(host: &str, text: &str) -> Vec<Entity> {
    let mut found = links(Links::WithProtocol, text);
    found.extend(names(&OF_MASTODON, text).map(|at| {
        let mention = &text[at.start + 1..at.end];
        let (name, server) = mention.split_once('@').unwrap_or((mention, host));
        let url = Some(format!("https://{server}/@{name}")).filter(|url| is_web_link(url));
        entity(EntityKind::Mention, text, at, url)
    }));
    found.extend(hashtags(text, |name| {
        Some(format!("https://{host}/tags/{}", encoded(name))).filter(|url| is_web_link(url))
    }));
    found
}

fn of_reddit(text: &str) -> Vec<Entity> {
    let mut found = links(Links::WithProtocol, text);
    found.extend(names(&OF_REDDIT, text).map(|at| {
        let url = format!(
            "https://www.reddit.com/{}",
            text[at.clone()].trim_start_matches('/')
        );
        entity(EntityKind::Mention, text, at, Some(url))
    }));
    found
}

fn links(links: Links, text: &str) -> Vec<Entity> {
    let is_bare = match links {
        Links::None => return Vec::new(),
        Links::WithProtocol => false,
        Links::Bare => true,
    };
    let is_known = |link: &str| {
        let host = link.split("://").last().unwrap_or(link);
        let host = host.split(['/', '?', '#', ':']).next().unwrap_or(host);
        host.rsplit_once('.')
            .is_some_and(|(_, last)| tld::exist_case_insensitive(last))
    };
    LinkFinder::new()
        .kinds(&[LinkKind::Url])
        .url_must_have_scheme(!is_bare)
        .links(text)
        .filter_map(|link| {
            let url = with_protocol(link.as_str());
            let has_protocol = url == link.as_str();
            let is_link = is_web_link(&url) && (has_protocol || is_known(link.as_str()));
            is_link.then(|| entity(EntityKind::Link, text, link.start()..link.end(), Some(url)))
        })
        .collect()
}

fn names(pattern: &'static Regex, text: &str) -> impl Iterator<Item = Range<usize>> {
    pattern
        .captures_iter(text)
        .filter_map(|captures| captures.get(1))
        .map(|name| name.range())
}

fn hashtags(text: &str, url: impl Fn(&str) -> Option<String>) -> Vec<Entity> {
    let tag = |at: Range<usize>| {
        let name = text[at.clone()].trim_start_matches(['#', '＃']);
        let url = url(name);
        entity(EntityKind::Hashtag, text, at, url)
    };
    weighted::hashtags(text).into_iter().map(tag).collect()
}
