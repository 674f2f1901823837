//! The channels of a workspace, and which of them the app can post in.

use secrecy::SecretString;
use serde::Deserialize;

use super::is_id;
use super::workspace::ask;
use crate::connect::ConnectError;
use crate::egress::Egress;
use crate::text::quoted;

/// As many channels as are read, in pages of this size, and offered; the ones that the app is in come first.
const PAGE: usize = 200;
const PAGES: usize = 10;
const OFFERED: usize = 200;

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    channels: Vec<Channel>,
    #[serde(default)]
    response_metadata: Metadata,
}

#[derive(Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    next_cursor: String,
}

/// A channel as the app sees it.
#[derive(Deserialize)]
pub(super) struct Channel {
    pub(super) id: String,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) is_member: bool,
    #[serde(default)]
    is_private: bool,
    #[serde(default)]
    pub(super) is_archived: bool,
}

impl Channel {
    /// What it is called where people read it.
    pub(super) fn title(&self) -> String {
        let name = quoted(&self.name);
        if name.is_empty() {
            self.id.clone()
        } else {
            format!("#{name}")
        }
    }

    /// Whether the app can post there, at least after it has joined.
    pub(super) fn is_open(&self) -> bool {
        is_id(&self.id, b"CG") && !self.is_archived && (self.is_member || !self.is_private)
    }
}

/// The channels that the app can post in, the ones that it is in already first.
pub(super) async fn list(
    egress: &Egress,
    token: &SecretString,
) -> Result<Vec<Channel>, ConnectError> {
    let limit = PAGE.to_string();
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for _ in 0..PAGES {
        let form = [
            ("types", "public_channel,private_channel"),
            ("exclude_archived", "true"),
            ("limit", &limit),
            ("cursor", &cursor),
        ];
        let given = if cursor.is_empty() { 3 } else { 4 };
        let page: Page = ask(egress, token, "conversations.list", &form[..given])
            .await
            .map_err(|problem| {
                problem.while_connecting(|code| {
                    ConnectError::refused(format!("Slack does not list the channels: {code}"))
                })
            })?;
        found.extend(page.channels.into_iter().filter(Channel::is_open));
        cursor = page.response_metadata.next_cursor;
        if cursor.is_empty() {
            break;
        }
    }
    found.sort_by(|one, other| {
        let place =
            |channel: &Channel| (!channel.is_member, channel.name.clone(), channel.id.clone());
        place(one).cmp(&place(other))
    });
    found.dedup_by(|one, other| one.id == other.id);
    found.truncate(OFFERED);
    Ok(found)
}
