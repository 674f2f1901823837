//! Serving a request to a platform: identify it, let a fault strike, carry it out, answer.

use std::{collections::BTreeMap, io, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State as Shared},
    http::{HeaderMap, HeaderName, Response, Uri, header},
};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    Sandbox,
    call::{Call, Reply},
    faults::{Effect, Target},
    pages,
    platform::Platform,
    state::{Late, Received, State},
};

/// The largest body that is read: more than any upload limit of the platforms.
pub(crate) const BODY_LIMIT: usize = 60 * 1024 * 1024;

/// Where the client reached the sandbox, as a browser would write it.
pub(crate) fn origin(headers: &HeaderMap) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost");
    format!("http://{host}")
}

pub(crate) async fn serve(Shared(sandbox): Shared<Sandbox>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return Reply::json(413, &json!({ "error": "too large" })).into_response();
    };
    let Some((platform, host, path)) = address(&parts.uri) else {
        return pages::missing().into_response();
    };
    let call = Call {
        method: parts.method,
        base: format!("{}/{host}", origin(&parts.headers)),
        host,
        path,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
        now: sandbox.now(),
        unlisted_until: None,
        flaw: None,
    };
    let answer = {
        let mut state = sandbox.state();
        let answer = answer(&mut state, platform, call);
        // A change is durable before anybody can learn of it.
        state.save().map(|()| answer)
    };
    match answer {
        Ok(answer) => deliver(answer).await,
        Err(error) => unwritable(&error).into_response(),
    }
}

fn unwritable(error: &io::Error) -> Reply {
    tracing::error!(%error, "the sandbox cannot write its state");
    Reply::json(
        500,
        &json!({ "error": "the sandbox cannot write its state" }),
    )
}

/// Splits `/mastodon.sandbox/api/v1/statuses` into the platform, its host and the path there.
fn address(uri: &Uri) -> Option<(Platform, String, String)> {
    let (host, path) = uri
        .path()
        .trim_start_matches('/')
        .split_once('/')
        .unwrap_or((uri.path().trim_start_matches('/'), ""));
    Some((Platform::of(host)?, host.to_owned(), format!("/{path}")))
}

/// What goes back on the connection, and when.
struct Answer {
    /// Nothing means that the connection is dropped.
    reply: Option<Reply>,
    delay: Duration,
}

async fn deliver(answer: Answer) -> Response<Body> {
    if !answer.delay.is_zero() {
        #[expect(
            clippy::disallowed_methods,
            reason = "a client's timeout runs in real time"
        )]
        tokio::time::sleep(answer.delay).await;
    }
    match answer.reply {
        Some(reply) => reply.into_response(),
        // A body that fails before its first byte makes the server close the connection without a status line.
        None => Response::new(Body::from_stream(futures::stream::once(async {
            Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionReset))
        }))),
    }
}

fn answer(state: &mut State, platform: Platform, mut call: Call) -> Answer {
    let (operation, account) = platform.identify(state, &call);
    let body = String::from_utf8_lossy(&call.body).into_owned();
    let target = Target {
        operation: &operation,
        host: &call.host,
        account: account.as_deref(),
        body: &body,
    };
    let effect = state.faults.strike(&target);
    let mut executed = true;
    let mut delay = Duration::ZERO;
    let reply = match &effect {
        None => Some(platform.execute(state, &call)),
        Some(Effect::FailBeforeExec { status }) => {
            executed = false;
            status.map(|status| platform.failure(status))
        }
        Some(Effect::ExecThen500) => {
            platform.execute(state, &call);
            Some(platform.failure(500))
        }
        Some(Effect::ExecThenReset) => {
            platform.execute(state, &call);
            None
        }
        Some(Effect::ExecThenAnswer { status, body }) => {
            platform.execute(state, &call);
            Some(scripted(*status, body))
        }
        Some(Effect::Timeout { executes, delay_ms }) => {
            delay = Duration::from_millis(*delay_ms);
            executed = *executes;
            Some(if executed {
                platform.execute(state, &call)
            } else {
                platform.failure(504)
            })
        }
        Some(Effect::ExecLate { after_seconds }) => {
            executed = false;
            let due = later(call.now, *after_seconds);
            state.late.push(Late {
                due,
                call: Call {
                    now: due,
                    ..call.clone()
                },
            });
            None
        }
        Some(Effect::ListLag { seconds }) => {
            call.unlisted_until = Some(later(call.now, *seconds));
            Some(platform.execute(state, &call))
        }
        Some(Effect::Reject { status, body }) => {
            executed = false;
            Some(scripted(*status, body))
        }
        Some(Effect::TooManyRequests { reset_seconds }) => {
            executed = false;
            Some(platform.too_many(later(call.now, *reset_seconds), call.now))
        }
        Some(Effect::RevokeToken) => {
            platform.revoke(state, &call);
            Some(platform.execute(state, &call))
        }
        Some(Effect::FlawedIdToken(flaw)) => {
            call.flaw = Some(flaw.clone());
            Some(platform.execute(state, &call))
        }
    };
    if operation != "page" {
        state.log(Received {
            at: call.now,
            platform: platform.name().to_owned(),
            host: call.host.clone(),
            operation,
            account,
            method: call.method.to_string(),
            path: call.path.clone(),
            query: call.query.clone(),
            headers: readable(&call.headers),
            body,
            fault: effect.map(|effect| format!("{effect:?}")),
            executed,
            status: reply.as_ref().map(|reply| reply.status),
        });
    }
    Answer { reply, delay }
}

/// Carries out the calls that were put off until now.
pub(crate) fn run_late(state: &mut State, now: Timestamp) {
    while let Some(place) = state.late.iter().position(|late| late.due <= now) {
        let call = state.late.remove(place).call;
        if let Some(platform) = Platform::of(&call.host) {
            platform.execute(state, &call);
        }
        if let Err(error) = state.save() {
            tracing::error!(%error, "the sandbox cannot write its state");
        }
    }
}

fn later(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(now)
}

fn scripted(status: u16, body: &Value) -> Reply {
    if body.is_null() {
        Reply::new(status, "application/json; charset=utf-8", "")
    } else {
        Reply::json(status, body)
    }
}

fn readable(headers: &HeaderMap) -> BTreeMap<String, String> {
    let secret = |name: &HeaderName| *name == header::AUTHORIZATION || *name == header::COOKIE;
    headers
        .iter()
        .filter(|(name, _)| !secret(name))
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect()
}
