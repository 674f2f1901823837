//! Instagram for professional accounts: consent at `www.instagram.com`, codes at `api.instagram.com`, everything else at `graph.instagram.com`.

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

const WEB: &str = "www.instagram.com";
const CODES: &str = "api.instagram.com";
const GRAPH: &str = "graph.instagram.com";

pub(crate) static INSTAGRAM: Server = Server {
    name: "instagram",
    page: Page {
        title: "Instagram",
        mark: "I",
        colours: ["#c13584", "#a02c6d"],
        heading: "Connect your professional account",
        request: "asks for access to your Instagram professional account.",
        yes: "Allow",
        no: "Cancel",
        unticks: true,
        how: "Connect with OAuth: the consent page lets you choose one of these professional accounts. No page on Facebook is needed.",
    },
    hosts: &[WEB, CODES, GRAPH],
    authorize: (WEB, "/oauth/authorize"),
    token: Some((CODES, "/oauth/access_token")),
    revoke: None,
    clients: &[Client {
        id: "tayang-instagram",
        secret: "instagram-sandbox-secret",
    }],
    client_id: "client_id",
    client_auth: ClientAuth::Form,
    scopes: &[
        (
            "instagram_business_basic",
            "See your profile and your media",
        ),
        ("instagram_business_content_publish", "Publish for you"),
        ("instagram_business_manage_comments", "Manage comments"),
        ("instagram_business_manage_insights", "See insights"),
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
        access: "IGAA",
        refresh: "",
    },
    answer: TokenAnswer {
        token_type: "bearer",
        scope: None,
        refresh_life: None,
        shape: |_, _, token, body| {
            // The id by which only this application knows the account; it opens no path.
            let user_id = INSTAGRAM.person(&token.person).map(app_scoped);
            json!({ "data": [{
                "access_token": body.get("access_token"), "user_id": user_id, "permissions": token.scopes.join(","),
            }] })
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
    too_many: |resets_at, now| meta::too_many("instagram", resets_at, now),
    failure: meta::failure,
    people: &[
        Person {
            account: "sari",
            id: "17841400000000001",
            name: "Kopi Senja",
            handle: "kopi.senja",
            note: None,
            colours: ["#f58529", "#dd2a7b"],
        },
        Person {
            account: "bima",
            id: "17841400000000002",
            name: "Bima Prasetyo",
            handle: "bima_prasetyo",
            note: None,
            colours: ["#8134af", "#515bd4"],
        },
        Person {
            account: "citra",
            id: "17841400000000003",
            name: "Citra Lestari",
            handle: "citra.lestari",
            note: None,
            colours: ["#feda77", "#f58529"],
        },
        Person {
            account: "dimas",
            id: "17841400000000004",
            name: "",
            handle: "dimas4",
            note: Some("no display name"),
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
        (GRAPH, "GET", ["access_token"]) => ("ig_exchange_token", |server, state, call| {
            meta::lengthen(server, state, call, "ig_exchange_token")
        }),
        (GRAPH, "GET", ["refresh_access_token"]) => ("ig_refresh_token", |server, state, call| {
            meta::renew(server, state, call, "ig_refresh_token")
        }),
        (GRAPH, "GET", ["v26.0", "me"]) => ("me", me),
        (WEB, "GET", [_]) => ("page", meta::profile),
        _ => return None,
    };
    Some(found)
}

fn me(server: &'static Server, state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let token = meta::authorized(server, state, call)?;
    meta::require(&token, "instagram_business_basic")?;
    let person = server
        .person(&token.person)
        .ok_or_else(|| meta::failure(500))?;
    meta::fields(call, "id,username", |name| {
        Some(match name {
            "id" => json!(app_scoped(person)),
            "user_id" => json!(person.id),
            "username" => json!(person.handle),
            "name" => json!(person.name),
            "account_type" => json!("BUSINESS"),
            "profile_picture_url" => {
                Value::from(format!("{}/avatars/{}.svg", call.base, person.account))
            }
            _ => return None,
        })
    })
}

fn app_scoped(person: &Person) -> String {
    format!("2{}", &person.id[1..])
}
