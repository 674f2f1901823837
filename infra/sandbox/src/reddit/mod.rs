//! Reddit: consent and tokens at `www.reddit.com`, people at `oauth.reddit.com`.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    call::{Call, Reply, text},
    social::{
        self, Client, ClientAuth, Handler, Lives, Page, Person, Pkce, Prefixes, Problem, Refresh,
        Rotation, Server, TokenAnswer, Use,
    },
    state::State,
};

const WEB: &str = "www.reddit.com";
const API: &str = "oauth.reddit.com";

pub(crate) static REDDIT: Server = Server {
    name: "reddit",
    page: Page {
        title: "Reddit",
        mark: "r",
        colours: ["#d93a00", "#ae2c00"],
        heading: "An application asks for access",
        request: "would like to connect with your reddit account.",
        yes: "Allow",
        no: "Decline",
        unticks: false,
        how: "Connect with OAuth: the consent page lets you choose one of these accounts. Dimas is suspended.",
    },
    hosts: &[WEB, API],
    authorize: (WEB, "/api/v1/authorize"),
    // Both look at the name that the application gives itself.
    token: None,
    revoke: None,
    clients: &[Client {
        id: "tayang-reddit",
        secret: "reddit-sandbox-secret",
    }],
    client_id: "client_id",
    client_auth: ClientAuth::Basic,
    scopes: &[
        ("identity", "Access your username and signup date"),
        ("submit", "Submit links and comments from your account"),
        ("flair", "Select your flair and that of your posts"),
        ("read", "Access posts and comments through your account"),
        ("history", "Access your voting history and your posts"),
        ("edit", "Edit and delete your comments and posts"),
    ],
    separator: ' ',
    pkce: Pkce::Ignored,
    lives: Lives {
        code: SignedDuration::from_mins(10),
        access: Some(SignedDuration::from_hours(24)),
    },
    refresh: Refresh::Tokens {
        granted: |grant| {
            let duration = grant.parameters.get("duration");
            duration.is_some_and(|value| value == "permanent")
        },
        rotation: Rotation::Stays,
        life: None,
        extended: false,
    },
    prefixes: Prefixes {
        code: "",
        access: "",
        refresh: "",
    },
    answer: TokenAnswer {
        token_type: "bearer",
        scope: Some(" "),
        refresh_life: None,
        shape: |_, _, _, body| Value::Object(body),
    },
    denial: &[("error", "access_denied")],
    returns: |_| Vec::new(),
    fragment: Some("_"),
    refusal: refused,
    too_many,
    failure,
    people: &[
        Person {
            account: "sari",
            id: "sari0001",
            name: "sari_wijaya",
            handle: "u/sari_wijaya",
            note: None,
            colours: ["#ff4500", "#8a2500"],
        },
        Person {
            account: "bima",
            id: "bima0002",
            name: "bima-prasetyo",
            handle: "u/bima-prasetyo",
            note: None,
            colours: ["#0dd3bb", "#0f766e"],
        },
        Person {
            account: "citra",
            id: "citra003",
            name: "citra_lestari",
            handle: "u/citra_lestari",
            note: None,
            colours: ["#7193ff", "#31418a"],
        },
        Person {
            account: "dimas",
            id: "dimas004",
            name: "dimasputra",
            handle: "u/dimasputra",
            note: Some("suspended"),
            colours: ["#94a3b8", "#334155"],
        },
    ],
    choices: &[],
    routes,
};

fn routes(call: &Call) -> Option<(&'static str, Handler)> {
    match (call.host.as_str(), call.method.as_str(), call.path.as_str()) {
        (WEB, "POST", "/api/v1/access_token") => Some(("token", token)),
        (WEB, "POST", "/api/v1/revoke_token") => Some(("revoke", revoke)),
        (API, "GET", "/api/v1/me") => Some(("me", me)),
        _ => None,
    }
}

/// Whoever does not say who they are, in the form that Reddit asks for, is slowed down at once.
fn named(call: &Call) -> Result<(), Reply> {
    let agent = call.header("user-agent").unwrap_or_default();
    let parts: Vec<&str> = agent.split(':').map(str::trim).collect();
    let proper = parts.len() >= 3 && parts.iter().all(|part| !part.is_empty());
    if proper {
        return Ok(());
    }
    Err(bare(429, "Too Many Requests"))
}

fn token(server: &'static Server, state: &mut State, call: &Call) -> Result<Reply, Reply> {
    named(call)?;
    social::exchange(server, state, call)
}

/// A refresh token takes everything that was made with it along. One that is unknown counts as given back.
fn revoke(server: &'static Server, state: &mut State, call: &Call) -> Result<Reply, Reply> {
    named(call)?;
    let client = social::client(server, call).ok_or_else(|| refused(Problem::Client))?;
    let given = text(&call.fields(), "token").unwrap_or_default();
    let key = format!("{}/{given}", server.name);
    let known = state.social.tokens.get(&key).cloned();
    if let Some(known) = known.filter(|known| known.client_id == client.id) {
        match known.serves {
            Use::Refresh => social::end_grant(server, state, &known.grant),
            Use::Access => {
                if let Some(row) = state.social.tokens.get_mut(&key) {
                    row.revoked = true;
                }
            }
        }
    }
    Ok(Reply::new(204, "application/json; charset=UTF-8", ""))
}

fn me(server: &'static Server, state: &mut State, call: &Call) -> Result<Reply, Reply> {
    named(call)?;
    let token = social::token_of(server, state, call).map_err(|_| {
        let realm = r#"Bearer realm="reddit", error="invalid_token""#;
        bare(401, "Unauthorized").with("www-authenticate", realm)
    })?;
    if !token.allows(&["identity"]) {
        let realm = r#"Bearer realm="reddit", error="insufficient_scope""#;
        return Err(bare(403, "Forbidden").with("www-authenticate", realm));
    }
    let person = server.person(&token.person).ok_or_else(|| failure(500))?;
    Ok(Reply::json(
        200,
        &json!({
            "id": person.id, "name": person.name, "is_suspended": person.account == "dimas",
            "icon_img": format!("{}/avatars/{}.svg", call.base, person.account),
        }),
    ))
}

/// A code that is worth nothing is refused with a status that says that all is well; a refresh token, with nothing but the status.
fn refused(problem: Problem) -> Reply {
    let said = |code: &str| Reply::json(200, &json!({ "error": code }));
    match problem {
        Problem::Client => bare(401, "Unauthorized"),
        Problem::GrantType => said("unsupported_grant_type"),
        Problem::Missing(_) => said("invalid_request"),
        Problem::UnknownCode
        | Problem::UsedCode
        | Problem::ExpiredCode
        | Problem::Redirect
        | Problem::Verifier => said("invalid_grant"),
        Problem::Refresh | Problem::UnknownToken => bare(400, "Bad Request"),
    }
}

/// The reset is told in seconds from now.
fn too_many(resets_at: Timestamp, now: Timestamp) -> Reply {
    let seconds = resets_at.duration_since(now).as_secs();
    bare(429, "Too Many Requests")
        .with("x-ratelimit-used", "1000")
        .with("x-ratelimit-remaining", "0.0")
        .with("x-ratelimit-reset", seconds.to_string())
}

/// The body that a bare status has: while Reddit is busy or broken, a page.
fn failure(status: u16) -> Reply {
    match status {
        404 => bare(404, "Not Found"),
        _ => Reply::new(
            status,
            "text/html; charset=UTF-8",
            "<!doctype html><title>Ow! -- reddit.com</title>",
        ),
    }
}

fn bare(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "message": message, "error": status }))
}
