//! The stream of a table: hands its records to a function in order, at least once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, anyhow, bail};
use dynoxide::Database;
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::bell::Bell;
use crate::bus::whole_seconds;
use crate::dynamodb::failed;
use crate::invoker::{Deployed, Invoker};
use crate::queues::{Queue, Queues};
use crate::state::State;
use crate::template::{StreamSource, Table};

const KIND: &str = "stream";
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(1);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(60);

/// The reader of one table's stream.
#[derive(Debug)]
pub(crate) struct Stream {
    database: ReadableStream,
    source: StreamSource,
    function: Deployed,
    dead_letters: Option<Arc<Queue>>,
    state: Arc<State>,
    bell: Bell,
    position: Mutex<Position>,
}

/// How far the stream was handled, and what is being retried.
#[derive(Debug, Default)]
struct Position {
    /// Sequence number of the last record that is done with.
    after: Option<String>,
    failures: u32,
    limit: usize,
    retry_at: Option<Timestamp>,
}

struct ReadableStream {
    database: Database,
    table: String,
}

/// A record with its sequence number.
struct Record {
    sequence_number: String,
    json: Value,
}

impl Stream {
    /// Opens the stream where an earlier run stopped, or at its beginning.
    pub(crate) fn open(
        database: Database,
        tables: &[Table],
        source: StreamSource,
        function: Deployed,
        queues: &Queues,
        state: Arc<State>,
        bell: Bell,
    ) -> Result<Self> {
        let name = source.arn.split('/').nth(1).unwrap_or_default();
        if !tables.iter().any(|table| table.name == name) {
            bail!("there is no table for the stream {}", source.arn);
        }
        let dead_letters = source.dead_letters.as_deref();
        let position = Position {
            after: state.get(KIND, &key(name, &function))?,
            limit: source.batch_size,
            ..Position::default()
        };
        Ok(Self {
            database: ReadableStream {
                database,
                table: name.to_owned(),
            },
            dead_letters: dead_letters.map(|arn| queues.by_arn(arn)).transpose()?,
            source,
            function,
            state,
            bell,
            position: Mutex::new(position),
        })
    }

    /// Whether there are records that could be handled now.
    pub(crate) fn is_behind(&self) -> Result<bool> {
        let (after, retry_at) = {
            let position = self.position();
            (position.after.clone(), position.retry_at)
        };
        if retry_at.is_some_and(|at| at > self.bell.clock().now()) {
            return Ok(false);
        }
        Ok(!self.database.read(after.as_deref(), 1)?.is_empty())
    }

    /// When a batch that failed is tried again.
    pub(crate) fn next_retry(&self) -> Option<Timestamp> {
        self.position().retry_at
    }

    /// Handles records for ever.
    pub(crate) async fn run(self: Arc<Self>, invoker: Arc<Invoker>) {
        let mut listener = self.bell.listen();
        loop {
            let retry_at = self.next_retry();
            if retry_at.is_some_and(|at| at > self.bell.clock().now()) {
                listener.wait(retry_at).await;
                continue;
            }
            match self.handle_batch(&invoker).await {
                Ok(true) => {}
                Ok(false) => listener.wait(self.next_retry()).await,
                Err(error) => {
                    tracing::error!(%error, "cannot read a stream");
                    listener
                        .wait(Some(self.bell.clock().now() + LONGEST_PAUSE))
                        .await;
                }
            }
        }
    }

    /// Handles one batch; false if there was none.
    async fn handle_batch(&self, invoker: &Invoker) -> Result<bool> {
        let (after, limit) = {
            let position = self.position();
            (position.after.clone(), position.limit)
        };
        // Announced before reading, so that nobody takes the stream for idle in between.
        let slot = invoker.slot(self.function.name());
        let records = self.database.read(after.as_deref(), limit)?;
        let Some(last) = records.last().map(|record| record.sequence_number.clone()) else {
            return Ok(false);
        };
        let wanted: Vec<_> = records
            .into_iter()
            .filter(|record| self.wants(&record.json))
            .collect();
        if wanted.is_empty() {
            self.advance(last)?;
            return Ok(true);
        }
        let event = json!({ "Records": wanted.iter().map(|record| self.enriched(record)).collect::<Vec<_>>() });
        let answer = invoker.invoke(&slot, &self.function, event).await;
        let first_failed = match &answer {
            Err(_) => Some(0),
            Ok(answer) => self.first_failed(answer, &wanted),
        };
        match first_failed {
            None => self.advance(last)?,
            Some(index) => self.fail(&wanted, index, last)?,
        }
        Ok(true)
    }

    fn wants(&self, record: &Value) -> bool {
        let filters = &self.source.filters;
        filters.is_empty() || filters.iter().any(|filter| filter.matches(record))
    }

    /// Where in the batch the failures begin that the answer reports.
    fn first_failed(&self, answer: &Value, records: &[Record]) -> Option<usize> {
        let reported = answer["batchItemFailures"].as_array()?;
        if !self.source.partial_failures || reported.is_empty() {
            return None;
        }
        let positions = reported.iter().map(|item| {
            let id = item["itemIdentifier"].as_str().unwrap_or_default();
            // An unknown record fails the whole batch, as Lambda has it.
            let found = records
                .iter()
                .position(|record| record.sequence_number == id);
            found.unwrap_or(0)
        });
        positions.min()
    }

    /// Sets up the retry of a batch from its first failed record on, or gives that batch up.
    fn fail(&self, records: &[Record], first_failed: usize, last: String) -> Result<()> {
        if first_failed > 0 {
            self.advance(records[first_failed - 1].sequence_number.clone())?;
        }
        let remaining = records.len() - first_failed;
        let now = self.bell.clock().now();
        let mut position = self.position();
        position.failures += 1;
        if self
            .source
            .retries
            .is_none_or(|retries| position.failures <= retries)
        {
            if self.source.bisect {
                position.limit = (remaining / 2).max(1);
            }
            let pause = FIRST_PAUSE * (1 << (position.failures - 1).min(6));
            position.retry_at = Some(now + pause.min(LONGEST_PAUSE));
            return Ok(());
        }
        drop(position);
        let numbers = [&records[first_failed], &records[records.len() - 1]];
        let [start, end] = numbers.map(|record| record.sequence_number.as_str());
        tracing::error!(
            function = self.function.name(),
            start,
            end,
            "stream records were given up"
        );
        if let Some(queue) = &self.dead_letters {
            let body = json!({
                "requestContext": { "functionArn": self.function.name(), "condition": "RetryAttemptsExhausted" },
                "version": "1.0",
                "timestamp": whole_seconds(now),
                "DDBStreamBatchInfo": {
                    "streamArn": self.source.arn,
                    "startSequenceNumber": start,
                    "endSequenceNumber": end,
                    "batchSize": remaining,
                },
            });
            queue.send(&body.to_string(), SignedDuration::ZERO, None)?;
        }
        self.advance(last)
    }

    fn advance(&self, sequence_number: String) -> Result<()> {
        let key = key(&self.database.table, &self.function);
        self.state.put(KIND, &key, &sequence_number)?;
        *self.position() = Position {
            after: Some(sequence_number),
            limit: self.source.batch_size,
            ..Position::default()
        };
        Ok(())
    }

    fn enriched(&self, record: &Record) -> Value {
        let mut json = record.json.clone();
        json["awsRegion"] = self.source.arn.split(':').nth(3).unwrap_or_default().into();
        json["eventSourceARN"] = self.source.arn.as_str().into();
        json
    }

    fn position(&self) -> MutexGuard<'_, Position> {
        self.position.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ReadableStream {
    fn read(&self, after: Option<&str>, limit: usize) -> Result<Vec<Record>> {
        let kind = match after {
            Some(_) => "AFTER_SEQUENCE_NUMBER",
            None => "TRIM_HORIZON",
        };
        let iterator = GetShardIteratorRequest {
            stream_arn: dynoxide::streams::stream_arn(&self.table, ""),
            shard_id: dynoxide::streams::shard_id(&self.table),
            shard_iterator_type: kind.to_owned(),
            sequence_number: after.map(str::to_owned),
        };
        let iterator = self
            .database
            .get_shard_iterator(iterator)
            .map_err(|error| failed(&error))?;
        let shard_iterator = iterator
            .shard_iterator
            .context("DynamoDB gave no shard iterator")?;
        let request = GetRecordsRequest {
            shard_iterator,
            limit: Some(limit),
        };
        let records = self
            .database
            .get_records(request)
            .map_err(|error| failed(&error))?
            .records;
        let records = records.into_iter().map(|record| {
            let sequence_number = record.dynamodb.sequence_number.clone();
            let json = serde_json::to_value(record);
            json.map(|json| Record {
                sequence_number,
                json,
            })
        });
        let records: serde_json::Result<Vec<_>> = records.collect();
        records.map_err(|error| anyhow!("cannot read a stream record: {error}"))
    }
}

impl std::fmt::Debug for ReadableStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.table)
    }
}

fn key(table: &str, function: &Deployed) -> String {
    format!("{table}/{}", function.name())
}
