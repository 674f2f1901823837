//! An event source mapping: receives messages in batches, invokes a function, deletes what it handled.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Result;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::aws::md5_hex;
use crate::bell::Bell;
use crate::invoker::{Deployed, Invoker, Slot};
use crate::queues::{Message, Queue};

/// A queue and the function that handles its messages.
#[derive(Debug, Clone)]
pub(crate) struct Mapping {
    /// Where messages come from.
    pub queue: Arc<Queue>,
    /// ARN of that queue.
    pub arn: String,
    /// What handles them.
    pub function: Deployed,
    /// Most messages in one invocation.
    pub batch_size: usize,
    /// Whether the answer names the messages that failed.
    pub partial_failures: bool,
    /// Most invocations at a time.
    pub concurrency: usize,
}

impl Mapping {
    /// Handles messages for ever.
    pub(crate) async fn run(self, invoker: Arc<Invoker>, bell: Bell) {
        let mut listener = bell.listen();
        let permits = Arc::new(Semaphore::new(self.concurrency));
        let mut batches = JoinSet::new();
        loop {
            let Ok(permit) = Arc::clone(&permits).acquire_owned().await else {
                return;
            };
            let slot = invoker.slot(self.function.name());
            let batch = self.queue.receive(self.batch_size, None);
            let batch = batch.unwrap_or_else(|error| {
                tracing::error!(%error, "cannot receive from a queue");
                Vec::new()
            });
            if batch.is_empty() {
                drop((slot, permit));
                listener.wait(self.queue.next_visible()).await;
                continue;
            }
            let (mapping, invoker) = (self.clone(), Arc::clone(&invoker));
            while batches.try_join_next().is_some() {}
            batches.spawn(async move {
                if let Err(error) = mapping.handle(&invoker, &slot, &batch).await {
                    tracing::error!(%error, "cannot delete handled messages");
                }
                drop((slot, permit));
            });
        }
    }

    /// Invokes the function with a batch; messages that are not handled stay hidden until their visibility timeout.
    async fn handle(&self, invoker: &Invoker, slot: &Slot, batch: &[Message]) -> Result<()> {
        let event = self.event(batch);
        let Ok(answer) = invoker.invoke(slot, &self.function, event).await else {
            return Ok(());
        };
        let failed = self.failed(batch, &answer);
        for message in batch {
            if !failed.contains(&message.id) {
                self.queue.delete(&message.receipt_handle())?;
            }
        }
        Ok(())
    }

    /// The ids that the answer reports; one that is not in the batch fails the whole batch, as Lambda has it.
    fn failed(&self, batch: &[Message], answer: &Value) -> BTreeSet<String> {
        let all = || batch.iter().map(|message| message.id.clone()).collect();
        let Some(reported) = answer["batchItemFailures"].as_array() else {
            return BTreeSet::new();
        };
        if !self.partial_failures {
            return BTreeSet::new();
        }
        let mut failed = BTreeSet::new();
        for item in reported {
            let id = item["itemIdentifier"].as_str().unwrap_or_default();
            if !batch.iter().any(|message| message.id == id) {
                return all();
            }
            failed.insert(id.to_owned());
        }
        failed
    }

    fn event(&self, batch: &[Message]) -> Value {
        let region = self.arn.split(':').nth(3).unwrap_or_default();
        let records = batch.iter().map(|message| {
            let mut attributes = system_attributes(message);
            attributes["SenderId"] = "local".into();
            json!({
                "messageId": message.id,
                "receiptHandle": message.receipt_handle(),
                "body": message.body,
                "attributes": attributes,
                "messageAttributes": {},
                "md5OfBody": md5_hex(message.body.as_bytes()),
                "eventSource": "aws:sqs",
                "eventSourceARN": self.arn,
                "awsRegion": region,
            })
        });
        json!({ "Records": records.collect::<Vec<_>>() })
    }
}

/// The system attributes of a received message.
pub(crate) fn system_attributes(message: &Message) -> Value {
    let first = message.first_received_at.unwrap_or(message.sent_at);
    let mut attributes = json!({
        "ApproximateReceiveCount": message.receive_count.to_string(),
        "SentTimestamp": message.sent_at.as_millisecond().to_string(),
        "ApproximateFirstReceiveTimestamp": first.as_millisecond().to_string(),
    });
    if let Some(group) = &message.group {
        attributes["MessageGroupId"] = group.as_str().into();
    }
    attributes
}
