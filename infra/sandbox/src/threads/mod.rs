//! Threads: consent at `www.threads.net`, everything else at `graph.threads.net`.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{
    call::{Call, Reply},
    meta,
    social::{
        Client, ClientAuth, Handler, Lives, Page, Person, Pkce, Prefixes, Refresh, Server,
        TokenAnswer,
    },
    state::State,
};

const WEB: &str = "www.threads.net";
const GRAPH: &str = "graph.threads.net";

pub(crate) static THREADS: Server = Server {
    name: "threads",
    page: Page {
        title: "Threads",
        mark: "@",
        colours: ["#3d3d3d", "#555555"],
        heading: "Continue to Tayang",
        request: "asks for access to your Threads profile.",
        yes: "Continue",
        no: "Cancel",
        unticks: true,
        how: "Connect with OAuth: the consent page lets you choose one of these accounts.",
    },
    hosts: &[WEB, GRAPH],
    authorize: (WEB, "/oauth/authorize"),
    token: Some((GRAPH, "/oauth/access_token")),
    revoke: None,
    clients: &[Client {
        id: "tayang-threads",
        secret: "threads-sandbox-secret",
    }],
    client_id: "client_id",
    client_auth: ClientAuth::Form,
    scopes: &[
        ("threads_basic", "See your profile and your posts"),
        ("threads_content_publish", "Publish posts for you"),
        ("threads_delete", "Delete your posts"),
        ("threads_manage_replies", "Manage replies"),
        ("threads_manage_insights", "See insights"),
    ],
    separator: ',',
    pkce: Pkce::Ignored,
    lives: Lives {
        code: SignedDuration::from_hours(1),
        access: Some(SignedDuration::from_hours(1)),
    },
    refresh: Refresh::None,
    prefixes: Prefixes {
        code: "AQ",
        access: "THAA",
        refresh: "",
    },
    answer: TokenAnswer {
        token_type: "bearer",
        scope: None,
        refresh_life: None,
        shape: |_, _, token, body| {
            let person = THREADS.person(&token.person);
            let user_id = person.and_then(|person| person.id.parse::<u64>().ok());
            json!({ "access_token": body.get("access_token"), "user_id": user_id })
        },
    },
    denial: &[
        ("error", "access_denied"),
        ("error_reason", "user_denied"),
        ("error_description", "The user denied your request."),
    ],
    returns: |_| Vec::new(),
    fragment: Some("_"),
    refusal: meta::refused,
    too_many: |resets_at, now| meta::too_many("threads", resets_at, now),
    failure: meta::failure,
    people: &[
        Person {
            account: "sari",
            id: "25000000000000001",
            name: "Sari Wijaya",
            handle: "sari.wijaya",
            note: None,
            colours: ["#14b8a6", "#0f766e"],
        },
        Person {
            account: "bima",
            id: "25000000000000002",
            name: "Bima Prasetyo",
            handle: "bima_prasetyo",
            note: None,
            colours: ["#64748b", "#1e293b"],
        },
        Person {
            account: "citra",
            id: "25000000000000003",
            name: "Citra Lestari",
            handle: "citra.lestari",
            note: None,
            colours: ["#f97316", "#9a3412"],
        },
        Person {
            account: "dimas",
            id: "25000000000000004",
            name: "Dimas Putra",
            handle: "dimas4",
            note: None,
            colours: ["#22c55e", "#14532d"],
        },
    ],
    choices: &[],
    routes,
};

fn routes(call: &Call) -> Option<(&'static str, Handler)> {
    let found: (&'static str, Handler) = match (
        call.host.as_str(),
        call.method.as_str(),
        call.segments().as_slice(),
    ) {
        (GRAPH, "GET", ["access_token"]) => ("th_exchange_token", |server, state, call| {
            meta::lengthen(server, state, call, "th_exchange_token")
        }),
        (GRAPH, "GET", ["refresh_access_token"]) => ("th_refresh_token", |server, state, call| {
            meta::renew(server, state, call, "th_refresh_token")
        }),
        (GRAPH, "GET", ["v1.0", "debug_token"]) => ("debug_token", meta::inspect),
        (GRAPH, "GET", ["v1.0", "me"]) => ("me", me),
        (WEB, "GET", [name]) if name.starts_with('@') => ("page", meta::profile),
        _ => return None,
    };
    Some(found)
}

fn me(server: &'static Server, state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let token = meta::authorized(server, state, call)?;
    meta::require(&token, "threads_basic")?;
    let person = server
        .person(&token.person)
        .ok_or_else(|| meta::failure(500))?;
    meta::fields(call, "id", |name| {
        Some(match name {
            "id" => json!(person.id),
            "username" => json!(person.handle),
            "name" => json!(person.name),
            "is_verified" => json!(false),
            "threads_biography" => json!(""),
            "threads_profile_picture_url" => {
                Value::from(format!("{}/avatars/{}.svg", call.base, person.account))
            }
            _ => return None,
        })
    })
}
