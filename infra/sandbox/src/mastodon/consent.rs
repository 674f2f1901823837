//! Applications and the consent of an account's owner.

use jiff::SignedDuration;
use serde_json::{Map, Value, json};
use url::Url;

use super::{
    account, error,
    instance::SCOPES,
    tables::{App, Grant},
};
use crate::{
    call::{Call, Reply, text},
    pages,
    state::State,
};

const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);

fn words(text: &str) -> Vec<String> {
    text.split([' ', '+'])
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether a registered scope covers a requested one: `write` covers `write:statuses`.
fn covered(registered: &[String], requested: &str) -> bool {
    registered.iter().any(|scope| {
        scope == requested
            || requested
                .strip_prefix(scope.as_str())
                .is_some_and(|rest| rest.starts_with(':'))
    })
}

pub(super) fn register(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let fields = call.fields();
    let invalid = |what: &str| error(422, &format!("Validation failed: {what}"));
    let name = text(&fields, "client_name")
        .filter(|name| !name.trim().is_empty())
        .ok_or_else(|| invalid("Application name can't be blank"))?;
    let redirect_uris: Vec<String> = match fields.get("redirect_uris") {
        Some(Value::Array(list)) => list
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    if redirect_uris.is_empty() {
        return Err(invalid("Redirect URI can't be blank"));
    }
    if redirect_uris
        .iter()
        .any(|uri| uri != OUT_OF_BAND && Url::parse(uri).is_err())
    {
        return Err(invalid("Redirect URI must be an absolute URI."));
    }
    let scopes = words(&text(&fields, "scopes").unwrap_or_else(|| "read".to_owned()));
    if scopes.iter().any(|scope| !SCOPES.contains(&scope.as_str())) {
        return Err(invalid("Scopes doesn't match configured on the server."));
    }
    let app = App {
        id: state.count().to_string(),
        client_id: state.key("client id"),
        client_secret: state.key("client secret"),
        name,
        website: text(&fields, "website").filter(|website| !website.is_empty()),
        redirect_uris,
        scopes,
    };
    let reply = Reply::json(
        200,
        &json!({
            "id": app.id, "name": app.name, "website": app.website, "scopes": app.scopes,
            "redirect_uris": app.redirect_uris, "redirect_uri": app.redirect_uris.join("\n"),
            "client_id": app.client_id, "client_secret": app.client_secret, "client_secret_expires_at": 0, "vapid_key": "",
        }),
    );
    state
        .mastodon
        .apps
        .insert(format!("{}/{}", call.host, app.client_id), app);
    Ok(reply)
}

/// A request for consent that has been checked.
struct Request {
    app: App,
    redirect_uri: String,
    scopes: Vec<String>,
    state: Option<String>,
    challenge: Option<String>,
}

impl Request {
    /// Checks the parameters; what is wrong with client or address is shown, the rest is sent back to the client.
    fn read(sandbox: &State, call: &Call, fields: &Map<String, Value>) -> Result<Self, Reply> {
        let shown = |status: u16, text: &str| pages::notice(status, "An error has occurred", text);
        let client_id = text(fields, "client_id").unwrap_or_default();
        let app = sandbox.mastodon.apps.get(&format!("{}/{client_id}", call.host)).cloned().ok_or_else(|| {
            shown(401, "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.")
        })?;
        let redirect_uri = text(fields, "redirect_uri").unwrap_or_default();
        if !app.redirect_uris.contains(&redirect_uri) {
            return Err(shown(400, "The redirect URI included is not valid."));
        }
        let state = text(fields, "state");
        let back = |code: &str, description: &str| {
            send_back(
                &redirect_uri,
                &[
                    ("error", Some(code)),
                    ("error_description", Some(description)),
                    ("state", state.as_deref()),
                ],
            )
        };
        if text(fields, "response_type").as_deref() != Some("code") {
            return Err(back(
                "unsupported_response_type",
                "The authorization server does not support this response type.",
            ));
        }
        let scopes = words(&text(fields, "scope").unwrap_or_else(|| "read".to_owned()));
        if scopes.is_empty() || scopes.iter().any(|scope| !covered(&app.scopes, scope)) {
            return Err(back(
                "invalid_scope",
                "The requested scope is invalid, unknown, or malformed.",
            ));
        }
        let challenge = text(fields, "code_challenge").filter(|challenge| !challenge.is_empty());
        if challenge.is_some() && text(fields, "code_challenge_method").as_deref() != Some("S256") {
            return Err(back(
                "invalid_code_challenge_method",
                "The code_challenge_method must be S256.",
            ));
        }
        Ok(Self {
            app,
            redirect_uri,
            scopes,
            state,
            challenge,
        })
    }
}

fn send_back(redirect_uri: &str, parameters: &[(&str, Option<&str>)]) -> Reply {
    match Url::parse(redirect_uri) {
        Ok(url) => Reply::back_to(url, parameters),
        Err(_) => pages::notice(
            400,
            "An error has occurred",
            "The redirect URI included is not valid.",
        ),
    }
}

pub(super) fn ask(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let parameters = call.parameters();
    let request = Request::read(state, call, &parameters)?;
    let hidden = pages::hidden(&parameters);
    Ok(pages::consent_on_mastodon(
        &call.host,
        &request.app.name,
        request.app.website.as_deref(),
        &request.scopes,
        hidden,
    ))
}

pub(super) fn decide(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let fields = call.fields();
    let request = Request::read(state, call, &fields)?;
    let returned = request.state.as_deref();
    if text(&fields, "decision").as_deref() != Some("authorize") {
        let description = "The resource owner or authorization server denied the request.";
        return Ok(send_back(
            &request.redirect_uri,
            &[
                ("error", Some("access_denied")),
                ("error_description", Some(description)),
                ("state", returned),
            ],
        ));
    }
    let chosen = text(&fields, "account").unwrap_or_default();
    let Some(account) = account(&chosen) else {
        return Err(pages::notice(
            422,
            "No such account",
            "Choose one of the sample accounts.",
        ));
    };
    let code = state.key("authorization code");
    let reply = if request.redirect_uri == OUT_OF_BAND {
        pages::notice(200, "Copy this code and paste it to the application", &code)
    } else {
        send_back(
            &request.redirect_uri,
            &[("code", Some(&code)), ("state", returned)],
        )
    };
    let grant = Grant {
        host: call.host.clone(),
        client_id: request.app.client_id,
        account: account.username.to_owned(),
        redirect_uri: request.redirect_uri,
        scopes: request.scopes,
        challenge: request.challenge,
        expires_at: call.now.checked_add(CODE_LIFE).unwrap_or(call.now),
        used: false,
    };
    state.mastodon.grants.insert(code, grant);
    Ok(reply)
}
