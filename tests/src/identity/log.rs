//! What a test had its system log, in lines as deployed functions write them.

use std::cell::RefCell;
use std::sync::Once;

thread_local! {
    static LOGGED: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Keeps what a thread logs, if it asked for that.
struct Lines;

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOGGED.with_borrow_mut(|logged| {
            if let Some(logged) = logged {
                logged.extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// From now on, what this thread logs is kept: a test has one, with the whole system on it. One subscriber serves the whole process,
/// because those of single threads get in each other's way; its level is the one of deployed functions.
pub(super) fn listen() {
    static SUBSCRIBER: Once = Once::new();
    SUBSCRIBER.call_once(|| {
        tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::INFO)
            .with_writer(|| Lines)
            .init();
    });
    LOGGED.set(Some(Vec::new()));
}

/// What was logged since then, or since the last call.
pub(super) fn logged() -> String {
    let lines = LOGGED.replace(Some(Vec::new()));
    String::from_utf8(lines.unwrap()).unwrap()
}
