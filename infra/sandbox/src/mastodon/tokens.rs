//! Tokens: what they allow, how they are issued and revoked.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use super::{
    error,
    tables::{App, Token},
};
use crate::{
    call::{Call, Reply, text},
    mint,
    state::State,
};

/// The token of the call, if it carries one of these scopes.
pub(super) fn authorized(state: &State, call: &Call, scopes: &[&str]) -> Result<Token, Reply> {
    let refused = |description: &str| {
        error(401, description).with("www-authenticate", format!("Bearer realm=\"Doorkeeper\", error=\"invalid_token\", error_description=\"{description}\""))
    };
    let token = call
        .bearer()
        .and_then(|token| state.mastodon.tokens.get(token))
        .filter(|token| token.host == call.host);
    let token = token.ok_or_else(|| refused("The access token is invalid"))?;
    if token.revoked {
        return Err(refused("The access token was revoked"));
    }
    if !token
        .scopes
        .iter()
        .any(|scope| scopes.contains(&scope.as_str()))
    {
        return Err(error(403, "This action is outside the authorized scopes"));
    }
    Ok(token.clone())
}

/// The application that the call authenticates as, by form fields or by HTTP Basic.
fn client(state: &State, call: &Call, fields: &Map<String, Value>) -> Option<App> {
    let basic = call
        .header("authorization")
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|encoded| STANDARD.decode(encoded).ok());
    let (id, secret) = match basic.and_then(|pair| String::from_utf8(pair).ok()) {
        Some(pair) => pair
            .split_once(':')
            .map(|(id, secret)| (id.to_owned(), secret.to_owned()))?,
        None => (text(fields, "client_id")?, text(fields, "client_secret")?),
    };
    state
        .mastodon
        .apps
        .get(&format!("{}/{id}", call.host))
        .filter(|app| app.client_secret == secret)
        .cloned()
}

fn oauth_error(status: u16, code: &str, description: &str) -> Reply {
    Reply::json(
        status,
        &json!({ "error": code, "error_description": description }),
    )
}

pub(super) fn token(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let fields = call.fields();
    let app = client(state, call, &fields).ok_or_else(|| {
        oauth_error(401, "invalid_client", "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.")
    })?;
    if text(&fields, "grant_type").as_deref() != Some("authorization_code") {
        return Err(oauth_error(
            400,
            "unsupported_grant_type",
            "The authorization grant type is not supported by the authorization server.",
        ));
    }
    let refused = || {
        let description = "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.";
        oauth_error(400, "invalid_grant", description)
    };
    let code = text(&fields, "code").unwrap_or_default();
    let grant = state.mastodon.grants.get(&code).ok_or_else(refused)?;
    let verified = match (&grant.challenge, text(&fields, "code_verifier")) {
        (None, _) => true,
        (Some(challenge), Some(verifier)) => *challenge == mint::sha256_base64url(&verifier),
        (Some(_), None) => false,
    };
    let same_request = grant.host == call.host
        && grant.client_id == app.client_id
        && Some(&grant.redirect_uri) == text(&fields, "redirect_uri").as_ref();
    if grant.used || grant.expires_at <= call.now || !same_request || !verified {
        return Err(refused());
    }
    let grant = grant.clone();
    if let Some(grant) = state.mastodon.grants.get_mut(&code) {
        grant.used = true;
    }
    let access_token = state.key("access token");
    let reply = json!({ "access_token": access_token, "token_type": "Bearer", "scope": grant.scopes.join(" "), "created_at": call.now.as_second() });
    let token = Token {
        host: grant.host,
        client_id: grant.client_id,
        app: app.name,
        account: grant.account,
        scopes: grant.scopes,
        revoked: false,
    };
    state.mastodon.tokens.insert(access_token, token);
    Ok(Reply::json(200, &reply))
}

pub(super) fn revoke(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let fields = call.fields();
    let refused = || {
        oauth_error(
            403,
            "unauthorized_client",
            "You are not authorized to revoke this token",
        )
    };
    let app = client(state, call, &fields).ok_or_else(refused)?;
    let token = text(&fields, "token").unwrap_or_default();
    // A token that does not exist counts as revoked (RFC 7009); one of another application does not.
    if let Some(token) = state.mastodon.tokens.get_mut(&token) {
        if token.client_id != app.client_id {
            return Err(refused());
        }
        token.revoked = true;
    }
    Ok(Reply::json(200, &json!({})))
}
