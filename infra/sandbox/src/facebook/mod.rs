//! Facebook, for sign-in and for pages: the dialog at `www.facebook.com` and the Graph API at `graph.facebook.com`.

mod access;
mod dialog;
mod graph;
mod pages;
mod tables;

use jiff::Timestamp;

pub(crate) use self::tables::{PEOPLE, Person, Tables};
use self::tables::{grant_of, parameters, person, token_of};
pub(crate) use crate::meta::failure;
use crate::{
    call::{Call, Reply, text},
    meta::{self, Error},
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
pub(crate) const APP_SECRET: &str = "facebook-sandbox-secret";

fn is_id(segment: &str) -> bool {
    segment.bytes().all(|byte| byte.is_ascii_digit())
}

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
            match text(&parameters(call), "grant_type").as_deref() {
                Some("fb_exchange_token") => ("fb_exchange_token", graph::lengthen),
                _ => ("access_token", graph::exchange),
            }
        }
        (GRAPH_HOST, "GET", [VERSION, "debug_token"]) => ("debug_token", access::inspect),
        (GRAPH_HOST, "GET", [VERSION, "me"]) => ("me", graph::me),
        (GRAPH_HOST, "GET", [VERSION, "me", "permissions"]) => ("permissions", access::permissions),
        (GRAPH_HOST, "GET", [VERSION, "me", "accounts"]) => ("accounts", pages::list),
        (GRAPH_HOST, "DELETE", [VERSION, _, "permissions"]) => ("revoke", access::forget),
        (GRAPH_HOST, "DELETE", [VERSION, _, "permissions", _]) => {
            ("revoke_permission", access::forget)
        }
        (GRAPH_HOST, "GET", [VERSION, id]) if is_id(id) => ("page", pages::read),
        (DIALOG_HOST, "GET", [id]) if is_id(id) => ("profile", |_, call| Ok(pages::profile(call))),
        (_, "GET", ["avatars", _]) => ("avatar", |_, call| Ok(avatar(call))),
        (DIALOG_HOST, "GET", []) => ("web", |_, _| Ok(Reply::redirect("/accounts"))),
        _ => return None,
    };
    Some(found)
}

pub(crate) fn identify(state: &State, call: &Call) -> (String, Option<String>) {
    let operation = route(call).map_or("unknown", |(name, _)| name);
    let account = match operation {
        "access_token" => grant_of(state, call).map(|grant| grant.person.clone()),
        _ => token_of(state, call).map(|(_, token)| token.person.clone()),
    };
    (operation.to_owned(), account)
}

pub(crate) fn execute(state: &mut State, call: &Call) -> Reply {
    match route(call) {
        Some((_, handler)) => handler(state, call).unwrap_or_else(|refusal| refusal),
        None => Error::new(2500, "Unknown path components").reply(),
    }
}

pub(crate) fn too_many(resets_at: Timestamp, now: Timestamp) -> Reply {
    meta::too_many("pages", resets_at, now)
}

pub(crate) fn revoke_token(state: &mut State, call: &Call) {
    let Some(key) = token_of(state, call).map(|(key, _)| key) else {
        return;
    };
    if let Some(token) = state.facebook.tokens.get_mut(&key) {
        token.revoked = true;
    }
}

fn avatar(call: &Call) -> Reply {
    match person(call.segment(1).trim_end_matches(".svg")) {
        Some(person) => crate::pages::avatar(&person.name(), person.colours),
        None => crate::pages::missing(),
    }
}
