//! The page on which a person agrees, and what follows from the decision.

use serde_json::{Map, Value};
use url::Url;

use super::{Grant, Pkce, Server, given, repeated};
use crate::{
    call::{Call, Reply, text},
    oauth::{self, Challenge, UnknownMethod},
    pages,
    state::State,
};

/// A request for consent that has been checked.
struct Request {
    server: &'static Server,
    client_id: String,
    redirect_uri: Url,
    /// The same as it was written: the exchange must repeat it exactly.
    redirect_uri_text: String,
    scopes: Vec<String>,
    state: Option<String>,
    challenge: Option<Challenge>,
}

impl Request {
    /// Checks the parameters; what is wrong with client or address is shown, the rest is sent back to the client.
    fn read(server: &'static Server, fields: &Map<String, Value>) -> Result<Self, Reply> {
        let shown = |text: &str| pages::notice(400, "Something went wrong", text);
        let client_id = given(fields, server.client_id).unwrap_or_default();
        if !server.clients.iter().any(|client| client.id == client_id) {
            let text = format!("The {} is not known.", server.client_id);
            return Err(shown(&text));
        }
        let redirect_uri = oauth::redirect_uri(fields)
            .ok_or_else(|| shown("The redirect_uri is not registered for this application."))?;
        let mut request = Self {
            server,
            client_id,
            redirect_uri,
            redirect_uri_text: text(fields, "redirect_uri").unwrap_or_default(),
            scopes: Vec::new(),
            state: text(fields, "state"),
            challenge: None,
        };
        if text(fields, "response_type").as_deref() != Some("code") {
            return Err(request.refused("unsupported_response_type", "It must be code."));
        }
        let scopes = text(fields, "scope").unwrap_or_default();
        request.scopes = scopes
            .split(server.separator)
            .filter(|scope| !scope.is_empty())
            .map(str::to_owned)
            .collect();
        let known = |scope: &String| server.scopes.iter().any(|(name, _)| name == scope);
        if request.scopes.is_empty() || !request.scopes.iter().all(known) {
            return Err(request.refused("invalid_scope", "A scope is not known."));
        }
        if server.pkce != Pkce::Ignored {
            request.challenge = Challenge::read(fields).map_err(|UnknownMethod| {
                request.refused("invalid_request", "The code_challenge_method is not known.")
            })?;
        }
        if server.pkce == Pkce::Required && request.challenge.is_none() {
            return Err(request.refused("invalid_request", "The code_challenge is missing."));
        }
        Ok(request)
    }

    fn refused(&self, code: &str, description: &str) -> Reply {
        self.back(&[
            ("error", Some(code)),
            ("error_description", Some(description)),
        ])
    }

    fn back(&self, parameters: &[(&str, Option<&str>)]) -> Reply {
        let mut address = self.redirect_uri.clone();
        address.set_fragment(self.server.fragment);
        let mut all = parameters.to_vec();
        all.push(("state", self.state.as_deref()));
        Reply::back_to(address, &all)
    }
}

pub(super) fn ask(server: &'static Server, _: &mut State, call: &Call) -> Result<Reply, Reply> {
    let parameters = call.parameters();
    let request = Request::read(server, &parameters)?;
    let hidden = pages::hidden(&parameters);
    Ok(pages::consent_at(server, &request.scopes, hidden))
}

pub(super) fn decide(
    server: &'static Server,
    state: &mut State,
    call: &Call,
) -> Result<Reply, Reply> {
    let fields = call.fields();
    let request = Request::read(server, &fields)?;
    if text(&fields, "decision").as_deref() != Some("authorize") {
        let denial: Vec<_> = server
            .denial
            .iter()
            .map(|(name, value)| (*name, Some(*value)))
            .collect();
        return Ok(request.back(&denial));
    }
    let person = text(&fields, "account").and_then(|account| server.person(&account));
    let Some(person) = person else {
        let text = "Choose one of the sample accounts.";
        return Err(pages::notice(422, "No such account", text));
    };
    let without = repeated(call, "without");
    let code = format!(
        "{}sbxcode{}",
        server.prefixes.code,
        state.key("social code")
    );
    let grant = Grant {
        id: state.key("social grant"),
        client_id: request.client_id.clone(),
        person: person.account.to_owned(),
        redirect_uri: request.redirect_uri_text.clone(),
        scopes: request
            .scopes
            .iter()
            .filter(|scope| !without.contains(scope))
            .cloned()
            .collect(),
        chosen: chosen(server, person.account, &repeated(call, "choice")),
        challenge: request.challenge.clone(),
        parameters: fields
            .keys()
            .filter_map(|name| Some((name.clone(), text(&fields, name)?)))
            .collect(),
        given_at: call.now,
        expires_at: call.now.checked_add(server.lives.code).unwrap_or(call.now),
        used: false,
    };
    let besides = (server.returns)(&grant);
    let mut parameters = vec![("code", Some(code.as_str()))];
    parameters.extend(
        besides
            .iter()
            .map(|(name, value)| (*name, Some(value.as_str()))),
    );
    let reply = request.back(&parameters);
    state
        .social
        .grants
        .insert(format!("{}/{code}", server.name), grant);
    Ok(reply)
}

/// What the person chose of what they see; when that is nothing, the first, or everything where several may be chosen.
fn chosen(server: &Server, account: &str, values: &[String]) -> Vec<String> {
    let seen = server
        .choices
        .iter()
        .filter(|choice| choice.account == account);
    let picked: Vec<_> = seen
        .clone()
        .filter(|choice| values.iter().any(|value| value == choice.value))
        .collect();
    let picked = if picked.is_empty() {
        seen.collect()
    } else {
        picked
    };
    let most = match picked.first() {
        Some(choice) if !choice.many => 1,
        _ => picked.len(),
    };
    picked
        .into_iter()
        .take(most)
        .map(|choice| choice.value.to_owned())
        .collect()
}
