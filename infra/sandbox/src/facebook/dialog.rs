//! The dialog in which a person lets an application know who they are.

use serde_json::{Map, Value};
use url::Url;

use super::{
    APP_ID,
    tables::{CHOICES, Grant, PAGES, person},
};
use crate::{
    call::{Call, Reply, text},
    oauth::{self, Challenge, UnknownMethod},
    pages,
    social::repeated,
    state::State,
};

/// What an application may ask for.
const PERMISSIONS: [&str; 7] = [
    "public_profile",
    "email",
    "pages_show_list",
    "pages_manage_posts",
    "pages_read_engagement",
    "pages_manage_engagement",
    "business_management",
];

/// A request for consent that has been checked.
struct Request {
    redirect_uri: Url,
    /// The same as it was written: the exchange must repeat it exactly.
    redirect_uri_text: String,
    permissions: Vec<String>,
    /// Whether to ask again for what a person has once declined.
    again: bool,
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
        let known = |name: &String| PERMISSIONS.contains(&name.as_str());
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
            again: text(fields, "auth_type").as_deref() == Some("rerequest"),
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
    let choices: &[_] = if request
        .permissions
        .iter()
        .any(|name| name == "pages_show_list")
    {
        &CHOICES
    } else {
        &[]
    };
    Ok(pages::consent_at_facebook(
        &request.permissions,
        choices,
        hidden,
    ))
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
    let mut without = repeated(call, "without");
    if !request.again
        && let Some(before) = state.facebook.declined.get(person.account)
    {
        without.extend(before.iter().cloned());
    }
    // Everybody lets an application know who they are.
    let (declined, permissions): (Vec<_>, Vec<_>) = request
        .permissions
        .iter()
        .cloned()
        .partition(|name| without.contains(name) && name != "public_profile");
    state
        .facebook
        .declined
        .insert(person.account, declined.clone());
    let code = format!("AQsbxcode{}", state.key("facebook code"));
    let reply = request.back(&[("code", Some(&code))]);
    let grant = Grant {
        person: person.account.to_owned(),
        redirect_uri: request.redirect_uri_text,
        permissions,
        declined,
        pages: ticked(person.account, &repeated(call, "choice")),
        challenge: request.challenge,
        expires_at: call.now.checked_add(oauth::CODE_LIFE).unwrap_or(call.now),
        used: false,
    };
    state.facebook.grants.insert(code, grant);
    Ok(reply)
}

/// The pages that the person ticked; all of them, where none was.
fn ticked(account: &str, choices: &[String]) -> Vec<String> {
    let own: Vec<String> = PAGES
        .iter()
        .filter(|page| page.manager == account)
        .map(|page| page.id.to_owned())
        .collect();
    let picked: Vec<String> = own
        .iter()
        .filter(|page| choices.contains(page))
        .cloned()
        .collect();
    if picked.is_empty() { own } else { picked }
}
