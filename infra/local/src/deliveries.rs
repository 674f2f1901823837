//! Asynchronous invocations, as EventBridge and schedules make them: kept until the function succeeded, retried, then given up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::bell::Bell;
use crate::ids;
use crate::invoker::{Deployed, Invoker, Slot};
use crate::queues::Queues;
use crate::state::State;

const KIND: &str = "delivery";

/// An event on its way to a function.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Delivery {
    id: String,
    function: String,
    event: Value,
    created_at: Timestamp,
    due_at: Timestamp,
    attempts: u32,
}

/// The events that functions have not handled yet.
#[derive(Debug)]
pub(crate) struct Deliveries {
    state: Arc<State>,
    bell: Bell,
    pending: Mutex<Pending>,
}

#[derive(Debug, Default)]
struct Pending {
    deliveries: BTreeMap<String, Delivery>,
    running: BTreeSet<String>,
}

impl Deliveries {
    /// Opens the deliveries that an earlier run left.
    pub(crate) fn open(state: Arc<State>, bell: Bell) -> Result<Self> {
        let deliveries: Vec<Delivery> = state.all(KIND)?;
        let deliveries = deliveries
            .into_iter()
            .map(|delivery| (delivery.id.clone(), delivery));
        let pending = Mutex::new(Pending {
            deliveries: deliveries.collect(),
            running: BTreeSet::new(),
        });
        Ok(Self {
            state,
            bell,
            pending,
        })
    }

    /// Accepts an event for a function; once this returns it is not lost.
    pub(crate) fn add(&self, function: &str, event: Value) -> Result<()> {
        let now = self.bell.clock().now();
        let delivery = Delivery {
            id: ids::ordered(now).to_string(),
            function: function.to_owned(),
            event,
            created_at: now,
            due_at: now,
            attempts: 0,
        };
        self.state.put(KIND, &delivery.id, &delivery)?;
        self.pending()
            .deliveries
            .insert(delivery.id.clone(), delivery);
        self.bell.ring();
        Ok(())
    }

    /// How many events are due now and not being handled.
    pub(crate) fn due(&self) -> usize {
        let now = self.bell.clock().now();
        let pending = self.pending();
        let due = pending
            .deliveries
            .values()
            .filter(|delivery| delivery.due_at <= now && !pending.running.contains(&delivery.id));
        due.count()
    }

    /// The earliest time at which a waiting event is due.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        let pending = self.pending();
        let waiting = pending
            .deliveries
            .values()
            .filter(|delivery| !pending.running.contains(&delivery.id));
        waiting.map(|delivery| delivery.due_at).min()
    }

    /// Hands events to their functions for ever.
    pub(crate) async fn run(
        self: Arc<Self>,
        functions: Vec<Deployed>,
        queues: Arc<Queues>,
        invoker: Arc<Invoker>,
    ) {
        let mut listener = self.bell.listen();
        let functions: BTreeMap<_, _> = functions
            .into_iter()
            .map(|function| (function.name().to_owned(), function))
            .collect();
        let mut handlers = JoinSet::new();
        loop {
            while handlers.try_join_next().is_some() {}
            while let Some((slot, delivery)) = self.take(&invoker) {
                let Some(function) = functions.get(&delivery.function).cloned() else {
                    tracing::error!(delivery.function, "an event is for a function that is gone");
                    self.remove(&delivery.id);
                    continue;
                };
                let (this, queues) = (Arc::clone(&self), Arc::clone(&queues));
                let invoker = Arc::clone(&invoker);
                handlers.spawn(async move {
                    let handled = this.deliver(&slot, delivery, &function, &queues, &invoker);
                    if let Err(error) = handled.await {
                        tracing::error!(%error, "cannot keep the state of an event");
                    }
                    drop(slot);
                });
            }
            listener.wait(self.next_due()).await;
        }
    }

    fn take(&self, invoker: &Invoker) -> Option<(Slot, Delivery)> {
        let now = self.bell.clock().now();
        let mut pending = self.pending();
        let delivery = pending
            .deliveries
            .values()
            .find(|delivery| delivery.due_at <= now && !pending.running.contains(&delivery.id));
        let delivery = delivery?.clone();
        let slot = invoker.slot(&delivery.function);
        pending.running.insert(delivery.id.clone());
        Some((slot, delivery))
    }

    async fn deliver(
        &self,
        slot: &Slot,
        mut delivery: Delivery,
        function: &Deployed,
        queues: &Queues,
        invoker: &Invoker,
    ) -> Result<()> {
        let result = invoker.invoke(slot, function, delivery.event.clone()).await;
        let retry = &function.definition.retry;
        let now = self.bell.clock().now();
        if result.is_err() {
            delivery.attempts += 1;
            // Lambda waits one minute before the first repetition and two before the second.
            let pause = SignedDuration::from_mins(i64::from(delivery.attempts));
            let again = now + pause;
            if delivery.attempts <= retry.attempts && again < delivery.created_at + retry.max_age {
                delivery.due_at = again;
                self.state.put(KIND, &delivery.id, &delivery)?;
                let mut pending = self.pending();
                pending.running.remove(&delivery.id);
                pending.deliveries.insert(delivery.id.clone(), delivery);
                drop(pending);
                self.bell.ring();
                return Ok(());
            }
            tracing::error!(function = function.name(), "an event was given up");
            if let Some(arn) = &retry.dead_letters {
                let queue = queues
                    .by_arn(arn)
                    .context("a dead-letter queue is missing")?;
                queue.send(&delivery.event.to_string(), SignedDuration::ZERO, None)?;
            }
        }
        self.remove(&delivery.id);
        Ok(())
    }

    fn remove(&self, id: &str) {
        if let Err(error) = self.state.remove(KIND, id) {
            tracing::error!(%error, "cannot forget an event; it will be repeated after a restart");
        }
        let mut pending = self.pending();
        pending.deliveries.remove(id);
        pending.running.remove(id);
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
