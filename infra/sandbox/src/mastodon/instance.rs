//! What a server says about itself and about the account that asks.

use serde_json::json;

use super::{account, account_json, statuses, tokens::authorized};
use crate::{
    call::{Call, Reply},
    state::State,
};

/// The most characters a status may have; hosts named `long.…` are forks that allow more.
pub(super) fn max_characters(host: &str) -> usize {
    if host.starts_with("long.") {
        5_000
    } else {
        500
    }
}

pub(super) const SCOPES: &[&str] = &[
    "read",
    "profile",
    "write",
    "write:accounts",
    "write:blocks",
    "write:bookmarks",
    "write:conversations",
    "write:favourites",
    "write:filters",
    "write:follows",
    "write:lists",
    "write:media",
    "write:mutes",
    "write:notifications",
    "write:reports",
    "write:statuses",
    "read:accounts",
    "read:blocks",
    "read:bookmarks",
    "read:favourites",
    "read:filters",
    "read:follows",
    "read:lists",
    "read:mutes",
    "read:notifications",
    "read:search",
    "read:statuses",
    "follow",
    "push",
];

pub(super) fn show(call: &Call) -> Reply {
    let host = &call.host;
    Reply::json(
        200,
        &json!({
            "domain": host,
            "title": "Mastodon (sandbox)",
            "version": "4.5.2",
            "source_url": "https://github.com/mastodon/mastodon",
            "description": "A stand-in for a Mastodon server.",
            "usage": { "users": { "active_month": super::ACCOUNTS.len() } },
            "thumbnail": { "url": format!("{}/avatars/aurora.svg", call.base) },
            "languages": ["en"],
            "configuration": {
                "urls": { "streaming": format!("wss://{host}") },
                "accounts": { "max_featured_tags": 10, "max_pinned_statuses": 5 },
                "statuses": { "max_characters": max_characters(host), "max_media_attachments": 4, "characters_reserved_per_url": 23 },
                "media_attachments": {
                    "supported_mime_types": ["image/jpeg", "image/png", "image/gif", "image/heic", "image/heif", "image/webp", "image/avif",
                        "video/webm", "video/mp4", "video/quicktime", "audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/aac", "audio/mp4"],
                    "description_limit": 1_500,
                    "image_size_limit": 16_777_216, "image_matrix_limit": 33_177_600,
                    "video_size_limit": 103_809_024, "video_frame_rate_limit": 120, "video_matrix_limit": 8_294_400
                },
                "polls": { "max_options": 4, "max_characters_per_option": 50, "min_expiration": 300, "max_expiration": 2_629_746 },
                "translation": { "enabled": false }
            },
            "registrations": { "enabled": false, "approval_required": false, "message": null },
            "api_versions": { "mastodon": 7 },
            "contact": { "email": format!("staff@{host}"), "account": null },
            "rules": []
        }),
    )
}

pub(super) fn discovery(call: &Call) -> Reply {
    let base = &call.base;
    Reply::json(
        200,
        &json!({
            "issuer": format!("https://{}/", call.host),
            "authorization_endpoint": format!("{base}/oauth/authorize"),
            "token_endpoint": format!("{base}/oauth/token"),
            "revocation_endpoint": format!("{base}/oauth/revoke"),
            "app_registration_endpoint": format!("{base}/api/v1/apps"),
            "scopes_supported": SCOPES,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"]
        }),
    )
}

pub(super) fn verify_credentials(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let token = authorized(state, call, &["profile", "read", "read:accounts"])?;
    let Some(account) = account(&token.account) else {
        return Err(super::error(403, "Your login is currently disabled"));
    };
    let mut body = account_json(
        call,
        account,
        statuses::count(state, call, account.username),
    );
    body["source"] = json!({ "privacy": "public", "sensitive": false, "language": null, "note": account.note, "fields": [], "follow_requests_count": 0 });
    Ok(Reply::json(200, &body))
}
