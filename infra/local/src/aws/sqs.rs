//! SQS: send, receive, delete and count messages.

use std::sync::Arc;

use anyhow::Result;
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::{AwsError, Services, md5_hex, unknown_operation};
use crate::queues::{Queue, system_attributes};

/// Largest message, and largest batch of them: 1 MiB.
const MAX_BYTES: usize = 1024 * 1024;
const MAX_DELAY: i64 = 900;
const MAX_HIDDEN: i64 = 43_200;
const MAX_BATCH: usize = 10;

pub(super) fn answer(
    services: &Services,
    operation: &str,
    input: &Value,
) -> Result<Value, AwsError> {
    let queue = queue(services, input)?;
    match operation {
        "SendMessage" => send(queue, input),
        "SendMessageBatch" => send_batch(queue, input),
        "ReceiveMessage" => receive(queue, input),
        "DeleteMessage" => delete(queue, input),
        "GetQueueAttributes" => Ok(attributes(queue)),
        other => Err(unknown_operation("AmazonSQS", other)),
    }
}

/// The code of an error in the protocol that SQS had before, for errors where it differs.
pub(super) fn older_code(code: &str) -> Option<&'static str> {
    Some(match code.strip_prefix("com.amazonaws.sqs#")? {
        "QueueDoesNotExist" => "AWS.SimpleQueueService.NonExistentQueue;Sender",
        "EmptyBatchRequest" => "AWS.SimpleQueueService.EmptyBatchRequest;Sender",
        "TooManyEntriesInBatchRequest" => {
            "AWS.SimpleQueueService.TooManyEntriesInBatchRequest;Sender"
        }
        "BatchEntryIdsNotDistinct" => "AWS.SimpleQueueService.BatchEntryIdsNotDistinct;Sender",
        "BatchRequestTooLong" => "AWS.SimpleQueueService.BatchRequestTooLong;Sender",
        "UnsupportedOperation" => "AWS.SimpleQueueService.UnsupportedOperation;Sender",
        _ => return None,
    })
}

fn queue<'a>(services: &'a Services, input: &Value) -> Result<&'a Arc<Queue>, AwsError> {
    let url = input["QueueUrl"].as_str().unwrap_or_default();
    let name = url.rsplit('/').next().unwrap_or_default();
    services.queues.by_name(name).ok_or_else(|| {
        let message = "The specified queue does not exist.";
        AwsError::new("com.amazonaws.sqs#QueueDoesNotExist", message)
    })
}

fn send(queue: &Queue, input: &Value) -> Result<Value, AwsError> {
    let body = input["MessageBody"].as_str().unwrap_or_default();
    if body.is_empty() || body.len() > MAX_BYTES {
        let message = "A message must have between 1 byte and 1 MiB.";
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    if !body.chars().all(is_allowed) {
        let message = "The message contains characters that are not allowed.";
        return Err(AwsError::new(
            "com.amazonaws.sqs#InvalidMessageContents",
            message,
        ));
    }
    let has_attributes = |name: &str| input[name].as_object().is_some_and(|map| !map.is_empty());
    if has_attributes("MessageAttributes") || has_attributes("MessageSystemAttributes") {
        let message = "Local mode does not keep message attributes.";
        return Err(AwsError::new(
            "com.amazonaws.sqs#UnsupportedOperation",
            message,
        ));
    }
    let delay = seconds(input, "DelaySeconds", MAX_DELAY)?.unwrap_or_default();
    let group = input["MessageGroupId"].as_str();
    let id = queue
        .send(body, delay, group)
        .map_err(|error| AwsError::internal(&error))?;
    Ok(json!({ "MessageId": id, "MD5OfMessageBody": md5_hex(body.as_bytes()) }))
}

fn send_batch(queue: &Queue, input: &Value) -> Result<Value, AwsError> {
    let entries = input["Entries"].as_array().map_or(&[][..], Vec::as_slice);
    let id = |entry: &Value| entry["Id"].as_str().unwrap_or_default().to_owned();
    let distinct: std::collections::BTreeSet<_> = entries.iter().map(id).collect();
    let bytes = entries
        .iter()
        .filter_map(|entry| entry["MessageBody"].as_str())
        .map(str::len);
    if entries.is_empty() {
        let message = "There should be at least one entry in the request.";
        return Err(AwsError::new(
            "com.amazonaws.sqs#EmptyBatchRequest",
            message,
        ));
    }
    if entries.len() > MAX_BATCH {
        let message = "A batch has at most ten entries.";
        return Err(AwsError::new(
            "com.amazonaws.sqs#TooManyEntriesInBatchRequest",
            message,
        ));
    }
    if distinct.len() < entries.len() {
        let message = "Two entries of the batch have the same id.";
        return Err(AwsError::new(
            "com.amazonaws.sqs#BatchEntryIdsNotDistinct",
            message,
        ));
    }
    if bytes.sum::<usize>() > MAX_BYTES {
        let message = "A batch has at most 1 MiB.";
        return Err(AwsError::new(
            "com.amazonaws.sqs#BatchRequestTooLong",
            message,
        ));
    }
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in entries {
        match send(queue, entry) {
            Ok(mut sent) => {
                sent["Id"] = id(entry).into();
                successful.push(sent);
            }
            Err(error) => failed.push(json!({
                "Id": id(entry),
                "Code": error.code,
                "Message": error.message,
                "SenderFault": error.status().is_client_error(),
            })),
        }
    }
    Ok(json!({ "Successful": successful, "Failed": failed }))
}

fn receive(queue: &Queue, input: &Value) -> Result<Value, AwsError> {
    let limit = input["MaxNumberOfMessages"].as_u64().unwrap_or(1);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if !(1..=MAX_BATCH).contains(&limit) {
        let message = "MaxNumberOfMessages must be between 1 and 10.";
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    let hidden = seconds(input, "VisibilityTimeout", MAX_HIDDEN)?;
    let messages = queue
        .receive(limit, hidden)
        .map_err(|error| AwsError::internal(&error))?;
    let messages = messages.iter().map(|message| {
        json!({
            "MessageId": message.id,
            "ReceiptHandle": message.receipt_handle(),
            "Body": message.body,
            "MD5OfBody": md5_hex(message.body.as_bytes()),
            "Attributes": requested(input, &system_attributes(message)),
        })
    });
    Ok(json!({ "Messages": messages.collect::<Vec<_>>() }))
}

fn delete(queue: &Queue, input: &Value) -> Result<Value, AwsError> {
    let handle = input["ReceiptHandle"].as_str().unwrap_or_default();
    if !handle.contains('#') {
        let message = "The input receipt handle is invalid.";
        return Err(AwsError::new(
            "com.amazonaws.sqs#ReceiptHandleIsInvalid",
            message,
        ));
    }
    queue
        .delete(handle)
        .map_err(|error| AwsError::internal(&error))?;
    Ok(json!({}))
}

fn attributes(queue: &Queue) -> Value {
    let (visible, hidden, delayed) = queue.counts();
    let definition = queue.definition();
    json!({ "Attributes": {
        "ApproximateNumberOfMessages": visible.to_string(),
        "ApproximateNumberOfMessagesNotVisible": hidden.to_string(),
        "ApproximateNumberOfMessagesDelayed": delayed.to_string(),
        "VisibilityTimeout": definition.visibility.as_secs().to_string(),
        "MessageRetentionPeriod": definition.retention.as_secs().to_string(),
    } })
}

/// The attributes that the caller asked for, by their present or their older parameter.
fn requested(input: &Value, attributes: &Value) -> Map<String, Value> {
    let names = ["MessageSystemAttributeNames", "AttributeNames"];
    let names = names.iter().filter_map(|name| input[*name].as_array());
    let names: Vec<_> = names.flatten().filter_map(Value::as_str).collect();
    let attributes = attributes.as_object().into_iter().flatten();
    attributes
        .filter(|(name, _)| names.contains(&"All") || names.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn seconds(input: &Value, name: &str, max: i64) -> Result<Option<SignedDuration>, AwsError> {
    match input[name].as_i64() {
        None => Ok(None),
        Some(seconds) if (0..=max).contains(&seconds) => {
            Ok(Some(SignedDuration::from_secs(seconds)))
        }
        Some(seconds) => {
            let message = format!(
                "Value {seconds} for parameter {name} is invalid. Reason: {name} must be >= 0 and <= {max}."
            );
            Err(AwsError::new("InvalidParameterValue", message))
        }
    }
}

/// The characters that SQS documents as allowed: those of XML 1.0.
fn is_allowed(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
