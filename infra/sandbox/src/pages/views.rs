//! What the templates show.

use askama::Template;

use super::{escape, readable};
use crate::{
    bluesky, brought, facebook, google, mastodon, social,
    state::{Mail, Post},
};

/// A post as its platform shows it.
pub(super) struct Card {
    pub(super) key: String,
    pub(super) platform: String,
    pub(super) host: String,
    pub(super) name: String,
    pub(super) handle: String,
    pub(super) avatar: String,
    pub(super) profile: String,
    pub(super) href: String,
    pub(super) warning: String,
    pub(super) visibility: String,
    pub(super) html: String,
    pub(super) at: String,
    pub(super) at_readable: String,
}

impl Card {
    pub(super) fn of(key: &str, post: &Post) -> Self {
        let executed = &post.executed;
        let host = &executed.host;
        let (handle, avatar, profile) = match executed.platform.as_str() {
            "bluesky" => {
                let file = executed.account.split('.').next().unwrap_or_default();
                (
                    format!("@{}", executed.account),
                    format!("/{host}/avatars/{file}.svg"),
                    format!("/{host}/profile/{}", executed.account),
                )
            }
            _ => (
                format!("@{}@{host}", executed.account),
                format!("/{host}/avatars/{}.svg", executed.account),
                format!("/{host}/@{}", executed.account),
            ),
        };
        Self {
            key: key.to_owned(),
            platform: executed.platform.clone(),
            host: host.clone(),
            name: post.name.clone(),
            handle,
            avatar,
            profile,
            href: post.path.clone(),
            warning: post.warning.clone(),
            visibility: post.visibility.clone(),
            html: post.html.clone(),
            at: executed.at.to_string(),
            at_readable: readable(executed.at),
        }
    }
}

/// A sample account.
pub(super) struct Person {
    pub(super) platform: &'static str,
    pub(super) account: &'static str,
    pub(super) name: String,
    pub(super) handle: String,
    pub(super) avatar: String,
    /// The page of what the account posts, where accounts post.
    pub(super) profile: Option<String>,
    pub(super) app_password: Option<&'static str>,
    pub(super) note: Option<&'static str>,
}

impl Person {
    pub(super) fn on_mastodon(host: &str, account: &mastodon::Account) -> Self {
        Self {
            platform: "mastodon",
            account: account.username,
            name: account.name.to_owned(),
            handle: format!("@{}@{host}", account.username),
            avatar: format!("/{host}/avatars/{}.svg", account.username),
            profile: Some(format!("/{host}/@{}", account.username)),
            app_password: None,
            note: None,
        }
    }

    pub(super) fn on_bluesky(account: &bluesky::Account) -> Self {
        let host = bluesky::HOST;
        Self {
            platform: "bluesky",
            account: account.handle,
            name: account.name.to_owned(),
            handle: account.handle.to_owned(),
            avatar: format!("/{host}/avatars/{}.svg", account.name_in_urls()),
            profile: Some(format!("/{host}/profile/{}", account.handle)),
            app_password: Some(account.app_password),
            note: None,
        }
    }

    pub(super) fn at_google(person: &google::Person) -> Self {
        Self {
            platform: "google",
            account: person.account,
            name: person.name.to_owned(),
            handle: person.email.to_owned(),
            avatar: format!("/{}/avatars/{}.svg", google::HOST, person.account),
            profile: None,
            app_password: None,
            note: Some(person.note),
        }
    }

    pub(super) fn at_facebook(person: &facebook::Person) -> Self {
        let (handle, note) = match person.email {
            Some(email) => (email, None),
            None => ("registered with a phone number", Some("no e-mail address")),
        };
        Self {
            platform: "facebook",
            account: person.account,
            name: person.name(),
            handle: handle.to_owned(),
            avatar: format!("/{}/avatars/{}.svg", facebook::DIALOG_HOST, person.account),
            profile: None,
            app_password: None,
            note,
        }
    }

    pub(super) fn at(server: &social::Server, person: &social::Person) -> Self {
        let (host, _) = server.authorize;
        Self {
            platform: server.name,
            account: person.account,
            name: person.name.to_owned(),
            handle: person.handle.to_owned(),
            avatar: format!("/{host}/avatars/{}.svg", person.account),
            profile: None,
            app_password: None,
            note: person.note,
        }
    }
}

pub(super) struct MailView {
    pub(super) key: String,
    pub(super) to: String,
    pub(super) from: String,
    pub(super) subject: String,
    pub(super) text: String,
    /// The HTML body, made to open its links in a new tab.
    pub(super) document: Option<String>,
    pub(super) at: String,
    pub(super) at_readable: String,
}

impl MailView {
    pub(super) fn of(key: &str, mail: &Mail) -> Self {
        let head = r#"<base target="_blank"><meta name="color-scheme" content="light"><meta name="referrer" content="no-referrer">"#;
        Self {
            key: key.to_owned(),
            to: mail.to.clone(),
            from: mail.from.clone(),
            subject: mail.subject.clone(),
            text: linked(&mail.text),
            document: mail
                .html
                .as_ref()
                .filter(|html| !html.trim().is_empty())
                .map(|html| format!("{head}{html}")),
            at: mail.at.to_string(),
            at_readable: readable(mail.at),
        }
    }
}

/// The text as safe HTML whose web addresses are links.
fn linked(text: &str) -> String {
    let word = |word: &str| {
        let address = word
            .trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '>'])
            .trim_start_matches(['(', '<']);
        if address.starts_with("https://") || address.starts_with("http://") {
            let address = escape(address);
            escape(word).replacen(
                &address,
                &format!(
                    r#"<a href="{address}" target="_blank" rel="noopener noreferrer">{address}</a>"#
                ),
                1,
            )
        } else {
            escape(word)
        }
    };
    let mut html = String::new();
    for part in text.split_inclusive(char::is_whitespace) {
        let bare = part.trim_end();
        html.push_str(&word(bare));
        html.push_str(&part[bare.len()..]);
    }
    html
}

/// A platform with its sample accounts.
pub(super) struct Host {
    pub(super) platform: &'static str,
    /// The colour of its notes, where it does not come with the platform's name.
    pub(super) tint: Option<&'static str>,
    pub(super) name: &'static str,
    pub(super) address: &'static str,
    pub(super) how: &'static str,
    pub(super) people: Vec<Person>,
}

impl Host {
    pub(super) fn brought(service: &brought::Service) -> Self {
        let host = service.hosts[0];
        let person = |sample: &brought::Sample| Person {
            platform: service.name,
            account: sample.account,
            name: sample.name.to_owned(),
            handle: sample.handle.to_owned(),
            avatar: format!("/{host}/avatars/{}.svg", sample.account),
            profile: None,
            app_password: Some(sample.secret),
            note: sample.note,
        };
        Self {
            platform: service.name,
            tint: Some(service.tint),
            name: service.title,
            address: host,
            how: service.how,
            people: service.samples.iter().map(person).collect(),
        }
    }

    pub(super) fn of(server: &social::Server) -> Self {
        Self {
            platform: server.name,
            tint: Some(server.page.colours[0]),
            name: server.page.title,
            address: server.authorize.0,
            how: server.page.how,
            people: server
                .people
                .iter()
                .map(|person| Person::at(server, person))
                .collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "timeline.html")]
pub(super) struct TimelinePage {
    pub(super) here: &'static str,
    pub(super) cards: Vec<Card>,
}

#[derive(Template)]
#[template(path = "outbox.html")]
pub(super) struct OutboxPage {
    pub(super) here: &'static str,
    pub(super) mails: Vec<MailView>,
}

#[derive(Template)]
#[template(path = "accounts.html")]
pub(super) struct AccountsPage {
    pub(super) here: &'static str,
    pub(super) hosts: Vec<Host>,
}

#[derive(Template)]
#[template(path = "profile.html")]
pub(super) struct ProfilePage {
    pub(super) here: &'static str,
    pub(super) person: Person,
    pub(super) single: bool,
    pub(super) cards: Vec<Card>,
}

#[derive(Template)]
#[template(path = "notice.html")]
pub(super) struct NoticePage<'a> {
    pub(super) here: &'static str,
    pub(super) title: &'a str,
    pub(super) text: &'a str,
}

#[derive(Template)]
#[template(path = "avatar.svg", escape = "html")]
pub(super) struct AvatarImage<'a> {
    pub(super) initials: &'a str,
    pub(super) from: &'a str,
    pub(super) to: &'a str,
}
