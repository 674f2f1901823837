//! Tokens: how they are issued, renewed and given back.

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::{
    Client, ClientAuth, Ends, Grant, Problem, Refresh, Rotation, Server, Token, Use, end_grant,
    find_token, given, parameters,
};
use crate::{
    call::{Call, Reply, text},
    state::State,
};

/// The application that the call proves to come from.
pub(crate) fn client(server: &Server, call: &Call) -> Option<&'static Client> {
    let fields = parameters(call);
    let basic = call
        .header("authorization")
        .and_then(|value| value.strip_prefix("Basic "));
    let (id, secret) = match (server.client_auth, basic) {
        (ClientAuth::Basic | ClientAuth::Either, Some(encoded)) => {
            let pair = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
            let (id, secret) = pair.split_once(':')?;
            (decoded(id), decoded(secret))
        }
        (ClientAuth::Form | ClientAuth::Either, _) => (
            text(&fields, server.client_id)?,
            text(&fields, "client_secret")?,
        ),
        (ClientAuth::Basic, None) => return None,
    };
    server
        .clients
        .iter()
        .find(|client| client.id == id && client.secret == secret)
}

/// Both parts of HTTP Basic are form-encoded first (RFC 6749, 2.3.1).
fn decoded(part: &str) -> String {
    url::form_urlencoded::parse(part.as_bytes())
        .next()
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default()
}

/// The token endpoint; also for routes of a platform that has several.
pub(crate) fn exchange(
    server: &'static Server,
    state: &mut State,
    call: &Call,
) -> Result<Reply, Reply> {
    let refused = |problem: Problem| (server.refusal)(problem);
    let fields = parameters(call);
    let client = client(server, call).ok_or_else(|| refused(Problem::Client))?;
    match text(&fields, "grant_type").as_deref() {
        Some("authorization_code") => {
            let grant = take_code(server, client, state, call).map_err(refused)?;
            Ok(first(server, state, call, &grant))
        }
        Some("refresh_token") => renew(server, client, state, call).map_err(refused),
        _ => Err(refused(Problem::GrantType)),
    }
}

/// Uses up the code in the call.
pub(crate) fn take_code(
    server: &Server,
    client: &Client,
    state: &mut State,
    call: &Call,
) -> Result<Grant, Problem> {
    let fields = parameters(call);
    let code = given(&fields, "code").ok_or(Problem::Missing("code"))?;
    let grant = state
        .social
        .grants
        .get_mut(&format!("{}/{code}", server.name))
        .filter(|grant| grant.client_id == client.id)
        .ok_or(Problem::UnknownCode)?;
    if grant.used {
        return Err(Problem::UsedCode);
    }
    if grant.expires_at <= call.now {
        return Err(Problem::ExpiredCode);
    }
    if text(&fields, "redirect_uri").as_ref() != Some(&grant.redirect_uri) {
        return Err(Problem::Redirect);
    }
    if let Some(challenge) = &grant.challenge {
        let verifier = text(&fields, "code_verifier").unwrap_or_default();
        if !challenge.is_met_by(&verifier) {
            return Err(Problem::Verifier);
        }
    }
    grant.used = true;
    Ok(grant.clone())
}

/// The first tokens of a consent.
fn first(server: &'static Server, state: &mut State, call: &Call, grant: &Grant) -> Reply {
    let token = Token::of(grant, call.now);
    let access = issue(server, state, token.clone(), server.lives.access);
    let refresh = match server.refresh {
        Refresh::Tokens { granted, life, .. } if granted(grant) => {
            let token = Token {
                serves: Use::Refresh,
                ..token.clone()
            };
            Some((issue(server, state, token, life), life))
        }
        Refresh::Tokens { .. } | Refresh::None => None,
    };
    answer(server, state, call, &token, &access, refresh)
}

fn renew(
    server: &'static Server,
    client: &Client,
    state: &mut State,
    call: &Call,
) -> Result<Reply, Problem> {
    let Refresh::Tokens {
        rotation,
        life,
        extended,
        ..
    } = server.refresh
    else {
        return Err(Problem::GrantType);
    };
    let fields = parameters(call);
    let old = given(&fields, "refresh_token").ok_or(Problem::Missing("refresh_token"))?;
    let token = find_token(server, state, &old, call.now)
        .ok()
        .filter(|token| token.serves == Use::Refresh && token.client_id == client.id)
        .ok_or(Problem::Refresh)?;
    let access = Token {
        serves: Use::Access,
        issued_at: call.now,
        ..token.clone()
    };
    let access_text = issue(server, state, access.clone(), server.lives.access);
    let end = if extended {
        life.and_then(|life| call.now.checked_add(life).ok())
    } else {
        token.expires_at
    };
    let left = end.map(|end| end.duration_since(call.now));
    let refresh = match rotation {
        Rotation::Stays | Rotation::Repeated => {
            if let Some(row) = state.social.tokens.get_mut(&key(server, &old)) {
                row.expires_at = end;
            }
            (rotation == Rotation::Repeated).then_some(old)
        }
        Rotation::Replaced => {
            if let Some(row) = state.social.tokens.get_mut(&key(server, &old)) {
                row.revoked = true;
            }
            let token = Token {
                issued_at: call.now,
                ..token
            };
            Some(issue(server, state, token, left))
        }
    };
    let refresh = refresh.map(|refresh| (refresh, left));
    Ok(answer(server, state, call, &access, &access_text, refresh))
}

fn answer(
    server: &Server,
    state: &mut State,
    call: &Call,
    token: &Token,
    access: &str,
    refresh: Option<(String, Option<SignedDuration>)>,
) -> Reply {
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    put("access_token", json!(access));
    put("token_type", json!(server.answer.token_type));
    if let Some(life) = server.lives.access {
        put("expires_in", json!(life.as_secs()));
    }
    if let Some(between) = server.answer.scope {
        put("scope", json!(token.scopes.join(between)));
    }
    if let Some((refresh, life)) = refresh {
        put("refresh_token", json!(refresh));
        if let (Some(name), Some(life)) = (server.answer.refresh_life, life) {
            put(name, json!(life.as_secs()));
        }
    }
    Reply::json(200, &(server.answer.shape)(state, call, token, body))
}

pub(super) fn key(server: &Server, token: &str) -> String {
    format!("{}/{token}", server.name)
}

/// Makes the text of a token that lives so long from when it is issued, and keeps it.
pub(crate) fn issue(
    server: &Server,
    state: &mut State,
    mut token: Token,
    life: Option<SignedDuration>,
) -> String {
    let prefix = match token.serves {
        Use::Access => server.prefixes.access,
        Use::Refresh => server.prefixes.refresh,
    };
    let text = format!("{prefix}sbxsecret{}", state.key("social token"));
    token.expires_at = life.and_then(|life| token.issued_at.checked_add(life).ok());
    state.social.tokens.insert(key(server, &text), token);
    text
}

/// The place where tokens are given back.
pub(super) fn revoke(
    server: &'static Server,
    state: &mut State,
    call: &Call,
) -> Result<Reply, Reply> {
    let refused = |problem: Problem| (server.refusal)(problem);
    let Some(rule) = server.revoke else {
        return Err((server.failure)(404));
    };
    let client = client(server, call);
    if rule.authenticated && client.is_none() {
        return Err(refused(Problem::Client));
    }
    let fields = parameters(call);
    let token = given(&fields, "token").ok_or_else(|| refused(Problem::Missing("token")))?;
    let key = key(server, &token);
    let mine = |token: &&Token| client.is_none_or(|client| client.id == token.client_id);
    let alive = state
        .social
        .tokens
        .get(&key)
        .filter(mine)
        .filter(|token| !token.revoked && token.expires_at.is_none_or(|end| end > call.now));
    match (alive.map(|token| token.grant.clone()), rule.ends) {
        (None, _) if rule.refuses_unknown => return Err(refused(Problem::UnknownToken)),
        (None, _) => {}
        (Some(_), Ends::Token) => {
            if let Some(token) = state.social.tokens.get_mut(&key) {
                token.revoked = true;
            }
        }
        (Some(grant), Ends::Grant) => end_grant(server, state, &grant),
    }
    Ok(Reply::json(200, &json!({})))
}
