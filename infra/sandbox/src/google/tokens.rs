//! Exchanging a code for tokens.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use super::{
    CLIENT_ID, CLIENT_SECRET, consent::full_names, error, failure, grant_of, id_token, person,
};
use crate::{
    call::{Call, Reply, text},
    state::State,
};

/// Whether the call comes from the application, by HTTP Basic or by form fields.
fn authenticated(call: &Call, fields: &Map<String, Value>) -> bool {
    let basic = call
        .header("authorization")
        .and_then(|value| value.strip_prefix("Basic "))
        .map(|encoded| STANDARD.decode(encoded).unwrap_or_default());
    match basic {
        Some(pair) => pair == format!("{CLIENT_ID}:{CLIENT_SECRET}").into_bytes(),
        None => {
            text(fields, "client_id").as_deref() == Some(CLIENT_ID)
                && text(fields, "client_secret").as_deref() == Some(CLIENT_SECRET)
        }
    }
}

pub(super) fn exchange(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let fields = call.fields();
    if !authenticated(call, &fields) {
        return Err(error(401, "invalid_client", "Unauthorized"));
    }
    if text(&fields, "grant_type").as_deref() != Some("authorization_code") {
        let description = "Invalid grant_type.";
        return Err(error(400, "unsupported_grant_type", description));
    }
    let refused = |description: &str| error(400, "invalid_grant", description);
    let grant = grant_of(state, call)
        .filter(|grant| !grant.used && grant.expires_at > call.now)
        .cloned()
        .ok_or_else(|| refused("Bad Request"))?;
    if text(&fields, "redirect_uri").as_ref() != Some(&grant.redirect_uri) {
        return Err(error(400, "redirect_uri_mismatch", "Bad Request"));
    }
    if let Some(challenge) = &grant.challenge {
        let verifier = text(&fields, "code_verifier");
        let verifier = verifier.ok_or_else(|| refused("Missing code verifier."))?;
        if !challenge.is_met_by(&verifier) {
            return Err(refused("Invalid code verifier."));
        }
    }
    let code = text(&fields, "code").unwrap_or_default();
    if let Some(grant) = state.google.grants.get_mut(&code) {
        grant.used = true;
    }
    let access_token = format!("ya29.{}", state.key("google access token"));
    let mut answer = json!({
        "access_token": access_token, "expires_in": 3_599, "token_type": "Bearer",
        "scope": full_names(&grant.scopes).join(" "),
    });
    if grant.scopes.iter().any(|scope| scope == "openid") {
        let person = person(&grant.person).ok_or_else(|| failure(500))?;
        let id_token = id_token::issue(state, call, person, &grant, &access_token)?;
        answer["id_token"] = json!(id_token);
    }
    Ok(Reply::json(200, &answer))
}
