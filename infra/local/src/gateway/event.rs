//! Builds the event that API Gateway (HTTP API, payload format 2.0) gives to a function.

use std::collections::BTreeMap;
use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::request::Parts;
use http::{HeaderMap, header};
use jiff::Timestamp;
use serde_json::{Value, json};
use url::form_urlencoded;

/// What the gateway knows of a request besides the request itself.
pub(crate) struct Arrival<'a> {
    /// Key of the route, e.g. `GET /posts/{postId}`.
    pub route: &'a str,
    /// Path parameters, decoded.
    pub parameters: BTreeMap<String, String>,
    /// Address of the client.
    pub source: IpAddr,
    /// Id of the request.
    pub id: String,
    /// When it arrived.
    pub at: Timestamp,
    /// Account that the API is in.
    pub account: &'a str,
}

/// The event for a request.
pub(crate) fn event(parts: &Parts, body: &[u8], arrival: &Arrival<'_>) -> Value {
    let path = parts.uri.path();
    let query = parts.uri.query().unwrap_or_default();
    let headers = headers(&parts.headers, arrival.source);
    let host = headers.get("host").cloned().unwrap_or_default();
    let user_agent = headers.get("user-agent").cloned().unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": arrival.route,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": arrival.account,
            "apiId": "local",
            "domainName": host,
            "domainPrefix": "local",
            "http": {
                "method": parts.method.as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": arrival.source.to_string(),
                "userAgent": user_agent,
            },
            "requestId": arrival.id,
            "routeKey": arrival.route,
            "stage": "$default",
            "time": arrival.at.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": arrival.at.as_millisecond(),
        },
        "isBase64Encoded": false,
    });
    let cookies = cookies(&parts.headers);
    if !cookies.is_empty() {
        event["cookies"] = cookies.into();
    }
    let parameters = query_parameters(query);
    if !parameters.is_empty() {
        event["queryStringParameters"] = json!(parameters);
    }
    if !arrival.parameters.is_empty() {
        event["pathParameters"] = json!(arrival.parameters);
    }
    if !body.is_empty() {
        match std::str::from_utf8(body) {
            Ok(text) if is_text(&parts.headers) => event["body"] = text.into(),
            _ => {
                event["body"] = STANDARD.encode(body).into();
                event["isBase64Encoded"] = true.into();
            }
        }
    }
    event
}

/// Header names in lower case, several values joined with commas, and what the gateway adds.
fn headers(headers: &HeaderMap, source: IpAddr) -> BTreeMap<String, String> {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers {
        if matches!(
            *name,
            header::COOKIE | header::CONNECTION | header::TRANSFER_ENCODING
        ) {
            continue;
        }
        let value = String::from_utf8_lossy(value.as_bytes());
        append(&mut joined, name.as_str(), &value);
    }
    append(&mut joined, "x-forwarded-for", &source.to_string());
    joined.insert("x-forwarded-proto".to_owned(), "http".to_owned());
    joined
}

fn append(joined: &mut BTreeMap<String, String>, name: &str, value: &str) {
    let values = joined.entry(name.to_owned()).or_default();
    if !values.is_empty() {
        values.push(',');
    }
    values.push_str(value);
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::COOKIE).into_iter();
    let values = values.filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split("; "))
        .map(str::to_owned)
        .collect()
}

fn query_parameters(query: &str) -> BTreeMap<String, String> {
    let mut joined = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        append(&mut joined, &name, &value);
    }
    joined
}

/// API Gateway passes these types on as they are and encodes all others, forms included.
fn is_text(headers: &HeaderMap) -> bool {
    if headers.contains_key(header::CONTENT_ENCODING) {
        return false;
    }
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return true;
    };
    let kind = value.to_str().unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let kind = kind.to_ascii_lowercase();
    kind.starts_with("text/")
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
        || matches!(
            kind.as_str(),
            "application/json" | "application/xml" | "application/javascript"
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::RequestExt;

    fn built(request: http::Request<&[u8]>) -> Value {
        let (parts, body) = request.into_parts();
        let arrival = Arrival {
            route: "POST /teams/{teamId}/accounts",
            parameters: BTreeMap::from([("teamId".to_owned(), "a/b c".to_owned())]),
            source: [127, 0, 0, 1].into(),
            id: "request-1".to_owned(),
            at: "2026-03-01T02:03:04.5Z".parse().unwrap(),
            account: "000000000000",
        };
        event(&parts, body, &arrival)
    }

    fn request() -> http::request::Builder {
        http::Request::post("/teams/a%2Fb%20c/accounts?tag=a&tag=b%20c&empty=")
            .header("Host", "127.0.0.1:3000")
            .header("User-Agent", "probe")
            .header("X-Twice", "1")
            .header("X-Twice", "2")
            .header("Cookie", "a=1; b=2")
            .header("X-Forwarded-For", "192.0.2.1")
    }

    #[test]
    fn the_event_has_the_form_of_payload_2() {
        let request = request().header("Content-Type", "application/json");
        let event = built(request.body(br#"{"a":1}"#.as_slice()).unwrap());
        assert_eq!(event["rawPath"], "/teams/a%2Fb%20c/accounts");
        assert_eq!(event["rawQueryString"], "tag=a&tag=b%20c&empty=");
        assert_eq!(
            event["queryStringParameters"],
            json!({ "tag": "a,b c", "empty": "" })
        );
        assert_eq!(event["pathParameters"], json!({ "teamId": "a/b c" }));
        assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
        assert_eq!(event["headers"]["x-twice"], "1,2");
        assert_eq!(event["headers"]["x-forwarded-for"], "192.0.2.1,127.0.0.1");
        assert_eq!(event["headers"].get("cookie"), None);
        assert_eq!(event["body"], r#"{"a":1}"#);
        let context = &event["requestContext"];
        assert_eq!(context["http"]["sourceIp"], "127.0.0.1");
        assert_eq!(context["http"]["userAgent"], "probe");
        assert_eq!(context["time"], "01/Mar/2026:02:03:04 +0000");
        assert_eq!(context["timeEpoch"], 1_772_330_584_500_i64);
    }

    #[test]
    fn lambda_http_reads_the_event() {
        let request = request().header("Content-Type", "application/json");
        let event = built(request.body(br#"{"a":1}"#.as_slice()).unwrap());
        let read = lambda_http::request::from_str(&event.to_string()).unwrap();
        assert_eq!(read.method(), "POST");
        assert_eq!(read.raw_http_path(), "/teams/a%2Fb%20c/accounts");
        assert_eq!(read.path_parameters().first("teamId"), Some("a/b c"));
        assert_eq!(
            read.query_string_parameters().all("tag"),
            Some(vec!["a", "b c"])
        );
        assert_eq!(read.headers()["cookie"], "a=1; b=2");
        assert_eq!(read.body().as_ref(), br#"{"a":1}"#);
    }

    #[test]
    fn bodies_that_are_not_text_are_encoded() {
        let form = request().header("Content-Type", "application/x-www-form-urlencoded");
        let event = built(form.body(b"a=1".as_slice()).unwrap());
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!("YT0x"), &json!(true))
        );
        let binary = request().header("Content-Type", "text/plain");
        let event = built(binary.body([0xff, 0xfe].as_slice()).unwrap());
        assert_eq!(event["isBase64Encoded"], true);
        let read = lambda_http::request::from_str(&event.to_string()).unwrap();
        assert_eq!(read.body().as_ref(), [0xff, 0xfe]);
    }

    #[test]
    fn a_request_without_body_has_none() {
        let event = built(request().body(b"".as_slice()).unwrap());
        assert_eq!(event.get("body"), None);
    }
}
