//! TikTok: consent at `www.tiktok.com`, tokens and people at `open.tiktokapis.com`.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use crate::{
    call::{Call, Reply, text},
    social::{
        self, Client, ClientAuth, Dead, Ends, Handler, Lives, Page, Person, Pkce, Prefixes,
        Problem, Refresh, Revoke, Rotation, Server, TokenAnswer,
    },
    state::State,
};

const WEB: &str = "www.tiktok.com";
const API: &str = "open.tiktokapis.com";
const LOG_ID: &str = "20261122000000SANDBOX";

pub(crate) static TIKTOK: Server = Server {
    name: "tiktok",
    page: Page {
        title: "TikTok",
        mark: "T",
        colours: ["#fe2c55", "#d9254a"],
        heading: "Authorize this application",
        request: "would like to access your TikTok account.",
        yes: "Continue",
        no: "Cancel",
        unticks: true,
        how: "Connect with OAuth: the consent page lets you choose one of these accounts.",
    },
    hosts: &[WEB, API],
    authorize: (WEB, "/v2/auth/authorize/"),
    token: Some((API, "/v2/oauth/token/")),
    revoke: Some(Revoke {
        place: (API, "/v2/oauth/revoke/"),
        ends: Ends::Grant,
        authenticated: true,
        refuses_unknown: true,
    }),
    clients: &[Client {
        id: "tayang-tiktok",
        secret: "tiktok-sandbox-secret",
    }],
    client_id: "client_key",
    client_auth: ClientAuth::Form,
    scopes: &[
        ("user.info.basic", "Read your profile picture and name"),
        ("user.info.profile", "Read your username and profile"),
        ("video.publish", "Post content to TikTok"),
        ("video.list", "Read your public videos"),
    ],
    separator: ',',
    // It is for applications on phones and desktops, in a form of its own.
    pkce: Pkce::Ignored,
    lives: Lives {
        code: SignedDuration::from_mins(10),
        access: Some(SignedDuration::from_hours(2)),
    },
    refresh: Refresh::Tokens {
        granted: |_| true,
        rotation: Rotation::Replaced,
        life: Some(SignedDuration::from_hours(180 * 24)),
        extended: true,
    },
    prefixes: Prefixes {
        code: "",
        access: "act.",
        refresh: "rft.",
    },
    answer: TokenAnswer {
        token_type: "Bearer",
        scope: Some(","),
        refresh_life: Some("refresh_expires_in"),
        shape: |_, _, token, mut body| {
            let id = TIKTOK.person(&token.person).map(|person| person.id);
            body.insert("open_id".to_owned(), json!(id));
            Value::Object(body)
        },
    },
    denial: &[
        ("error", "access_denied"),
        ("error_type", "access_denied"),
        ("error_description", "User cancelled the authorization"),
    ],
    returns: |grant| vec![("scopes", grant.scopes.join(","))],
    fragment: None,
    refusal: refused,
    too_many,
    failure,
    people: &[
        Person {
            account: "sari",
            id: "-000sariSandboxOpenId0000000000000001",
            name: "Sari Wijaya",
            handle: "sari.wijaya",
            note: None,
            colours: ["#fe2c55", "#7f1d3a"],
        },
        Person {
            account: "bima",
            id: "-000bimaSandboxOpenId0000000000000002",
            name: "Bima Prasetyo",
            handle: "bimaprasetyo",
            note: None,
            colours: ["#25f4ee", "#0e7490"],
        },
        Person {
            account: "citra",
            id: "-000citraSandboxOpenId000000000000003",
            name: "Citra Lestari",
            handle: "citra_lestari",
            note: None,
            colours: ["#a855f7", "#581c87"],
        },
        Person {
            account: "dimas",
            id: "-000dimasSandboxOpenId000000000000004",
            name: "Dimas Putra",
            handle: "dimasputra",
            note: None,
            colours: ["#64748b", "#1e293b"],
        },
    ],
    choices: &[],
    routes,
};

fn routes(call: &Call) -> Option<(&'static str, Handler)> {
    let place = (call.host.as_str(), call.method.as_str(), call.path.as_str());
    (place == (API, "GET", "/v2/user/info/")).then_some(("user_info", user_info))
}

fn user_info(server: &'static Server, state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let token = social::token_of(server, state, call).map_err(|dead| match dead {
        Dead::Missing | Dead::Unknown | Dead::Expired | Dead::Revoked => error(
            401,
            "access_token_invalid",
            "The access token is invalid or not found in the request.",
        ),
    })?;
    let person = server.person(&token.person).ok_or_else(|| failure(500))?;
    let fields = text(&call.parameters(), "fields").unwrap_or_default();
    let mut user = Map::new();
    for field in fields.split(',').map(str::trim) {
        let (scope, value) = match field {
            "open_id" => ("user.info.basic", json!(person.id)),
            "display_name" => ("user.info.basic", json!(person.name)),
            "avatar_url" => (
                "user.info.basic",
                json!(format!("{}/avatars/{}.svg", call.base, person.account)),
            ),
            "username" => ("user.info.profile", json!(person.handle)),
            _ => {
                let message = "One of the fields is not known.";
                return Err(error(400, "invalid_params", message));
            }
        };
        if !token.allows(&[scope]) {
            let message =
                "The user did not authorize the scope required for completing this request.";
            return Err(error(401, "scope_not_authorized", message));
        }
        user.insert(field.to_owned(), value);
    }
    let fine = json!({ "code": "ok", "message": "", "log_id": LOG_ID });
    let body = json!({ "data": { "user": user }, "error": fine });
    Ok(Reply::json(200, &body))
}

/// The token endpoint's errors are flat, and come with a status that says that all is well.
fn refused(problem: Problem) -> Reply {
    let (code, words) = match problem {
        Problem::Client => ("invalid_client", "Client key or secret is incorrect."),
        Problem::GrantType => ("unsupported_grant_type", "The grant type is not supported."),
        Problem::Missing(_) => ("invalid_request", "The request parameters are malformed."),
        Problem::UnknownCode | Problem::UsedCode | Problem::ExpiredCode => {
            ("invalid_grant", "Authorization code is expired.")
        }
        Problem::Redirect => (
            "invalid_grant",
            "Redirect_uri is not matched with the uri when requesting code.",
        ),
        Problem::Verifier => (
            "invalid_grant",
            "Code verifier or code challenge is invalid.",
        ),
        Problem::Refresh => ("invalid_grant", "Refresh token is invalid or expired."),
        Problem::UnknownToken => ("invalid_request", "Access token is invalid or expired."),
    };
    let body = json!({ "error": code, "error_description": words, "log_id": LOG_ID });
    Reply::json(200, &body)
}

fn too_many(_: Timestamp, _: Timestamp) -> Reply {
    let message = "The API rate limit was exceeded. Please try again later.";
    error(429, "rate_limit_exceeded", message)
}

/// The body that a bare status has.
fn failure(status: u16) -> Reply {
    match status {
        404 => error(404, "invalid_params", "There is nothing at this address."),
        _ => error(
            status,
            "internal_error",
            "Something went wrong. Please try again later.",
        ),
    }
}

/// An error as the API words it.
fn error(status: u16, code: &str, message: &str) -> Reply {
    let error = json!({ "code": code, "message": message, "log_id": LOG_ID });
    Reply::json(status, &json!({ "data": {}, "error": error }))
}
