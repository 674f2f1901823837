//! SES: SendRawEmail, in the older query protocol (a form in, XML out).

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{StatusCode, header};
use url::form_urlencoded;

use super::{AwsError, Services, request_id, unknown_operation};

const NAMESPACE: &str = "http://ses.amazonaws.com/doc/2010-12-01/";
/// SES takes mails of up to 10 MB through this operation, after encoding.
const MAX_BYTES: usize = 10 * 1024 * 1024;

pub(super) fn answer(services: &Services, body: &[u8]) -> Response {
    let form: BTreeMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
    let operation = form.get("Action").map_or("", String::as_str);
    let result = match operation {
        "SendRawEmail" => send_raw(services, &form),
        other => Err(unknown_operation("SES", other)),
    };
    match result {
        Ok(id) => xml(
            StatusCode::OK,
            &format!(
                "<SendRawEmailResponse xmlns=\"{NAMESPACE}\"><SendRawEmailResult><MessageId>{id}</MessageId></SendRawEmailResult>\
                 <ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></SendRawEmailResponse>",
                request_id()
            ),
        ),
        Err(error) => xml(
            error.status(),
            &format!(
                "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error>\
                 <RequestId>{}</RequestId></ErrorResponse>",
                error.code,
                escaped(&error.message),
                request_id()
            ),
        ),
    }
}

fn send_raw(services: &Services, form: &BTreeMap<String, String>) -> Result<String, AwsError> {
    let refused = |message: &str| AwsError::new("MessageRejected", message);
    let data = form.get("RawMessage.Data").map_or("", String::as_str);
    let raw = STANDARD
        .decode(data)
        .map_err(|_| refused("The message is not base64."))?;
    if raw.is_empty() || raw.len() > MAX_BYTES {
        return Err(refused("The message is empty or too long."));
    }
    let destinations: Vec<&str> = form
        .iter()
        .filter(|(name, _)| name.starts_with("Destinations.member."))
        .map(|(_, address)| address.as_str())
        .collect();
    let source = form.get("Source").map(String::as_str);
    services
        .mailbox
        .accept(&raw, source, &destinations)
        .map_err(|error| refused(&format!("{error:#}")))
}

fn xml(status: StatusCode, body: &str) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "text/xml")],
        body.to_owned(),
    )
        .into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
