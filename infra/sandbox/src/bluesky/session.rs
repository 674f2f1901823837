//! Sessions of app passwords: a short access token and a long refresh token.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    HOST, error, identity, invalid,
    tables::{Account, Token, Use, account},
};
use crate::{
    call::{Call, Reply, text},
    state::State,
};

const ACCESS_LIFE: SignedDuration = SignedDuration::from_mins(120);
const REFRESH_LIFE: SignedDuration = SignedDuration::from_hours(90 * 24);
const GRACE: SignedDuration = SignedDuration::from_hours(2);

/// The account of the call's token, if the token serves that use.
pub(super) fn authorized(
    state: &State,
    call: &Call,
    serves: Use,
) -> Result<(&'static Account, Token), Reply> {
    let bearer = call
        .bearer()
        .ok_or_else(|| error(401, "AuthMissing", "Authentication Required"))?;
    let token = state
        .bluesky
        .tokens
        .get(bearer)
        .ok_or_else(|| error(400, "InvalidToken", "Token could not be verified"))?;
    if token.serves != serves {
        return Err(error(400, "InvalidToken", "Invalid token type"));
    }
    if token.revoked {
        return Err(error(400, "ExpiredToken", "Token has been revoked"));
    }
    if token.expires_at <= call.now {
        return Err(error(400, "ExpiredToken", "Token has expired"));
    }
    let account = account(&token.did)
        .ok_or_else(|| error(400, "InvalidToken", "Token could not be verified"))?;
    Ok((account, token.clone()))
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let fields = call.fields();
    let required = |name: &str| {
        text(&fields, name)
            .ok_or_else(|| invalid(&format!("Input must have the property \"{name}\"")))
    };
    let (identifier, password) = (required("identifier")?, required("password")?);
    let refused = || {
        error(
            401,
            "AuthenticationRequired",
            "Invalid identifier or password",
        )
    };
    let account = account(&identifier)
        .filter(|account| account.app_password == password)
        .ok_or_else(refused)?;
    let session = state.key("session");
    Ok(open(state, call, account, &session))
}

/// Issues a pair of tokens and answers with it.
fn open(state: &mut State, call: &Call, account: &Account, session: &str) -> Reply {
    let access = issue(state, call, account, session, Use::Access, ACCESS_LIFE);
    let refresh = issue(state, call, account, session, Use::Refresh, REFRESH_LIFE);
    let mut body = session_json(account);
    body["accessJwt"] = json!(access);
    body["refreshJwt"] = json!(refresh);
    Reply::json(200, &body)
}

fn issue(
    state: &mut State,
    call: &Call,
    account: &Account,
    session: &str,
    serves: Use,
    life: SignedDuration,
) -> String {
    let expires_at = call.now.checked_add(life).unwrap_or(call.now);
    let (kind, scope, audience) = match serves {
        Use::Access => ("at+jwt", "com.atproto.appPass", format!("did:web:{HOST}")),
        Use::Refresh => (
            "refresh+jwt",
            "com.atproto.refresh",
            format!("did:web:{HOST}"),
        ),
    };
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({ "scope": scope, "sub": account.did, "aud": audience, "iat": call.now.as_second(), "exp": expires_at.as_second() });
    // The sandbox recognises its tokens by looking them up, so the signature is any string that never repeats.
    let token = format!(
        "{}.{}.{}",
        part(&json!({ "typ": kind, "alg": "HS256" })),
        part(&claims),
        state.key("signature")
    );
    let row = Token {
        did: account.did.to_owned(),
        session: session.to_owned(),
        serves,
        expires_at,
        revoked: false,
    };
    state.bluesky.tokens.insert(token.clone(), row);
    token
}

pub(super) fn refresh(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let (account, token) = authorized(state, call, Use::Refresh)?;
    let grace = call.now.checked_add(GRACE).unwrap_or(call.now);
    if let Some(used) = call
        .bearer()
        .and_then(|bearer| state.bluesky.tokens.get_mut(bearer))
    {
        used.expires_at = used.expires_at.min(grace);
    }
    Ok(open(state, call, account, &token.session))
}

pub(super) fn show(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let (account, _) = authorized(state, call, Use::Access)?;
    Ok(Reply::json(200, &session_json(account)))
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    authorized(state, call, Use::Refresh)?;
    super::revoke_token(state, call);
    Ok(Reply::new(200, "application/json; charset=utf-8", ""))
}

/// Ends the session that the token belongs to.
pub(super) fn revoke(state: &mut State, token: &str) {
    let Some(session) = state
        .bluesky
        .tokens
        .get(token)
        .map(|token| token.session.clone())
    else {
        return;
    };
    let keys: Vec<String> = state
        .bluesky
        .tokens
        .iter()
        .filter(|(_, token)| token.session == session)
        .map(|(key, _)| key.clone())
        .collect();
    for key in keys {
        if let Some(token) = state.bluesky.tokens.get_mut(&key) {
            token.revoked = true;
        }
    }
}

fn session_json(account: &Account) -> Value {
    json!({
        "did": account.did, "handle": account.handle, "email": format!("{}@example.com", account.name_in_urls()),
        "emailConfirmed": true, "emailAuthFactor": false, "active": true, "didDoc": identity::did_document(account),
    })
}
