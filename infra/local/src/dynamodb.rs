//! The embedded DynamoDB: tables made from the template, a server on loopback, expiry of items.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use app::Clock;
use dynoxide::Database;
use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::list_tables::ListTablesRequest;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::actions::update_time_to_live::{TimeToLiveSpecification, UpdateTimeToLiveRequest};
use jiff::SignedDuration;
use tokio::net::TcpListener;

use crate::bell::Bell;
use crate::template::Table;

/// DynamoDB deletes expired items within days, so nothing may rely on it: now and then is enough.
const SWEEP_INTERVAL: SignedDuration = SignedDuration::from_mins(15);

/// Opens the database: the file, or memory without one.
pub(crate) fn open(file: Option<&Path>, clock: &Clock) -> Result<Database> {
    let database = match file {
        Some(path) => {
            let path = path
                .to_str()
                .context("the path of the data folder is not UTF-8")?;
            Database::new(path)
        }
        None => Database::memory_with_clock(Arc::new(TableClock(clock.clone()))),
    };
    database.map_err(|error| anyhow!("cannot open the database: {error}"))
}

/// Creates the tables that are not there yet.
pub(crate) fn create_tables(database: &Database, tables: &[Table]) -> Result<()> {
    let list = ListTablesRequest::default();
    let existing = database
        .list_tables(list)
        .map_err(|error| failed(&error))?
        .table_names;
    for table in tables
        .iter()
        .filter(|table| !existing.contains(&table.name))
    {
        let request: CreateTableRequest = serde_json::from_value(table.create.clone())
            .with_context(|| format!("in the table {}", table.logical_id))?;
        database
            .create_table(request)
            .map_err(|error| failed(&error))?;
        if let Some(attribute_name) = table.expiry.clone() {
            let request = UpdateTimeToLiveRequest {
                table_name: table.name.clone(),
                time_to_live_specification: TimeToLiveSpecification {
                    attribute_name,
                    enabled: true,
                },
            };
            database
                .update_time_to_live(request)
                .map_err(|error| failed(&error))?;
        }
    }
    Ok(())
}

/// Serves the database on a free port of loopback; gives its URL.
pub(crate) async fn serve(
    database: &Database,
) -> Result<(String, impl Future<Output = ()> + use<>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((url, dynoxide::server::serve_on(listener, database.clone())))
}

/// Deletes expired items now and then, for ever.
pub(crate) async fn sweep(database: Database, bell: Bell) {
    let mut listener = bell.listen();
    let mut next = bell.clock().now() + SWEEP_INTERVAL;
    loop {
        listener.wait(Some(next)).await;
        let now = bell.clock().now();
        if now < next {
            continue;
        }
        next = now + SWEEP_INTERVAL;
        let database = database.clone();
        let swept = tokio::task::spawn_blocking(move || database.sweep_ttl()).await;
        match swept {
            // Deletions are in the stream as well.
            Ok(Ok(_)) => bell.ring(),
            Ok(Err(error)) => tracing::error!(%error, "cannot delete expired items"),
            Err(error) => tracing::error!(%error, "the deletion of expired items panicked"),
        }
    }
}

/// The items of a table, each as one JSON text.
pub(crate) fn items(database: &Database, table: &str) -> Result<Vec<String>> {
    let (mut items, mut exclusive_start_key) = (Vec::new(), None);
    loop {
        let request = ScanRequest {
            table_name: table.to_owned(),
            exclusive_start_key,
            ..ScanRequest::default()
        };
        let page = database.scan(request).map_err(|error| failed(&error))?;
        for item in page.items.unwrap_or_default() {
            items.push(serde_json::to_string(&item)?);
        }
        exclusive_start_key = page.last_evaluated_key;
        if exclusive_start_key.is_none() {
            return Ok(items);
        }
    }
}

pub(crate) fn failed(error: &dynoxide::DynoxideError) -> anyhow::Error {
    anyhow!("DynamoDB: {error}")
}

struct TableClock(Clock);

impl dynoxide::storage_backend::Clock for TableClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.0.now().as_second()).unwrap_or_default()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_duration().as_secs_f64()
    }
}
