//! Platforms that are connected by OAuth 2.0 with an authorization code: each is one value of data, and the handlers of its own API.

mod consent;
mod lookup;
mod server;
mod tables;
mod token;

use serde_json::{Map, Value, json};

pub(crate) use self::lookup::{Dead, end_grant, find_token, token_of, token_text};
pub(crate) use self::server::{
    Choice, Client, ClientAuth, Ends, Handler, Lives, Page, Person, Pkce, Prefixes, Problem,
    Refresh, Revoke, Rotation, Server, TokenAnswer,
};
pub(crate) use self::tables::{Grant, Tables, Token, Use};
pub(crate) use self::token::{client, exchange, issue, take_code};
use crate::{
    call::{Call, Reply, text},
    pages,
    state::State,
};

/// Every platform of this kind.
pub(crate) const SERVERS: &[&Server] = &[
    &crate::instagram::INSTAGRAM,
    &crate::threads::THREADS,
    &crate::slack::SLACK,
    &crate::x::X,
    &crate::linkedin::LINKEDIN,
    &crate::google_apis::GOOGLE_APIS,
    &crate::tiktok::TIKTOK,
    &crate::pinterest::PINTEREST,
    &crate::reddit::REDDIT,
];

/// The platform that has this host.
pub(crate) fn of(host: &str) -> Option<&'static Server> {
    SERVERS
        .iter()
        .copied()
        .find(|server| server.hosts.contains(&host))
}

/// What the call is, by the data of the platform or else by its own routes.
fn route(server: &'static Server, call: &Call) -> Option<(&'static str, Handler)> {
    let here = (call.host.as_str(), call.path.as_str());
    let is = |place: &(&str, &str)| *place == here;
    match call.method.as_str() {
        "GET" if is(&server.authorize) => return Some(("authorize", consent::ask)),
        "POST" if is(&server.authorize) => return Some(("authorize", consent::decide)),
        "POST" if server.token.is_some_and(|place| is(&place)) => {
            return Some(("token", exchange));
        }
        "POST" if server.revoke.is_some_and(|revoke| is(&revoke.place)) => {
            return Some(("revoke", token::revoke));
        }
        _ => {}
    }
    if let Some(found) = (server.routes)(call) {
        return Some(found);
    }
    match (call.method.as_str(), call.segments().as_slice()) {
        ("GET", ["avatars", _]) => Some(("page", |server, _, call| Ok(avatar(server, call)))),
        ("GET", []) => Some(("page", |_, _, _| Ok(Reply::redirect("/accounts")))),
        _ => None,
    }
}

pub(crate) fn identify(
    server: &'static Server,
    state: &State,
    call: &Call,
) -> (String, Option<String>) {
    let operation = route(server, call).map_or("unknown", |(name, _)| name);
    (operation.to_owned(), lookup::person_of(server, state, call))
}

pub(crate) fn execute(server: &'static Server, state: &mut State, call: &Call) -> Reply {
    match route(server, call) {
        Some((_, handler)) => handler(server, state, call).unwrap_or_else(|refusal| refusal),
        None => (server.failure)(404),
    }
}

/// Ends the consent that the token in the call hangs on, as when its owner takes it back in the platform's settings.
pub(crate) fn revoke_token(server: &'static Server, state: &mut State, call: &Call) {
    if let Some(grant) = lookup::known_token(server, state, call).map(|token| token.grant) {
        end_grant(server, state, &grant);
    }
}

fn avatar(server: &Server, call: &Call) -> Reply {
    let person = server.person(call.segment(1).trim_end_matches(".svg"));
    person.map_or_else(pages::missing, |person| {
        pages::avatar(person.name, person.colours)
    })
}

/// The parameters of a call, wherever they stand; those of the body win.
pub(crate) fn parameters(call: &Call) -> Map<String, Value> {
    let mut parameters = call.parameters();
    parameters.extend(call.fields());
    parameters
}

/// Every value that a form gives a name.
pub(crate) fn repeated(call: &Call, name: &str) -> Vec<String> {
    url::form_urlencoded::parse(&call.body)
        .filter(|(given, value)| given == name && !value.is_empty())
        .map(|(_, value)| value.into_owned())
        .collect()
}

/// An error as token endpoints write it.
pub(crate) fn oauth_error(status: u16, code: &str, words: &str) -> Reply {
    Reply::json(
        status,
        &json!({ "error": code, "error_description": words }),
    )
}

/// The text of a parameter that has one.
fn given(fields: &Map<String, Value>, name: &str) -> Option<String> {
    text(fields, name).filter(|value| !value.is_empty())
}
