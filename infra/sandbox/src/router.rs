//! The HTTP face: platforms under `/{host}/…`, pages for people, and switches for tests under `/_…`.

use axum::{
    Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, Path, State as Shared},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
    middleware,
    routing::{get, post},
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Sandbox,
    faults::Fault,
    pages,
    serving::{BODY_LIMIT, origin, serve},
    state::{Executed, Mail, Received},
};

pub(crate) fn router(sandbox: Sandbox) -> Router {
    Router::new()
        .route("/health", get(|| async { Json(json!({ "status": "ok" })) }))
        .route("/", get(timeline_page))
        .route("/timeline.json", get(timeline))
        .route("/outbox", get(outbox_page))
        .route("/outbox.json", get(outbox))
        .route("/accounts", get(accounts_page))
        .route("/_assets/{name}", get(asset))
        .route(
            "/_faults",
            post(add_faults).get(list_faults).delete(clear_faults),
        )
        .route("/_mails", post(deliver_mail))
        .route("/_executed", get(executed))
        .route("/_requests", get(requests))
        .route("/_settings", post(settings))
        .fallback(serve)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::map_response_with_state(sandbox.clone(), dated))
        .with_state(sandbox)
}

/// Dates every answer by the sandbox's clock: clients measure the reset times of rate limits against it.
async fn dated(Shared(sandbox): Shared<Sandbox>, mut response: Response<Body>) -> Response<Body> {
    let date = sandbox
        .now()
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string();
    if let Ok(date) = HeaderValue::from_str(&date) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

async fn timeline_page(Shared(sandbox): Shared<Sandbox>) -> Response<Body> {
    pages::timeline(&sandbox.state()).into_response()
}

async fn outbox_page(Shared(sandbox): Shared<Sandbox>) -> Response<Body> {
    pages::outbox(&sandbox.state()).into_response()
}

async fn accounts_page(Shared(sandbox): Shared<Sandbox>) -> Response<Body> {
    drop(sandbox.state());
    pages::accounts().into_response()
}

async fn asset(Path(name): Path<String>) -> Response<Body> {
    pages::asset(&name).into_response()
}

async fn timeline(Shared(sandbox): Shared<Sandbox>, headers: HeaderMap) -> Json<Vec<Value>> {
    let origin = origin(&headers);
    let state = sandbox.state();
    let shown = state
        .posts
        .iter()
        .rev()
        .map(|(_, post)| post)
        .filter(|post| !post.deleted);
    Json(
        shown
            .map(|post| {
                let Executed {
                    platform,
                    host,
                    account,
                    id,
                    at,
                    ..
                } = &post.executed;
                json!({
                    "platform": platform, "host": host, "account": account, "id": id,
                    "url": format!("{origin}{}", post.path), "text": post.text, "published_at": at,
                })
            })
            .collect(),
    )
}

async fn outbox(Shared(sandbox): Shared<Sandbox>) -> Json<Vec<Mail>> {
    let mut mails = sandbox.mails();
    mails.reverse();
    Json(mails)
}

async fn executed(Shared(sandbox): Shared<Sandbox>) -> Json<Vec<Executed>> {
    Json(sandbox.executed())
}

async fn requests(Shared(sandbox): Shared<Sandbox>) -> Json<Vec<Received>> {
    Json(sandbox.requests())
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<Fault>),
    One(Fault),
}

async fn add_faults(Shared(sandbox): Shared<Sandbox>, body: Bytes) -> (StatusCode, Json<Value>) {
    let faults = match serde_json::from_slice::<OneOrMany>(&body) {
        Ok(OneOrMany::Many(faults)) => faults,
        Ok(OneOrMany::One(fault)) => vec![fault],
        Err(_) => {
            let reason = serde_json::from_slice::<Fault>(&body)
                .err()
                .map(|error| error.to_string());
            return (
                StatusCode::UNPROCESSABLE_ENTITY,
                Json(json!({ "error": reason })),
            );
        }
    };
    let added = faults.len();
    for fault in faults {
        sandbox.script(fault);
    }
    (StatusCode::OK, Json(json!({ "added": added })))
}

async fn list_faults(Shared(sandbox): Shared<Sandbox>) -> Json<Vec<Fault>> {
    Json(sandbox.state().faults.waiting().to_vec())
}

async fn clear_faults(Shared(sandbox): Shared<Sandbox>) -> StatusCode {
    sandbox.clear_faults();
    StatusCode::NO_CONTENT
}

async fn deliver_mail(
    Shared(sandbox): Shared<Sandbox>,
    Json(mail): Json<Mail>,
) -> Result<StatusCode, StatusCode> {
    match sandbox.deliver_mail(mail) {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error) => {
            tracing::error!(%error, "the sandbox cannot write its state");
            Err(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    enforce_limits: bool,
}

async fn settings(Shared(sandbox): Shared<Sandbox>, Json(settings): Json<Settings>) -> StatusCode {
    sandbox.enforce_limits(settings.enforce_limits);
    StatusCode::NO_CONTENT
}
