//! A channel or group: how people name it, what Telegram says about it, and what a bot may do there.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use super::{Problem, WEB, WEB_CLIENT, ask, bot_of};
use crate::egress::Egress;
use crate::text::quoted;

/// What is worth knowing of the rights of a bot.
const RIGHTS: [&str; 7] = [
    "can_post_messages",
    "can_edit_messages",
    "can_delete_messages",
    "can_send_messages",
    "can_send_photos",
    "can_send_videos",
    "can_send_documents",
];

#[derive(Deserialize)]
struct Chat {
    id: i64,
    #[serde(rename = "type")]
    kind: String,
    title: Option<String>,
    username: Option<String>,
    /// What ordinary members of a group may do.
    permissions: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct Member {
    status: String,
    user: User,
    #[serde(flatten)]
    rights: Map<String, Value>,
}

#[derive(Deserialize)]
struct User {
    id: i64,
}

/// A channel or group as a bot sees it.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) id: String,
    /// The name in its address, or else its title.
    pub(super) handle: String,
    pub(super) title: String,
    pub(super) url: Url,
    /// What the bot is there, and what it may do.
    pub(super) rights: Vec<String>,
    /// What keeps the bot from posting there.
    pub(super) obstacle: Option<&'static str>,
}

/// Looks a chat up, and what the bot may do there; nothing, when it is no channel or group.
pub(super) async fn look_up(
    egress: &Egress,
    token: &SecretString,
    chat: &str,
) -> Result<Option<Place>, Problem> {
    let strange = || Problem::Unclear("it answered for somebody else".to_owned());
    let bot = bot_of(token.expose_secret()).ok_or(Problem::DeadToken)?;
    let found: Chat = ask(egress, token, "getChat", &[("chat_id", chat)]).await?;
    if !matches!(found.kind.as_str(), "channel" | "supergroup" | "group") {
        return Ok(None);
    }
    // Only people have ids above zero.
    if found.id >= 0 || (chat.starts_with('-') && chat != found.id.to_string()) {
        return Err(strange());
    }
    let id = found.id.to_string();
    let form = [("chat_id", id.as_str()), ("user_id", &bot.to_string())];
    let member: Member = ask(egress, token, "getChatMember", &form).await?;
    if member.user.id != bot {
        return Err(strange());
    }
    let username = found.username.as_deref().filter(|name| is_username(name));
    let title = found
        .title
        .as_deref()
        .map(quoted)
        .filter(|title| !title.is_empty());
    let url = match username {
        Some(name) => Url::parse(&format!("https://{WEB}/{name}")),
        None => Url::parse(&format!("https://{WEB_CLIENT}/a/#{id}")),
    };
    let handle = username
        .map(str::to_owned)
        .or_else(|| title.clone())
        .unwrap_or_else(|| id.clone());
    Ok(Some(Place {
        rights: rights(&found, &member),
        obstacle: obstacle(&found, &member),
        title: title.unwrap_or_else(|| handle.clone()),
        handle,
        url: egress.browser_url(&url.map_err(|_| strange())?),
        id,
    }))
}

fn allows(rights: &Map<String, Value>, name: &str) -> Option<bool> {
    rights.get(name)?.as_bool()
}

/// What the bot is there, and which of the rights it has.
fn rights(chat: &Chat, member: &Member) -> Vec<String> {
    let rights = match (member.status.as_str(), &chat.permissions) {
        ("member", Some(permissions)) => permissions,
        _ => &member.rights,
    };
    let held = RIGHTS
        .into_iter()
        .filter(|name| allows(rights, name) == Some(true));
    [quoted(&member.status)]
        .into_iter()
        .chain(held.map(str::to_owned))
        .collect()
}

/// Deleting its own posts needs no right of its own: who may post in a channel may delete what it posted.
fn obstacle(chat: &Chat, member: &Member) -> Option<&'static str> {
    const OUTSIDE: &str = "it is not in there: add it, to a channel as an administrator";
    const MUTE: &str = "messages are not permitted to it there: make it an administrator, or let members send messages";
    let may = |right: &str| allows(&member.rights, right) == Some(true);
    match (chat.kind.as_str(), member.status.as_str()) {
        (_, "left" | "kicked") => Some(OUTSIDE),
        (_, "creator") => None,
        ("channel", "administrator") => (!may("can_post_messages")).then_some(
            "it is an administrator without the right to post messages (can_post_messages): give it this right",
        ),
        ("channel", _) => Some(
            "it is no administrator: make it one, with the right to post messages (can_post_messages)",
        ),
        (_, "administrator") => None,
        (_, "member") => {
            let members = chat.permissions.as_ref();
            let muted = members.and_then(|may| allows(may, "can_send_messages")) == Some(false);
            muted.then_some(MUTE)
        }
        (_, "restricted") if allows(&member.rights, "is_member") == Some(false) => Some(OUTSIDE),
        (_, "restricted") => (!may("can_send_messages")).then_some(MUTE),
        _ => Some("Telegram does not say what it may do there"),
    }
}

/// What the Bot API takes for a chat that somebody typed: an id, a name, or an address of one of both.
pub(super) fn identifier(typed: &str) -> Result<String, &'static str> {
    let typed = typed.trim();
    let bare = typed
        .strip_prefix("https://")
        .or_else(|| typed.strip_prefix("http://"))
        .unwrap_or(typed);
    let name = match bare.split_once('/') {
        None => bare,
        Some((WEB_CLIENT, page)) => page.split_once('#').map_or("", |(_, chat)| chat),
        Some((WEB | "telegram.me", path)) => {
            let path = path.strip_prefix("s/").unwrap_or(path);
            if path.starts_with('+') || path.starts_with("joinchat/") {
                return Err(
                    "an invitation does not say which channel or group it is for: enter its @name or its id, which begins with -",
                );
            }
            if let Some(private) = path.strip_prefix("c/") {
                let id = private.split('/').next().unwrap_or_default();
                return id_of(&format!("-100{id}")).ok_or(WRONG);
            }
            path.split(['/', '?', '#']).next().unwrap_or_default()
        }
        Some(_) => return Err(WRONG),
    };
    if name.starts_with('-') {
        return id_of(name).ok_or(WRONG);
    }
    let name = name.strip_prefix('@').unwrap_or(name);
    if name.bytes().all(|byte| byte.is_ascii_digit()) && !name.is_empty() {
        return Err("the id of a channel or group begins with -, mostly with -100");
    }
    is_username(name).then(|| format!("@{name}")).ok_or(WRONG)
}

const WRONG: &str = "enter the @name of the channel or group, or its id, which begins with -";

fn id_of(text: &str) -> Option<String> {
    let digits = text.strip_prefix('-')?;
    let fits = (1..=16).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let id: i64 = text.parse().ok().filter(|_| fits)?;
    (id < 0).then(|| id.to_string())
}

fn is_username(name: &str) -> bool {
    (4..=32).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
