//! The channels of the workspaces, and which of them the app sees.

use serde_json::{Value, json};

use super::{error, workspace};
use crate::{
    call::{Call, Reply, flag, text},
    social::{Server, parameters},
    state::State,
};

const LONGEST_PAGE: usize = 1_000;
const PAGE: usize = 100;

struct Channel {
    person: &'static str,
    id: &'static str,
    name: &'static str,
    private: bool,
    /// Whether the app is in there.
    member: bool,
    archived: bool,
}

const fn channel(person: &'static str, id: &'static str, name: &'static str) -> Channel {
    Channel {
        person,
        id,
        name,
        private: false,
        member: false,
        archived: false,
    }
}

const CHANNELS: &[Channel] = &[
    channel("sari", "C0SBXUMUM", "umum"),
    Channel {
        member: true,
        ..channel("sari", "C0SBXBERITA", "berita")
    },
    Channel {
        private: true,
        member: true,
        ..channel("sari", "C0SBXREDAKSI", "redaksi")
    },
    Channel {
        private: true,
        ..channel("sari", "C0SBXDIREKSI", "direksi")
    },
    Channel {
        archived: true,
        ..channel("sari", "C0SBXARSIP", "arsip")
    },
    channel("bima", "C0SBXSTUDIO", "umum"),
    Channel {
        private: true,
        ..channel("citra", "C0SBXRAHASIA", "rahasia")
    },
    Channel {
        archived: true,
        ..channel("citra", "C0SBXLAMA", "lama")
    },
    channel("dimas", "C0SBXLAB", "umum"),
    channel("dimas", "C0SBXRILIS", "rilis"),
];

/// The channels that the app sees in a workspace: private ones only when it is in there.
fn seen(person: &str) -> impl Iterator<Item = &'static Channel> {
    CHANNELS
        .iter()
        .filter(move |channel| channel.person == person && (channel.member || !channel.private))
}

fn shown(channel: &Channel) -> Value {
    json!({
        "id": channel.id, "name": channel.name, "name_normalized": channel.name, "is_channel": true, "is_group": false,
        "is_im": false, "is_mpim": false, "is_private": channel.private, "is_archived": channel.archived,
        "is_member": channel.member, "is_general": channel.name == "umum", "is_shared": false,
        "topic": { "value": "", "creator": "", "last_set": 0 }, "purpose": { "value": "", "creator": "", "last_set": 0 },
    })
}

pub(super) fn list(_: &'static Server, state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let fields = parameters(call);
    let types = text(&fields, "types").unwrap_or_else(|| "public_channel".to_owned());
    let asks = |kind: &str| types.split(',').any(|asked| asked.trim() == kind);
    let mut scopes = Vec::new();
    if asks("public_channel") {
        scopes.push("channels:read");
    }
    if asks("private_channel") {
        scopes.push("groups:read");
    }
    let person = workspace(state, call, &scopes)?;
    let without_archived = flag(&fields, "exclude_archived");
    let found: Vec<&Channel> = seen(&person)
        .filter(|channel| {
            let kind = if channel.private {
                "private_channel"
            } else {
                "public_channel"
            };
            asks(kind)
        })
        .filter(|channel| !(without_archived && channel.archived))
        .collect();
    let number = |name: &str| text(&fields, name).and_then(|text| text.parse::<usize>().ok());
    let limit = number("limit").unwrap_or(PAGE).clamp(1, LONGEST_PAGE);
    let from = match text(&fields, "cursor").filter(|cursor| !cursor.is_empty()) {
        None => 0,
        Some(cursor) => cursor
            .strip_prefix("page:")
            .and_then(|from| from.parse().ok())
            .ok_or_else(|| error("invalid_cursor"))?,
    };
    let end = (from + limit).min(found.len());
    let page: Vec<Value> = found
        .iter()
        .take(end)
        .skip(from)
        .map(|channel| shown(channel))
        .collect();
    let next = if end < found.len() {
        format!("page:{end}")
    } else {
        String::new()
    };
    let body =
        json!({ "ok": true, "channels": page, "response_metadata": { "next_cursor": next } });
    Ok(Reply::json(200, &body))
}

pub(super) fn info(_: &'static Server, state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let person = workspace(state, call, &["channels:read"])?;
    let wanted = text(&parameters(call), "channel").unwrap_or_default();
    let channel = seen(&person)
        .find(|channel| channel.id == wanted)
        .ok_or_else(|| error("channel_not_found"))?;
    if channel.private {
        workspace(state, call, &["groups:read"])?;
    }
    Ok(Reply::json(
        200,
        &json!({ "ok": true, "channel": shown(channel) }),
    ))
}
