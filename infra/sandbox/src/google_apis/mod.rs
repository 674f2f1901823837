//! Google, where applications act for people: consent and tokens for YouTube and Business Profile, at the hosts that Google has them on.

mod business;
mod errors;
mod youtube;

use jiff::SignedDuration;
use serde_json::{Value, json};

use self::errors::{failure, refused, too_many};
use crate::{
    call::{Call, Reply},
    social::{
        self, Client, ClientAuth, Ends, Handler, Lives, Page, Person, Pkce, Prefixes, Refresh,
        Revoke, Rotation, Server, TokenAnswer,
    },
    state::State,
};

const CONSENT: &str = "accounts.google.com";
const TOKENS: &str = "oauth2.googleapis.com";
const USER_INFO: &str = "openidconnect.googleapis.com";

pub(crate) static GOOGLE_APIS: Server = Server {
    name: "google_apis",
    page: Page {
        title: "Google: YouTube and Business Profile",
        mark: "G",
        colours: ["#1a73e8", "#1b66c9"],
        heading: "Choose what this application can do",
        request: "wants access to your Google Account.",
        yes: "Continue",
        no: "Cancel",
        unticks: true,
        how: "Connect with OAuth. On YouTube, Sari has two channels and Citra none; of locations, Sari has two that are verified, Bima one, Citra none, and that of Dimas is not verified.",
    },
    hosts: &[
        CONSENT,
        TOKENS,
        USER_INFO,
        youtube::HOST,
        business::ACCOUNTS,
        business::LOCATIONS,
    ],
    authorize: (CONSENT, "/o/oauth2/v2/auth"),
    token: Some((TOKENS, "/token")),
    revoke: Some(Revoke {
        place: (TOKENS, "/revoke"),
        ends: Ends::Grant,
        authenticated: false,
        refuses_unknown: true,
    }),
    clients: &[
        Client {
            id: "tayang-youtube",
            secret: "youtube-sandbox-secret",
        },
        Client {
            id: "tayang-google_business",
            secret: "google_business-sandbox-secret",
        },
    ],
    client_id: "client_id",
    client_auth: ClientAuth::Either,
    scopes: &[
        ("openid", "Know which account this is"),
        (youtube::SCOPE, "Manage your YouTube account"),
        (
            business::SCOPE,
            "See, edit and delete your business listings",
        ),
    ],
    separator: ' ',
    pkce: Pkce::Accepted,
    lives: Lives {
        code: SignedDuration::from_mins(10),
        access: Some(SignedDuration::from_secs(3_599)),
    },
    refresh: Refresh::Tokens {
        // As for somebody who has agreed before: the first time, `access_type` alone would do.
        granted: |grant| {
            let is = |name, wanted| {
                grant
                    .parameters
                    .get(name)
                    .is_some_and(|value| value == wanted)
            };
            is("access_type", "offline") && is("prompt", "consent")
        },
        rotation: Rotation::Stays,
        life: None,
        extended: false,
    },
    prefixes: Prefixes {
        code: "4/0A",
        access: "ya29.",
        refresh: "1//0",
    },
    answer: TokenAnswer {
        token_type: "Bearer",
        scope: Some(" "),
        refresh_life: None,
        shape: |_, _, _, body| Value::Object(body),
    },
    denial: &[("error", "access_denied")],
    returns: |grant| {
        vec![
            ("iss", "https://accounts.google.com".to_owned()),
            ("scope", grant.scopes.join(" ")),
            ("authuser", "0".to_owned()),
            ("prompt", "consent".to_owned()),
        ]
    },
    fragment: None,
    refusal: refused,
    too_many,
    failure,
    people: &[
        Person {
            account: "sari",
            id: "110000000000000000001",
            name: "Sari Wijaya",
            handle: "sari.wijaya.sandbox@gmail.com",
            note: Some("several channels and locations"),
            colours: ["#4285f4", "#1a56c4"],
        },
        Person {
            account: "bima",
            id: "110000000000000000002",
            name: "Bima Prasetyo",
            handle: "bima@kopi-aurora.example",
            note: Some("one of each"),
            colours: ["#34a853", "#14713a"],
        },
        Person {
            account: "citra",
            id: "110000000000000000003",
            name: "Citra Lestari",
            handle: "citra@surat.example",
            note: Some("none of either"),
            colours: ["#f9ab00", "#b06000"],
        },
        Person {
            account: "dimas",
            id: "110000000000000000004",
            name: "Dimas Putra",
            handle: "dimas@surat.example",
            note: Some("a location that is not verified"),
            colours: ["#ea4335", "#a50e0e"],
        },
    ],
    choices: &[],
    routes,
};

fn routes(call: &Call) -> Option<(&'static str, Handler)> {
    let segments = call.segments();
    let place = (call.host.as_str(), call.method.as_str());
    let found: (&'static str, Handler) = match (place, segments.as_slice()) {
        ((USER_INFO, "GET"), ["v1", "userinfo"]) => ("userinfo", user_info),
        ((youtube::HOST, "GET"), ["youtube", "v3", "channels"]) => ("channels", youtube::channels),
        ((business::ACCOUNTS, "GET"), ["v1", "accounts"]) => ("accounts", business::accounts),
        ((business::LOCATIONS, "GET"), ["v1", "accounts", _, "locations"]) => {
            ("locations", business::list)
        }
        ((business::LOCATIONS, "GET"), ["v1", "locations", _]) => ("location", business::one),
        _ => return None,
    };
    Some(found)
}

fn user_info(server: &'static Server, state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let refused = || social::oauth_error(401, "invalid_request", "Invalid Credentials");
    let token = social::token_of(server, state, call).map_err(|_| refused())?;
    if !token.allows(&["openid"]) {
        return Err(refused());
    }
    let person = server.person(&token.person).ok_or_else(|| failure(500))?;
    let picture = format!("{}/avatars/{}.svg", call.base, person.account);
    let body = json!({ "sub": person.id, "picture": picture });
    Ok(Reply::json(200, &body))
}
