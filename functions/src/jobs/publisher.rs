//! Every minute: puts what is due on the publish queue, and finds publications whose worker died

use app::App;
use app::lambda::Function;
use domain::publication::Outcome;
use futures::future::try_join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::DueRow;
use store::keys::SHARDS;

use super::message::enqueue_due;
use super::recording::end;

/// The deployed function.
pub const FUNCTION: Function =
    Function::job("jobs-publisher", |app, event| Box::pin(handle(app, event)));

/// How far a tick looks ahead: to the next tick and a little more, as ticks come within their minute, not at its start.
const AHEAD: SignedDuration = SignedDuration::from_secs(75);

/// One tick. Everything overdue is found again however long nothing ran, because a due row stays until its publication is armed or over.
pub async fn handle(app: &App, _: Value) -> anyhow::Result<Value> {
    let now = app.now();
    let due = try_join_all((0..SHARDS).map(|shard| app.store.due(shard, now + AHEAD)))
        .await?
        .concat();
    enqueue_due(app, &due).await?;

    let stuck = try_join_all((0..SHARDS).map(|shard| app.store.overdue_armed(shard, now)))
        .await?
        .concat();
    for row in &stuck {
        give_up(app, row).await?;
    }

    let lateness = due
        .iter()
        .map(|row| now.duration_since(row.at).as_secs())
        .max()
        .unwrap_or(0)
        .max(0);
    tracing::info!(
        due = due.len(),
        stuck = stuck.len(),
        oldest_overdue_seconds = lateness,
        "tick"
    );
    Ok(json!({ "due": due.len(), "stuck": stuck.len() }))
}

/// A publication was armed and nothing more was heard: the request may have been sent, so a human must look.
async fn give_up(app: &App, row: &DueRow) -> anyhow::Result<()> {
    let Some(before) = app.store.publication(row.post, row.publication).await? else {
        return Ok(());
    };
    let reason = "the worker ended before it could record the platform's answer";
    end(app, &before, Outcome::Unclear(reason.to_owned())).await
}
