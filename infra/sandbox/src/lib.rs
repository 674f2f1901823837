//! Stand-ins for the social platforms and for those that people sign in with: they answer as these do, fail when told to, and show what was published.

mod bluesky;
mod brought;
mod call;
mod facebook;
mod faults;
mod google;
mod google_apis;
mod instagram;
mod journal;
mod limits;
mod linkedin;
mod mastodon;
mod meta;
mod mint;
mod oauth;
mod pages;
mod pinterest;
mod platform;
mod reddit;
mod router;
mod secrets;
mod serving;
mod slack;
mod social;
mod state;
mod threads;
mod tiktok;
mod x;

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;

use crate::state::State;
pub use crate::{
    faults::{Effect, Fault},
    google::Flaw,
    state::{Executed, Mail, Received},
};

/// Tells the sandbox what time it is, so that a test can move time.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Social platforms and a mailbox in one process; clones share the same state.
#[derive(Clone)]
pub struct Sandbox {
    now: Now,
    state: Arc<Mutex<State>>,
}

impl Sandbox {
    /// Starts empty, on the given clock, keeping everything in memory.
    pub fn new(now: Now) -> Self {
        let state = State::new(now());
        Self {
            now,
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// Serves every platform, the pages for people and the switches for tests.
    pub fn router(&self) -> axum::Router {
        router::router(self.clone())
    }

    /// Loads what an earlier run left in the folder and from now on writes every change there before it is answered.
    pub fn persist_to(&self, folder: &Path) -> io::Result<()> {
        self.state().persist_to(folder)
    }

    /// Puts a mail into the outbox.
    pub fn deliver_mail(&self, mail: Mail) -> io::Result<()> {
        let mut state = self.state();
        state.deliver(mail);
        state.save()
    }

    /// Everything that was really posted, oldest first, including what was deleted afterwards.
    pub fn executed(&self) -> Vec<Executed> {
        self.state().executed()
    }

    /// The mails of the outbox, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.state()
            .mails
            .iter()
            .map(|(_, mail)| mail.clone())
            .collect()
    }

    /// The API requests that arrived since the start, oldest first; the latest 10,000 are kept.
    pub fn requests(&self) -> Vec<Received> {
        self.state().requests.iter().cloned().collect()
    }

    /// Everything that opens something and that the platforms gave out or know: codes, tokens, passwords and client secrets. None of it may
    /// turn up where it does not belong.
    pub fn secrets(&self) -> Vec<String> {
        secrets::all(&self.state())
    }

    /// Queues a fault: it hits the next matching requests.
    pub fn script(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// Forgets every fault that has not struck yet.
    pub fn clear_faults(&self) {
        self.state().faults.clear();
    }

    /// Turns the rate limits of the platforms on (the default) or off.
    pub fn enforce_limits(&self, enforced: bool) {
        self.state().limits.enforced = enforced;
    }

    /// Lets Google sign with a new key from now on; the old one is no longer published.
    pub fn rotate_keys(&self) {
        self.state().google.rotate_keys();
    }

    fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// The state with every late execution done that is due by now.
    fn state(&self) -> MutexGuard<'_, State> {
        let now = self.now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        serving::run_late(&mut state, now);
        state
    }
}
