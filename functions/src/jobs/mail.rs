//! What the mails say.

use anyhow::Result;
use app::App;
use app::auth::links::{self, Purpose};
use askama::Template;
use domain::publication::State;
use domain::{Email, Publication, UserId};

use super::message::About;

/// A mail, ready to be put into an envelope.
#[derive(Debug)]
pub(crate) struct Letter {
    /// To which address.
    pub(crate) to: Email,
    /// To whom.
    pub(crate) name: String,
    /// The subject line.
    pub(crate) subject: String,
    /// The plain text.
    pub(crate) text: String,
    /// The same for programs that show HTML.
    pub(crate) html: String,
}

/// A mail's content: greeting, what happened, and at most one thing to click on.
#[derive(Template)]
#[template(path = "mail/body.txt")]
struct Text<'a>(&'a Content);

#[derive(Template)]
#[template(path = "mail/body.html")]
struct Html<'a>(&'a Content);

struct Content {
    name: String,
    subject: String,
    paragraphs: Vec<String>,
    quote: Option<String>,
    button: Option<(&'static str, String)>,
}

/// How much of a post a mail quotes.
const QUOTE_CHARACTERS: usize = 280;

/// Writes a mail. What it would have been about may be gone by now: then there is none.
pub(crate) async fn write(app: &App, about: About) -> Result<Option<Letter>> {
    match about {
        About::Registration { registration } => {
            let Some(found) = app.store.registration(registration).await? else {
                return Ok(None);
            };
            let token = links::issue(&app.link_key().await?, Purpose::VerifyEmail, registration);
            let link = app.address("/verify-email").await?;
            let content = Content {
                name: found.name.to_string(),
                subject: "Confirm your address".into(),
                paragraphs: vec!["Welcome to Tayang. Confirm within 60 minutes that this address is yours, and your account is ready.".into(), "If you did not sign up, do nothing: without a confirmation there is no account.".into()],
                quote: None,
                button: Some(("Confirm", format!("{link}?token={token}"))),
            };
            letter(found.email, content).map(Some)
        }
        About::RepeatedRegistration { user } => {
            let content = |name| {
                Content {
                name,
                subject: "You have an account already".into(),
                paragraphs: vec!["Somebody, probably you, signed up at Tayang with this address. It has an account already, so nothing was changed: just log in.".into()],
                quote: None,
                button: None,
            }
            };
            to_user(app, user, content).await
        }
        About::SessionReused { user } => {
            let content = |name| {
                Content {
                name,
                subject: "We ended one of your sessions".into(),
                paragraphs: vec!["A key that one of your devices had already exchanged was used a second time. That happens when somebody holds a copy of it, so we ended that session: log in again on the device.".into(), "If you do not know why this happened, change your password.".into()],
                quote: None,
                button: None,
            }
            };
            to_user(app, user, content).await
        }
        About::Publication {
            user,
            post,
            publication,
        } => {
            let Some(record) = app.store.post(post).await? else {
                return Ok(None);
            };
            let Some(publication) = record
                .publications
                .iter()
                .find(|other| other.id == publication)
            else {
                return Ok(None);
            };
            let account = app
                .store
                .account(publication.team, publication.account)
                .await?;
            let place = account.map_or_else(
                || publication.platform.to_string(),
                |account| format!("{} on {}", account.handle, publication.platform),
            );
            let Some(told) = tell(publication, &place) else {
                return Ok(None);
            };
            let quote: String = record
                .post
                .content
                .text
                .as_str()
                .chars()
                .take(QUOTE_CHARACTERS)
                .collect();
            to_user(app, user, |name| Content {
                name,
                quote: Some(quote),
                ..told
            })
            .await
        }
    }
}

/// What there is to say of a publication in its present state.
fn tell(publication: &Publication, place: &str) -> Option<Content> {
    let (subject, sentence, button) = match &publication.state {
        State::Published { url, .. } => (
            "Your post is out",
            format!("Your post was published as {place}."),
            Some(("See it", url.clone())),
        ),
        State::Refused { reason } => (
            "Your post was refused",
            format!(
                "{place}: the platform refused your post, and it was not published. It said: {reason}"
            ),
            None,
        ),
        State::Unclear { reason } => (
            "Please look: is your post out?",
            format!(
                "{place}: your post was sent, but no answer came, so it may be out or not ({reason}). We do not send it again by ourselves, because it might then be out twice. Please look."
            ),
            None,
        ),
        State::Blocked { reason } => (
            "Your post waits for its account",
            format!("{place} must be connected again before your post can go out ({reason})."),
            None,
        ),
        State::Missed => (
            "Your post was not published in time",
            format!(
                "{place}: your post could not go out within the time you allowed, so it was not sent."
            ),
            None,
        ),
        State::Waiting | State::Preparing { .. } | State::Armed { .. } | State::Cancelled => {
            return None;
        }
    };
    Some(Content {
        name: String::new(),
        subject: subject.into(),
        paragraphs: vec![sentence],
        quote: None,
        button,
    })
}

async fn to_user(
    app: &App,
    user: UserId,
    content: impl FnOnce(String) -> Content,
) -> Result<Option<Letter>> {
    let Some(user) = app.store.user(user).await? else {
        return Ok(None);
    };
    letter(user.email, content(user.name.to_string())).map(Some)
}

fn letter(to: Email, content: Content) -> Result<Letter> {
    let (text, html) = (Text(&content).render()?, Html(&content).render()?);
    Ok(Letter {
        to,
        name: content.name,
        subject: content.subject,
        text,
        html,
    })
}
