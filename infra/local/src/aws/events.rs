//! EventBridge: PutEvents.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{AwsError, Services, unknown_operation};
use crate::bus::Put;

const MAX_ENTRIES: usize = 10;
const MAX_BYTES: usize = 1024 * 1024;

pub(super) fn answer(
    services: &Services,
    operation: &str,
    input: &Value,
) -> Result<Value, AwsError> {
    if operation != "PutEvents" {
        return Err(unknown_operation("AWSEvents", operation));
    }
    let entries = input["Entries"].as_array().map_or(&[][..], Vec::as_slice);
    if !(1..=MAX_ENTRIES).contains(&entries.len()) {
        let message = "PutEvents takes between 1 and 10 entries.";
        return Err(AwsError::new("ValidationException", message));
    }
    if input.to_string().len() > MAX_BYTES {
        let message = "Total size of the entries in the request is over the limit.";
        return Err(AwsError::new("ValidationException", message));
    }
    let results: Vec<_> = entries
        .iter()
        .map(|entry| put(services, entry).unwrap_or_else(|error| refusal(&error)))
        .collect();
    let failed = results
        .iter()
        .filter(|result| result.get("ErrorCode").is_some());
    Ok(json!({ "FailedEntryCount": failed.count(), "Entries": results }))
}

fn put(services: &Services, entry: &Value) -> Result<Value, AwsError> {
    let text = |name: &str| entry[name].as_str().unwrap_or_default();
    let (source, detail_type) = (text("Source"), text("DetailType"));
    if source.is_empty() || detail_type.is_empty() {
        let message = "Source and DetailType are required.";
        return Err(AwsError::new("InvalidArgument", message));
    }
    let detail: Value = serde_json::from_str(text("Detail"))
        .map_err(|_| AwsError::new("MalformedDetail", "Detail is malformed."))?;
    if !detail.is_object() {
        return Err(AwsError::new("MalformedDetail", "Detail is malformed."));
    }
    let given = entry["Time"].as_f64().and_then(|seconds| {
        let seconds = jiff::SignedDuration::try_from_secs_f64(seconds).ok()?;
        Timestamp::from_duration(seconds).ok()
    });
    let put = Put {
        bus: entry["EventBusName"].as_str().unwrap_or("default"),
        source,
        detail_type,
        detail,
        time: given.unwrap_or_else(|| services.bell.clock().now()),
    };
    match services.buses.put(&put) {
        Ok(id) => Ok(json!({ "EventId": id })),
        Err(error) => Err(AwsError::internal(&error)),
    }
}

fn refusal(error: &AwsError) -> Value {
    json!({ "ErrorCode": error.code, "ErrorMessage": error.message })
}
