//! Pinterest: consent at `www.pinterest.com`, tokens, people and their boards at `api.pinterest.com`.

mod boards;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    call::{Call, Reply},
    social::{
        self, Client, ClientAuth, Handler, Lives, Page, Person, Pkce, Prefixes, Problem, Refresh,
        Rotation, Server, Token, TokenAnswer,
    },
    state::State,
};

const WEB: &str = "www.pinterest.com";
const API: &str = "api.pinterest.com";

pub(crate) static PINTEREST: Server = Server {
    name: "pinterest",
    page: Page {
        title: "Pinterest",
        mark: "P",
        colours: ["#e60023", "#ad081b"],
        heading: "Give access",
        request: "will get access to your Pinterest account.",
        yes: "Give access",
        no: "Cancel",
        unticks: false,
        how: "Connect with OAuth: the consent page lets you choose one of these accounts.",
    },
    hosts: &[WEB, API],
    authorize: (WEB, "/oauth/"),
    token: Some((API, "/v5/oauth/token")),
    revoke: None,
    clients: &[Client {
        id: "tayang-pinterest",
        secret: "pinterest-sandbox-secret",
    }],
    client_id: "client_id",
    client_auth: ClientAuth::Basic,
    scopes: &[
        ("boards:read", "See your public boards"),
        (
            "boards:write",
            "Create, update and delete your public boards",
        ),
        ("pins:read", "See your public Pins"),
        ("pins:write", "Create, update and delete your public Pins"),
        ("user_accounts:read", "See your user account"),
    ],
    separator: ',',
    pkce: Pkce::Ignored,
    lives: Lives {
        code: SignedDuration::from_mins(10),
        access: Some(SignedDuration::from_hours(30 * 24)),
    },
    refresh: Refresh::Tokens {
        granted: |_| true,
        rotation: Rotation::Replaced,
        life: Some(SignedDuration::from_hours(60 * 24)),
        extended: true,
    },
    prefixes: Prefixes {
        code: "",
        access: "pina_",
        refresh: "pinr.",
    },
    answer: TokenAnswer {
        token_type: "bearer",
        scope: Some(" "),
        refresh_life: Some("refresh_token_expires_in"),
        shape: |_, call, _, mut body| {
            let life = body.get("refresh_token_expires_in").and_then(Value::as_i64);
            let end = life.map(|life| call.now.as_second() + life);
            body.insert("refresh_token_expires_at".to_owned(), json!(end));
            body.insert("response_type".to_owned(), json!("authorization_code"));
            Value::Object(body)
        },
    },
    denial: &[
        ("error", "access_denied"),
        ("error_description", "The user denied the request"),
    ],
    returns: |_| Vec::new(),
    fragment: None,
    refusal: refused,
    too_many,
    failure,
    people: &[
        Person {
            account: "sari",
            id: "549000000000000001",
            name: "Kopi Aurora",
            handle: "kopiaurora",
            note: Some("business, several boards"),
            colours: ["#e60023", "#7a0013"],
        },
        Person {
            account: "bima",
            id: "549000000000000002",
            name: "Bima Prasetyo",
            handle: "bimaprasetyo",
            note: Some("one board"),
            colours: ["#f97316", "#9a3412"],
        },
        Person {
            account: "citra",
            id: "549000000000000003",
            name: "Citra Lestari",
            handle: "citra_lestari",
            note: Some("no board"),
            colours: ["#14b8a6", "#0f766e"],
        },
        Person {
            account: "dimas",
            id: "549000000000000004",
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
    match (call.host.as_str(), call.method.as_str(), call.path.as_str()) {
        (API, "GET", "/v5/user_account") => Some(("user_account", user_account)),
        (API, "GET", "/v5/boards") => Some(("boards", boards::list)),
        _ => None,
    }
}

/// The token of a call to the API, if it is alive and allows what the scope stands for.
fn authorized(
    server: &'static Server,
    state: &State,
    call: &Call,
    scope: &str,
) -> Result<Token, Reply> {
    let token = social::token_of(server, state, call)
        .map_err(|_| error(401, 2, "Authentication failed."))?;
    if token.allows(&[scope]) {
        return Ok(token);
    }
    let message = format!("Your application does not have the following permissions: ['{scope}']");
    Err(error(401, 3, &message))
}

fn user_account(server: &'static Server, state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let token = authorized(server, state, call, "user_accounts:read")?;
    let person = server.person(&token.person).ok_or_else(|| failure(500))?;
    let business = person.account == "sari";
    Ok(Reply::json(
        200,
        &json!({
            "id": person.id, "username": person.handle,
            "account_type": if business { "BUSINESS" } else { "PINNER" },
            "business_name": business.then_some(person.name),
            "profile_image": format!("{}/avatars/{}.svg", call.base, person.account),
        }),
    ))
}

fn refused(problem: Problem) -> Reply {
    match problem {
        Problem::Client => error(401, 2, "Authentication failed."),
        Problem::GrantType => error(400, 1, "Invalid request: grant_type is not supported."),
        Problem::Missing(name) => error(400, 1, &format!("Invalid request: {name} is missing.")),
        Problem::UnknownCode
        | Problem::UsedCode
        | Problem::ExpiredCode
        | Problem::Redirect
        | Problem::Verifier
        | Problem::Refresh
        | Problem::UnknownToken => error(401, 283, "The authorization grant is invalid"),
    }
}

/// The reset is told in seconds from now.
fn too_many(resets_at: Timestamp, now: Timestamp) -> Reply {
    let seconds = resets_at.duration_since(now).as_secs();
    error(429, 8, "You have exceeded your rate limit.")
        .with("x-ratelimit-limit", "100")
        .with("x-ratelimit-remaining", "0")
        .with("x-ratelimit-reset", seconds.to_string())
}

/// The body that a bare status has.
fn failure(status: u16) -> Reply {
    match status {
        404 => error(404, 0, "Not found"),
        _ => error(status, 0, "Something went wrong on our end"),
    }
}

/// An error as the API words it.
fn error(status: u16, code: u32, message: &str) -> Reply {
    Reply::json(status, &json!({ "code": code, "message": message }))
}
