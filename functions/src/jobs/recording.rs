//! Writing down what came of a publication, for the worker that tried and for the tick that found it abandoned.

use anyhow::{Context, Result};
use app::App;
use domain::publication::{Outcome, State};
use domain::{Kind, Publication};
use store::Recording;

/// Records the state that `outcome` leads to.
pub(crate) async fn end(app: &App, before: &Publication, outcome: Outcome) -> Result<()> {
    let reason = reason(&outcome);
    record(app, before, &before.after(outcome, app.now()), reason).await
}

/// Records a new state. If somebody else changed the publication meanwhile, what they wrote stands.
pub(crate) async fn record(
    app: &App,
    before: &Publication,
    after: &Publication,
    reason: Option<String>,
) -> Result<()> {
    let recording = Recording {
        before,
        after,
        reason,
        entry: app.new_id(),
        now: app.now(),
    };
    match app.store.record(&recording).await {
        Ok(()) => {}
        Err(store::Error::Stale) => return Ok(()),
        Err(error) => return Err(error).context("recording what came of a publication"),
    }
    if let State::Unclear { reason } = &after.state {
        // The alarm on unclear publications counts this line by its `event`.
        let event = Kind::PublicationUnclear.to_string();
        tracing::warn!(event, publication = %after.id, reason, "a human must look");
    }
    Ok(())
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
