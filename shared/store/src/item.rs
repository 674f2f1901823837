//! Items: a key, a `type`, and what serde makes of a private struct.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result, corrupt};
use crate::keys::Key;

pub(crate) type Item = HashMap<String, AttributeValue>;

/// The attribute that DynamoDB's time to live looks at. Whoever needs the time checks it himself: deletion may take days.
pub(crate) const EXPIRES_AT: &str = "expires_at";

pub(crate) fn to_item<T: Serialize>(key: &Key, kind: &str, body: &T) -> Result<Item> {
    let mut item: Item = serde_dynamo::to_item(body)
        .map_err(|error| Error::Failed(format!("a {kind} cannot be stored: {error}")))?;
    // An absent attribute and an empty one are the same here, and only the absent one can be left out of an index.
    item.retain(|_, value| !matches!(value, AttributeValue::Null(_)));
    item.extend(key.attributes());
    item.insert("type".into(), AttributeValue::S(kind.into()));
    Ok(item)
}

pub(crate) fn from_item<T: DeserializeOwned>(kind: &str, item: Item) -> Result<T> {
    serde_dynamo::from_item(item).map_err(|error| corrupt(kind, error))
}

pub(crate) fn parse<T: std::str::FromStr>(kind: &str, value: &str) -> Result<T>
where
    T::Err: std::fmt::Display,
{
    value.parse().map_err(|error| corrupt(kind, error))
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn flag(value: bool) -> AttributeValue {
    AttributeValue::Bool(value)
}

pub(crate) fn seconds(duration: SignedDuration) -> i64 {
    duration.as_secs()
}

pub(crate) fn with_expiry(mut item: Item, at: Timestamp) -> Item {
    item.insert(EXPIRES_AT.into(), number(at.as_second()));
    item
}

/// How many items a query is to read, as DynamoDB takes it.
pub(crate) fn page_size(limit: usize) -> i32 {
    i32::try_from(limit).unwrap_or(i32::MAX)
}
