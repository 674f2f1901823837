//! From what a mail tells to the mail: its language, its text, and the same as HTML.

use anyhow::Result;
use askama::Template;
use domain::{Email, Locale, PersonName, User};

use super::news::News;
use super::{en, id};

/// A mail, ready to be put into an envelope.
#[derive(Debug)]
pub(crate) struct Letter {
    /// To whom.
    pub(crate) to: Recipient,
    /// The subject line.
    pub(crate) subject: String,
    /// The plain text.
    pub(crate) text: String,
    /// The same for programs that show HTML.
    pub(crate) html: String,
}

/// Somebody who gets a mail.
#[derive(Debug)]
pub(crate) struct Recipient {
    /// The address.
    pub(crate) email: Email,
    /// The name; none where that would tell whether the address has a user account.
    pub(crate) name: Option<PersonName>,
    /// The language.
    pub(crate) locale: Locale,
}

impl From<User> for Recipient {
    fn from(user: User) -> Self {
        let User {
            email,
            name,
            locale,
            ..
        } = user;
        Self {
            email,
            name: Some(name),
            locale,
        }
    }
}

/// What a mail says: what happened, and at most one thing to click on.
pub(super) struct Content {
    subject: String,
    paragraphs: Vec<String>,
    facts: Vec<Fact>,
    quote: Option<String>,
    button: Option<Button>,
    closing: Option<String>,
}

/// Something that is known, by its name.
pub(super) struct Fact {
    pub(super) label: &'static str,
    pub(super) value: String,
}

struct Button {
    label: &'static str,
    address: String,
}

impl Content {
    /// A subject, and what happened.
    pub(super) fn new(subject: impl Into<String>, paragraphs: &[&str]) -> Self {
        Self {
            subject: subject.into(),
            paragraphs: paragraphs.iter().map(ToString::to_string).collect(),
            facts: Vec::new(),
            quote: None,
            button: None,
            closing: None,
        }
    }

    /// What else is known.
    pub(super) fn facts(self, facts: Vec<Fact>) -> Self {
        Self { facts, ..self }
    }

    /// Somebody's own words.
    pub(super) fn quote(self, quote: &str) -> Self {
        Self {
            quote: Some(quote.to_owned()),
            ..self
        }
    }

    /// What to click on.
    pub(super) fn button(self, label: &'static str, address: &str) -> Self {
        let address = address.to_owned();
        Self {
            button: Some(Button { label, address }),
            ..self
        }
    }

    /// What to do if things are not as one would think.
    pub(super) fn closing(self, closing: impl Into<String>) -> Self {
        Self {
            closing: Some(closing.into()),
            ..self
        }
    }
}

/// A mail as its templates see it.
struct Sheet {
    locale: Locale,
    greeting: String,
    content: Content,
    footer: String,
}

#[derive(Template)]
#[template(path = "mail/body.txt")]
struct Text<'a>(&'a Sheet);

#[derive(Template)]
#[template(path = "mail/body.html")]
struct Html<'a>(&'a Sheet);

/// Writes the news to somebody, in their language.
pub(super) fn compose(to: Recipient, news: &News) -> Result<Letter> {
    let Recipient {
        email,
        name,
        locale,
    } = &to;
    let name = name.as_ref();
    let (greeting, content, footer) = match locale {
        Locale::En => (en::greeting(name), en::content(news), en::footer(email)),
        Locale::Id => (id::greeting(name), id::content(news), id::footer(email)),
    };
    let sheet = Sheet {
        locale: *locale,
        greeting,
        content,
        footer,
    };
    let (text, html) = (Text(&sheet).render()?, Html(&sheet).render()?);
    let subject = sheet.content.subject;
    Ok(Letter {
        to,
        subject,
        text,
        html,
    })
}
