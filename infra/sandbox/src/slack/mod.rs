//! Slack: the app in workspaces, with consent and Web API at `slack.com`. Incoming webhooks are in `brought`.
//!
//! At Slack it is a setting of the app whether its tokens rotate. Here it is one of the workspace, so that one app shows both.

mod channels;
mod tokens;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    call::{Call, Reply},
    pages,
    social::{
        Client, ClientAuth, Handler, Lives, Page, Person, Pkce, Prefixes, Problem, Refresh, Server,
        TokenAnswer,
    },
    state::State,
};

const HOST: &str = "slack.com";
const WEB: &str = "app.slack.com";

const CLIENT: Client = Client {
    id: "tayang-slack",
    secret: "slack-sandbox-secret",
};

pub(crate) static SLACK: Server = Server {
    name: "slack",
    page: Page {
        title: "Slack",
        mark: "S",
        colours: ["#611f69", "#7c3085"],
        heading: "Allow access to your workspace",
        request: "is requesting permission to access a Slack workspace.",
        yes: "Allow",
        no: "Cancel",
        unticks: false,
        how: "Connect with OAuth: each of these people installs the app in a workspace of their own.",
    },
    hosts: &[HOST, WEB],
    authorize: (HOST, "/oauth/v2/authorize"),
    token: None,
    revoke: None,
    clients: &[CLIENT],
    client_id: "client_id",
    client_auth: ClientAuth::Either,
    scopes: &[
        ("chat:write", "Send messages as the app"),
        (
            "chat:write.public",
            "Send messages to channels that it is not in",
        ),
        ("files:write", "Upload, edit and delete files"),
        ("channels:read", "View public channels"),
        ("groups:read", "View private channels that it is in"),
        ("channels:join", "Join public channels"),
        (
            "channels:history",
            "View messages in public channels that it is in",
        ),
        (
            "groups:history",
            "View messages in private channels that it is in",
        ),
    ],
    separator: ',',
    pkce: Pkce::Ignored,
    lives: Lives {
        code: SignedDuration::from_mins(10),
        access: None,
    },
    refresh: Refresh::None,
    prefixes: Prefixes {
        code: "",
        access: "xoxb-",
        refresh: "xoxe-1-",
    },
    answer: TokenAnswer {
        token_type: "bot",
        scope: Some(","),
        refresh_life: None,
        shape: |_, _, _, body| Value::Object(body),
    },
    denial: &[("error", "access_denied")],
    returns: |_| Vec::new(),
    fragment: None,
    refusal: refused,
    too_many,
    failure,
    people: &[
        Person {
            account: "sari",
            id: "U0SBXSARI",
            name: "Sari Wijaya",
            handle: "Sari Media",
            note: Some("several channels"),
            colours: ["#e01e5a", "#8d1339"],
        },
        Person {
            account: "bima",
            id: "U0SBXBIMA",
            name: "Bima Prasetyo",
            handle: "Bima Studio",
            note: Some("one channel"),
            colours: ["#36c5f0", "#1a6f8a"],
        },
        Person {
            account: "citra",
            id: "U0SBXCITRA",
            name: "Citra Lestari",
            handle: "Citra Arsip",
            note: Some("no channel that the app can post in"),
            colours: ["#ecb22e", "#8a6512"],
        },
        Person {
            account: "dimas",
            id: "U0SBXDIMAS",
            name: "Dimas Putra",
            handle: "Dimas Lab",
            note: Some("tokens that rotate every 12 hours"),
            colours: ["#2eb67d", "#1a6b4a"],
        },
    ],
    choices: &[],
    routes,
};

/// The id of the workspace that a person installs the app in.
fn team(account: &str) -> String {
    format!("T0SBX{}", account.to_ascii_uppercase())
}

/// The name of that workspace.
fn team_name(account: &str) -> &'static str {
    SLACK.person(account).map_or("", |person| person.handle)
}

fn rotates(account: &str) -> bool {
    account == "dimas"
}

fn routes(call: &Call) -> Option<(&'static str, Handler)> {
    let found: (&'static str, Handler) = match (
        call.host.as_str(),
        call.method.as_str(),
        call.segments().as_slice(),
    ) {
        (WEB, "GET", ["client", ..]) => ("page", |_, _, call| {
            let text = format!("Here would be {} of {}.", call.path, call.host);
            Ok(pages::notice(200, "Sandbox", &text))
        }),
        (HOST, "POST", ["api", "oauth.v2.access"]) => ("oauth.v2.access", tokens::access),
        (HOST, "GET" | "POST", ["api", method]) => match *method {
            "auth.test" => ("auth.test", tokens::test),
            "auth.revoke" => ("auth.revoke", tokens::revoke),
            "conversations.list" => ("conversations.list", channels::list),
            "conversations.info" => ("conversations.info", channels::info),
            _ => ("unknown", |_, _, _| Ok(error("unknown_method"))),
        },
        _ => return None,
    };
    Some(found)
}

/// Slack says no with status 200.
fn error(code: &str) -> Reply {
    Reply::json(200, &json!({ "ok": false, "error": code }))
}

fn refused(problem: Problem) -> Reply {
    error(match problem {
        Problem::Client => "bad_client_secret",
        Problem::GrantType => "invalid_grant_type",
        Problem::Missing("refresh_token") | Problem::Refresh => "invalid_refresh_token",
        Problem::UsedCode => "code_already_used",
        Problem::Missing(_) | Problem::UnknownCode | Problem::ExpiredCode | Problem::Verifier => {
            "invalid_code"
        }
        Problem::Redirect => "bad_redirect_uri",
        Problem::UnknownToken => "invalid_auth",
    })
}

fn too_many(resets_at: Timestamp, now: Timestamp) -> Reply {
    let seconds = resets_at.duration_since(now).as_secs().max(1);
    let body = json!({ "ok": false, "error": "ratelimited" });
    Reply::json(429, &body).with("retry-after", seconds.to_string())
}

/// The body that a bare status has.
fn failure(status: u16) -> Reply {
    Reply::json(status, &json!({ "ok": false, "error": "internal_error" }))
}

/// What the state and the call say about the workspace that a method is called in.
fn workspace(state: &State, call: &Call, scopes: &[&str]) -> Result<String, Reply> {
    let token = tokens::authorized(state, call)?;
    match scopes.iter().find(|scope| !token.allows(&[scope])) {
        None => Ok(token.person),
        Some(needed) => Err(Reply::json(
            200,
            &json!({ "ok": false, "error": "missing_scope", "needed": needed, "provided": token.scopes.join(",") }),
        )),
    }
}
