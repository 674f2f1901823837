//! What the mails say.

use anyhow::Result;
use app::App;
use app::auth::links::{self, Purpose};
use askama::Template;
use domain::publication::State;
use domain::{Email, PersonName, PostId, Publication, PublicationId, RegistrationId, UserId};

use super::message::About;

/// A mail, ready to be put into an envelope.
#[derive(Debug)]
pub(crate) struct Letter {
    /// To which address.
    pub(crate) to: Email,
    /// To whom.
    pub(crate) name: PersonName,
    /// The subject line.
    pub(crate) subject: &'static str,
    /// The plain text.
    pub(crate) text: String,
    /// The same for programs that show HTML.
    pub(crate) html: String,
}

#[derive(Template)]
#[template(path = "mail/body.txt")]
struct Text<'a>(&'a Content);

#[derive(Template)]
#[template(path = "mail/body.html")]
struct Html<'a>(&'a Content);

/// A greeting, what happened, and at most one thing to click on.
struct Content {
    name: PersonName,
    subject: &'static str,
    paragraphs: Vec<String>,
    quote: Option<String>,
    button: Option<Button>,
}

struct Button {
    label: &'static str,
    address: String,
}

/// What happened, before it is known to whom it is told.
struct News {
    subject: &'static str,
    paragraphs: Vec<String>,
    quote: Option<String>,
    button: Option<Button>,
}

impl News {
    fn new(subject: &'static str, paragraphs: &[&str]) -> Self {
        let paragraphs = paragraphs.iter().map(ToString::to_string).collect();
        Self {
            subject,
            paragraphs,
            quote: None,
            button: None,
        }
    }

    fn with_button(mut self, label: &'static str, address: String) -> Self {
        self.button = Some(Button { label, address });
        self
    }
}

/// How much of a post a mail quotes.
const QUOTE_CHARACTERS: usize = 280;

/// Writes a mail. What it would have been about may be gone by now: then there is none.
pub(crate) async fn write(app: &App, about: About) -> Result<Option<Letter>> {
    match about {
        About::Registration { registration } => confirmation(app, registration).await,
        About::RepeatedRegistration { user } => to_user(app, user, repeated_registration()).await,
        About::SessionReused { user } => to_user(app, user, session_reused()).await,
        About::Publication {
            user,
            post,
            publication,
        } => match of_publication(app, post, publication).await? {
            Some(news) => to_user(app, user, news).await,
            None => Ok(None),
        },
    }
}

async fn confirmation(app: &App, id: RegistrationId) -> Result<Option<Letter>> {
    let Some(registration) = app.store.registration(id).await? else {
        return Ok(None);
    };
    let token = links::issue(&app.link_key().await?, Purpose::VerifyEmail, id);
    let address = app.address("/verify-email").await?;
    let news = News::new(
        "Confirm your address",
        &[
            "Welcome to Tayang. Confirm within 60 minutes that this address is yours, and your account is ready.",
            "If you did not sign up, do nothing: without a confirmation there is no account.",
        ],
    );
    let news = news.with_button("Confirm", format!("{address}?token={token}"));
    letter(registration.email, registration.name, news).map(Some)
}

fn repeated_registration() -> News {
    News::new(
        "You have an account already",
        &[
            "Somebody, probably you, signed up at Tayang with this address. It has an account already, so nothing was changed: just log in.",
        ],
    )
}

fn session_reused() -> News {
    News::new(
        "We ended one of your sessions",
        &[
            "A key that one of your devices had already exchanged was used a second time. That happens when somebody holds a copy of it, so we ended that session: log in again on the device.",
            "If you do not know why this happened, change your password.",
        ],
    )
}

async fn of_publication(app: &App, post: PostId, id: PublicationId) -> Result<Option<News>> {
    let Some(record) = app.store.post(post).await? else {
        return Ok(None);
    };
    let found = record.publications.iter().find(|other| other.id == id);
    let Some(publication) = found else {
        return Ok(None);
    };
    let account = app.store.account(publication.team, publication.account);
    let platform = publication.platform.title();
    let place = account.await?.map_or_else(
        || platform.to_owned(),
        |account| format!("{} on {platform}", account.handle),
    );
    let text = record.post.content.text.as_str();
    Ok(tell(publication, &place).map(|news| News {
        quote: Some(text.chars().take(QUOTE_CHARACTERS).collect()),
        ..news
    }))
}

/// What there is to say of a publication in its present state.
fn tell(publication: &Publication, place: &str) -> Option<News> {
    let news = match &publication.state {
        State::Published { url, .. } => {
            let sentence = format!("Your post was published as {place}.");
            News::new("Your post is out", &[&sentence]).with_button("See it", url.clone())
        }
        State::Refused { reason } => {
            let sentence = format!(
                "{place}: the platform refused your post, and it was not published. It said: {reason}"
            );
            News::new("Your post was refused", &[&sentence])
        }
        State::Unclear { reason } => {
            let sentence = format!(
                "{place}: your post was sent, but no answer came, so it may be out or not ({reason}). Please look. We do not send it again by ourselves, because it might then be out twice."
            );
            News::new("Please look: is your post out?", &[&sentence])
        }
        State::Blocked { reason } => {
            let sentence =
                format!("{place} must be connected again before your post can go out ({reason}).");
            News::new("Your post waits for its account", &[&sentence])
        }
        State::Missed => {
            let sentence = format!(
                "{place}: your post could not go out within the time you allowed, so it was not sent."
            );
            News::new("Your post was not published in time", &[&sentence])
        }
        State::Waiting | State::Preparing { .. } | State::Armed { .. } | State::Cancelled => {
            return None;
        }
    };
    Some(news)
}

async fn to_user(app: &App, user: UserId, news: News) -> Result<Option<Letter>> {
    let Some(user) = app.store.user(user).await? else {
        return Ok(None);
    };
    letter(user.email, user.name, news).map(Some)
}

fn letter(to: Email, name: PersonName, news: News) -> Result<Letter> {
    let News {
        subject,
        paragraphs,
        quote,
        button,
    } = news;
    let content = Content {
        name,
        subject,
        paragraphs,
        quote,
        button,
    };
    let (text, html) = (Text(&content).render()?, Html(&content).render()?);
    Ok(Letter {
        to,
        name: content.name,
        subject,
        text,
        html,
    })
}
