//! The only source of time: the system's clock, or one that a test moves by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// A clock. Clones show the same time.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    /// The system's clock, this much ahead.
    System(SignedDuration),
    Manual(Arc<Manual>),
}

#[derive(Debug)]
struct Manual {
    now: watch::Sender<Timestamp>,
    sleepers: AtomicUsize,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::ahead(SignedDuration::ZERO)
    }

    /// A clock that is ahead of the system's and goes as fast.
    pub fn ahead(by: SignedDuration) -> Self {
        Self(Source::System(by))
    }

    /// A clock that stands at `start` until it is advanced.
    pub fn manual(start: Timestamp) -> Self {
        Self(Source::Manual(Arc::new(Manual {
            now: watch::Sender::new(start),
            sleepers: AtomicUsize::new(0),
        })))
    }

    /// The time.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everything else is told to ask"
    )]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System(ahead) => Timestamp::now() + *ahead,
            Source::Manual(manual) => *manual.now.borrow(),
        }
    }

    /// Waits until the clock shows `at`; returns at once if it does already.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the sleep that everything else is told to use"
    )]
    pub async fn sleep_until(&self, at: Timestamp) {
        match &self.0 {
            Source::System(_) => {
                // A timer may fire a little early by the wall clock, so look again.
                while let Ok(rest) = std::time::Duration::try_from(at.duration_since(self.now())) {
                    if rest.is_zero() {
                        break;
                    }
                    tokio::time::sleep(rest).await;
                }
            }
            Source::Manual(manual) => {
                let mut now = manual.now.subscribe();
                if *now.borrow_and_update() >= at {
                    return;
                }
                let _asleep = Asleep::new(manual);
                while *now.borrow_and_update() < at {
                    if now.changed().await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// Moves a manual clock; the system's clock cannot be moved and stays.
    pub fn advance(&self, by: SignedDuration) {
        if let Source::Manual(manual) = &self.0 {
            manual.now.send_modify(|now| *now += by);
        }
    }

    /// How many tasks now wait for a manual clock to move.
    pub fn sleepers(&self) -> usize {
        match &self.0 {
            Source::System(_) => 0,
            Source::Manual(manual) => manual.sleepers.load(Ordering::SeqCst),
        }
    }

    /// Whether the clock is moved by hand.
    pub fn is_manual(&self) -> bool {
        matches!(self.0, Source::Manual(_))
    }
}

struct Asleep<'a>(&'a Manual);

impl<'a> Asleep<'a> {
    fn new(manual: &'a Manual) -> Self {
        manual.sleepers.fetch_add(1, Ordering::SeqCst);
        Self(manual)
    }
}

impl Drop for Asleep<'_> {
    fn drop(&mut self) {
        self.0.sleepers.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Waits in real time: between two requests, where the time that people live by does not matter.
#[expect(
    clippy::disallowed_methods,
    reason = "a pause between two requests is real time, whatever a test's clock shows"
)]
pub async fn pause(wait: std::time::Duration) {
    tokio::time::sleep(wait).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_clock_that_is_ahead_goes_as_fast_as_the_systems() {
        let (here, there) = (
            Clock::system(),
            Clock::ahead(SignedDuration::from_hours(24)),
        );
        let before = here.now();
        let ahead = there.now().duration_since(before);
        assert!(
            ahead.as_hours() == 24 && ahead.as_mins() == 24 * 60,
            "{ahead}"
        );
        there
            .sleep_until(there.now() + SignedDuration::from_millis(1))
            .await;
        assert!(here.now() > before);
    }

    #[tokio::test]
    async fn a_sleeper_wakes_when_a_manual_clock_reaches_its_time() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock
                    .sleep_until(Timestamp::UNIX_EPOCH + SignedDuration::from_secs(10))
                    .await;
            }
        });
        while clock.sleepers() == 0 {
            tokio::task::yield_now().await;
        }
        clock.advance(SignedDuration::from_secs(9));
        tokio::task::yield_now().await;
        assert_eq!(clock.sleepers(), 1);
        clock.advance(SignedDuration::from_secs(1));
        sleeper.await.unwrap();
        assert_eq!(clock.sleepers(), 0);
    }
}
