//! Cross-origin rules: API Gateway answers preflight requests itself and adds its headers to every answer.

use axum::body::Body;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use crate::template::Cors;

/// The rules of the template, or none.
#[derive(Debug)]
pub(crate) struct Policy(Option<Cors>);

impl Policy {
    /// Applies these rules.
    pub(crate) fn new(cors: Option<Cors>) -> Self {
        Self(cors)
    }

    /// The answer to a preflight request, if this is one and there are rules.
    pub(crate) fn preflight(&self, parts: &Parts) -> Option<Response> {
        let cors = self.0.as_ref()?;
        let origin = parts.headers.get(header::ORIGIN)?;
        let asks = parts
            .headers
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if parts.method != Method::OPTIONS || !asks {
            return None;
        }
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        if self.allow_origin(headers, origin) {
            insert(
                headers,
                header::ACCESS_CONTROL_ALLOW_METHODS,
                &cors.allow_methods,
            );
            insert(
                headers,
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                &cors.allow_headers,
            );
            if let Some(age) = cors.max_age {
                insert(headers, header::ACCESS_CONTROL_MAX_AGE, &[age.to_string()]);
            }
        }
        Some(response)
    }

    /// Adds the headers of an ordinary cross-origin answer.
    pub(crate) fn apply(&self, headers: &mut HeaderMap, origin: &HeaderValue) {
        if let Some(cors) = &self.0
            && self.allow_origin(headers, origin)
        {
            insert(
                headers,
                header::ACCESS_CONTROL_EXPOSE_HEADERS,
                &cors.expose_headers,
            );
        }
    }

    fn allow_origin(&self, headers: &mut HeaderMap, origin: &HeaderValue) -> bool {
        let Some(cors) = &self.0 else { return false };
        let any = cors.allow_origins.iter().any(|allowed| allowed == "*");
        let named = cors
            .allow_origins
            .iter()
            .any(|allowed| allowed.as_bytes() == origin.as_bytes());
        if !any && !named {
            return false;
        }
        let value = if any {
            HeaderValue::from_static("*")
        } else {
            origin.clone()
        };
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
        if cors.allow_credentials {
            let yes = HeaderValue::from_static("true");
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
        }
        true
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, values: &[String]) {
    if let Ok(value) = HeaderValue::from_str(&values.join(","))
        && !values.is_empty()
    {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_origins_are_allowed() {
        let policy = Policy::new(Some(Cors {
            allow_origins: vec!["https://a.example".to_owned()],
            allow_methods: vec!["GET".to_owned(), "POST".to_owned()],
            max_age: Some(60),
            ..Cors::default()
        }));
        let preflight = |origin: &str| {
            let request = http::Request::options("/posts")
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "POST");
            policy.preflight(&request.body(()).unwrap().into_parts().0)
        };
        let allowed = preflight("https://a.example").unwrap();
        assert_eq!(allowed.status(), 204);
        assert_eq!(
            allowed.headers()["access-control-allow-origin"],
            "https://a.example"
        );
        assert_eq!(
            allowed.headers()["access-control-allow-methods"],
            "GET,POST"
        );
        assert_eq!(allowed.headers()["access-control-max-age"], "60");
        assert!(preflight("https://b.example").unwrap().headers().is_empty());
    }

    #[test]
    fn without_rules_a_preflight_is_an_ordinary_request() {
        let request = http::Request::options("/posts")
            .header("Origin", "https://a.example")
            .header("Access-Control-Request-Method", "POST");
        let parts = request.body(()).unwrap().into_parts().0;
        assert!(Policy::new(None).preflight(&parts).is_none());
    }
}
