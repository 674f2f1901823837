//! Turns what a function answered into an HTTP response, as API Gateway does for payload format 2.0.

use anyhow::{Context, Result, bail};
use axum::body::Body;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;

/// The HTTP response for a function's answer; an answer that API Gateway would not understand is an error.
pub(crate) fn response(answer: &Value) -> Result<Response> {
    let Some(status) = answer["statusCode"].as_u64() else {
        // An answer without a status is itself the body.
        return plain(answer);
    };
    let status = u16::try_from(status).context("the status code is out of range")?;
    let status = StatusCode::from_u16(status)?;
    let body = body(answer)?;
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    for (name, value) in pairs(answer) {
        let name: HeaderName = name.parse()?;
        response
            .headers_mut()
            .append(name, HeaderValue::from_str(&value)?);
    }
    let cookies = answer["cookies"].as_array().into_iter().flatten();
    for cookie in cookies.filter_map(Value::as_str) {
        response
            .headers_mut()
            .append(header::SET_COOKIE, HeaderValue::from_str(cookie)?);
    }
    Ok(response)
}

/// The headers of the answer. A name in both maps counts once, with all its values.
fn pairs(answer: &Value) -> Vec<(String, String)> {
    let multiple = answer["multiValueHeaders"].as_object();
    let single = answer["headers"].as_object().into_iter().flatten();
    let is_multiple = |name: &str| multiple.is_some_and(|map| map.contains_key(name));
    let mut pairs: Vec<_> = single
        .filter(|(name, _)| !is_multiple(name))
        .map(|(name, value)| (name.clone(), text(value)))
        .collect();
    for (name, values) in multiple.into_iter().flatten() {
        let values = values.as_array().into_iter().flatten();
        pairs.extend(values.map(|value| (name.clone(), text(value))));
    }
    pairs
}

fn body(answer: &Value) -> Result<Vec<u8>> {
    match &answer["body"] {
        Value::Null => Ok(Vec::new()),
        Value::String(text) if answer["isBase64Encoded"] == true => {
            STANDARD.decode(text).context("the body is not base64")
        }
        Value::String(text) => Ok(text.clone().into_bytes()),
        _ => bail!("the body is neither text nor missing"),
    }
}

fn plain(answer: &Value) -> Result<Response> {
    let body = Body::from(text(answer));
    Ok(Response::builder()
        .header(header::CONTENT_TYPE, "application/json")
        .body(body)?)
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[tokio::test]
    async fn status_headers_cookies_and_body_are_passed_on() {
        let answer = json!({
            "statusCode": 201,
            "headers": { "content-type": "application/json", "x-one": "1" },
            "multiValueHeaders": { "content-type": ["application/json"], "vary": ["a", "b"] },
            "cookies": ["a=1; HttpOnly", "b=2"],
            "body": "{}",
            "isBase64Encoded": false,
        });
        let response = response(&answer).unwrap();
        assert_eq!(response.status(), 201);
        let all = |name: &str| -> Vec<_> {
            let values = response.headers().get_all(name).iter();
            values
                .map(|value| value.to_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(all("content-type"), ["application/json"]);
        assert_eq!(all("vary"), ["a", "b"]);
        assert_eq!(all("x-one"), ["1"]);
        assert_eq!(all("set-cookie"), ["a=1; HttpOnly", "b=2"]);
    }

    #[tokio::test]
    async fn an_encoded_body_is_decoded() {
        let answer = json!({ "statusCode": 200, "body": "//4=", "isBase64Encoded": true });
        let body = response(&answer).unwrap().into_body();
        let body = axum::body::to_bytes(body, 100).await.unwrap();
        assert_eq!(&body[..], [0xff, 0xfe]);
    }

    #[test]
    fn an_unreadable_answer_is_an_error() {
        assert!(response(&json!({ "statusCode": 200, "headers": { "x": "a\nb" } })).is_err());
        assert!(response(&json!({ "statusCode": 200, "body": { "a": 1 } })).is_err());
        assert!(response(&json!({ "statusCode": 9999 })).is_err());
    }
}
