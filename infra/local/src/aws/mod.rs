//! One loopback server that answers the few AWS operations that functions call through the AWS SDK.

mod events;
mod rights;
mod s3;
mod secrets;
mod sent;
mod ses;
mod sqs;

use std::fmt::Write;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use md5::{Digest, Md5};
use serde_json::{Value, json};

use crate::bell::Bell;
use crate::bus::Buses;
use crate::ids;
use crate::mailbox::Mailbox;
use crate::objects::Objects;
use crate::queues::Queues;

pub(crate) use rights::{ADMINISTRATOR, Rights};
pub(crate) use secrets::Secrets;
pub(crate) use sent::Sent;

/// What the operations work on.
pub(crate) struct Services {
    /// SQS.
    pub queues: Arc<Queues>,
    /// Who may do what.
    pub rights: Rights,
    /// EventBridge.
    pub buses: Buses,
    /// Secrets Manager.
    pub secrets: Secrets,
    /// S3.
    pub objects: Arc<Objects>,
    /// SES.
    pub mailbox: Mailbox,
    /// Where the embedded DynamoDB listens.
    pub dynamodb_url: String,
    /// Passes requests on to it.
    pub client: reqwest::Client,
    /// Rung when a table may have changed.
    pub bell: Bell,
    /// What was put on queues and buses.
    pub sent: Sent,
}

/// An error as AWS words it.
#[derive(Debug)]
struct AwsError {
    code: &'static str,
    message: String,
}

impl AwsError {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, message }
    }

    fn internal(error: &anyhow::Error) -> Self {
        tracing::error!(%error, "an AWS operation failed");
        Self::new("InternalFailure", error.to_string())
    }

    fn status(&self) -> StatusCode {
        if self.code == "InternalFailure" {
            StatusCode::INTERNAL_SERVER_ERROR
        } else {
            StatusCode::BAD_REQUEST
        }
    }
}

/// Largest request that any of the services takes: 16 MB, DynamoDB's limit.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// The server's routes: but for S3, AWS tells operations apart by a header or a form field, not by path.
pub(crate) fn router(services: Arc<Services>) -> Router {
    Router::new()
        .fallback(answer)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .merge(s3::router())
        .with_state(services)
}

async fn answer(
    State(services): State<Arc<Services>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let target = headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok());
    let (service, operation) = target
        .and_then(|target| target.split_once('.'))
        .unwrap_or_default();
    let allowed = services.rights.check(&headers, service, operation, &body);
    if let Err(error) = allowed {
        return json_error(&error);
    }
    services.sent.keep(operation, &body);
    match service {
        "DynamoDB_20120810" => dynamodb(&services, &headers, operation, body).await,
        "AmazonSQS" => json_answer(&body, |input| sqs::answer(&services, operation, input)),
        "AWSEvents" => json_answer(&body, |input| events::answer(&services, operation, input)),
        "secretsmanager" => json_answer(&body, |input| {
            secrets::answer(&services.secrets, operation, input)
        }),
        "" => ses::answer(&services, &body),
        other => {
            let error = unknown_operation(other, operation);
            json_error(&error)
        }
    }
}

async fn dynamodb(
    services: &Services,
    headers: &HeaderMap,
    operation: &str,
    body: Bytes,
) -> Response {
    let mut request = services.client.post(&services.dynamodb_url).body(body);
    for (name, value) in headers {
        if !matches!(
            *name,
            header::HOST | header::CONTENT_LENGTH | header::CONNECTION
        ) {
            request = request.header(name, value);
        }
    }
    let answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) => return json_error(&AwsError::internal(&error.into())),
    };
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = match answer.bytes().await {
        Ok(body) => body,
        Err(error) => return json_error(&AwsError::internal(&error.into())),
    };
    if status.is_success() && !is_read(operation) {
        services.bell.ring();
    }
    let mut response = (status, body).into_response();
    for (name, value) in &headers {
        if !matches!(*name, header::CONTENT_LENGTH | header::TRANSFER_ENCODING) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

fn is_read(operation: &str) -> bool {
    let reads = [
        "Get",
        "BatchGet",
        "Query",
        "Scan",
        "Describe",
        "List",
        "TransactGet",
    ];
    reads.iter().any(|read| operation.starts_with(read))
}

fn json_answer(body: &[u8], operation: impl FnOnce(&Value) -> Result<Value, AwsError>) -> Response {
    let result = serde_json::from_slice(body)
        .map_err(|error| AwsError::new("SerializationException", error.to_string()))
        .and_then(|input| operation(&input));
    match result {
        Ok(output) => (
            [
                (
                    header::CONTENT_TYPE,
                    "application/x-amz-json-1.1".to_owned(),
                ),
                (
                    header::HeaderName::from_static("x-amzn-requestid"),
                    request_id(),
                ),
            ],
            output.to_string(),
        )
            .into_response(),
        Err(error) => json_error(&error),
    }
}

fn json_error(error: &AwsError) -> Response {
    let body = json!({ "__type": error.code, "message": error.message });
    let mut response = (
        error.status(),
        [(header::CONTENT_TYPE, "application/x-amz-json-1.1")],
        body.to_string(),
    )
        .into_response();
    // SDKs know some errors of SQS by the codes of its older protocol.
    if let Some(code) = sqs::older_code(error.code) {
        let value = HeaderValue::from_static(code);
        response.headers_mut().insert("x-amzn-query-error", value);
    }
    response
}

fn unknown_operation(service: &str, operation: &str) -> AwsError {
    let message = format!("local mode does not know {service}.{operation}");
    AwsError::new("UnknownOperationException", message)
}

fn request_id() -> String {
    ids::random().to_string()
}

/// The MD5 digest that SQS gives with every message, in hexadecimal.
pub(crate) fn md5_hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(32);
    for byte in Md5::digest(bytes) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
