//! Follows the table's stream, and looks every five minutes for what it let slip: puts each entry of a team's log at the end of its chain

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use app::App;
use app::lambda::Function;
use aws_lambda_events::event::dynamodb::Event;
use domain::{Activity, ActivityId, Scope, TeamId};
use futures::future::{join_all, try_join_all};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::Store;
use store::keys::SHARDS;

use crate::activity::chain;

/// The deployed function.
pub const FUNCTION: Function =
    Function::job("jobs-seal", |app, event| Box::pin(handle(app, event)));

/// The `source` of what a schedule calls the function with.
const SCHEDULER: &str = "aws.scheduler";
/// The most entries of one transaction, which may be 99 and the end of the chain.
const ENTRIES_MAX: usize = 50;
/// How often a chain is tried to which somebody else adds at the same moment.
const TRIES: u8 = 8;
/// What the stream did not bring by then is looked for.
const SLIPPED: SignedDuration = SignedDuration::from_mins(2);
/// How many entries of one shard a tick takes; the next one takes more.
const MOST: usize = 200;

/// Seals a batch. If any of it fails the whole batch comes again: what has its place already keeps it.
pub async fn handle(app: &App, event: Value) -> Result<Value> {
    let entries = if event["source"] == SCHEDULER {
        slipped(app).await?
    } else {
        streamed(serde_json::from_value(event)?)?
    };
    let mut teams: BTreeMap<TeamId, BTreeSet<ActivityId>> = BTreeMap::new();
    for (team, entry) in entries {
        teams.entry(team).or_default().insert(entry);
    }
    let chains = teams.into_iter().map(|(team, entries)| async move {
        let entries: Vec<_> = entries.into_iter().collect();
        seal(app, team, &entries).await
    });
    // A team whose log cannot be sealed keeps no other one from it.
    let sealed: Result<Vec<()>> = join_all(chains).await.into_iter().collect();
    sealed.map(|_| json!({ "batchItemFailures": [] }))
}

fn streamed(event: Event) -> Result<Vec<(TeamId, ActivityId)>> {
    let mut entries = Vec::new();
    for record in event.records {
        let entry = Store::activity_from_item(record.change.new_image.into())?;
        match entry.scope {
            Scope::Team(team) => entries.push((team, entry.id)),
            Scope::User(_) | Scope::Registration(_) | Scope::PasswordReset(_) => {}
        }
    }
    Ok(entries)
}

/// Entries that the stream should have brought by now.
async fn slipped(app: &App) -> Result<Vec<(TeamId, ActivityId)>> {
    let until = app.now() - SLIPPED;
    let shards = (0..SHARDS).map(|shard| app.store.unsealed(shard, until, MOST));
    let entries = try_join_all(shards).await?.concat();
    if !entries.is_empty() {
        tracing::warn!(
            entries = entries.len(),
            "the stream let entries of the activity log slip"
        );
    }
    Ok(entries)
}

async fn seal(app: &App, team: TeamId, entries: &[ActivityId]) -> Result<()> {
    for some in entries.chunks(ENTRIES_MAX) {
        seal_some(app, team, some).await?;
    }
    Ok(())
}

/// Seals those that have no place yet, oldest first. Whoever adds to the chain at the same moment makes this one look again.
async fn seal_some(app: &App, team: TeamId, entries: &[ActivityId]) -> Result<()> {
    for _ in 0..TRIES {
        let (head, logged) =
            futures::try_join!(app.store.chain_head(team), app.store.entries(team, entries))?;
        let unsealed = logged.into_iter().filter(|logged| logged.link.is_none());
        let unsealed: Vec<Activity> = unsealed.map(|logged| logged.entry).collect();
        let links = chain::links(&head, &unsealed)?;
        match app.store.seal(team, &head, &links).await {
            Ok(()) => return Ok(()),
            Err(store::Error::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    bail!("others add to the chain of {team} all the time");
}
