//! Cursors of lists: sealed, so that a client can neither read nor make one, and bound to the list they belong to.

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::respond::Page;
use crate::App;
use crate::error::{Error, Result};
use crate::seal::SealingKey;

/// How long a cursor can be used.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24);

#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    expires: i64,
    position: T,
}

/// Where a page begins: after the position in the cursor, or at the beginning without one.
/// `context` names the list: its route, the caller and the filters.
pub async fn begin<T>(app: &App, cursor: Option<&str>, context: &str) -> Result<Option<T>>
where
    T: DeserializeOwned,
{
    let Some(cursor) = cursor else {
        return Ok(None);
    };
    open(&app.cursor_key().await?, cursor, context, app.now()).map(Some)
}

/// A cursor for what comes after `position`, where that is known otherwise than by reading one item further.
pub async fn after<T: Serialize>(app: &App, position: &T, context: &str) -> Result<String> {
    seal(&app.cursor_key().await?, position, context, app.now())
}

/// Makes a page of a list that was read one item further than `limit`: that one tells whether there is a next page.
pub async fn page<T, P, V>(
    app: &App,
    mut items: Vec<T>,
    limit: usize,
    context: &str,
    position: impl Fn(&T) -> P,
    view: impl Fn(&T) -> V,
) -> Result<Page<V>>
where
    P: Serialize,
{
    let more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = match items.last().filter(|_| more) {
        Some(last) => Some(after(app, &position(last), context).await?),
        None => None,
    };
    Ok(Page {
        items: items.iter().map(view).collect(),
        next_cursor,
    })
}

/// A cursor that stands behind a position in the list that `context` names.
pub async fn at<T: Serialize>(app: &App, position: &T, context: &str) -> Result<String> {
    seal(&app.cursor_key().await?, position, context, app.now())
}

/// Seals a position in the list that `context` names.
fn seal<T: Serialize>(
    key: &SealingKey,
    position: &T,
    context: &str,
    now: Timestamp,
) -> Result<String> {
    let envelope = Envelope {
        expires: (now + LIFETIME).as_second(),
        position,
    };
    let json = serde_json::to_vec(&envelope).map_err(anyhow::Error::from)?;
    Ok(key.seal(&json, context))
}

/// Opens a cursor that `seal` made for the same list.
fn open<T: DeserializeOwned>(
    key: &SealingKey,
    cursor: &str,
    context: &str,
    now: Timestamp,
) -> Result<T> {
    let unusable = || {
        let detail = "is not a cursor of this list, or is too old: begin again without one";
        Error::invalid("?cursor", detail)
    };
    let plain = key.open(cursor, context).map_err(|_| unusable())?;
    let envelope: Envelope<T> = serde_json::from_slice(&plain).map_err(|_| unusable())?;
    if envelope.expires < now.as_second() {
        return Err(unusable());
    }
    Ok(envelope.position)
}
