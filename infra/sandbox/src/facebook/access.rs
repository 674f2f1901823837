//! What an application may still do: what a token is worth, what was granted, and giving it back.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    APP_ID,
    graph::{authorized, is_own, living, refused, require_own_token},
    tables::{PEOPLE, parameters, person},
};
use crate::{
    call::{Call, Reply, text},
    state::State,
};

/// `/debug_token`: only the application itself may ask.
pub(super) fn inspect(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    require_own_token(call)?;
    let input = text(&parameters(call), "input_token").unwrap_or_default();
    let known = state.facebook.tokens.get(&input);
    let mut data =
        json!({ "app_id": APP_ID, "application": "Tayang", "is_valid": false, "scopes": [] });
    if let Some(token) = known {
        let end = token.expires_at.map_or(0, Timestamp::as_second);
        data["type"] = json!(if token.page.is_some() { "PAGE" } else { "USER" });
        data["expires_at"] = json!(end);
        data["user_id"] = json!(person(&token.person).map(|person| person.id));
        if let Some(page) = &token.page {
            data["profile_id"] = json!(page);
        }
    }
    match living(state, &input, call) {
        Ok(token) => {
            data["is_valid"] = json!(true);
            data["scopes"] = json!(token.permissions);
        }
        Err(error) => data["error"] = error.body(),
    }
    Ok(Reply::json(200, &json!({ "data": data })))
}

/// `/me/permissions`: what the person granted and what not.
pub(super) fn permissions(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let token = authorized(state, call)?;
    let listed = |names: &[String], status: &str| -> Vec<Value> {
        let named = |name| json!({ "permission": name, "status": status });
        names.iter().map(named).collect()
    };
    let mut data = listed(&token.permissions, "granted");
    data.extend(listed(&token.declined, "declined"));
    Ok(Reply::json(200, &json!({ "data": data })))
}

/// Takes back one permission of a person, or, where none is named, everything: then every token of the person is dead, those of pages too.
pub(super) fn forget(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let account = if is_own(call) {
        require_own_token(call)?;
        let found = PEOPLE.iter().find(|person| person.id == call.segment(1));
        found.map(|person| person.account.to_owned())
    } else {
        let token = authorized(state, call)?;
        let id = person(&token.person).map_or("", |person| person.id);
        let own = token.page.is_none() && ["me", id].contains(&call.segment(1));
        own.then_some(token.person)
    };
    let Some(account) = account else {
        let message = "Unsupported delete request. Object does not exist, or cannot be loaded due to missing permissions.";
        return Err(refused(100, Some(33), message));
    };
    let permission = call.segment(3);
    let keys: Vec<String> = state
        .facebook
        .tokens
        .iter()
        .filter(|(_, token)| token.person == account)
        .map(|(key, _)| key.clone())
        .collect();
    for key in keys {
        if let Some(token) = state.facebook.tokens.get_mut(&key) {
            if permission.is_empty() {
                token.revoked = true;
            } else {
                token.permissions.retain(|name| name != permission);
            }
        }
    }
    state.facebook.declined.remove(&account);
    Ok(Reply::json(200, &json!({ "success": true })))
}
