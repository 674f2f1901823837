//! The dialog in which a person lets an application know who they are.

use serde_json::{Map, Value};
use url::Url;

use super::{
    APP_ID,
    tables::{Grant, person},
};
use crate::{
    call::{Call, Reply, text},
    oauth::{self, Challenge, UnknownMethod},
    pages,
    state::State,
};

/// A request for sign-in that has been checked.
struct Request {
    redirect_uri: Url,
    /// The same as it was written: the exchange must repeat it exactly.
    redirect_uri_text: String,
    permissions: Vec<String>,
    state: Option<String>,
    challenge: Option<Challenge>,
}

impl Request {
    /// Checks the parameters; Facebook shows what is wrong with them, and sends nothing of it back.
    fn read(fields: &Map<String, Value>) -> Result<Self, Reply> {
        let shown = |title: &str, text: &str| pages::notice(400, title, text);
        if text(fields, "client_id").as_deref() != Some(APP_ID) {
            let title = "Invalid App ID";
            return Err(shown(
                title,
                "The provided app ID does not look like a valid app ID.",
            ));
        }
        let redirect_uri = oauth::redirect_uri(fields).ok_or_else(|| {
            let text = "The redirect URI is not whitelisted in the app’s Client OAuth Settings.";
            shown("URL blocked", text)
        })?;
        if text(fields, "response_type").is_some_and(|kind| kind != "code") {
            return Err(shown(
                "Invalid parameter",
                "The response_type must be code.",
            ));
        }
        let scope = text(fields, "scope").unwrap_or_default();
        let mut permissions: Vec<String> = scope
            .split([',', ' '])
            .filter(|permission| !permission.is_empty())
            .map(str::to_owned)
            .collect();
        if permissions.is_empty() {
            permissions.push("public_profile".to_owned());
        }
        let known = |name: &String| matches!(name.as_str(), "public_profile" | "email");
        if let Some(unknown) = permissions.iter().find(|name| !known(name)) {
            let text = format!("Invalid Scopes: {unknown}.");
            return Err(shown("Invalid Scopes", &text));
        }
        let challenge = Challenge::read(fields).map_err(|UnknownMethod| {
            shown(
                "Invalid parameter",
                "The code_challenge_method must be S256 or plain.",
            )
        })?;
        Ok(Self {
            redirect_uri,
            redirect_uri_text: text(fields, "redirect_uri").unwrap_or_default(),
            permissions,
            state: text(fields, "state"),
            challenge,
        })
    }

    /// Facebook ends the address with a fragment, so that none of the page before is kept.
    fn back(&self, parameters: &[(&str, Option<&str>)]) -> Reply {
        let mut address = self.redirect_uri.clone();
        address.set_fragment(Some("_=_"));
        let mut all = parameters.to_vec();
        all.push(("state", self.state.as_deref()));
        Reply::back_to(address, &all)
    }
}

pub(super) fn ask(call: &Call) -> Result<Reply, Reply> {
    let parameters = call.parameters();
    let request = Request::read(&parameters)?;
    let hidden = pages::hidden(&parameters);
    Ok(pages::consent_at_facebook(&request.permissions, hidden))
}

pub(super) fn decide(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let fields = call.fields();
    let request = Request::read(&fields)?;
    if text(&fields, "decision").as_deref() != Some("authorize") {
        return Ok(request.back(&[
            ("error", Some("access_denied")),
            ("error_code", Some("200")),
            ("error_description", Some("Permissions error")),
            ("error_reason", Some("user_denied")),
        ]));
    }
    let chosen = text(&fields, "account").unwrap_or_default();
    let Some(person) = person(&chosen) else {
        let text = "Choose one of the sample accounts.";
        return Err(pages::notice(422, "No such account", text));
    };
    let code = format!("AQ{}", state.key("facebook code"));
    let reply = request.back(&[("code", Some(&code))]);
    let grant = Grant {
        person: person.account.to_owned(),
        redirect_uri: request.redirect_uri_text,
        permissions: request.permissions,
        challenge: request.challenge,
        expires_at: call.now.checked_add(oauth::CODE_LIFE).unwrap_or(call.now),
        used: false,
    };
    state.facebook.grants.insert(code, grant);
    Ok(reply)
}
