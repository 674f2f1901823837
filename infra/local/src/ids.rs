//! Ids as AWS gives them.

use app::random;
use jiff::Timestamp;
use uuid::{Builder, Uuid};

/// A random id.
pub(crate) fn random() -> Uuid {
    Builder::from_random_bytes(random::bytes()).into_uuid()
}

/// An id that sorts by time.
pub(crate) fn ordered(now: Timestamp) -> Uuid {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
    Builder::from_unix_timestamp_millis(millis, &random::bytes()).into_uuid()
}
