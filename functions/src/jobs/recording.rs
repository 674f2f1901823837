//! Writing down what came of a publication, for the worker that tried and for the tick that found it abandoned.

use anyhow::{Context, Result};
use app::App;
use domain::publication::{Outcome, State};
use domain::{Entry, Kind, Publication};
use store::Recording;

/// Records the state that `outcome` leads to.
pub(crate) async fn end(app: &App, before: &Publication, outcome: Outcome) -> Result<()> {
    let needs_reconnect = matches!(outcome, Outcome::NeedsReconnect(_));
    let reason = reason(&outcome);
    let is_recorded = write(app, before, &before.after(outcome, app.now()), reason).await?;
    if needs_reconnect && !is_recorded {
        // It waits for its account only while that is to be connected again. If it was, at this moment, nothing was sent and it is tried again.
        let outcome = Outcome::NotSent {
            reason: "the account was connected again meanwhile".into(),
            retry_after: None,
        };
        let reason = self::reason(&outcome);
        write(app, before, &before.after(outcome, app.now()), reason).await?;
    }
    Ok(())
}

/// Records a new state. If somebody else changed the publication meanwhile, what they wrote stands.
pub(crate) async fn record(
    app: &App,
    before: &Publication,
    after: &Publication,
    reason: Option<String>,
) -> Result<()> {
    write(app, before, after, reason).await.map(|_| ())
}

/// Whether it was recorded.
async fn write(
    app: &App,
    before: &Publication,
    after: &Publication,
    reason: Option<String>,
) -> Result<bool> {
    let recording = Recording {
        before,
        after,
        reason,
        tried: true,
        entry: Entry::system(app.new_id()),
        now: app.now(),
    };
    match app.store.record(&recording).await {
        Ok(()) => {}
        Err(store::Error::Stale) => return Ok(false),
        Err(error) => return Err(error).context("recording what came of a publication"),
    }
    if let State::Unclear { reason } = &after.state {
        // The alarm on unclear publications counts this line by its `event`.
        let event = Kind::PublicationUnclear.to_string();
        tracing::warn!(event, publication = %after.id, reason, "a human must look");
    }
    Ok(true)
}

/// The reason within an outcome, where there is one.
fn reason(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Published { .. } => None,
        Outcome::Refused(reason)
        | Outcome::NeedsReconnect(reason)
        | Outcome::Unclear(reason)
        | Outcome::NotSent { reason, .. } => Some(reason.clone()),
    }
}
