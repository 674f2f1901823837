//! The page on which a person chooses a Google account, and what follows from the choice.

use serde_json::{Map, Value};
use url::Url;

use super::{
    CLIENT_ID, ISSUER,
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
    scopes: Vec<String>,
    state: Option<String>,
    nonce: Option<String>,
    challenge: Option<Challenge>,
}

impl Request {
    /// Checks the parameters; what is wrong with client or address is shown, the rest is sent back to the client.
    fn read(fields: &Map<String, Value>) -> Result<Self, Reply> {
        let shown = |status: u16, text: &str| {
            pages::notice(status, "Access blocked: Authorization Error", text)
        };
        if text(fields, "client_id").as_deref() != Some(CLIENT_ID) {
            return Err(shown(
                401,
                "The OAuth client was not found. Error 401: invalid_client",
            ));
        }
        let redirect_uri = oauth::redirect_uri(fields).ok_or_else(|| {
            let text = "The redirect address is not registered for this application. Error 400: redirect_uri_mismatch";
            shown(400, text)
        })?;
        let mut request = Self {
            redirect_uri,
            redirect_uri_text: text(fields, "redirect_uri").unwrap_or_default(),
            scopes: Vec::new(),
            state: text(fields, "state"),
            nonce: text(fields, "nonce"),
            challenge: None,
        };
        if text(fields, "response_type").as_deref() != Some("code") {
            return Err(request.refused("unsupported_response_type", None));
        }
        let scopes = text(fields, "scope").unwrap_or_default();
        request.scopes = scopes.split_whitespace().map(str::to_owned).collect();
        let known = |scope: &String| matches!(scope.as_str(), "openid" | "email" | "profile");
        if request.scopes.is_empty() || !request.scopes.iter().all(known) {
            return Err(
                request.refused("invalid_scope", Some("Some requested scopes were invalid."))
            );
        }
        request.challenge = Challenge::read(fields).map_err(|UnknownMethod| {
            request.refused("invalid_request", Some("Invalid code_challenge_method."))
        })?;
        Ok(request)
    }

    fn refused(&self, code: &str, description: Option<&str>) -> Reply {
        self.back(&[("error", Some(code)), ("error_description", description)])
    }

    /// Every answer says who it is from (RFC 9207).
    fn back(&self, parameters: &[(&str, Option<&str>)]) -> Reply {
        let mut all = vec![("state", self.state.as_deref()), ("iss", Some(ISSUER))];
        all.extend(parameters);
        Reply::back_to(self.redirect_uri.clone(), &all)
    }
}

/// The scopes by the names that answers give them: an address for each that Google had before OpenID Connect.
pub(super) fn full_names(scopes: &[String]) -> Vec<&str> {
    let named = scopes.iter().map(|scope| match scope.as_str() {
        "email" => "https://www.googleapis.com/auth/userinfo.email",
        "profile" => "https://www.googleapis.com/auth/userinfo.profile",
        other => other,
    });
    named.collect()
}

pub(super) fn ask(call: &Call) -> Result<Reply, Reply> {
    let parameters = call.parameters();
    let request = Request::read(&parameters)?;
    let hidden = pages::hidden(&parameters);
    Ok(pages::consent_at_google(&request.scopes, hidden))
}

pub(super) fn decide(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let fields = call.fields();
    let request = Request::read(&fields)?;
    if text(&fields, "decision").as_deref() != Some("authorize") {
        return Ok(request.refused("access_denied", None));
    }
    let chosen = text(&fields, "account").unwrap_or_default();
    let Some(person) = person(&chosen) else {
        let text = "Choose one of the sample accounts.";
        return Err(pages::notice(422, "No such account", text));
    };
    let code = format!("4/0A{}", state.key("google code"));
    // The redirect tells both names of a scope that has two.
    let mut scopes: Vec<&str> = request.scopes.iter().map(String::as_str).collect();
    for name in full_names(&request.scopes) {
        if !scopes.contains(&name) {
            scopes.push(name);
        }
    }
    let scope = scopes.join(" ");
    let reply = request.back(&[
        ("code", Some(&code)),
        ("scope", Some(&scope)),
        ("authuser", Some("0")),
        ("hd", person.workspace),
        ("prompt", Some("consent")),
    ]);
    let grant = Grant {
        person: person.account.to_owned(),
        redirect_uri: request.redirect_uri_text,
        scopes: request.scopes,
        nonce: request.nonce,
        challenge: request.challenge,
        expires_at: call.now.checked_add(oauth::CODE_LIFE).unwrap_or(call.now),
        used: false,
    };
    state.google.grants.insert(code, grant);
    Ok(reply)
}
