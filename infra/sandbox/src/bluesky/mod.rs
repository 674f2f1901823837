//! Bluesky: one personal data server at `bluesky.sandbox`, with its pages.

mod identity;
mod record;
mod repo;
mod session;
mod tables;
mod write;

use jiff::Timestamp;
use serde_json::json;

pub(crate) use self::tables::{ACCOUNTS, Account, Tables, account};
use crate::{
    call::{Call, Reply},
    limits::{Rule, Window},
    pages,
    state::State,
};

/// The host of the server.
pub(crate) const HOST: &str = "bluesky.sandbox";

const CALLS: Rule = Rule {
    name: "bluesky calls",
    points: 3_000,
    seconds: 300,
};
const LOGINS: Rule = Rule {
    name: "bluesky logins",
    points: 30,
    seconds: 300,
};
const LOGINS_A_DAY: Rule = Rule {
    name: "bluesky logins a day",
    points: 300,
    seconds: 86_400,
};
const WRITES: Rule = Rule {
    name: "bluesky writes",
    points: 5_000,
    seconds: 3_600,
};
const WRITES_A_DAY: Rule = Rule {
    name: "bluesky writes a day",
    points: 35_000,
    seconds: 86_400,
};

/// An operation: done, or refused; both are answers.
type Handler = fn(&mut State, &Call) -> Result<Reply, Reply>;

/// The HTTP method of an XRPC call, what it does and what it costs in write points.
fn method(nsid: &str) -> Option<(&'static str, Handler, u32)> {
    let found: (&'static str, Handler, u32) = match nsid {
        "com.atproto.server.describeServer" => ("GET", |_, _| Ok(identity::describe_server()), 0),
        "com.atproto.server.createSession" => ("POST", session::create, 0),
        "com.atproto.server.refreshSession" => ("POST", session::refresh, 0),
        "com.atproto.server.getSession" => ("GET", session::show, 0),
        "com.atproto.server.deleteSession" => ("POST", session::delete, 0),
        "com.atproto.identity.resolveHandle" => ("GET", identity::resolve_handle, 0),
        "app.bsky.actor.getProfile" => ("GET", identity::profile, 0),
        "com.atproto.repo.describeRepo" => ("GET", identity::describe_repo, 0),
        "com.atproto.repo.createRecord" => ("POST", repo::create, 3),
        "com.atproto.repo.putRecord" => ("POST", repo::put, 2),
        "com.atproto.repo.deleteRecord" => ("POST", repo::delete, 1),
        "com.atproto.repo.getRecord" => ("GET", repo::get, 0),
        "com.atproto.repo.listRecords" => ("GET", repo::list, 0),
        _ => return None,
    };
    Some(found)
}

fn nsid(call: &Call) -> Option<&str> {
    call.path.strip_prefix("/xrpc/")
}

pub(crate) fn identify(state: &State, call: &Call) -> (String, Option<String>) {
    let operation = nsid(call).unwrap_or("page").to_owned();
    let account = call
        .bearer()
        .and_then(|token| state.bluesky.tokens.get(token))
        .and_then(|token| account(&token.did));
    (operation, account.map(|account| account.handle.to_owned()))
}

pub(crate) fn execute(state: &mut State, call: &Call) -> Reply {
    let Some(nsid) = nsid(call) else {
        return page(state, call);
    };
    let Some((verb, handler, points)) = method(nsid) else {
        return error(501, "MethodNotImplemented", "Method Not Implemented");
    };
    if call.method.as_str() != verb {
        return error(
            405,
            "InvalidRequest",
            &format!("Incorrect HTTP method ({}) expected {verb}", call.method),
        );
    }
    let identifier = call
        .fields()
        .get("identifier")
        .and_then(|value| account(value.as_str()?))
        .map(|account| account.did.to_owned());
    let who = call
        .bearer()
        .and_then(|token| state.bluesky.tokens.get(token))
        .map(|token| token.did.clone())
        .or(identifier);
    // Without a token a real server counts by address; here everybody has the same address.
    let who = who.unwrap_or_else(|| call.host.clone());
    let mut rules = vec![(CALLS, 1)];
    if nsid == "com.atproto.server.createSession" {
        rules.extend([(LOGINS, 1), (LOGINS_A_DAY, 1)]);
    }
    if points > 0 {
        rules.extend([(WRITES, points), (WRITES_A_DAY, points)]);
    }
    let windows: Vec<Window> = rules
        .into_iter()
        .map(|(rule, points)| state.limits.take(rule, &who, points, call.now))
        .collect();
    // The headers tell of the tightest window only.
    let tightest = windows
        .iter()
        .min_by_key(|window| (!window.exceeded, window.remaining))
        .copied();
    let reply = match tightest {
        Some(window) if window.exceeded => return too_many_in(window),
        _ => handler(state, call).unwrap_or_else(|refusal| refusal),
    };
    match tightest {
        Some(window) => limited(reply, window),
        None => reply,
    }
}

fn page(state: &State, call: &Call) -> Reply {
    match (call.method.as_str(), call.segments().as_slice()) {
        ("GET", ["avatars", file]) => match ACCOUNTS
            .iter()
            .find(|account| account.name_in_urls() == file.trim_end_matches(".svg"))
        {
            Some(account) => pages::avatar(account.name, account.colours),
            None => pages::missing(),
        },
        ("GET", ["profile", ..] | []) => pages::profile(state, call),
        _ => error(404, "NotFound", "Not Found"),
    }
}

fn limited(reply: Reply, window: Window) -> Reply {
    reply
        .with("ratelimit-limit", window.rule.points.to_string())
        .with("ratelimit-remaining", window.remaining.to_string())
        .with("ratelimit-reset", window.resets_at.as_second().to_string())
        .with(
            "ratelimit-policy",
            format!("{};w={}", window.rule.points, window.rule.seconds),
        )
}

fn too_many_in(window: Window) -> Reply {
    limited(
        error(429, "RateLimitExceeded", "Rate Limit Exceeded"),
        window,
    )
}

pub(crate) fn too_many(resets_at: Timestamp) -> Reply {
    too_many_in(Window {
        rule: CALLS,
        remaining: 0,
        resets_at,
        exceeded: true,
    })
}

/// The body that the server gives a bare status.
pub(crate) fn failure(status: u16) -> Reply {
    match status {
        502 => error(status, "UpstreamFailure", "Upstream Failure"),
        503 => error(status, "NotEnoughResources", "Not Enough Resources"),
        504 => error(status, "UpstreamTimeout", "Upstream Timeout"),
        _ => error(status, "InternalServerError", "Internal Server Error"),
    }
}

pub(crate) fn revoke_token(state: &mut State, call: &Call) {
    if let Some(token) = call.bearer() {
        session::revoke(state, token);
    }
}

fn error(status: u16, name: &str, message: &str) -> Reply {
    Reply::json(status, &json!({ "error": name, "message": message }))
}

fn invalid(message: &str) -> Reply {
    error(400, "InvalidRequest", message)
}
