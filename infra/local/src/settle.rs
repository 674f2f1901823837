//! For tests: let the stack finish what it can do now, and move its clock.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use jiff::{SignedDuration, Timestamp};

use crate::stack::Stack;

/// Real time after which a stack that does not come to rest is an error.
const PATIENCE: Duration = Duration::from_mins(1);
/// Real time for which sleeping invocations must stay asleep before they count as such: one that was just woken
/// still looks asleep until it is its turn to run.
const STILLNESS: Duration = Duration::from_millis(25);
const POLL: Duration = Duration::from_millis(1);
/// The clock moves in steps of this size while functions sleep on it, so that they wake close to their time.
const STEP: SignedDuration = SignedDuration::from_secs(1);

impl Stack {
    /// Waits until nothing more happens at the current time of the clock: no message is visible, no event or stream
    /// record is due, and every invocation in flight sleeps on the clock.
    pub async fn settle(&self) -> Result<()> {
        let started = Instant::now();
        let mut still_since = None;
        loop {
            // Work that begins or ends while these are read shows up in one of them.
            let begun = self.invoker.begun();
            let in_flight = self.invoker.in_flight();
            let asleep = in_flight.len() <= self.clock().sleepers();
            let busy = self.busy()?;
            let still = busy.is_empty() && self.invoker.begun() == begun;
            if still && in_flight.is_empty() {
                return Ok(());
            }
            if still && asleep {
                let since = *still_since.get_or_insert_with(Instant::now);
                if since.elapsed() >= STILLNESS {
                    return Ok(());
                }
            } else {
                still_since = None;
            }
            if started.elapsed() > PATIENCE {
                bail!("the stack does not come to rest; waiting: {busy:?}, running: {in_flight:?}");
            }
            pause(POLL).await;
        }
    }

    /// Moves a manual clock, settling before and after each step: schedules fire at their times, messages arrive at theirs.
    pub async fn advance(&self, by: SignedDuration) -> Result<()> {
        let clock = self.clock();
        if !clock.is_manual() {
            bail!("only a manual clock can be moved");
        }
        let target = clock.now() + by;
        self.settle().await?;
        while clock.now() < target {
            let now = clock.now();
            let mut next = self.next_event(now).map_or(target, |at| at.min(target));
            if !self.invoker.in_flight().is_empty() {
                next = next.min(now + STEP);
            }
            clock.advance(next.duration_since(now));
            self.bell.ring();
            self.settle().await?;
        }
        Ok(())
    }

    /// Moves a manual clock at once, as if nothing had run meanwhile, and settles before and after it: what runs now would otherwise find
    /// its time over.
    pub async fn jump(&self, by: SignedDuration) -> Result<()> {
        self.settle().await?;
        self.clock().advance(by);
        self.bell.ring();
        self.settle().await
    }

    /// What could be done now and is not being done yet.
    fn busy(&self) -> Result<Vec<String>> {
        let now = self.clock().now();
        let mut busy = Vec::new();
        let schedules = self.schedules.as_ref();
        if schedules
            .and_then(|schedules| schedules.next_due())
            .is_some_and(|due| due <= now)
        {
            busy.push("a schedule".to_owned());
        }
        let due = self.deliveries.due();
        if due > 0 {
            busy.push(format!("{due} events"));
        }
        for queue in self.queues.iter() {
            let definition = queue.definition();
            let (visible, _, _) = queue.counts();
            if visible > 0 && self.consumed.contains(&definition.name) {
                busy.push(format!("{visible} messages of {}", definition.logical_id));
            }
        }
        for stream in &self.streams {
            if stream.is_behind()? {
                busy.push("a stream".to_owned());
            }
        }
        Ok(busy)
    }

    /// The next time at which something other than a sleeping function happens.
    fn next_event(&self, now: Timestamp) -> Option<Timestamp> {
        let schedule = self.schedules.as_ref().and_then(|all| all.next_due());
        let consumed = |name: &str| self.consumed.contains(name);
        let queues = self.queues.iter();
        let queues = queues.filter(|queue| consumed(&queue.definition().name));
        let messages = queues.filter_map(|queue| queue.next_visible_after(now));
        let streams = self.streams.iter().filter_map(|stream| stream.next_retry());
        let times = messages.chain(streams).chain(schedule);
        let times = times.chain(self.deliveries.next_due());
        times.filter(|at| *at > now).min()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "real time, to see whether tasks come to rest while the clock stands still"
)]
async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}
