//! The schedules: each fires at the boundaries of its rate on the clock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::bell::Bell;
use crate::bus::whole_seconds;
use crate::deliveries::Deliveries;
use crate::ids;
use crate::invoker::Deployed;
use crate::template::{Schedule, Trigger};

/// All schedules of the template.
#[derive(Debug)]
pub(crate) struct Schedules {
    entries: Mutex<Vec<Entry>>,
    deliveries: Arc<Deliveries>,
    bell: Bell,
    region: String,
    account: String,
}

#[derive(Debug)]
struct Entry {
    schedule: Schedule,
    function: String,
    next: Timestamp,
}

impl Schedules {
    /// Collects the schedules of the functions; each fires first at the next boundary of its rate.
    pub(crate) fn new(
        functions: &[Deployed],
        deliveries: Arc<Deliveries>,
        bell: Bell,
        region: &str,
        account: &str,
    ) -> Self {
        let now = bell.clock().now();
        let entries = functions.iter().flat_map(|function| {
            let triggers = function.definition.triggers.iter();
            triggers.filter_map(move |trigger| match trigger {
                Trigger::Schedule(schedule) => Some(Entry {
                    schedule: schedule.clone(),
                    function: function.name().to_owned(),
                    next: boundary_after(now, schedule.every),
                }),
                _ => None,
            })
        });
        Self {
            entries: Mutex::new(entries.collect()),
            deliveries,
            bell,
            region: region.to_owned(),
            account: account.to_owned(),
        }
    }

    /// The next time at which any of them fires.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.entries().iter().map(|entry| entry.next).min()
    }

    /// Fires what is due, once however late it is.
    pub(crate) fn fire(&self) -> Result<()> {
        let now = self.bell.clock().now();
        for entry in self.entries().iter_mut().filter(|entry| entry.next <= now) {
            let name = &entry.schedule.name;
            let event = json!({
                "version": "0",
                "id": ids::random().to_string(),
                "detail-type": "Scheduled Event",
                "source": "aws.scheduler",
                "account": self.account,
                "time": whole_seconds(entry.next),
                "region": self.region,
                "resources": [format!("arn:aws:scheduler:{}:{}:schedule/default/{name}", self.region, self.account)],
                "detail": "{}",
            });
            self.deliveries.add(&entry.function, event)?;
            entry.next = boundary_after(now, entry.schedule.every);
        }
        Ok(())
    }

    /// Fires for ever.
    pub(crate) async fn run(self: Arc<Self>) {
        let mut listener = self.bell.listen();
        loop {
            if let Err(error) = self.fire() {
                tracing::error!(%error, "a schedule could not fire");
            }
            listener.wait(self.next_due()).await;
        }
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first multiple of `every`, counted from the epoch, that is later than `now`.
fn boundary_after(now: Timestamp, every: SignedDuration) -> Timestamp {
    let every = every.as_secs().max(1);
    let next = (now.as_second().div_euclid(every) + 1) * every;
    Timestamp::from_second(next).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_fires_on_the_boundary_of_its_rate() {
        let next = |now: &str, seconds| {
            let every = SignedDuration::from_secs(seconds);
            boundary_after(now.parse().unwrap(), every).to_string()
        };
        assert_eq!(next("2026-01-01T10:00:00Z", 60), "2026-01-01T10:01:00Z");
        assert_eq!(next("2026-01-01T10:00:59.9Z", 60), "2026-01-01T10:01:00Z");
        assert_eq!(next("2026-01-01T10:01:00Z", 300), "2026-01-01T10:05:00Z");
    }
}
