//! The Graph API: the exchange of codes and tokens, and who a token stands for.

use aws_lc_rs::hmac;
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::{
    APP_ID, APP_SECRET, Error, grant_of,
    tables::{Person, Token, parameters, person, token_text},
};
use crate::{
    call::{Call, Reply, text},
    meta::{expired_token, failure, no_token, revoked_token, unknown_token},
    mint,
    state::State,
};

const SHORT_LIFE: SignedDuration = SignedDuration::from_hours(2);
const LONG_LIFE: SignedDuration = SignedDuration::from_hours(60 * 24);
/// The token that stands for the application itself.
const APP_TOKEN: &str = "1000000000000001|facebook-sandbox-secret";

pub(super) fn refused(code: u32, subcode: Option<u32>, message: &str) -> Reply {
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

fn require_application(call: &Call) -> Result<(), Reply> {
    let parameters = parameters(call);
    if text(&parameters, "client_id").as_deref() != Some(APP_ID) {
        let message =
            "Error validating application. Cannot get application info due to a system error.";
        return Err(refused(101, None, message));
    }
    if text(&parameters, "client_secret").as_deref() != Some(APP_SECRET) {
        return Err(refused(1, None, "Error validating client secret."));
    }
    Ok(())
}

/// Exchanges a code for a token of the person, which lives for two hours.
pub(super) fn exchange(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    require_application(call)?;
    let parameters = parameters(call);
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
    let token = Token {
        person: grant.person,
        permissions: grant.permissions,
        declined: grant.declined,
        pages: grant.pages,
        page: None,
        long: false,
        expires_at: call.now.checked_add(SHORT_LIFE).ok(),
        revoked: false,
    };
    Ok(granted(state, token, SHORT_LIFE))
}

/// Exchanges a living token of a person for one that lives for sixty days.
pub(super) fn lengthen(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    require_application(call)?;
    let short = text(&parameters(call), "fb_exchange_token").unwrap_or_default();
    let token = living(state, &short, call).map_err(Error::reply)?;
    if token.page.is_some() {
        return Err(argument("The access token must be one of a person."));
    }
    let token = Token {
        long: true,
        expires_at: call.now.checked_add(LONG_LIFE).ok(),
        ..token
    };
    Ok(granted(state, token, LONG_LIFE))
}

fn granted(state: &mut State, token: Token, life: SignedDuration) -> Reply {
    let access_token = keep(state, token);
    Reply::json(
        200,
        &json!({ "access_token": access_token, "token_type": "bearer", "expires_in": life.as_secs() }),
    )
}

/// Makes the text of a token, and keeps it.
pub(super) fn keep(state: &mut State, token: Token) -> String {
    let text = format!("EAAsbxsecret{}", state.key("facebook access token"));
    state.facebook.tokens.insert(text.clone(), token);
    text
}

/// The token with that text, if it is alive.
pub(super) fn living(state: &State, text: &str, call: &Call) -> Result<Token, Error> {
    let token = state.facebook.tokens.get(text).ok_or_else(unknown_token)?;
    if token.revoked {
        return Err(revoked_token(APP_ID));
    }
    if token.expires_at.is_some_and(|end| end <= call.now) {
        return Err(expired_token());
    }
    Ok(token.clone())
}

/// Lets only the application itself pass.
pub(super) fn require_own_token(call: &Call) -> Result<(), Reply> {
    if token_text(call).as_deref() == Some(APP_TOKEN) {
        return require_proof(call, APP_TOKEN);
    }
    Err(refused(
        190,
        None,
        "Invalid OAuth access token - the token of an application is needed.",
    ))
}

/// Whether the call comes in the name of the application itself.
pub(super) fn is_own(call: &Call) -> bool {
    token_text(call).as_deref() == Some(APP_TOKEN)
}

/// The token of the call, when it is one and the call comes from somebody who knows the app's secret.
pub(super) fn authorized(state: &State, call: &Call) -> Result<Token, Reply> {
    let text_of_token = token_text(call).ok_or_else(|| no_token().reply())?;
    let token = living(state, &text_of_token, call).map_err(Error::reply)?;
    require_proof(call, &text_of_token).map(|()| token)
}

fn require_proof(call: &Call, text_of_token: &str) -> Result<(), Reply> {
    match text(&parameters(call), "appsecret_proof") {
        None => Err(argument(
            "API calls from the server require an appsecret_proof argument",
        )),
        Some(given) if given != proof(text_of_token) => Err(argument(
            "Invalid appsecret_proof provided in the API argument",
        )),
        Some(_) => Ok(()),
    }
}

/// What only somebody with the app's secret can compute for a token.
fn proof(access_token: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, APP_SECRET.as_bytes());
    mint::hex(hmac::sign(&key, access_token.as_bytes()).as_ref())
}

pub(super) fn me(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let token = authorized(state, call)?;
    if let Some(page) = &token.page {
        return super::pages::node(call, &token, page);
    }
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
