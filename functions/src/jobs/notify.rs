//! Hears every event on the bus and decides who is told of it, and how

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
        .map(|about| Mail { event, about })
        .into_iter()
        .collect();
    enqueue_mails(app, &mails).await?;
    Ok(json!({ "mails": mails.len() }))
}

/// Who is told what. Events that nobody is told of are listed too, so that a new one must be decided on.
async fn about(app: &App, entry: &ActivityView) -> Result<Option<About>> {
    let user = || {
        entry
            .user_id
            .as_deref()
            .context("whose event it is")?
            .parse()
            .context("a user's id")
    };
    Ok(match entry.kind.parse().context("the kind of an entry")? {
        Kind::RegistrationRequested => Some(About::Registration {
            registration: entry
                .registration_id
                .as_deref()
                .context("which sign-up")?
                .parse()?,
        }),
        Kind::RegistrationRepeated => Some(About::RepeatedRegistration { user: user()? }),
        Kind::SessionReused => Some(About::SessionReused { user: user()? }),
        Kind::PublicationPublished
        | Kind::PublicationRefused
        | Kind::PublicationUnclear
        | Kind::PublicationBlocked
        | Kind::PublicationMissed => {
            let post = entry.post_id.as_deref().context("which post")?.parse()?;
            let publication = entry
                .publication_id
                .as_deref()
                .context("which publication")?
                .parse()?;
            let record = app.store.post(post).await?;
            record.map(|record| About::Publication {
                user: record.post.author,
                post,
                publication,
            })
        }
        Kind::UserCreated
        | Kind::TeamCreated
        | Kind::AccountConnected
        | Kind::PostCreated
        | Kind::PostScheduled => None,
    })
}
