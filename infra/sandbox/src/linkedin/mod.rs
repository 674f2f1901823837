//! LinkedIn: consent and tokens at `www.linkedin.com`, people and their organizations at `api.linkedin.com`.

mod organizations;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    call::{Call, Reply},
    social::{
        self, Client, ClientAuth, Dead, Ends, Handler, Lives, Page, Person, Pkce, Prefixes,
        Problem, Refresh, Revoke, Rotation, Server, Token, TokenAnswer,
    },
    state::State,
};

const WEB: &str = "www.linkedin.com";
const API: &str = "api.linkedin.com";
const DAY: i64 = 24;

pub(crate) static LINKEDIN: Server = Server {
    name: "linkedin",
    page: Page {
        title: "LinkedIn",
        mark: "in",
        colours: ["#0a66c2", "#2f7fd0"],
        heading: "Sign in to allow access",
        request: "would like to use your LinkedIn account.",
        yes: "Allow",
        no: "Cancel",
        unticks: false,
        how: "Connect with OAuth, then choose among the person and the organizations that this person may post for. LinkedIn gives refresh tokens to few applications: here to some of the people.",
    },
    hosts: &[WEB, API],
    authorize: (WEB, "/oauth/v2/authorization"),
    token: Some((WEB, "/oauth/v2/accessToken")),
    revoke: Some(Revoke {
        place: (WEB, "/oauth/v2/revoke"),
        ends: Ends::Token,
        authenticated: true,
        refuses_unknown: false,
    }),
    clients: &[Client {
        id: "tayang-linkedin",
        secret: "linkedin-sandbox-secret",
    }],
    client_id: "client_id",
    client_auth: ClientAuth::Form,
    scopes: &[
        ("openid", "Use your identity"),
        ("profile", "Use your name and photo"),
        ("email", "Use the e-mail address of your account"),
        ("w_member_social", "Create, modify and delete posts for you"),
        (
            "rw_organization_admin",
            "Manage your organizations’ pages and read their reports",
        ),
        ("r_organization_social", "Read your organizations’ posts"),
        (
            "w_organization_social",
            "Create, modify and delete posts for your organizations",
        ),
    ],
    separator: ' ',
    pkce: Pkce::Ignored,
    lives: Lives {
        code: SignedDuration::from_mins(30),
        access: Some(SignedDuration::from_hours(60 * DAY)),
    },
    refresh: Refresh::Tokens {
        granted: |grant| matches!(grant.person.as_str(), "sari" | "bima"),
        rotation: Rotation::Repeated,
        life: Some(SignedDuration::from_hours(365 * DAY)),
        extended: false,
    },
    prefixes: Prefixes {
        code: "AQT",
        access: "AQX",
        refresh: "AQW",
    },
    answer: TokenAnswer {
        token_type: "Bearer",
        // Asked for with spaces, told with commas.
        scope: Some(","),
        refresh_life: Some("refresh_token_expires_in"),
        shape: |_, _, _, body| Value::Object(body),
    },
    denial: &[
        ("error", "user_cancelled_authorize"),
        ("error_description", "The user cancelled the authorization"),
    ],
    returns: |_| Vec::new(),
    fragment: None,
    refusal: refused,
    too_many,
    failure,
    people: &[
        Person {
            account: "sari",
            id: "sari0wijaY",
            name: "Sari Wijaya",
            handle: "Sari Wijaya",
            note: Some("three organizations"),
            colours: ["#0a66c2", "#083d75"],
        },
        Person {
            account: "bima",
            id: "bima-Pras1",
            name: "Bima Prasetyo",
            handle: "Bima Prasetyo",
            note: Some("one organization"),
            colours: ["#16a34a", "#14532d"],
        },
        Person {
            account: "citra",
            id: "citra_Les2",
            name: "Citra Lestari",
            handle: "Citra Lestari",
            note: Some("one organization, no refresh token"),
            colours: ["#d97706", "#92400e"],
        },
        Person {
            account: "dimas",
            id: "dimas0Put3",
            name: "Dimas Putra",
            handle: "Dimas Putra",
            note: Some("no organization, no refresh token"),
            colours: ["#dc2626", "#7f1d1d"],
        },
    ],
    choices: &[],
    routes,
};

fn routes(call: &Call) -> Option<(&'static str, Handler)> {
    let segments = call.segments();
    match (
        call.host.as_str(),
        call.method.as_str(),
        segments.as_slice(),
    ) {
        (API, "GET", ["v2", "userinfo"]) => Some(("userinfo", userinfo)),
        (API, "GET", ["rest", "organizationAcls"]) => {
            Some(("organization_acls", organizations::roles))
        }
        (API, "GET", ["rest", "organizations", _]) => Some(("organization", organizations::show)),
        (WEB, "GET", ["company", _]) => Some(("page", |_, _, _| Ok(Reply::redirect("/accounts")))),
        _ => None,
    }
}

fn userinfo(server: &'static Server, state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let token = authorized(server, state, call, &["openid", "profile"])?;
    let person = server.person(&token.person).ok_or_else(|| failure(500))?;
    let (given, family) = person.name.split_once(' ').unwrap_or((person.name, ""));
    let body = json!({
        "sub": person.id, "name": person.name, "given_name": given, "family_name": family,
        "locale": { "country": "ID", "language": "in" },
    });
    Ok(Reply::json(200, &body))
}

/// The token of the call, if it is alive and allows all of this.
fn authorized(
    server: &'static Server,
    state: &State,
    call: &Call,
    scopes: &[&str],
) -> Result<Token, Reply> {
    let token = social::token_of(server, state, call).map_err(|dead| match dead {
        Dead::Missing => error(
            401,
            65_604,
            "EMPTY_ACCESS_TOKEN",
            "Empty oauth2 access token",
        ),
        Dead::Unknown => error(401, 65_600, "INVALID_ACCESS_TOKEN", "Invalid access token"),
        Dead::Revoked => {
            let words = "The token used in the request has been revoked by the user";
            error(401, 65_601, "REVOKED_ACCESS_TOKEN", words)
        }
        Dead::Expired => {
            let words = "The token used in the request has expired";
            error(401, 65_602, "EXPIRED_ACCESS_TOKEN", words)
        }
    })?;
    if !token.allows(scopes) {
        let words = format!("Not enough permissions to access: {}", call.path);
        return Err(error(403, 100, "ACCESS_DENIED", &words));
    }
    Ok(token)
}

/// Whether the call names a version that exists, as calls to the versioned API must.
fn versioned(call: &Call) -> Result<(), Reply> {
    let version = call.header("linkedin-version").unwrap_or_default();
    if version.len() == 6 && version.starts_with("2026") {
        return Ok(());
    }
    let words = format!("Requested version {version} is not active");
    Err(error(426, 0, "NONEXISTENT_VERSION", &words))
}

fn refused(problem: Problem) -> Reply {
    match problem {
        Problem::Client => {
            social::oauth_error(401, "invalid_client", "Client authentication failed")
        }
        Problem::GrantType => {
            let words = "The passed in grant_type is invalid";
            social::oauth_error(400, "unsupported_grant_type", words)
        }
        Problem::Missing(name) => {
            let words = format!("A required parameter \"{name}\" is missing");
            social::oauth_error(400, "invalid_request", &words)
        }
        Problem::UnknownCode
        | Problem::UsedCode
        | Problem::ExpiredCode
        | Problem::Redirect
        | Problem::Verifier => {
            let words = "Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code. Or authorization code expired. Or external member binding exists";
            social::oauth_error(400, "invalid_request", words)
        }
        Problem::Refresh | Problem::UnknownToken => {
            let words =
                "The provided authorization grant or refresh token is invalid, expired or revoked";
            social::oauth_error(400, "invalid_grant", words)
        }
    }
}

fn too_many(_: Timestamp, _: Timestamp) -> Reply {
    let words = "Resource level throttle limit for calls to this resource is reached.";
    error(429, 101, "TOO_MANY_REQUESTS", words)
}

/// The body that a bare status has.
fn failure(status: u16) -> Reply {
    match status {
        404 => error(404, 0, "RESOURCE_NOT_FOUND", "No virtual resource found"),
        503 => error(503, 0, "SERVICE_UNAVAILABLE", "Service Unavailable"),
        _ => error(status, 0, "INTERNAL_SERVER_ERROR", "Internal Server Error"),
    }
}

/// An error as the API words it.
fn error(status: u16, number: u32, code: &str, words: &str) -> Reply {
    let body =
        json!({ "status": status, "serviceErrorCode": number, "code": code, "message": words });
    Reply::json(status, &body)
}
