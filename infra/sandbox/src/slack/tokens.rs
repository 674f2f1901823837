//! The tokens of the app: given for a code, rotated where the workspace has that on, tested and revoked.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::json;

use super::{CLIENT, SLACK, error, refused, rotates, team, team_name};
use crate::{
    call::{Call, Reply, text},
    social::{self, Dead, Grant, Problem, Server, Token, Use},
    state::State,
};

/// How long a token lives where tokens rotate.
const ROTATED: SignedDuration = SignedDuration::from_hours(12);

fn key(token: &str) -> String {
    format!("{}/{token}", SLACK.name)
}

/// `oauth.v2.access`, for a code or for a refresh token.
pub(super) fn access(
    server: &'static Server,
    state: &mut State,
    call: &Call,
) -> Result<Reply, Reply> {
    let fields = social::parameters(call);
    let client = social::client(server, call).ok_or_else(|| {
        let named = text(&fields, "client_id");
        error(if named.is_some_and(|id| id != CLIENT.id) {
            "invalid_client_id"
        } else {
            "bad_client_secret"
        })
    })?;
    match text(&fields, "grant_type").as_deref() {
        Some("authorization_code") | None => {
            let grant = social::take_code(server, client, state, call).map_err(refused)?;
            Ok(first(state, call, &grant))
        }
        Some("refresh_token") => {
            let old = text(&fields, "refresh_token").unwrap_or_default();
            let token = social::find_token(server, state, &old, call.now)
                .ok()
                .filter(|token| token.serves == Use::Refresh && token.client_id == client.id)
                .ok_or_else(|| refused(Problem::Refresh))?;
            if let Some(row) = state.social.tokens.get_mut(&key(&old)) {
                row.revoked = true;
            }
            Ok(rotated(state, call, token))
        }
        Some(_) => Err(refused(Problem::GrantType)),
    }
}

/// Whoever installs the app once more gets the token that the workspace has already, where tokens do not rotate.
fn first(state: &mut State, call: &Call, grant: &Grant) -> Reply {
    if rotates(&grant.person) {
        return rotated(state, call, Token::of(grant, call.now));
    }
    let here = key("");
    let known = state.social.tokens.iter().find(|(key, token)| {
        key.starts_with(&here) && token.person == grant.person && !token.revoked
    });
    let granted = grant.scopes.clone();
    let access = match known.map(|(key, _)| key.clone()) {
        Some(key) => {
            if let Some(row) = state.social.tokens.get_mut(&key) {
                // What was granted before stays granted.
                let more = granted.iter().filter(|scope| !row.scopes.contains(scope));
                let more: Vec<_> = more.cloned().collect();
                row.scopes.extend(more);
            }
            key[here.len()..].to_owned()
        }
        None => social::issue(&SLACK, state, Token::of(grant, call.now), None),
    };
    answer(&grant.person, &granted, &access, None)
}

/// A new pair; the token before goes on living until its own end.
fn rotated(state: &mut State, call: &Call, token: Token) -> Reply {
    let (person, scopes) = (token.person.clone(), token.scopes.clone());
    let access = Token {
        serves: Use::Access,
        issued_at: call.now,
        ..token.clone()
    };
    let refresh = Token {
        serves: Use::Refresh,
        issued_at: call.now,
        ..token
    };
    let access = social::issue(&SLACK, state, access, Some(ROTATED));
    let refresh = social::issue(&SLACK, state, refresh, None);
    answer(&person, &scopes, &access, Some(&refresh))
}

fn answer(person: &str, scopes: &[String], access: &str, refresh: Option<&str>) -> Reply {
    let mut body = json!({
        "ok": true, "access_token": access, "token_type": "bot", "scope": scopes.join(","),
        "bot_user_id": "U0SBXTAYANG", "app_id": "A0SBXTAYANG", "is_enterprise_install": false, "enterprise": null,
        "team": { "id": team(person), "name": team_name(person) },
        "authed_user": { "id": SLACK.person(person).map(|person| person.id) },
    });
    if let Some(refresh) = refresh {
        body["refresh_token"] = json!(refresh);
        body["expires_in"] = json!(ROTATED.as_secs());
    }
    Reply::json(200, &body)
}

/// The living token of a call.
pub(super) fn authorized(state: &State, call: &Call) -> Result<Token, Reply> {
    // The Web API knows the token by another name than the engine, where it does not stand in the header.
    let given = call.bearer().map(str::to_owned);
    let given = given.or_else(|| text(&social::parameters(call), "token"));
    let found = match given {
        None => Err(Dead::Missing),
        Some(given) => social::find_token(&SLACK, state, &given, call.now),
    };
    match found {
        Ok(token) if token.serves == Use::Access => Ok(token),
        Ok(_) | Err(Dead::Unknown) => Err(error("invalid_auth")),
        Err(Dead::Missing) => Err(error("not_authed")),
        Err(Dead::Expired) => Err(error("token_expired")),
        Err(Dead::Revoked) => Err(error("token_revoked")),
    }
}

pub(super) fn test(_: &'static Server, state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let person = authorized(state, call)?.person;
    let body = json!({
        "ok": true, "url": format!("https://{person}-sandbox.slack.com/"), "team": team_name(&person), "team_id": team(&person),
        "user": "tayang", "user_id": "U0SBXTAYANG", "bot_id": "B0SBXTAYANG", "is_enterprise_install": false,
    });
    Ok(Reply::json(200, &body))
}

/// Revoking a token of the app puts the app out of the workspace: no token of it works there afterwards.
pub(super) fn revoke(
    server: &'static Server,
    state: &mut State,
    call: &Call,
) -> Result<Reply, Reply> {
    let token = authorized(state, call)?;
    let trial = text(&social::parameters(call), "test").is_some_and(|test| test != "0");
    if !trial {
        let here = key("");
        let tokens = state.social.tokens.iter();
        let grants: BTreeSet<String> = tokens
            .filter(|(key, other)| key.starts_with(&here) && other.person == token.person)
            .map(|(_, other)| other.grant.clone())
            .collect();
        for grant in grants {
            social::end_grant(server, state, &grant);
        }
    }
    Ok(Reply::json(200, &json!({ "ok": true, "revoked": !trial })))
}
