//! Forms by which browsers upload: what is posted must be exactly what the policy says that was signed.

use std::collections::BTreeMap;

use app::media::signature::{ALGORITHM, sign};
use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use serde_json::Value;

use super::Services;
use super::refusal::Refusal;
use crate::aws::ADMINISTRATOR;

/// What a form contains: its fields, by their names in small letters, and the file.
struct Form {
    fields: BTreeMap<String, String>,
    file: Bytes,
}

/// Takes an upload.
pub(super) fn take(
    services: &Services,
    bucket: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Response, Refusal> {
    let form = Form::parse(headers, body)?;
    let caller = form.caller()?;
    form.fits(bucket, services.objects.now())?;
    let key = form.field("key")?;
    services.may(&caller, "PutObject", &format!("{bucket}/{key}"))?;
    let kind = form.fields.get("content-type").cloned();
    let kind = kind.unwrap_or_else(|| "binary/octet-stream".to_owned());
    let kept = BTreeMap::from([("content-type".to_owned(), kind)]);
    let object = services.objects.put(bucket, key, kept, form.file.clone())?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    super::insert(
        response.headers_mut(),
        "etag",
        &format!("\"{}\"", object.etag),
    );
    Ok(response)
}

impl Form {
    fn field(&self, name: &str) -> Result<&str, Refusal> {
        let field = self.fields.get(name).map(String::as_str);
        field.ok_or_else(|| {
            let message = format!("Bucket POST must contain a field named '{name}'.");
            Refusal::invalid("InvalidArgument", &message)
        })
    }

    /// Who signed the policy.
    fn caller(&self) -> Result<String, Refusal> {
        let policy = self.fields.get("policy").ok_or_else(Refusal::denied)?;
        let credential = self.field("x-amz-credential")?;
        let (caller, scope) = credential.split_once('/').ok_or_else(Refusal::denied)?;
        let is_known = self.field("x-amz-algorithm")? == ALGORITHM;
        if !is_known || sign(ADMINISTRATOR, scope, policy) != self.field("x-amz-signature")? {
            return Err(Refusal::signature());
        }
        Ok(caller.to_owned())
    }

    /// Holds the form to its policy.
    fn fits(&self, bucket: &str, now: Timestamp) -> Result<(), Refusal> {
        let unreadable = || Refusal::invalid("InvalidPolicyDocument", "Invalid Policy.");
        let policy = STANDARD.decode(self.field("policy")?);
        let policy = policy
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok());
        let policy: Value = policy.ok_or_else(unreadable)?;
        let until = policy["expiration"].as_str().and_then(|at| at.parse().ok());
        if now > until.ok_or_else(unreadable)? {
            let message = "Invalid according to Policy: Policy expired.";
            return Err(Refusal::forbidden(message));
        }
        let mut named = vec!["policy", "x-amz-signature"];
        let conditions = policy["conditions"].as_array().ok_or_else(unreadable)?;
        for condition in conditions {
            let (name, wanted) = match condition {
                Value::Array(parts) if parts[0] == "content-length-range" => {
                    self.has_length(&parts[1], &parts[2])?;
                    continue;
                }
                Value::Array(parts) if parts[0] == "eq" => {
                    let name = parts[1].as_str().unwrap_or_default();
                    (name.trim_start_matches('$'), &parts[2])
                }
                Value::Object(fields) => {
                    let (name, wanted) = fields.iter().next().ok_or_else(unreadable)?;
                    (name.as_str(), wanted)
                }
                _ => return Err(unreadable()),
            };
            let name = name.to_lowercase();
            let given = if name == "bucket" {
                Some(bucket)
            } else {
                self.fields.get(&name).map(String::as_str)
            };
            if given != wanted.as_str() {
                return Err(Refusal::forbidden(format!(
                    "Invalid according to Policy: Policy Condition failed: {condition}"
                )));
            }
            named.extend(
                self.fields
                    .keys()
                    .map(String::as_str)
                    .find(|it| *it == name),
            );
        }
        let mut extra = self
            .fields
            .keys()
            .filter(|name| !named.contains(&name.as_str()) && !name.starts_with("x-ignore-"));
        match extra.next() {
            Some(name) => Err(Refusal::forbidden(format!(
                "Invalid according to Policy: Extra input fields: {name}"
            ))),
            None => Ok(()),
        }
    }

    fn has_length(&self, least: &Value, most: &Value) -> Result<(), Refusal> {
        let length = Some(self.file.len() as u64);
        if length < least.as_u64() {
            let message = "Your proposed upload is smaller than the minimum allowed size";
            return Err(Refusal::invalid("EntityTooSmall", message));
        }
        if length > most.as_u64() {
            let message = "Your proposed upload exceeds the maximum allowed size";
            return Err(Refusal::invalid("EntityTooLarge", message));
        }
        Ok(())
    }

    /// Takes `multipart/form-data` apart (RFC 7578). What follows the file does not count.
    fn parse(headers: &HeaderMap, body: &Bytes) -> Result<Self, Refusal> {
        let malformed = || {
            let message = "The body of your POST request is not well-formed multipart/form-data.";
            Refusal::invalid("MalformedPOSTRequest", message)
        };
        let kind = headers.get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let boundary = kind.split_once("boundary=").map(|(_, boundary)| boundary);
        let boundary = boundary.ok_or_else(malformed)?.trim_matches('"');
        let (begin, end) = (format!("--{boundary}\r\n"), format!("\r\n--{boundary}"));
        let mut at = find(body, begin.as_bytes()).ok_or_else(malformed)? + begin.len();
        let mut fields = BTreeMap::new();
        loop {
            let rest = body.get(at..).ok_or_else(malformed)?;
            let head = find(rest, b"\r\n\r\n").ok_or_else(malformed)?;
            let length = find(&rest[head + 4..], end.as_bytes()).ok_or_else(malformed)?;
            let name = name(&rest[..head]).ok_or_else(malformed)?;
            let (from, to) = (at + head + 4, at + head + 4 + length);
            if name == "file" {
                let file = body.slice(from..to);
                return Ok(Self { fields, file });
            }
            let value = String::from_utf8_lossy(&body[from..to]).into_owned();
            fields.insert(name, value);
            // Behind the boundary and the end of its line.
            at = to + end.len() + 2;
        }
    }
}

/// The name that a part's head gives it.
fn name(head: &[u8]) -> Option<String> {
    let head = std::str::from_utf8(head).ok()?;
    let (_, rest) = head.split_once(" name=\"")?;
    Some(rest.split('"').next()?.to_lowercase())
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    let first = *part.first()?;
    let mut from = 0;
    loop {
        let rest = text.get(from..)?;
        let at = from + rest.iter().position(|byte| *byte == first)?;
        if text[at..].starts_with(part) {
            return Some(at);
        }
        from = at + 1;
    }
}
