//! Follows the table's stream: activity entries go to the event bus, publications and chores due soon to their queues

use anyhow::{Context, Result, ensure};
use app::App;
use app::lambda::Function;
use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use domain::Activity;
use futures::future::try_join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::{ACTIVITY_TYPE, CHORE_TYPE, Chore, DUE_TYPE, DueRow, Store};

use super::message::{enqueue_chores, enqueue_due};
use crate::activity::view::ActivityView;

/// The deployed function.
pub const FUNCTION: Function =
    Function::job("jobs-relay", |app, event| Box::pin(handle(app, event)));

/// The `source` of every event on the bus.
const SOURCE: &str = "tayang";
/// What is due within this time might be too near for the next tick, so it is put on the queue at once.
const SOON: SignedDuration = SignedDuration::from_mins(2);
/// The most entries of one request: a limit of EventBridge.
const ENTRIES_MAX: usize = 10;

/// Passes a batch on. If any of it fails the whole batch comes again: everything behind it can bear a repetition.
pub async fn handle(app: &App, event: Value) -> Result<Value> {
    let event: Event = serde_json::from_value(event)?;
    let (mut entries, mut due, mut chores) = (Vec::new(), Vec::new(), Vec::new());
    for record in event
        .records
        .into_iter()
        .filter(|record| record.event_name == "INSERT")
    {
        match read(record)? {
            Some(Inserted::Activity(entry)) => entries.push(entry),
            Some(Inserted::Due(row)) if row.at <= app.now() + SOON => due.push(row),
            Some(Inserted::Chore(chore)) if chore.at <= app.now() + SOON => chores.push(chore),
            Some(Inserted::Due(_) | Inserted::Chore(_)) | None => {}
        }
    }
    futures::try_join!(
        put_events(app, &entries),
        enqueue_due(app, &due),
        enqueue_chores(app, &chores)
    )?;
    Ok(json!({ "batchItemFailures": [] }))
}

enum Inserted {
    Activity(Activity),
    Due(DueRow),
    Chore(Chore),
}

fn read(record: EventRecord) -> Result<Option<Inserted>> {
    let item: std::collections::HashMap<_, aws_sdk_dynamodb::types::AttributeValue> =
        record.change.new_image.into();
    let kind = item
        .get("type")
        .and_then(|kind| kind.as_s().ok())
        .cloned()
        .unwrap_or_default();
    Ok(match kind.as_str() {
        ACTIVITY_TYPE => Some(Inserted::Activity(Store::activity_from_item(item)?)),
        DUE_TYPE => Some(Inserted::Due(Store::due_from_item(item)?)),
        CHORE_TYPE => Some(Inserted::Chore(Store::chore_from_item(item)?)),
        _ => None,
    })
}

async fn put_events(app: &App, entries: &[Activity]) -> Result<()> {
    let requests: Vec<_> = entries
        .chunks(ENTRIES_MAX)
        .map(|chunk| put_chunk(app, chunk))
        .collect();
    try_join_all(requests).await.map(|_| ())
}

async fn put_chunk(app: &App, chunk: &[Activity]) -> Result<()> {
    let entries = chunk.iter().map(|entry| {
        let detail = serde_json::to_string(&ActivityView::from(entry))?;
        let time =
            aws_sdk_eventbridge::primitives::DateTime::from_millis(entry.at.as_millisecond());
        Ok(PutEventsRequestEntry::builder()
            .source(SOURCE)
            .detail_type(entry.kind.to_string())
            .detail(detail)
            .time(time)
            .event_bus_name(&app.config.event_bus)
            .build())
    });
    let entries = entries.collect::<Result<Vec<_>>>()?;
    let answer = app
        .aws
        .events()
        .put_events()
        .set_entries(Some(entries))
        .send()
        .await
        .context("putting events on the bus")?;
    ensure!(
        answer.failed_entry_count == 0,
        "{} of {} events were not taken by the bus",
        answer.failed_entry_count,
        chunk.len()
    );
    Ok(())
}
