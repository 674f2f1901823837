//! Reading a request: typed values, or an error that says which one is wrong.

use std::str::FromStr;

use anyhow::Context;
use domain::{Device, Locale, Place};
use http::header::{
    ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, COOKIE, IF_MATCH, USER_AGENT,
};
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt as _};
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::error::{Error, FieldError, Result};

/// The most bytes that the body of a request may have.
pub const BODY_MAX_BYTES: usize = 256 * 1024;

/// Typed access to the parts of a request.
pub trait RequestExt {
    /// A path parameter. An id that is not one is answered like an id that nothing has.
    fn path<T: FromStr>(&self, name: &str) -> Result<T>;
    /// The query string as `T`, which refuses unknown parameters itself.
    fn query<T: DeserializeOwned>(&self) -> Result<T>;
    /// The JSON body as `T`, which refuses unknown fields itself.
    fn json<T: DeserializeOwned>(&self) -> Result<T>;
    /// The bearer token.
    fn bearer(&self) -> Result<&str>;
    /// The id that the gateway gave the request.
    fn request_id(&self) -> String;
    /// The value of a cookie (RFC 6265); the first of several with one name.
    fn cookie(&self, name: &str) -> Option<&str>;
    /// The network that the request came from, as the gateway saw it: no header says so.
    fn place(&self) -> Result<Place>;
    /// Which program sent the request, by its own words, and where from.
    fn device(&self) -> Result<Device>;
    /// Whether the client is a program that reads JSON, and not a browser that shows pages.
    fn wants_json(&self) -> bool;
    /// The language that the client asks for.
    fn locale(&self) -> Locale;
    /// Refuses a change to another revision than the one that the client has seen, if it says which (RFC 9110, 13.1.1).
    fn if_match(&self, revision: impl Into<u64>) -> Result<()>;
}

impl RequestExt for Request {
    fn path<T: FromStr>(&self, name: &str) -> Result<T> {
        self.path_parameters()
            .first(name)
            .and_then(|value| value.parse().ok())
            .ok_or_else(|| Error::NotFound(format!("{{{name}}}")))
    }

    fn query<T: DeserializeOwned>(&self) -> Result<T> {
        let parser = serde_urlencoded::Deserializer::new(form_urlencoded::parse(
            self.uri().query().unwrap_or_default().as_bytes(),
        ));
        serde_path_to_error::deserialize(parser).map_err(|error| {
            let path = error.path().to_string();
            Error::Invalid(vec![field_error(
                "?",
                &path,
                &error.into_inner().to_string(),
            )])
        })
    }

    fn json<T: DeserializeOwned>(&self) -> Result<T> {
        let body: &[u8] = self.body();
        if body.len() > BODY_MAX_BYTES {
            return Err(Error::TooLarge(BODY_MAX_BYTES));
        }
        let content_type = self
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Error::UnsupportedMedia);
        }
        // An array would be taken for an object whose fields stand in order.
        if body.trim_ascii_start().starts_with(b"[") && is_json(body) {
            return Err(Error::invalid("/", NO_OBJECT));
        }
        let mut parser = serde_json::Deserializer::from_slice(body);
        let value = serde_path_to_error::deserialize(&mut parser).map_err(|error| {
            let path = error.path().to_string();
            let inner = error.into_inner();
            // What no type can hold (half a surrogate pair, 1e400, a number for a choice) counts as bad syntax, JSON though it is.
            if inner.is_data() || is_json(body) {
                Error::Invalid(vec![field_error("/", &path, &inner.to_string())])
            } else {
                Error::Unreadable(format!("the body is not JSON: {inner}"))
            }
        })?;
        parser.end().map_err(|error| {
            Error::Unreadable(format!("the body is not one JSON value: {error}"))
        })?;
        Ok(value)
    }

    fn bearer(&self) -> Result<&str> {
        let missing =
            Error::Unauthenticated("send an access token in the header Authorization: Bearer …");
        let header = self
            .headers()
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let (scheme, token) = header
            .and_then(|value| value.split_once(' '))
            .ok_or(missing)?;
        if scheme.eq_ignore_ascii_case("bearer") {
            Ok(token.trim())
        } else {
            Err(Error::Unauthenticated(
                "the scheme of the header Authorization must be Bearer",
            ))
        }
    }

    fn request_id(&self) -> String {
        match self.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => {
                context.request_id.clone().unwrap_or_default()
            }
            _ => String::new(),
        }
    }

    fn cookie(&self, name: &str) -> Option<&str> {
        self.headers()
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .find(|(named, _)| *named == name)
            .map(|(_, value)| value)
    }

    fn place(&self) -> Result<Place> {
        let address = match self.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
            _ => None,
        };
        let address = address.context("the gateway did not say where the request came from")?;
        let address = address
            .parse()
            .with_context(|| format!("{address} is not an IP address"))?;
        Ok(Place::of(address))
    }

    fn device(&self) -> Result<Device> {
        let agent = self.headers().get(USER_AGENT);
        let agent = agent.and_then(|agent| agent.to_str().ok());
        Ok(Device::new(agent, self.place()?))
    }

    fn wants_json(&self) -> bool {
        self.headers()
            .get(ACCEPT)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|accept| accept.contains("json"))
    }

    fn locale(&self) -> Locale {
        let languages = self.headers().get(ACCEPT_LANGUAGE);
        Locale::accepted(
            languages
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default(),
        )
    }

    fn if_match(&self, revision: impl Into<u64>) -> Result<()> {
        let mut seen = self.headers().get_all(IF_MATCH).iter().peekable();
        if seen.peek().is_none() {
            return Ok(());
        }
        let tag = format!("\"{}\"", revision.into());
        let matches = seen
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|value| value.trim() == tag || value.trim() == "*");
        if matches { Ok(()) } else { Err(Error::Stale) }
    }
}

const NO_OBJECT: &str = "must be an object";

/// Whether the bytes are one JSON value, whatever it says.
fn is_json(body: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(body).is_ok()
}

/// Turns serde's words into a place and a sentence. For missing and unknown fields serde names the field in the message only.
fn field_error(root: &str, path: &str, message: &str) -> FieldError {
    let message = message.split(" at line ").next().unwrap_or(message);
    let mut parts: Vec<&str> = path
        .split(['.', '['])
        .map(|part| part.trim_end_matches(']'))
        .filter(|part| !part.is_empty() && *part != "?")
        .collect();
    let named = |prefix: &str| {
        message
            .strip_prefix(prefix)
            .and_then(|rest| rest.split('`').next())
    };
    let mut detail = message.to_owned();
    if let Some(field) = named("missing field `") {
        parts.push(field);
        "is missing".clone_into(&mut detail);
    } else if let Some(field) = named("duplicate field `") {
        parts.push(field);
        "stands there twice".clone_into(&mut detail);
    } else if let Some(field) = named("unknown field `") {
        if parts.last() != Some(&field) {
            parts.push(field);
        }
        let known = message.split("expected ").nth(1).unwrap_or("no fields");
        detail = format!(
            "is not a field of this request; known: {}",
            known.trim_start_matches("one of ")
        );
    } else if message.contains("expected struct ") {
        NO_OBJECT.clone_into(&mut detail);
    } else if message == "expected value" {
        "is of a type that cannot stand here".clone_into(&mut detail);
    }
    let place: Vec<String> = parts
        .iter()
        .map(|part| part.replace('~', "~0").replace('/', "~1"))
        .collect();
    FieldError {
        pointer: format!("{root}{}", place.join("/")),
        detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambda_http::Body;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the errors matter")]
    struct Sample {
        name: domain::TeamName,
        ids: Vec<u8>,
        nested: Option<Box<Sample>>,
    }

    fn post(body: impl Into<Body>, content_type: &str) -> Request {
        http::Request::builder()
            .header(CONTENT_TYPE, content_type)
            .body(body.into())
            .unwrap()
    }

    fn pointer(body: &str) -> String {
        match post(body, "application/json").json::<Sample>() {
            Err(Error::Invalid(errors)) => errors[0].pointer.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_error_points_at_the_field_that_is_wrong() {
        assert_eq!(pointer("{}"), "/name");
        assert_eq!(pointer(r#"{"name":"a","ids":[1],"x":1}"#), "/x");
        assert_eq!(pointer(r#"{"name":"a","ids":[1,"2"]}"#), "/ids/1");
        assert_eq!(pointer(r#"{"name":" ","ids":[]}"#), "/name");
        assert_eq!(pointer(r#"{"name":"a","name":"b","ids":[]}"#), "/name");
        assert_eq!(
            pointer(r#"{"name":"a","ids":[],"nested":{"name":"b"}}"#),
            "/nested/ids"
        );
        assert_eq!(pointer(r#"{"name":5,"ids":[]}"#), "/name");
        assert_eq!(pointer("[]"), "/");
        assert_eq!(pointer(r#"["a",[1],null]"#), "/");
        assert_eq!(pointer(r#"{"name":"a","ids":[1e400]}"#), "/ids/0");
        assert_eq!(pointer(r#"{"name":"\ud800","ids":[]}"#), "/name");
    }

    #[test]
    fn what_is_not_json_is_unreadable_not_invalid() {
        for body in ["", "{", "{} {}", "nonsense", "\u{0}"] {
            let result = post(body, "application/json").json::<serde_json::Value>();
            assert!(
                matches!(result, Err(Error::Unreadable(_))),
                "{body:?}: {result:?}"
            );
        }
        assert!(matches!(
            post("{}", "text/plain").json::<Sample>(),
            Err(Error::UnsupportedMedia)
        ));
        assert!(matches!(
            post(vec![b' '; BODY_MAX_BYTES + 1], "application/json").json::<Sample>(),
            Err(Error::TooLarge(_))
        ));
        let deep = "[".repeat(10_000);
        assert!(matches!(
            post(deep, "application/json").json::<serde_json::Value>(),
            Err(Error::Unreadable(_))
        ));
    }

    #[test]
    fn a_query_parameter_that_is_wrong_is_named() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "only the errors matter")]
        struct Query {
            limit: Option<u8>,
        }
        let request = |query: &str| {
            http::Request::builder()
                .uri(format!("https://a.example/x?{query}"))
                .body(Body::Empty)
                .unwrap()
        };
        assert!(request("limit=5").query::<Query>().is_ok());
        for (query, expected) in [
            ("limit=x", "?limit"),
            ("limit=5&limit=6", "?limit"),
            ("other=1", "?other"),
        ] {
            match request(query).query::<Query>() {
                Err(Error::Invalid(errors)) => {
                    assert_eq!(errors[0].pointer, expected, "{errors:?}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}
