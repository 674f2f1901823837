//! Cursors of lists: sealed, so that a client can neither read nor make one, and bound to the list they belong to.

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::seal::SealingKey;

/// How long a cursor can be used.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24);

#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    expires: i64,
    position: T,
}

/// Seals a position in the list that `context` names (its route, caller and filters).
pub fn seal<T: Serialize>(
    key: &SealingKey,
    position: &T,
    context: &str,
    now: Timestamp,
) -> Result<String> {
    let envelope = Envelope {
        expires: (now + LIFETIME).as_second(),
        position,
    };
    Ok(key.seal(
        &serde_json::to_vec(&envelope).map_err(anyhow::Error::from)?,
        context,
    ))
}

/// Opens a cursor that `seal` made for the same list.
pub fn open<T: DeserializeOwned>(
    key: &SealingKey,
    cursor: &str,
    context: &str,
    now: Timestamp,
) -> Result<T> {
    let unusable = || {
        Error::invalid(
            "?cursor",
            "is not a cursor of this list, or is too old: begin again without one",
        )
    };
    let plain = key.open(cursor, context).map_err(|_| unusable())?;
    let envelope: Envelope<T> = serde_json::from_slice(&plain).map_err(|_| unusable())?;
    if envelope.expires < now.as_second() {
        Err(unusable())
    } else {
        Ok(envelope.position)
    }
}
