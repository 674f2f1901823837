//! Discord: incoming webhooks at `discord.com`, as far as connecting needs them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Handler, Sample, Service, end, is_over, placeholder};
use crate::{
    call::{Call, Reply},
    limits::{Rule, Window},
    state::State,
};

const HOST: &str = "discord.com";

/// The API's versions that are not switched off.
const VERSIONS: [&str; 5] = ["v6", "v7", "v8", "v9", "v10"];

const LIMIT: Rule = Rule {
    name: "discord webhook",
    points: 5,
    seconds: 2,
};

const fn sample(
    account: &'static str,
    name: &'static str,
    handle: &'static str,
    secret: &'static str,
    note: Option<&'static str>,
) -> Sample {
    Sample {
        account,
        name,
        handle,
        secret,
        note,
        colours: ["#5865f2", "#3c45a5"],
    }
}

pub(super) static DISCORD: Service = Service {
    name: "discord",
    title: "Discord",
    how: "Connect with the address of a webhook.",
    tint: "#4752c4",
    hosts: &[HOST],
    routes,
    secret: |call| webhook_of(call).map(|webhook| (webhook.token.to_owned(), webhook.person)),
    too_many,
    failure,
    samples: &[
        sample(
            "sari",
            "Sari Kabar",
            "#kabar",
            "https://discord.com/api/webhooks/1200000000000000001/sbxsecretSariKabar0000000000000000000000000000000000000000000000000001",
            None,
        ),
        sample(
            "cadangan",
            "Sari Cadangan",
            "#kabar",
            "https://discord.com/api/webhooks/1200000000000000002/sbxsecretSariCadangan0000000000000000000000000000000000000000000002",
            Some("another webhook of the same channel"),
        ),
        sample(
            "umum",
            "Sari Umum",
            "#umum",
            "https://discord.com/api/webhooks/1200000000000000003/sbxsecretSariUmum000000000000000000000000000000000000000000000000003",
            None,
        ),
        sample(
            "ikutan",
            "Sari Ikutan",
            "#ikutan",
            "https://discord.com/api/webhooks/1200000000000000004/sbxsecretSariIkutan0000000000000000000000000000000000000000000000004",
            Some("belongs to an application"),
        ),
        sample(
            "bima",
            "Bima Studio",
            "#umum",
            "https://discord.com/api/webhooks/1200000000000000011/sbxsecretBimaStudio0000000000000000000000000000000000000000000000011",
            Some("the only one of this server"),
        ),
    ],
};

struct Webhook {
    id: &'static str,
    token: &'static str,
    person: &'static str,
    kind: u8,
    name: &'static str,
    channel: &'static str,
    guild: &'static str,
}

/// By the order of the samples: whose it is, its kind, its channel, its server.
const PLACES: [(&str, u8, &str, &str); 5] = [
    ("sari", 1, "1100000000000000001", "1000000000000000001"),
    ("sari", 1, "1100000000000000001", "1000000000000000001"),
    ("sari", 1, "1100000000000000002", "1000000000000000001"),
    ("sari", 3, "1100000000000000003", "1000000000000000001"),
    ("bima", 1, "1100000000000000011", "1000000000000000011"),
];

fn webhooks() -> impl Iterator<Item = Webhook> {
    let samples = DISCORD.samples.iter().zip(PLACES);
    samples.filter_map(|(sample, (person, kind, channel, guild))| {
        let mut parts = sample.secret.rsplit('/');
        let (token, id) = (parts.next()?, parts.next()?);
        Some(Webhook {
            id,
            token,
            person,
            kind,
            name: sample.name,
            channel,
            guild,
        })
    })
}

/// The id and the token in the path of a call to the API.
fn address(call: &Call) -> Option<(String, String)> {
    let segments = call.segments();
    let rest = segments.as_slice().strip_prefix(&["api"])?;
    let rest = match rest {
        [version, rest @ ..] if VERSIONS.contains(version) => rest,
        rest => rest,
    };
    match rest {
        ["webhooks", id, token] => Some(((*id).to_owned(), (*token).to_owned())),
        _ => None,
    }
}

fn webhook_of(call: &Call) -> Option<Webhook> {
    let (id, token) = address(call)?;
    webhooks().find(|webhook| webhook.id == id && webhook.token == token)
}

fn routes(call: &Call) -> Option<(&'static str, Handler)> {
    match (call.method.as_str(), call.segments().as_slice()) {
        ("GET", ["channels", _, _]) => Some(("page", |_, call| Ok(placeholder(call)))),
        ("GET", _) => address(call).map(|_| ("get_webhook", show as Handler)),
        ("DELETE", _) => address(call).map(|_| ("delete_webhook", delete as Handler)),
        _ => None,
    }
}

/// The living webhook that the call proves to know.
fn known(state: &State, call: &Call) -> Result<Webhook, Reply> {
    let (id, token) = address(call).ok_or_else(|| failure(404))?;
    if id.parse::<u64>().is_err() {
        let errors = json!({ "webhook_id": { "_errors": [{
            "code": "NUMBER_TYPE_COERCE", "message": format!("Value \"{id}\" is not snowflake."),
        }] } });
        let body = json!({ "message": "Invalid Form Body", "code": 50035, "errors": errors });
        return Err(Reply::json(400, &body));
    }
    let webhook = webhooks()
        .find(|webhook| webhook.id == id)
        .filter(|webhook| !is_over(&DISCORD, state, webhook.token))
        .ok_or_else(|| error(404, 10_015, "Unknown Webhook"))?;
    if webhook.token != token {
        return Err(error(401, 50_027, "Invalid Webhook Token"));
    }
    Ok(webhook)
}

fn show(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let webhook = known(state, call)?;
    let window = state.limits.take(LIMIT, webhook.id, 1, call.now);
    if window.exceeded {
        return Err(limited(wait(window.resets_at, call.now), window, call.now));
    }
    let Webhook {
        id, token, name, ..
    } = webhook;
    let application = (webhook.kind == 3).then_some("1300000000000000001");
    let body = json!({
        "application_id": application, "avatar": Value::Null, "channel_id": webhook.channel, "guild_id": webhook.guild,
        "id": id, "name": name, "type": webhook.kind, "token": token,
        "url": format!("https://{HOST}/api/webhooks/{id}/{token}"),
    });
    Ok(limited(Reply::json(200, &body), window, call.now))
}

fn delete(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let webhook = known(state, call)?;
    end(&DISCORD, state, call, webhook.token);
    Ok(Reply::new(204, "application/json", ""))
}

fn error(status: u16, code: u32, message: &str) -> Reply {
    Reply::json(status, &json!({ "message": message, "code": code }))
}

/// Seconds until then, with decimals.
fn seconds(until: Timestamp, now: Timestamp) -> f64 {
    until.duration_since(now).as_secs_f64().max(0.0)
}

fn wait(until: Timestamp, now: Timestamp) -> Reply {
    let retry_after = seconds(until, now);
    let body = json!({ "message": "You are being rate limited.", "retry_after": retry_after, "global": false });
    Reply::json(429, &body)
        .with("retry-after", format!("{:.0}", retry_after.ceil()))
        .with("x-ratelimit-scope", "user")
}

fn limited(reply: Reply, window: Window, now: Timestamp) -> Reply {
    let after = seconds(window.resets_at, now);
    reply
        .with("x-ratelimit-limit", window.rule.points.to_string())
        .with("x-ratelimit-remaining", window.remaining.to_string())
        .with(
            "x-ratelimit-reset",
            format!("{}.000", window.resets_at.as_second()),
        )
        .with("x-ratelimit-reset-after", format!("{after:.3}"))
        .with("x-ratelimit-bucket", "sandbox")
}

fn too_many(resets_at: Timestamp, now: Timestamp) -> Reply {
    wait(resets_at, now)
}

fn failure(status: u16) -> Reply {
    match status {
        404 => error(404, 0, "404: Not Found"),
        401 => error(401, 0, "401: Unauthorized"),
        _ => error(status, 0, "500: Internal Server Error"),
    }
}
