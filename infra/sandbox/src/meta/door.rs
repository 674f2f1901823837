//! Instagram's and Threads' own way in: a token of an hour becomes one of sixty days, and that its successor.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{Error, expired_token, no_token, revoked_token, unknown_token};
use crate::{
    call::{Call, Reply, text},
    pages,
    social::{self, Dead, Problem, Server, Token, find_token, issue, parameters, token_text},
    state::State,
};

const LONG_LIFE: SignedDuration = SignedDuration::from_hours(60 * 24);
const YOUNGEST: SignedDuration = SignedDuration::from_hours(24);

/// The living token of a call to the API.
pub(crate) fn authorized(server: &Server, state: &State, call: &Call) -> Result<Token, Reply> {
    let text = token_text(call).ok_or_else(|| no_token().reply())?;
    found(server, state, &text, call).map_err(Error::reply)
}

fn found(server: &Server, state: &State, text: &str, call: &Call) -> Result<Token, Error> {
    find_token(server, state, text, call.now).map_err(|dead| match dead {
        Dead::Missing => no_token(),
        Dead::Unknown => unknown_token(),
        Dead::Expired => expired_token(),
        Dead::Revoked => revoked_token(server.clients[0].id),
    })
}

/// Exchanges a token of an hour for one of sixty days, for whoever knows the application's secret.
pub(crate) fn lengthen(
    server: &'static Server,
    state: &mut State,
    call: &Call,
    grant_type: &str,
) -> Result<Reply, Reply> {
    let fields = parameters(call);
    require_grant_type(&fields, grant_type)?;
    if text(&fields, "client_secret").as_deref() != Some(server.clients[0].secret) {
        return Err(Error::new(1, "Error validating client secret.").reply());
    }
    let token = authorized(server, state, call)?;
    if is_long(&token) {
        return Err(Error::new(100, "The access token is not a short-lived one.").reply());
    }
    Ok(long(server, state, call, token))
}

/// Exchanges a token of sixty days for its successor, once it is a day old. The old one goes on working until its end.
pub(crate) fn renew(
    server: &'static Server,
    state: &mut State,
    call: &Call,
    grant_type: &str,
) -> Result<Reply, Reply> {
    require_grant_type(&parameters(call), grant_type)?;
    let token = authorized(server, state, call)?;
    if !is_long(&token) || call.now.duration_since(token.issued_at) < YOUNGEST {
        // Which code comes with it is not documented.
        return Err(Error::new(100, "The access token cannot be refreshed yet.").reply());
    }
    Ok(long(server, state, call, token))
}

fn long(server: &Server, state: &mut State, call: &Call, token: Token) -> Reply {
    let token = Token {
        issued_at: call.now,
        ..token
    };
    let access_token = issue(server, state, token, Some(LONG_LIFE));
    Reply::json(
        200,
        &json!({ "access_token": access_token, "token_type": "bearer", "expires_in": LONG_LIFE.as_secs() }),
    )
}

fn is_long(token: &Token) -> bool {
    token
        .expires_at
        .is_some_and(|end| end.duration_since(token.issued_at) >= LONG_LIFE)
}

fn require_grant_type(fields: &Map<String, Value>, grant_type: &str) -> Result<(), Reply> {
    if text(fields, "grant_type").as_deref() == Some(grant_type) {
        return Ok(());
    }
    Err(Error::new(100, format!("The grant_type must be {grant_type}.")).reply())
}

/// What there is to say of a token, to whoever has one of the same application.
pub(crate) fn inspect(
    server: &'static Server,
    state: &mut State,
    call: &Call,
) -> Result<Reply, Reply> {
    authorized(server, state, call)?;
    let input = text(&parameters(call), "input_token").unwrap_or_default();
    let data = match found(server, state, &input, call) {
        Ok(token) => json!({
            "type": "USER", "application": "Tayang", "is_valid": true, "scopes": token.scopes,
            "issued_at": token.issued_at.as_second(), "expires_at": token.expires_at.map(Timestamp::as_second),
            "user_id": server.person(&token.person).map(|person| person.id),
        }),
        Err(error) => json!({ "is_valid": false, "scopes": [], "error": error.body() }),
    };
    Ok(Reply::json(200, &json!({ "data": data })))
}

/// What the endpoint for codes answers when it refuses.
pub(crate) fn refused(problem: Problem) -> Reply {
    let words = match problem {
        Problem::Client => "Invalid client_id or client_secret",
        Problem::GrantType => "Invalid grant_type",
        Problem::Missing(name) => {
            return flat(&format!("You must provide a {name}"));
        }
        Problem::UnknownCode | Problem::UsedCode => {
            "Matching code was not found or was already used"
        }
        Problem::ExpiredCode => "This authorization code has expired",
        Problem::Redirect => {
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request"
        }
        Problem::Verifier | Problem::Refresh | Problem::UnknownToken => "Invalid request",
    };
    flat(words)
}

fn flat(words: &str) -> Reply {
    let body = json!({ "error_type": "OAuthException", "code": 400, "error_message": words });
    Reply::json(400, &body)
}

/// The fields of a node that were asked for; one that does not exist is refused.
pub(crate) fn fields(
    call: &Call,
    default: &str,
    field: impl Fn(&str) -> Option<Value>,
) -> Result<Reply, Reply> {
    let asked = text(&parameters(call), "fields").unwrap_or_else(|| default.to_owned());
    let mut body = Map::new();
    for name in asked.split(',').map(str::trim) {
        let value = field(name).ok_or_else(|| {
            let message = format!("(#100) Tried accessing nonexisting field ({name})");
            Error::new(100, message).reply()
        })?;
        body.insert(name.to_owned(), value);
    }
    Ok(Reply::json(200, &Value::Object(body)))
}

/// Refuses a token that lacks a permission.
pub(crate) fn require(token: &social::Token, scope: &str) -> Result<(), Reply> {
    if token.allows(&[scope]) {
        return Ok(());
    }
    let message = format!("(#10) Application does not have permission for this action: {scope}");
    Err(Error::new(10, message).reply())
}

/// The page of an account as people see it.
pub(crate) fn profile(server: &'static Server, _: &mut State, call: &Call) -> Result<Reply, Reply> {
    let handle = call.segment(0).trim_start_matches('@');
    let known = |person: &&social::Person| person.handle == handle;
    let person = server.people.iter().find(known);
    let text = "This is a sample account of the sandbox.";
    person
        .map(|person| pages::notice(200, person.handle, text))
        .ok_or_else(pages::missing)
}
