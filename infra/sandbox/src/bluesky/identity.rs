//! Who is who: handles, DIDs, the server itself.

use serde_json::{Value, json};

use super::{
    HOST, error, invalid,
    tables::{Account, account},
};
use crate::{
    call::{Call, Reply, text},
    state::State,
};

pub(super) fn did_document(account: &Account) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/did/v1"],
        "id": account.did,
        "alsoKnownAs": [format!("at://{}", account.handle)],
        "service": [{ "id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": format!("https://{HOST}") }],
    })
}

pub(super) fn describe_server() -> Reply {
    Reply::json(
        200,
        &json!({ "did": format!("did:web:{HOST}"), "availableUserDomains": [format!(".{HOST}")], "inviteCodeRequired": true, "links": {}, "contact": {} }),
    )
}

pub(super) fn resolve_handle(_: &mut State, call: &Call) -> Result<Reply, Reply> {
    let handle = text(&call.parameters(), "handle")
        .ok_or_else(|| invalid("Params must have the property \"handle\""))?;
    let account = account(&handle).filter(|account| account.handle.eq_ignore_ascii_case(&handle));
    let account = account.ok_or_else(|| invalid("Unable to resolve handle"))?;
    Ok(Reply::json(200, &json!({ "did": account.did })))
}

/// The account that a repository parameter names by DID or handle.
pub(super) fn repository(name: Option<String>) -> Result<&'static Account, Reply> {
    let name = name.ok_or_else(|| invalid("Params must have the property \"repo\""))?;
    account(&name)
        .ok_or_else(|| error(400, "RepoNotFound", &format!("Could not find repo: {name}")))
}

pub(super) fn describe_repo(_: &mut State, call: &Call) -> Result<Reply, Reply> {
    let account = repository(text(&call.parameters(), "repo"))?;
    Ok(Reply::json(
        200,
        &json!({
            "handle": account.handle, "did": account.did, "didDoc": did_document(account),
            "collections": ["app.bsky.actor.profile", "app.bsky.feed.post"], "handleIsCorrect": true,
        }),
    ))
}

pub(super) fn profile(_: &mut State, call: &Call) -> Result<Reply, Reply> {
    let actor = text(&call.parameters(), "actor")
        .ok_or_else(|| invalid("Params must have the property \"actor\""))?;
    let account = account(&actor).ok_or_else(|| invalid("Profile not found"))?;
    let avatar = format!("{}/avatars/{}.svg", call.base, account.name_in_urls());
    Ok(Reply::json(
        200,
        &json!({ "did": account.did, "handle": account.handle, "displayName": account.name, "avatar": avatar }),
    ))
}
