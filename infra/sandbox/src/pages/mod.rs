//! Pages for people: the timeline, the outbox, permalinks, the sample accounts, consent.

mod consent;
mod views;

use askama::Template;
use jiff::Timestamp;

pub(crate) use self::consent::{
    consent_at, consent_at_facebook, consent_at_google, consent_on_mastodon, hidden,
};
use self::views::{
    AccountsPage, AvatarImage, Card, Host, MailView, NoticePage, OutboxPage, Person, ProfilePage,
    TimelinePage,
};
use crate::{
    bluesky,
    brought::SERVICES,
    call::{Call, Reply},
    facebook, google, mastodon,
    social::SERVERS,
    state::State,
};

const SHOWN: usize = 100;

/// Mails bring their own inline styles and remote pictures; scripts come from here only.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https: http:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The text with the characters replaced that mean something in HTML.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            char => safe.push(char),
        }
    }
    safe
}

fn render(status: u16, page: &impl Template) -> Reply {
    match page.render() {
        Ok(html) => Reply::new(status, "text/html; charset=utf-8", html)
            .with("content-security-policy", POLICY)
            .with("x-content-type-options", "nosniff")
            .with("referrer-policy", "no-referrer"),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            Reply::new(
                500,
                "text/plain; charset=utf-8",
                "The page could not be rendered.",
            )
        }
    }
}

pub(crate) fn timeline(state: &State) -> Reply {
    let cards: Vec<Card> = state
        .posts
        .iter()
        .rev()
        .filter(|(_, post)| !post.deleted)
        .take(SHOWN)
        .map(|(key, post)| Card::of(key, post))
        .collect();
    render(
        200,
        &TimelinePage {
            here: "timeline",
            cards,
        },
    )
}

pub(crate) fn outbox(state: &State) -> Reply {
    let mails: Vec<MailView> = state
        .mails
        .iter()
        .rev()
        .take(SHOWN)
        .map(|(key, mail)| MailView::of(key, mail))
        .collect();
    render(
        200,
        &OutboxPage {
            here: "outbox",
            mails,
        },
    )
}

pub(crate) fn accounts() -> Reply {
    let mut hosts = vec![
        Host {
            platform: "mastodon",
            tint: None,
            name: "Mastodon",
            address: mastodon::HOST,
            how: "Connect with OAuth: the consent page lets you choose one of these accounts. Every host below mastodon.sandbox is a server of its own; long.mastodon.sandbox allows 5,000 characters.",
            people: mastodon::ACCOUNTS
                .iter()
                .map(|account| Person::on_mastodon(mastodon::HOST, account))
                .collect(),
        },
        Host {
            platform: "bluesky",
            tint: None,
            name: "Bluesky",
            address: bluesky::HOST,
            how: "Connect with the handle and the app password.",
            people: bluesky::ACCOUNTS.iter().map(Person::on_bluesky).collect(),
        },
        Host {
            platform: "google",
            tint: None,
            name: "Google",
            address: google::HOST,
            how: "Sign in to Tayang as one of these people.",
            people: google::PEOPLE.iter().map(Person::at_google).collect(),
        },
        Host {
            platform: "facebook",
            tint: None,
            name: "Facebook",
            address: facebook::DIALOG_HOST,
            how: "Sign in to Tayang as one of these people, or connect pages: Sari manages several, Eka one.",
            people: facebook::PEOPLE.iter().map(Person::at_facebook).collect(),
        },
    ];
    hosts.extend(SERVERS.iter().map(|server| Host::of(server)));
    hosts.extend(SERVICES.iter().map(|service| Host::brought(service)));
    render(
        200,
        &AccountsPage {
            here: "accounts",
            hosts,
        },
    )
}

/// The page of an account or of one post, on whichever platform the call goes to.
pub(crate) fn profile(state: &State, call: &Call) -> Reply {
    let segments = call.segments();
    let (person, wanted) = match segments.as_slice() {
        [] => return Reply::redirect("/"),
        ["profile", name, rest @ ..] if call.host == bluesky::HOST => {
            let Some(account) = bluesky::account(&name.replace("%3A", ":")) else {
                return missing();
            };
            let wanted = match rest {
                [] => None,
                ["post", rkey] => Some(format!(
                    "/{}/profile/{}/post/{rkey}",
                    call.host, account.handle
                )),
                _ => return missing(),
            };
            (Person::on_bluesky(account), wanted)
        }
        [name, rest @ ..] => {
            let Some(account) = name.strip_prefix('@').and_then(mastodon::account) else {
                return missing();
            };
            (
                Person::on_mastodon(&call.host, account),
                rest.first().map(|id| format!("/{}/{name}/{id}", call.host)),
            )
        }
    };
    let cards: Vec<Card> = state
        .posts
        .iter()
        .rev()
        .filter(|(_, post)| {
            !post.deleted
                && post.executed.host == call.host
                && post.executed.account == person.account
        })
        .filter(|(_, post)| wanted.as_ref().is_none_or(|path| *path == post.path))
        .take(SHOWN)
        .map(|(key, post)| Card::of(key, post))
        .collect();
    if wanted.is_some() && cards.is_empty() {
        return missing();
    }
    render(
        200,
        &ProfilePage {
            here: "",
            person,
            single: wanted.is_some(),
            cards,
        },
    )
}

pub(crate) fn notice(status: u16, title: &str, text: &str) -> Reply {
    render(
        status,
        &NoticePage {
            here: "",
            title,
            text,
        },
    )
}

pub(crate) fn missing() -> Reply {
    notice(404, "Not found", "There is nothing at this address.")
}

/// A picture made of the first letters of a name.
pub(crate) fn avatar(name: &str, colours: [&str; 2]) -> Reply {
    let initials: String = name
        .split_whitespace()
        .filter_map(|word| word.chars().next())
        .filter(|initial| initial.is_uppercase())
        .take(2)
        .collect();
    match (AvatarImage {
        initials: &initials,
        from: colours[0],
        to: colours[1],
    })
    .render()
    {
        Ok(image) => Reply::new(200, "image/svg+xml", image).with(
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'",
        ),
        Err(_) => missing(),
    }
}

pub(crate) fn asset(name: &str) -> Reply {
    match name {
        "style.css" => Reply::new(
            200,
            "text/css; charset=utf-8",
            include_str!("../../assets/style.css"),
        ),
        "live.js" => Reply::new(
            200,
            "text/javascript; charset=utf-8",
            include_str!("../../assets/live.js"),
        ),
        _ => missing(),
    }
}

/// Times as people read them before the page's script puts them into their own zone.
fn readable(at: Timestamp) -> String {
    at.strftime("%-d %b %Y, %H:%M:%S UTC").to_string()
}
