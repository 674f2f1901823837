//! What a test had its system log, in lines as deployed functions write them.

use std::cell::RefCell;
use std::sync::{Mutex, Once};

thread_local! {
    static LOGGED: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// What was logged on threads of which no test is the owner.
static ELSEWHERE: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Keeps what is logged, by the thread if that asked for it.
struct Lines;

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOGGED.with_borrow_mut(|logged| match logged {
            Some(logged) => logged.extend_from_slice(bytes),
            None => ELSEWHERE.lock().unwrap().extend_from_slice(bytes),
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A moment in the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    here: usize,
    elsewhere: usize,
}

/// From now on, what this thread logs is kept: a test has one, with the whole system on it. One subscriber serves the whole process,
/// because those of single threads get in each other's way; its level is the one of deployed functions.
pub(crate) fn listen() -> Moment {
    static SUBSCRIBER: Once = Once::new();
    SUBSCRIBER.call_once(|| {
        tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::INFO)
            .with_writer(|| Lines)
            .init();
    });
    let here = LOGGED.with_borrow_mut(|logged| logged.get_or_insert_default().len());
    let elsewhere = ELSEWHERE.lock().unwrap().len();
    Moment { here, elsewhere }
}

/// What was logged since then: by this thread, and by those that are nobody's.
pub(crate) fn since(moment: Moment) -> String {
    let mut lines = LOGGED.with_borrow(|logged| logged.as_ref().unwrap()[moment.here..].to_vec());
    lines.extend_from_slice(&ELSEWHERE.lock().unwrap()[moment.elsewhere..]);
    String::from_utf8(lines).unwrap()
}
