//! Hears every event on the bus and decides who is told of it, and how

use std::error::Error;
use std::str::FromStr;

use anyhow::{Context, Result};
use app::App;
use app::lambda::Function;
use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use domain::Kind;
use serde_json::{Value, json};

use super::message::{About, Mail, enqueue_mails};
use crate::activity::view::ActivityView;

/// The deployed function.
pub const FUNCTION: Function =
    Function::job("jobs-notify", |app, event| Box::pin(handle(app, event)));

/// Puts the mails of one event on the queue.
pub async fn handle(app: &App, event: Value) -> Result<Value> {
    let event: EventBridgeEvent<ActivityView> =
        serde_json::from_value(event).context("an event that is not an activity entry")?;
    let entry = event.detail;
    let event = entry.id.parse().context("the id of an entry")?;
    let mails: Vec<_> = about(app, &entry)
        .await?
        .into_iter()
        .map(|about| Mail { event, about })
        .collect();
    enqueue_mails(app, &mails).await?;
    Ok(json!({ "mails": mails.len() }))
}

/// Who is told what. Events that nobody is told of are listed too, so that a new one must be decided on.
async fn about(app: &App, entry: &ActivityView) -> Result<Vec<About>> {
    let user = || id(entry.user_id.as_deref(), "whose event it is");
    let change = || id(entry.email_change_id.as_deref(), "which wish");
    let told = match entry.kind.parse().context("the kind of an entry")? {
        Kind::RegistrationRequested => vec![About::Registration {
            registration: id(entry.registration_id.as_deref(), "which sign-up")?,
        }],
        Kind::PasswordResetRequested => vec![About::PasswordResetLink {
            reset: id(entry.password_reset_id.as_deref(), "which wish")?,
        }],
        kind @ (Kind::PasswordChanged | Kind::PasswordReset) => vec![About::PasswordChanged {
            user: user()?,
            by_link: kind == Kind::PasswordReset,
        }],
        Kind::EmailChangeRequested => {
            let change = change()?;
            vec![
                About::EmailChangeLink { change },
                About::EmailChangeNotice { change },
            ]
        }
        Kind::EmailChanged => {
            let change = change()?;
            [true, false]
                .map(|to_new| About::EmailChanged { change, to_new })
                .to_vec()
        }
        Kind::IdentityLinked => vec![About::IdentityLinked { user: user()? }],
        Kind::IdentityUnlinked => vec![About::IdentityUnlinked { user: user()? }],
        Kind::SessionStarted if is_new_place(entry) => vec![About::NewSignIn { user: user()? }],
        Kind::SessionReused => vec![About::SessionReused { user: user()? }],
        Kind::UserRoleChanged => vec![About::RoleChanged { user: user()? }],
        Kind::UserDisabled => vec![About::Disabled { user: user()? }],
        Kind::UserEnabled => vec![About::Enabled { user: user()? }],
        Kind::PublicationPublished
        | Kind::PublicationRefused
        | Kind::PublicationUnclear
        | Kind::PublicationBlocked
        | Kind::PublicationMissed => of_publication(app, entry).await?,
        Kind::SessionStarted
        | Kind::SessionEnded
        | Kind::UserCreated
        | Kind::UserChanged
        | Kind::UserDeleted
        | Kind::TeamCreated
        | Kind::MemberLeft
        | Kind::AccountConnected
        | Kind::PostCreated
        | Kind::PostScheduled => Vec::new(),
    };
    Ok(told)
}

/// Whoever wrote the post is told what became of it.
async fn of_publication(app: &App, entry: &ActivityView) -> Result<Vec<About>> {
    let post = id(entry.post_id.as_deref(), "which post")?;
    let publication = id(entry.publication_id.as_deref(), "which publication")?;
    let record = app.store.post(post).await?;
    let about = record.map(|record| About::Publication {
        user: record.post.author,
        post,
        publication,
    });
    Ok(about.into_iter().collect())
}

/// Whether somebody signed in from where nobody had signed in before.
fn is_new_place(entry: &ActivityView) -> bool {
    entry
        .details
        .get("new_place")
        .is_some_and(|new| new == "true")
}

/// An id that an event of this kind has.
fn id<T>(text: Option<&str>, what: &'static str) -> Result<T>
where
    T: FromStr,
    T::Err: Error + Send + Sync + 'static,
{
    text.context(what)?.parse().context(what)
}
