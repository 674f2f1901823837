//! Wakes the workers: when there is something new to do, and when the clock reaches a time.

use app::Clock;
use jiff::Timestamp;
use tokio::sync::watch;

/// Rung whenever something changed that workers may be waiting for.
#[derive(Debug, Clone)]
pub(crate) struct Bell {
    clock: Clock,
    rung: watch::Sender<()>,
}

/// One worker's ear: it does not miss a ring that happens while the worker is busy.
#[derive(Debug)]
pub(crate) struct Listener {
    clock: Clock,
    rung: watch::Receiver<()>,
}

impl Bell {
    /// A bell for workers that live by `clock`.
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            rung: watch::Sender::new(()),
        }
    }

    /// The clock that the workers live by.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Wakes every worker.
    pub(crate) fn ring(&self) {
        self.rung.send_replace(());
    }

    /// A new worker's ear.
    pub(crate) fn listen(&self) -> Listener {
        Listener {
            clock: self.clock.clone(),
            rung: self.rung.subscribe(),
        }
    }
}

impl Listener {
    /// Returns after the next ring, or when the clock shows `until`.
    ///
    /// Does not sleep on a manual clock, so that its sleepers are the functions' alone: whoever moves it rings.
    pub(crate) async fn wait(&mut self, until: Option<Timestamp>) {
        let rest = until.map(|until| until.duration_since(self.clock.now()));
        match rest.map(std::time::Duration::try_from) {
            Some(Ok(rest)) if !self.clock.is_manual() => {
                // Whether it rang or the time came, the worker looks at everything again.
                let _ = tokio::time::timeout(rest, self.rung.changed()).await;
            }
            Some(Err(_)) => tokio::task::yield_now().await,
            _ => {
                if self.rung.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        }
    }
}
