//! The HTTP API: takes requests as API Gateway does and lets functions answer them.

mod cors;
mod event;
mod response;
mod routes;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, Request, StatusCode, header};
use jiff::SignedDuration;
use serde_json::json;

use self::cors::Policy;
use self::event::Arrival;
use self::routes::{Route, Routes};
use crate::bell::Bell;
use crate::ids;
use crate::invoker::{Deployed, Failed, Invoker};
use crate::template::{Cors, Trigger};

/// Largest request that API Gateway takes.
const MAX_BODY: usize = 10 * 1024 * 1024;
/// Largest event that Lambda takes.
const MAX_EVENT: usize = 6 * 1024 * 1024;
/// API Gateway waits no longer than this for a function.
const MAX_WAIT: SignedDuration = SignedDuration::from_secs(30);

/// The API of the template.
pub(crate) struct Gateway {
    routes: Routes<Deployed>,
    cors: Policy,
    invoker: Arc<Invoker>,
    bell: Bell,
    account: String,
}

impl Gateway {
    /// Collects the routes of the functions.
    pub(crate) fn new(
        functions: &[Deployed],
        cors: Option<Cors>,
        invoker: Arc<Invoker>,
        bell: Bell,
        account: &str,
    ) -> Self {
        let routes = functions.iter().flat_map(|function| {
            let triggers = function.definition.triggers.iter();
            triggers.filter_map(|trigger| match trigger {
                Trigger::Http { method, path } => Some(Route {
                    method: method.clone(),
                    path: path.clone(),
                    target: function.clone(),
                }),
                _ => None,
            })
        });
        Self {
            routes: Routes::new(routes.collect()),
            cors: Policy::new(cors),
            invoker,
            bell,
            account: account.to_owned(),
        }
    }

    /// The server's single entry: all routing is the template's.
    pub(crate) fn router(self) -> Router {
        Router::new().fallback(answer).with_state(Arc::new(self))
    }

    async fn answer(&self, source: SocketAddr, request: Request<Body>) -> Response {
        let (parts, body) = request.into_parts();
        if let Some(preflight) = self.cors.preflight(&parts) {
            return preflight;
        }
        let origin = parts.headers.get(header::ORIGIN).cloned();
        let id = ids::random().to_string();
        let Some(found) = self.routes.find(parts.method.as_str(), parts.uri.path()) else {
            return self.finish(message(StatusCode::NOT_FOUND, "Not Found"), origin, &id);
        };
        let Ok(body) = axum::body::to_bytes(body, MAX_BODY).await else {
            let too_large = StatusCode::PAYLOAD_TOO_LARGE;
            return self.finish(message(too_large, "Request Entity Too Large"), origin, &id);
        };
        let route = found.route.key();
        let event = event::event(
            &parts,
            &body,
            &Arrival {
                route: &route,
                parameters: found.parameters,
                source: source.ip(),
                id: id.clone(),
                at: self.bell.clock().now(),
                account: &self.account,
            },
        );
        let response = self.invoke(&found.route.target, event).await;
        self.finish(response, origin, &id)
    }

    async fn invoke(&self, function: &Deployed, event: serde_json::Value) -> Response {
        if event["body"]
            .as_str()
            .is_some_and(|body| body.len() > MAX_EVENT)
        {
            return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        }
        let slot = self.invoker.slot(function.name());
        let mut listener = self.bell.listen();
        let give_up = self.bell.clock().now() + MAX_WAIT;
        let invocation = self.invoker.invoke(&slot, function, event);
        tokio::pin!(invocation);
        let result = loop {
            tokio::select! {
                biased;
                result = &mut invocation => break Some(result),
                () = listener.wait(Some(give_up)) => if self.bell.clock().now() >= give_up {
                    break None;
                },
            }
        };
        match result {
            Some(Ok(answer)) => response::response(&answer).unwrap_or_else(|error| {
                tracing::error!(function = function.name(), %error, "an answer cannot be understood");
                message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            }),
            Some(Err(Failed::Error(_))) => {
                message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            }
            Some(Err(Failed::TimedOut)) | None => {
                message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
            }
        }
    }

    fn finish(&self, mut response: Response, origin: Option<HeaderValue>, id: &str) -> Response {
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::from_str(id) {
            headers.insert(HeaderName::from_static("apigw-requestid"), id);
        }
        if let Some(origin) = origin {
            self.cors.apply(headers, &origin);
        }
        response
    }
}

async fn answer(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(source): ConnectInfo<SocketAddr>,
    request: Request<Body>,
) -> Response {
    gateway.answer(source, request).await
}

fn message(status: StatusCode, text: &str) -> Response {
    let body = json!({ "message": text }).to_string();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
