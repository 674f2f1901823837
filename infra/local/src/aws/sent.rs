//! What was put on queues and buses, for tests that look at all of it.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// How many requests are kept: the latest ones.
const KEPT: usize = 10_000;

/// The requests by which messages and events were sent.
#[derive(Debug, Default)]
pub(crate) struct Sent(Mutex<VecDeque<String>>);

impl Sent {
    /// Keeps a request, if it sends something.
    pub(super) fn keep(&self, operation: &str, body: &[u8]) {
        if !matches!(operation, "SendMessage" | "SendMessageBatch" | "PutEvents") {
            return;
        }
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.len() == KEPT {
            sent.pop_front();
        }
        sent.push_back(String::from_utf8_lossy(body).into_owned());
    }

    /// The requests, oldest first.
    pub(crate) fn all(&self) -> Vec<String> {
        let sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sent.iter().cloned().collect()
    }
}
