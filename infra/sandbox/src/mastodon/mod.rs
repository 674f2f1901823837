//! Mastodon servers: `mastodon.sandbox` and every host below it, each with its own apps and tokens.

mod consent;
mod instance;
mod statuses;
mod tables;
mod text;
mod tokens;

use jiff::Timestamp;
use serde_json::{Value, json};

pub(crate) use self::tables::{ACCOUNTS, Account, Tables, account};
use crate::{
    call::{Call, Reply},
    limits::{Rule, Window},
    pages,
    state::State,
};

/// The first of the servers.
pub(crate) const HOST: &str = "mastodon.sandbox";

/// Whether the host is one of the servers.
pub(crate) fn serves(host: &str) -> bool {
    host.strip_suffix(HOST)
        .is_some_and(|name| name.is_empty() || name.ends_with('.'))
}

const CALLS: Rule = Rule {
    name: "mastodon calls",
    points: 300,
    seconds: 300,
};
const STATUSES: Rule = Rule {
    name: "mastodon statuses",
    points: 300,
    seconds: 3 * 60 * 60,
};
const DELETIONS: Rule = Rule {
    name: "mastodon deletions",
    points: 30,
    seconds: 30 * 60,
};

/// An operation: done, or refused; both are answers.
type Handler = fn(&mut State, &Call) -> Result<Reply, Reply>;

fn route(call: &Call) -> Option<(&'static str, Handler)> {
    let found: (&'static str, Handler) = match (call.method.as_str(), call.segments().as_slice()) {
        ("GET", ["api", "v2", "instance"]) => ("instance", |_, call| Ok(instance::show(call))),
        ("GET", [".well-known", "oauth-authorization-server"]) => {
            ("discovery", |_, call| Ok(instance::discovery(call)))
        }
        ("POST", ["api", "v1", "apps"]) => ("register_app", consent::register),
        ("GET", ["oauth", "authorize"]) => ("authorize", consent::ask),
        ("POST", ["oauth", "authorize"]) => ("authorize", consent::decide),
        ("POST", ["oauth", "token"]) => ("token", tokens::token),
        ("POST", ["oauth", "revoke"]) => ("revoke", tokens::revoke),
        ("GET", ["api", "v1", "accounts", "verify_credentials"]) => {
            ("verify_credentials", instance::verify_credentials)
        }
        ("POST", ["api", "v1", "statuses"]) => ("create_status", statuses::create),
        ("GET", ["api", "v1", "statuses", _]) => ("get_status", statuses::show),
        ("GET", ["api", "v1", "statuses", _, "source"]) => ("status_source", statuses::source),
        ("DELETE", ["api", "v1", "statuses", _]) => ("delete_status", statuses::delete),
        ("GET", ["api", "v1", "accounts", _, "statuses"]) => ("account_statuses", statuses::list),
        ("GET", ["avatars", _]) => ("page", |_, call| Ok(avatar(call))),
        ("GET", [] | [_] | [_, _]) => ("page", |state, call| Ok(pages::profile(state, call))),
        _ => return None,
    };
    Some(found)
}

pub(crate) fn identify(state: &State, call: &Call) -> (String, Option<String>) {
    let operation = route(call).map_or("unknown", |(name, _)| name);
    let account = call
        .bearer()
        .and_then(|token| state.mastodon.tokens.get(token))
        .map(|token| token.account.clone());
    (operation.to_owned(), account)
}

pub(crate) fn execute(state: &mut State, call: &Call) -> Reply {
    let Some((name, handler)) = route(call) else {
        return failure(404);
    };
    if matches!(name, "page" | "authorize") {
        return handler(state, call).unwrap_or_else(|refusal| refusal);
    }
    // Without a token a real server counts by address; here everybody has the same address, so the host is counted.
    let who = call
        .bearer()
        .and_then(|token| state.mastodon.tokens.get(token))
        .map_or_else(
            || call.host.clone(),
            |token| format!("{}/{}", token.host, token.account),
        );
    let mut window = state.limits.take(CALLS, &who, 1, call.now);
    let family = match name {
        "create_status" => Some(STATUSES),
        "delete_status" => Some(DELETIONS),
        _ => None,
    };
    if let Some(rule) = family.filter(|_| !window.exceeded) {
        window = state.limits.take(rule, &who, 1, call.now);
    }
    let reply = if window.exceeded {
        error(429, "Too many requests")
    } else {
        handler(state, call).unwrap_or_else(|refusal| refusal)
    };
    limited(reply, window)
}

fn limited(reply: Reply, window: Window) -> Reply {
    reply
        .with("x-ratelimit-limit", window.rule.points.to_string())
        .with("x-ratelimit-remaining", window.remaining.to_string())
        .with(
            "x-ratelimit-reset",
            window
                .resets_at
                .strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
                .to_string(),
        )
}

pub(crate) fn too_many(resets_at: Timestamp) -> Reply {
    limited(
        error(429, "Too many requests"),
        Window {
            rule: CALLS,
            remaining: 0,
            resets_at,
            exceeded: true,
        },
    )
}

/// The body that the server gives a bare status.
pub(crate) fn failure(status: u16) -> Reply {
    let text = match status {
        404 => "Not Found",
        500 => "We're sorry, but something went wrong on our end.",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "The request failed",
    };
    error(status, text)
}

pub(crate) fn revoke_token(state: &mut State, call: &Call) {
    if let Some(token) = call
        .bearer()
        .and_then(|token| state.mastodon.tokens.get_mut(token))
    {
        token.revoked = true;
    }
}

fn error(status: u16, text: &str) -> Reply {
    Reply::json(status, &json!({ "error": text }))
}

/// Times as the API writes them.
fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

fn avatar(call: &Call) -> Reply {
    match account(call.segment(1).trim_end_matches(".svg")) {
        Some(account) => pages::avatar(account.name, account.colours),
        None => failure(404),
    }
}

fn account_json(call: &Call, account: &Account, statuses: usize) -> Value {
    let base = &call.base;
    let username = account.username;
    let avatar = format!("{base}/avatars/{username}.svg");
    json!({
        "id": account.id, "username": username, "acct": username, "display_name": account.name,
        "locked": false, "bot": false, "discoverable": true, "group": false,
        "created_at": "2024-01-15T00:00:00.000Z", "note": format!("<p>{}</p>", account.note),
        "url": format!("{base}/@{username}"), "uri": format!("{base}/users/{username}"),
        "avatar": avatar, "avatar_static": avatar, "header": avatar, "header_static": avatar,
        "followers_count": 0, "following_count": 0, "statuses_count": statuses,
        "last_status_at": null, "emojis": [], "fields": [],
    })
}
