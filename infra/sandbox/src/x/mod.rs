//! X: consent at `x.com`, tokens and users at `api.x.com`.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    call::{Call, Reply},
    limits::{Rule, Window},
    social::{
        self, Client, ClientAuth, Dead, Ends, Handler, Lives, Page, Person, Pkce, Prefixes,
        Problem, Refresh, Revoke, Rotation, Server, TokenAnswer,
    },
    state::State,
};

const WEB: &str = "x.com";
const API: &str = "api.x.com";

pub(crate) static X: Server = Server {
    name: "x",
    page: Page {
        title: "X",
        mark: "X",
        colours: ["#1d77b8", "#1a8cd8"],
        heading: "Authorize app",
        request: "wants to access your X account.",
        yes: "Authorize app",
        no: "Cancel",
        unticks: false,
        how: "Connect with OAuth: the consent page lets you choose one of these accounts.",
    },
    hosts: &[WEB, API],
    authorize: (WEB, "/i/oauth2/authorize"),
    token: Some((API, "/2/oauth2/token")),
    revoke: Some(Revoke {
        place: (API, "/2/oauth2/revoke"),
        ends: Ends::Token,
        authenticated: true,
        refuses_unknown: false,
    }),
    clients: &[Client {
        id: "tayang-x",
        secret: "x-sandbox-secret",
    }],
    client_id: "client_id",
    client_auth: ClientAuth::Basic,
    scopes: &[
        ("tweet.read", "See posts"),
        ("tweet.write", "Post and delete posts for you"),
        ("users.read", "See accounts"),
        ("media.write", "Upload media for you"),
        ("offline.access", "Stay connected until you take this back"),
    ],
    separator: ' ',
    pkce: Pkce::Required,
    lives: Lives {
        code: SignedDuration::from_secs(30),
        access: Some(SignedDuration::from_hours(2)),
    },
    refresh: Refresh::Tokens {
        granted: |grant| grant.scopes.iter().any(|scope| scope == "offline.access"),
        rotation: Rotation::Replaced,
        // About six months.
        life: Some(SignedDuration::from_hours(182 * 24)),
        extended: true,
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
    fragment: None,
    refusal: refused,
    too_many,
    failure,
    people: &[
        Person {
            account: "sari",
            id: "1700000000000000001",
            name: "Sari Wijaya",
            handle: "sariwijaya",
            note: None,
            colours: ["#0ea5e9", "#0c4a6e"],
        },
        Person {
            account: "bima",
            id: "1700000000000000002",
            name: "Bima Prasetyo",
            handle: "bimaprasetyo",
            note: None,
            colours: ["#64748b", "#1e293b"],
        },
        Person {
            account: "citra",
            id: "1700000000000000003",
            name: "Citra Lestari",
            handle: "citra_lestari",
            note: None,
            colours: ["#f97316", "#9a3412"],
        },
        Person {
            account: "dimas",
            id: "1700000000000000004",
            name: "Dimas Putra",
            handle: "dimasputra",
            note: None,
            colours: ["#22c55e", "#14532d"],
        },
    ],
    choices: &[],
    routes,
};

const ME: Rule = Rule {
    name: "x me",
    points: 75,
    seconds: 15 * 60,
};

fn routes(call: &Call) -> Option<(&'static str, Handler)> {
    match (call.host.as_str(), call.method.as_str(), call.path.as_str()) {
        (API, "GET", "/2/users/me") => Some(("me", me)),
        (WEB, "GET", path) if is_profile(path) => {
            Some(("page", |_, _, _| Ok(Reply::redirect("/accounts"))))
        }
        _ => None,
    }
}

/// Whether a path is the address of somebody's profile.
fn is_profile(path: &str) -> bool {
    let name = path.strip_prefix('/');
    X.people.iter().any(|person| name == Some(person.handle))
}

fn me(server: &'static Server, state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let token = social::token_of(server, state, call).map_err(|dead| match dead {
        Dead::Missing | Dead::Unknown | Dead::Expired | Dead::Revoked => {
            problem(401, "Unauthorized", "Unauthorized")
        }
    })?;
    let window = state.limits.take(ME, &token.person, 1, call.now);
    if window.exceeded {
        return Err(limited(
            problem(429, "Too Many Requests", "Too Many Requests"),
            window,
        ));
    }
    if !token.allows(&["tweet.read", "users.read"]) {
        let detail = "Your client app is not configured with the appropriate oauth2 scopes.";
        return Err(limited(problem(403, "Forbidden", detail), window));
    }
    let person = server.person(&token.person).ok_or_else(|| failure(500))?;
    let data = json!({ "id": person.id, "name": person.name, "username": person.handle });
    Ok(limited(Reply::json(200, &json!({ "data": data })), window))
}

fn refused(problem: Problem) -> Reply {
    let words = match problem {
        Problem::Client => {
            let words = "Missing valid authorization header";
            return social::oauth_error(401, "unauthorized_client", words);
        }
        Problem::GrantType => {
            let words = "Value passed for the grant type was invalid.";
            return social::oauth_error(400, "unsupported_grant_type", words);
        }
        Problem::Missing(name) => {
            let words = format!("Missing required parameter [{name}].");
            return social::oauth_error(400, "invalid_request", &words);
        }
        Problem::UnknownCode | Problem::UsedCode | Problem::ExpiredCode => {
            "Value passed for the authorization code was invalid."
        }
        Problem::Redirect => {
            "Value passed for the redirect uri did not match the uri of the authorization code."
        }
        Problem::Verifier => "Value passed for the code verifier did not match the code challenge.",
        Problem::Refresh | Problem::UnknownToken => "Value passed for the token was invalid.",
    };
    social::oauth_error(400, "invalid_request", words)
}

fn too_many(resets_at: Timestamp, _: Timestamp) -> Reply {
    let window = Window {
        rule: ME,
        remaining: 0,
        resets_at,
        exceeded: true,
    };
    limited(
        problem(429, "Too Many Requests", "Too Many Requests"),
        window,
    )
}

fn limited(reply: Reply, window: Window) -> Reply {
    reply
        .with("x-rate-limit-limit", window.rule.points.to_string())
        .with("x-rate-limit-remaining", window.remaining.to_string())
        .with(
            "x-rate-limit-reset",
            window.resets_at.as_second().to_string(),
        )
}

/// The body that a bare status has.
fn failure(status: u16) -> Reply {
    match status {
        404 => problem(404, "Not Found", "Not Found"),
        503 => problem(503, "Service Unavailable", "Service Unavailable"),
        _ => problem(status, "Internal Server Error", "Something is broken."),
    }
}

/// An error as the API words it.
fn problem(status: u16, title: &str, detail: &str) -> Reply {
    Reply::json(
        status,
        &json!({ "title": title, "detail": detail, "type": "about:blank", "status": status }),
    )
}
