//! Slack's incoming webhooks at `hooks.slack.com`: alive or not, and what they refuse. The app in a workspace is in `slack`.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{Handler, Sample, Service, is_over};
use crate::{
    call::{Call, Reply},
    state::State,
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
        colours: ["#611f69", "#4a154b"],
    }
}

pub(super) static WEBHOOKS: Service = Service {
    name: "slack",
    title: "Slack webhooks",
    how: "Connect with the address of an incoming webhook; Slack tells nobody which channel it is for.",
    tint: "#611f69",
    hosts: &["hooks.slack.com"],
    routes,
    secret: |call| sample_of(call).map(|sample| (sample.secret.to_owned(), sample.account)),
    too_many,
    failure,
    samples: &[
        sample(
            "sari",
            "Sari Media",
            "#berita",
            "https://hooks.slack.com/services/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",
            None,
        ),
        sample(
            "arsip",
            "Sari Media",
            "#arsip",
            "https://hooks.slack.com/services/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",
            Some("the channel is archived"),
        ),
        sample(
            "bima",
            "Bima Studio",
            "#umum",
            "https://hooks.slack.com/services/T0SBXBIMA/B0SBXUMUM/sbxsecretBimaUmum0000003",
            None,
        ),
    ],
};

/// The sample whose address the call goes to.
fn sample_of(call: &Call) -> Option<&'static Sample> {
    let mut samples = WEBHOOKS.samples.iter();
    samples.find(|sample| {
        sample
            .secret
            .ends_with(&format!("/{}{}", call.host, call.path))
    })
}

fn routes(call: &Call) -> Option<(&'static str, Handler)> {
    match (call.method.as_str(), call.segments().as_slice()) {
        ("POST", ["services", _, _, _]) => Some(("webhook", post)),
        _ => None,
    }
}

fn said(status: u16, words: &str) -> Reply {
    Reply::new(status, "text/html", words)
}

fn post(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let parts = [call.segment(1), call.segment(2)];
    let of = |depth: usize| {
        let wanted = format!("/{}/", parts[..depth].join("/"));
        let mut samples = WEBHOOKS.samples.iter();
        samples.any(|sample| sample.secret.contains(&wanted))
    };
    if !of(1) {
        return Err(said(404, "no_team"));
    }
    if !of(2) {
        return Err(said(404, "no_service"));
    }
    let sample = sample_of(call).ok_or_else(|| said(403, "invalid_token"))?;
    if is_over(&WEBHOOKS, state, sample.secret) {
        return Err(said(404, "no_service"));
    }
    if sample.account == "arsip" {
        return Err(said(410, "channel_is_archived"));
    }
    let payload = payload(call).ok_or_else(|| said(400, "invalid_payload"))?;
    let has = |name: &str| match payload.get(name) {
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(list)) => !list.is_empty(),
        _ => false,
    };
    if !["text", "blocks", "attachments"].into_iter().any(has) {
        return Err(said(400, "no_text"));
    }
    Ok(said(200, "ok"))
}

/// The object that is sent as JSON, or as the field `payload` of a form.
fn payload(call: &Call) -> Option<Map<String, Value>> {
    let json = match call.header("content-type") {
        Some(kind) if kind.starts_with("application/x-www-form-urlencoded") => {
            url::form_urlencoded::parse(&call.body)
                .find(|(name, _)| name == "payload")
                .map(|(_, value)| value.into_owned().into_bytes())?
        }
        _ => call.body.to_vec(),
    };
    serde_json::from_slice(&json).ok()
}

fn too_many(resets_at: Timestamp, now: Timestamp) -> Reply {
    let seconds = resets_at.duration_since(now).as_secs().max(1);
    said(429, "rate_limited").with("retry-after", seconds.to_string())
}

fn failure(status: u16) -> Reply {
    match status {
        404 => said(404, "no_service"),
        _ => said(status, "rollup_error"),
    }
}
