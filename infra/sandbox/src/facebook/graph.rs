//! The Graph API, as far as sign-in needs it: the exchange of a code, and who a token stands for.

use aws_lc_rs::hmac;
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::{
    APP_ID, APP_SECRET, Error, failure, grant_of, person,
    tables::{Person, Token, parameters, token_text},
    token_of,
};
use crate::{
    call::{Call, Reply, text},
    mint,
    state::State,
};

const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(60 * 24);

fn refused(code: u32, subcode: Option<u32>, message: &str) -> Reply {
    let error = Error {
        subcode,
        ..Error::new(code, message)
    };
    error.reply()
}

/// What is wrong with a method's argument.
fn argument(message: &str) -> Reply {
    let error = Error {
        kind: "GraphMethodException",
        ..Error::new(100, message)
    };
    error.reply()
}

pub(super) fn exchange(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let parameters = parameters(call);
    if text(&parameters, "client_id").as_deref() != Some(APP_ID) {
        let message =
            "Error validating application. Cannot get application info due to a system error.";
        return Err(refused(101, None, message));
    }
    if text(&parameters, "client_secret").as_deref() != Some(APP_SECRET) {
        return Err(refused(1, None, "Error validating client secret."));
    }
    let Some(grant) = grant_of(state, call).cloned() else {
        return Err(refused(100, None, "Invalid verification code format."));
    };
    if grant.used {
        let message = "This authorization code has been used.";
        return Err(refused(100, Some(36009), message));
    }
    if grant.expires_at <= call.now {
        let message = "This authorization code has expired.";
        return Err(refused(100, Some(36007), message));
    }
    if text(&parameters, "redirect_uri").as_ref() != Some(&grant.redirect_uri) {
        let message = "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request";
        return Err(refused(100, Some(36008), message));
    }
    let verifier = text(&parameters, "code_verifier").unwrap_or_default();
    if let Some(challenge) = &grant.challenge
        && !challenge.is_met_by(&verifier)
    {
        // So the real message begins; which code comes with it is not documented.
        return Err(refused(1, None, "Invalid code verifier."));
    }
    let code = text(&parameters, "code").unwrap_or_default();
    if let Some(grant) = state.facebook.grants.get_mut(&code) {
        grant.used = true;
    }
    let access_token = format!("EAA{}", state.key("facebook access token"));
    let token = Token {
        person: grant.person,
        permissions: grant.permissions,
        expires_at: call.now.checked_add(TOKEN_LIFE).unwrap_or(call.now),
        revoked: false,
    };
    state.facebook.tokens.insert(access_token.clone(), token);
    Ok(Reply::json(
        200,
        &json!({ "access_token": access_token, "token_type": "bearer", "expires_in": TOKEN_LIFE.as_secs() }),
    ))
}

/// The token of the call, when it is one and the call comes from somebody who knows the app's secret.
fn authorized(state: &State, call: &Call) -> Result<Token, Reply> {
    let Some(text_of_token) = token_text(call) else {
        let message =
            "An active access token must be used to query information about the current user.";
        return Err(refused(2500, None, message));
    };
    let Some((_, token)) = token_of(state, call) else {
        let message = "Invalid OAuth access token - Cannot parse access token";
        return Err(refused(190, None, message));
    };
    if token.revoked {
        let message = "Error validating access token: The user has not authorized application 1000000000000001.";
        return Err(refused(190, Some(458), message));
    }
    if token.expires_at <= call.now {
        let message = "Error validating access token: Session has expired.";
        return Err(refused(190, Some(463), message));
    }
    match text(&parameters(call), "appsecret_proof") {
        None => Err(argument(
            "API calls from the server require an appsecret_proof argument",
        )),
        Some(given) if given != proof(&text_of_token) => Err(argument(
            "Invalid appsecret_proof provided in the API argument",
        )),
        Some(_) => Ok(token.clone()),
    }
}

/// What only somebody with the app's secret can compute for a token.
fn proof(access_token: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, APP_SECRET.as_bytes());
    mint::hex(hmac::sign(&key, access_token.as_bytes()).as_ref())
}

pub(super) fn me(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let token = authorized(state, call)?;
    let person = person(&token.person).ok_or_else(|| failure(500))?;
    let fields = text(&parameters(call), "fields").unwrap_or_else(|| "id,name".to_owned());
    let mut body = Map::new();
    for name in fields.split(',').map(str::trim) {
        if let Some(value) = field(call, person, &token, name)? {
            // What stands behind a dot only chooses a form of the field.
            let name = name.split('.').next().unwrap_or_default();
            body.insert(name.to_owned(), value);
        }
    }
    body.insert("id".to_owned(), json!(person.id));
    Ok(Reply::json(200, &Value::Object(body)))
}

/// The value of a field; a field without one is left out of the answer.
fn field(call: &Call, person: &Person, token: &Token, name: &str) -> Result<Option<Value>, Reply> {
    let may_see_email = token.permissions.iter().any(|name| name == "email");
    Ok(match name {
        "id" => Some(json!(person.id)),
        "name" => Some(json!(person.name())),
        "first_name" => Some(json!(person.first_name)),
        "last_name" => Some(json!(person.last_name)),
        "email" => person
            .email
            .filter(|_| may_see_email)
            .map(|email| json!(email)),
        _ if name == "picture" || name.starts_with("picture.") => {
            let url = format!("{}/avatars/{}.svg", call.base, person.account);
            Some(
                json!({ "data": { "height": 200, "is_silhouette": false, "url": url, "width": 200 } }),
            )
        }
        unknown => {
            let message = format!("(#100) Tried accessing nonexisting field ({unknown})");
            return Err(refused(100, None, &message));
        }
    })
}
