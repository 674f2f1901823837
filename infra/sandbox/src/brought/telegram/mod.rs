//! Telegram: the Bot API at `api.telegram.org`, as far as connecting needs it, with bots in channels and groups.

mod chats;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use self::chats::{BOTS, Bot, CHATS, Chat, Place};
use super::{Handler, Sample, Service, is_over, placeholder};
use crate::{
    call::{Call, Reply, text},
    social::parameters,
    state::State,
};

const API: &str = "api.telegram.org";
const WEB: &str = "t.me";
const WEB_CLIENT: &str = "web.telegram.org";

const SARI: &str = "7000000001:AAsbxsecretSari00000000000000000001";
const BIMA: &str = "7000000002:AAsbxsecretBima00000000000000000002";
const CITRA: &str = "7000000003:AAsbxsecretCitra0000000000000000003";

const fn sample(
    account: &'static str,
    name: &'static str,
    handle: &'static str,
    secret: &'static str,
    note: &'static str,
) -> Sample {
    Sample {
        account,
        name,
        handle,
        secret,
        note: Some(note),
        colours: ["#2aabee", "#1c6ea4"],
    }
}

pub(super) static TELEGRAM: Service = Service {
    name: "telegram",
    title: "Telegram",
    how: "Connect with the token of a bot, and the name or id of a channel or group that it may post in.",
    tint: "#1c7fb6",
    hosts: &[WEB, API, WEB_CLIENT],
    routes,
    secret: |call| bot_of(call).map(|bot| (bot.token.to_owned(), bot.person)),
    too_many,
    failure,
    samples: &[
        sample("sari", "Sari Kabar", "@sari_kabar", SARI, "channel"),
        sample(
            "redaksi",
            "Redaksi Sari",
            "-1001000000002",
            SARI,
            "private channel",
        ),
        sample("diskusi", "Diskusi Sari", "@sari_diskusi", SARI, "group"),
        sample(
            "arsip",
            "Arsip Sari",
            "@sari_arsip",
            SARI,
            "may not post there",
        ),
        sample(
            "bima",
            "Bima Kabar",
            "@bima_kabar",
            BIMA,
            "the bot’s only channel",
        ),
        sample(
            "citra",
            "Citra Bot",
            "citra_sbx_bot",
            CITRA,
            "is in no channel",
        ),
    ],
};

/// The bot whose token stands in the path.
fn bot_of(call: &Call) -> Option<&'static Bot> {
    let token = call.segment(0).strip_prefix("bot")?;
    BOTS.iter().find(|bot| bot.token == token)
}

fn routes(call: &Call) -> Option<(&'static str, Handler)> {
    match (
        call.host.as_str(),
        call.method.as_str(),
        call.segments().as_slice(),
    ) {
        (API, "GET" | "POST", [bot, method]) if bot.starts_with("bot") => {
            let methods: [(&'static str, Handler); 3] = [
                ("getMe", get_me),
                ("getChat", get_chat),
                ("getChatMember", get_chat_member),
            ];
            methods
                .into_iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(method))
        }
        (WEB, "GET", [name]) if *name != "avatars" => {
            Some(("page", |_, call| Ok(placeholder(call))))
        }
        (WEB_CLIENT, "GET", [_]) => Some(("page", |_, call| Ok(placeholder(call)))),
        _ => None,
    }
}

fn authorized(state: &State, call: &Call) -> Result<&'static Bot, Reply> {
    let token = call.segment(0).trim_start_matches("bot");
    let well_formed = token.split_once(':').is_some_and(|(id, secret)| {
        id.bytes().all(|byte| byte.is_ascii_digit()) && secret.len() == 35
    });
    if !well_formed {
        return Err(failure(404));
    }
    bot_of(call)
        .filter(|bot| !is_over(&TELEGRAM, state, bot.token))
        .ok_or_else(|| failure(401))
}

fn user(bot: &Bot) -> Value {
    json!({ "id": bot.id, "is_bot": true, "first_name": bot.name, "username": bot.username })
}

fn get_me(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let mut me = user(authorized(state, call)?);
    me["can_join_groups"] = json!(true);
    me["can_read_all_group_messages"] = json!(false);
    me["supports_inline_queries"] = json!(false);
    Ok(done(&me))
}

/// The chat that the call names, if the bot can see it: public ones everybody can.
fn visible(
    bot: &Bot,
    fields: &Map<String, Value>,
) -> Result<(&'static Chat, Option<Place>), Reply> {
    let wanted = text(fields, "chat_id").ok_or_else(|| bad("Bad Request: chat_id is empty"))?;
    let found = CHATS.iter().find(|chat| match wanted.strip_prefix('@') {
        Some(name) => chat
            .username
            .is_some_and(|own| own.eq_ignore_ascii_case(name)),
        None => chat.id.to_string() == wanted,
    });
    let missing = || bad("Bad Request: chat not found");
    let chat = found.ok_or_else(missing)?;
    let place = bot.places.iter().find(|(id, _)| *id == chat.id);
    match place.map(|(_, place)| *place) {
        Some(Place::Kicked) => Err(refused(
            403,
            &format!("Forbidden: bot was kicked from the {} chat", chat.kind),
        )),
        None if chat.username.is_none() => Err(missing()),
        place => Ok((chat, place)),
    }
}

fn get_chat(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let bot = authorized(state, call)?;
    let fields = parameters(call);
    // The bot has talked with its owner, and with nobody else.
    let owner = bot.id + 100_000_000;
    if text(&fields, "chat_id") == Some(owner.to_string()) {
        return Ok(done(
            &json!({ "id": owner, "type": "private", "first_name": bot.person }),
        ));
    }
    let (chat, _) = visible(bot, &fields)?;
    let mut body = json!({ "id": chat.id, "type": chat.kind, "title": chat.title, "accent_color_id": 0, "max_reaction_count": 11 });
    if let Some(name) = chat.username {
        body["username"] = json!(name);
        body["active_usernames"] = json!([name]);
    }
    if chat.kind != "channel" {
        let open = chat.open;
        body["permissions"] = json!({
            "can_send_messages": open, "can_send_photos": open, "can_send_videos": open, "can_send_documents": open,
            "can_send_audios": open, "can_send_polls": open, "can_invite_users": true, "can_pin_messages": false,
        });
    }
    Ok(done(&body))
}

fn get_chat_member(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let bot = authorized(state, call)?;
    let fields = parameters(call);
    let (chat, place) = visible(bot, &fields)?;
    if text(&fields, "user_id") != Some(bot.id.to_string()) {
        return Err(bad("Bad Request: user not found"));
    }
    let admin = |posts: bool| {
        let mut rights = json!({
            "status": "administrator", "can_be_edited": false, "can_manage_chat": true, "can_change_info": false,
            "can_delete_messages": posts, "can_invite_users": true, "can_restrict_members": false, "is_anonymous": false,
        });
        if chat.kind == "channel" {
            rights["can_post_messages"] = json!(posts);
            rights["can_edit_messages"] = json!(posts);
        }
        rights
    };
    let mut member = match place {
        Some(Place::Poster) => admin(true),
        Some(Place::Silent) => admin(false),
        Some(Place::Member) => json!({ "status": "member" }),
        Some(Place::Restricted) => {
            json!({ "status": "restricted", "is_member": true, "can_send_messages": false, "until_date": 0 })
        }
        Some(Place::Kicked) => json!({ "status": "kicked", "until_date": 0 }),
        // Only administrators of a channel see who is in there.
        None if chat.kind == "channel" => {
            return Err(bad("Bad Request: member list is inaccessible"));
        }
        None => json!({ "status": "left" }),
    };
    member["user"] = user(bot);
    Ok(done(&member))
}

fn done(result: &Value) -> Reply {
    Reply::json(200, &json!({ "ok": true, "result": result }))
}

fn refused(status: u16, description: &str) -> Reply {
    Reply::json(
        status,
        &json!({ "ok": false, "error_code": status, "description": description }),
    )
}

fn bad(description: &str) -> Reply {
    refused(400, description)
}

fn too_many(resets_at: Timestamp, now: Timestamp) -> Reply {
    let seconds = resets_at.duration_since(now).as_secs().max(1);
    Reply::json(
        429,
        &json!({
            "ok": false, "error_code": 429, "description": format!("Too Many Requests: retry after {seconds}"),
            "parameters": { "retry_after": seconds },
        }),
    )
}

fn failure(status: u16) -> Reply {
    refused(
        status,
        match status {
            401 => "Unauthorized",
            404 => "Not Found",
            502 => "Bad Gateway",
            _ => "Internal Server Error",
        },
    )
}
