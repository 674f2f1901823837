//! Every five minutes: puts the chores that are due soon on their queue

use app::App;
use app::lambda::Function;
use futures::future::try_join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::keys::SHARDS;

use super::message::enqueue_chores;

/// The deployed function.
pub const FUNCTION: Function =
    Function::job("jobs-caretaker", |app, event| Box::pin(handle(app, event)));

/// How far a tick looks ahead: to the next tick and a little more, so that a chore comes at its time and not at the tick behind it.
const AHEAD: SignedDuration = SignedDuration::from_secs(330);
/// How many chores of one shard a tick takes; the next one takes more.
const MOST: usize = 500;

/// One tick. A chore stays until it is done, so one that was lost on the way is found again, however long nothing ran.
pub async fn handle(app: &App, _: Value) -> anyhow::Result<Value> {
    let now = app.now();
    let shards = (0..SHARDS).map(|shard| app.store.chores(shard, now + AHEAD, MOST));
    let chores = try_join_all(shards).await?.concat();
    enqueue_chores(app, &chores).await?;
    let oldest = chores
        .iter()
        .map(|chore| now.duration_since(chore.at).as_secs());
    tracing::info!(
        chores = chores.len(),
        oldest_overdue_seconds = oldest.max().unwrap_or(0).max(0),
        "tick"
    );
    Ok(json!({ "chores": chores.len() }))
}
