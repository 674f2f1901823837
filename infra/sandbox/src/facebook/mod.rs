//! Sign-in with Facebook: the dialog at `www.facebook.com` and the Graph API at `graph.facebook.com`.

mod dialog;
mod graph;
mod tables;

use jiff::Timestamp;
use serde_json::json;

pub(crate) use self::tables::{PEOPLE, Person, Tables};
use self::tables::{grant_of, person, token_of};
use crate::{
    call::{Call, Reply},
    pages,
    state::State,
};

/// Where people are sent to.
pub(crate) const DIALOG_HOST: &str = "www.facebook.com";
/// Where applications ask.
const GRAPH_HOST: &str = "graph.facebook.com";

/// Whether the host is one of Facebook's.
pub(crate) fn serves(host: &str) -> bool {
    matches!(host, DIALOG_HOST | GRAPH_HOST)
}

/// The dialog's path there.
pub(crate) const DIALOG_PATH: &str = "/v26.0/dialog/oauth";

const VERSION: &str = "v26.0";
const APP_ID: &str = "1000000000000001";
const APP_SECRET: &str = "facebook-sandbox-secret";

/// An operation: done, or refused; both are answers.
type Handler = fn(&mut State, &Call) -> Result<Reply, Reply>;

fn route(call: &Call) -> Option<(&'static str, Handler)> {
    let segments = call.segments();
    let found: (&'static str, Handler) = match (
        call.host.as_str(),
        call.method.as_str(),
        segments.as_slice(),
    ) {
        (DIALOG_HOST, "GET", [VERSION, "dialog", "oauth"]) => {
            ("dialog", |_, call| dialog::ask(call))
        }
        (DIALOG_HOST, "POST", [VERSION, "dialog", "oauth"]) => ("dialog", dialog::decide),
        (GRAPH_HOST, "GET" | "POST", [VERSION, "oauth", "access_token"]) => {
            ("access_token", graph::exchange)
        }
        (GRAPH_HOST, "GET", [VERSION, "me"]) => ("me", graph::me),
        (_, "GET", ["avatars", _]) => ("page", |_, call| Ok(avatar(call))),
        (DIALOG_HOST, "GET", []) => ("page", |_, _| Ok(Reply::redirect("/accounts"))),
        _ => return None,
    };
    Some(found)
}

pub(crate) fn identify(state: &State, call: &Call) -> (String, Option<String>) {
    let operation = route(call).map_or("unknown", |(name, _)| name);
    let account = match operation {
        "access_token" => grant_of(state, call).map(|grant| grant.person.clone()),
        "me" => token_of(state, call).map(|(_, token)| token.person.clone()),
        _ => None,
    };
    (operation.to_owned(), account)
}

pub(crate) fn execute(state: &mut State, call: &Call) -> Reply {
    match route(call) {
        Some((_, handler)) => handler(state, call).unwrap_or_else(|refusal| refusal),
        None => Error::new(2500, "Unknown path components").reply(),
    }
}

pub(crate) fn too_many(_: Timestamp) -> Reply {
    Error::new(4, "(#4) Application request limit reached").reply()
}

/// The body that a bare status has.
pub(crate) fn failure(status: u16) -> Reply {
    Error {
        status,
        ..Error::new(
            2,
            "An unexpected error has occurred. Please retry your request later.",
        )
    }
    .reply()
}

pub(crate) fn revoke_token(state: &mut State, call: &Call) {
    let Some(key) = token_of(state, call).map(|(key, _)| key) else {
        return;
    };
    if let Some(token) = state.facebook.tokens.get_mut(&key) {
        token.revoked = true;
    }
}

/// An error as the Graph API words it.
struct Error {
    status: u16,
    message: String,
    kind: &'static str,
    code: u32,
    subcode: Option<u32>,
}

impl Error {
    fn new(code: u32, message: &str) -> Self {
        Self {
            status: 400,
            message: message.to_owned(),
            kind: "OAuthException",
            code,
            subcode: None,
        }
    }

    fn reply(self) -> Reply {
        let mut error = json!({ "message": self.message, "type": self.kind, "code": self.code, "fbtrace_id": "Asandbox0000000000000000" });
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = json!(subcode);
        }
        Reply::json(self.status, &json!({ "error": error }))
    }
}

fn avatar(call: &Call) -> Reply {
    match person(call.segment(1).trim_end_matches(".svg")) {
        Some(person) => pages::avatar(&person.name(), person.colours),
        None => pages::missing(),
    }
}
