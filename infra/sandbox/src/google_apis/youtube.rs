//! YouTube's channels.

use serde_json::{Value, json};

use super::errors::{authorized, error};
use crate::{
    call::{Call, Reply, text},
    social::Server,
    state::State,
};

pub(super) const HOST: &str = "www.googleapis.com";
pub(super) const SCOPE: &str = "https://www.googleapis.com/auth/youtube";

/// A channel, and who has it.
struct Channel {
    person: &'static str,
    id: &'static str,
    title: &'static str,
    /// Channels from before there were handles have none.
    handle: Option<&'static str>,
}

const CHANNELS: &[Channel] = &[
    Channel {
        person: "sari",
        id: "UCsariwijaya000000000001",
        title: "Sari Wijaya",
        handle: Some("@sariwijaya"),
    },
    Channel {
        person: "sari",
        id: "UCkopiaurora000000000002",
        title: "Kopi Aurora",
        handle: Some("@kopiaurora"),
    },
    Channel {
        person: "bima",
        id: "UCbimaprasetyo0000000003",
        title: "Bima Prasetyo",
        handle: Some("@bimaprasetyo"),
    },
    Channel {
        person: "dimas",
        id: "UCdimasputra000000000004",
        title: "Dimas Putra",
        handle: None,
    },
];

pub(super) fn channels(
    server: &'static Server,
    state: &mut State,
    call: &Call,
) -> Result<Reply, Reply> {
    let token = authorized(server, state, call, SCOPE)?;
    let parameters = call.parameters();
    let invalid = |reason, message| error(400, "INVALID_ARGUMENT", reason, message);
    let part = text(&parameters, "part")
        .ok_or_else(|| invalid("missingRequiredParameter", "No parts were given."))?;
    if text(&parameters, "mine").as_deref() != Some("true") {
        return Err(invalid("missingRequiredParameter", "No filter selected."));
    }
    let parts: Vec<&str> = part.split(',').collect();
    let items: Vec<Value> = CHANNELS
        .iter()
        .filter(|channel| channel.person == token.person)
        .map(|channel| channel.with(&parts))
        .collect();
    if items.is_empty() {
        let message = "Unauthorized";
        return Err(error(
            401,
            "UNAUTHENTICATED",
            "youtubeSignupRequired",
            message,
        ));
    }
    let page = json!({ "totalResults": items.len(), "resultsPerPage": items.len() });
    let body = json!({ "kind": "youtube#channelListResponse", "pageInfo": page, "items": items });
    Ok(Reply::json(200, &body))
}

impl Channel {
    fn with(&self, parts: &[&str]) -> Value {
        let mut body = json!({ "kind": "youtube#channel", "id": self.id });
        if parts.contains(&"snippet") {
            body["snippet"] = json!({ "title": self.title, "description": "" });
            if let Some(handle) = self.handle {
                body["snippet"]["customUrl"] = json!(handle);
            }
        }
        body
    }
}
