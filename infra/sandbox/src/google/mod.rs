//! Sign-in with Google (OpenID Connect) at `google.sandbox`, which is its issuer.

mod consent;
mod id_token;
mod keys;
mod tables;
mod tokens;

use jiff::Timestamp;
use serde_json::json;

pub use self::id_token::Flaw;
pub(crate) use self::tables::{PEOPLE, Person, Tables};
use self::tables::{grant_of, person};
use crate::{
    call::{Call, Reply},
    pages,
    state::State,
};

/// The only host; the real Google spreads its endpoints over several.
pub(crate) const HOST: &str = "google.sandbox";

const ISSUER: &str = "https://google.sandbox";
const CLIENT_ID: &str = "tayang.apps.google.sandbox";
pub(crate) const CLIENT_SECRET: &str = "google-sandbox-secret";

/// An operation: done, or refused; both are answers.
type Handler = fn(&mut State, &Call) -> Result<Reply, Reply>;

fn route(call: &Call) -> Option<(&'static str, Handler)> {
    let found: (&'static str, Handler) = match (call.method.as_str(), call.segments().as_slice()) {
        ("GET", [".well-known", "openid-configuration"]) => ("discovery", |_, _| Ok(discovery())),
        ("GET", ["oauth2", "v3", "certs"]) => ("certs", |state, _| keys::published(state)),
        ("GET", ["o", "oauth2", "v2", "auth"]) => ("authorize", |_, call| consent::ask(call)),
        ("POST", ["o", "oauth2", "v2", "auth"]) => ("authorize", consent::decide),
        ("POST", ["token"]) => ("token", tokens::exchange),
        ("GET", ["avatars", _]) => ("page", |_, call| Ok(avatar(call))),
        ("GET", []) => ("page", |_, _| Ok(Reply::redirect("/accounts"))),
        _ => return None,
    };
    Some(found)
}

pub(crate) fn identify(state: &State, call: &Call) -> (String, Option<String>) {
    let operation = route(call).map_or("unknown", |(name, _)| name);
    let grant = (operation == "token")
        .then(|| grant_of(state, call))
        .flatten();
    (
        operation.to_owned(),
        grant.map(|grant| grant.person.clone()),
    )
}

pub(crate) fn execute(state: &mut State, call: &Call) -> Reply {
    match route(call) {
        Some((_, handler)) => handler(state, call).unwrap_or_else(|refusal| refusal),
        None => failure(404),
    }
}

fn discovery() -> Reply {
    let endpoint = |path: &str| format!("{ISSUER}{path}");
    Reply::json(
        200,
        &json!({
            "issuer": ISSUER,
            "authorization_endpoint": endpoint("/o/oauth2/v2/auth"),
            "token_endpoint": endpoint("/token"),
            "jwks_uri": endpoint("/oauth2/v3/certs"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email", "profile"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "claims_supported": ["aud", "email", "email_verified", "exp", "family_name", "given_name", "iat", "iss", "name", "picture", "sub"],
            "code_challenge_methods_supported": ["plain", "S256"],
            "authorization_response_iss_parameter_supported": true,
        }),
    )
    .with("cache-control", "public, max-age=3600")
}

pub(crate) fn too_many(resets_at: Timestamp) -> Reply {
    let at = resets_at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    error(429, "rate_limit_exceeded", "Rate Limit Exceeded").with("retry-after", at)
}

/// The body that a bare status has.
pub(crate) fn failure(status: u16) -> Reply {
    let (code, description) = match status {
        404 => ("not_found", "Not Found"),
        503 => ("temporarily_unavailable", "Service Unavailable"),
        _ => ("internal_failure", "Backend Error"),
    };
    error(status, code, description)
}

fn error(status: u16, code: &str, description: &str) -> Reply {
    Reply::json(
        status,
        &json!({ "error": code, "error_description": description }),
    )
}

fn avatar(call: &Call) -> Reply {
    match person(call.segment(1).trim_end_matches(".svg")) {
        Some(person) => pages::avatar(person.name, person.colours),
        None => failure(404),
    }
}
