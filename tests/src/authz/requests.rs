//! For every route of the API one request that is right, in a system where there is something to ask for.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use domain::Role;
use reqwest::Method;
use serde_json::{Value, json};
use url::form_urlencoded::{byte_serialize, parse};

use crate::harness::{Answer, Api, PASSWORD, Person, World, consent, seconds};

/// A system with two teams that have nothing to do with each other, and people who stand to the first one in every possible way.
pub(crate) struct Scene {
    pub(crate) world: World,
    /// An admin of the deployment who belongs to no team.
    pub(crate) operator: Person,
    /// Signed in, and a member of no team.
    pub(crate) stranger: Person,
    /// The admin of the other team.
    pub(crate) neighbour: Person,
    pub(crate) admin: Person,
    pub(crate) editor: Person,
    pub(crate) viewer: Person,
    pub(crate) ours: Things,
    pub(crate) theirs: Things,
    made: AtomicUsize,
}

/// What a team has.
pub(crate) struct Things {
    pub(crate) team: String,
    pub(crate) account: String,
    pub(crate) post: String,
}

/// A request, in parts that a test can change.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    method: Method,
    /// The path as the template has it.
    path: String,
    /// The values of its parameters.
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Option<Value>,
}

impl Call {
    fn new(route: &str) -> Self {
        let (method, path) = route.split_once(' ').unwrap();
        Self {
            method: method.parse().unwrap(),
            path: path.to_owned(),
            parameters: Vec::new(),
            query: Vec::new(),
            body: None,
        }
    }

    fn parameter(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// The path and query that go over the wire.
    pub(crate) fn target(&self) -> String {
        let encoded = |value: &str| {
            byte_serialize(value.as_bytes())
                .collect::<String>()
                .replace('+', "%20")
        };
        let path = self
            .parameters
            .iter()
            .fold(self.path.clone(), |path, (name, value)| {
                path.replace(&format!("{{{name}}}"), &encoded(value))
            });
        assert!(!path.contains('{'), "{path}: a parameter has no value");
        let query: Vec<_> = self
            .query
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        if query.is_empty() {
            path
        } else {
            format!("{path}?{}", query.join("&"))
        }
    }

    pub(crate) async fn send(&self, api: &Api) -> Answer {
        self.send_text(
            api,
            self.body.as_ref().map(ToString::to_string),
            "application/json",
        )
        .await
    }

    pub(crate) async fn send_text(
        &self,
        api: &Api,
        body: Option<String>,
        content_type: &str,
    ) -> Answer {
        api.send(self.method.clone(), &self.target(), body, content_type)
            .await
    }
}

async fn things(world: &World, admin: &Person, operator: &Person, name: &str) -> Things {
    // Teams are made by admins of the deployment; this one leaves it to its own admin.
    let team = operator.create_team(name).await;
    remove(world, operator, &team).await;
    world.join(admin, &team, Role::Admin).await;
    let account = admin.connect_bluesky(&team).await;
    let body =
        json!({ "team_id": team, "text": format!("News of {name}"), "account_ids": [account] });
    let post = admin.api.post("/posts", &body).await.expect(201).id();
    Things {
        team,
        account,
        post,
    }
}

/// Takes somebody out of a team: there is no endpoint for that yet.
pub(crate) async fn remove(world: &World, person: &Person, team: &str) {
    let app = world.stack.app();
    for (pk, sk) in [
        (format!("TEAM#{team}"), format!("MEMBER#{}", person.id)),
        (format!("USER#{}", person.id), format!("TEAM#{team}")),
    ] {
        let key = store::keys::Key { pk, sk }.attributes();
        let gone = app
            .aws
            .dynamodb()
            .delete_item()
            .table_name(&app.config.table)
            .set_key(Some(key))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .unwrap();
        assert!(
            gone.attributes.is_some(),
            "{} is no member of {team}",
            person.email
        );
    }
}

impl Scene {
    pub(crate) async fn open() -> Self {
        let world = World::start().await;
        let operator = world.sign_up("operator").await;
        let (stranger, neighbour) = (
            world.sign_up("stranger").await,
            world.sign_up("neighbour").await,
        );
        let (admin, editor, viewer) = (
            world.sign_up("admin").await,
            world.sign_up("editor").await,
            world.sign_up("viewer").await,
        );
        let ours = things(&world, &admin, &operator, "ours").await;
        let theirs = things(&world, &neighbour, &operator, "theirs").await;
        world.join(&editor, &ours.team, Role::Editor).await;
        world.join(&viewer, &ours.team, Role::Viewer).await;
        Self {
            world,
            operator,
            stranger,
            neighbour,
            admin,
            editor,
            viewer,
            ours,
            theirs,
            made: AtomicUsize::new(0),
        }
    }

    /// A right request of the route, about the first team where it is about one. A route without a row has no place in the API.
    pub(crate) async fn call(&self, route: &str) -> Call {
        let call = Call::new(route);
        let Things {
            team,
            account,
            post,
        } = &self.ours;
        match route {
            "POST /register" => call.body(json!({ "email": self.new_address(), "password": PASSWORD, "name": "New" })),
            "POST /verify-email" => call.body(json!({ "token": self.new_token().await })),
            "GET /verify-email" => call.query("token", &self.new_token().await),
            "POST /login" => call.body(json!({ "email": self.viewer.email, "password": PASSWORD })),
            "POST /refresh-token" => call.body(json!({ "refresh_token": self.world.log_in(&self.viewer.email).await.refresh_token })),
            "GET /oauth/callback" => {
                let back = consent(&self.admin.begin_mastodon(team).await, "harbour", "authorize").await;
                let query = back.split_once('?').unwrap().1;
                parse(query.as_bytes()).fold(call, |call, (name, value)| call.query(&name, &value))
            }
            "GET /.well-known/jwks.json" | "GET /health" | "GET /openapi.json" | "GET /docs" | "GET /teams" => call,
            "GET /docs/{file}" => call.parameter("file", "index.html"),
            "POST /teams" => call.body(json!({ "name": "New" })),
            "POST /teams/{teamId}/accounts" => call.parameter("teamId", team).body(json!({ "platform": "mastodon", "host": "mastodon.sandbox" })),
            "GET /teams/{teamId}/accounts" => call.parameter("teamId", team),
            "POST /posts" => call.body(json!({ "team_id": team, "text": "Fresh bread", "account_ids": [account] })),
            "GET /posts/{postId}" => call.parameter("postId", post),
            "POST /posts/schedule" => call.body(json!({ "post_id": post, "publish_at": (self.world.now() + seconds(86_400)).to_string(), "max_late_seconds": 600 })),
            "GET /posts" | "GET /activity" => call.query("team_id", team),
            other => panic!("{other} has no row: say what a right request of it is"),
        }
    }

    fn new_address(&self) -> String {
        format!(
            "new{}@example.com",
            self.made.fetch_add(1, Ordering::Relaxed)
        )
    }

    async fn new_token(&self) -> String {
        let address = self.new_address();
        self.world.register(&address, PASSWORD).await;
        self.world.verification_token(&address).await
    }

    /// Everything that both tables hold.
    pub(crate) async fn held(&self) -> Vec<String> {
        let app = self.world.stack.app();
        let mut held = Vec::new();
        for table in [&app.config.table, &app.config.vault_table] {
            let mut from = None;
            loop {
                let page = app
                    .aws
                    .dynamodb()
                    .scan()
                    .table_name(table)
                    .consistent_read(true)
                    .set_exclusive_start_key(from)
                    .send()
                    .await
                    .unwrap();
                held.extend(
                    page.items()
                        .iter()
                        .map(|item| format!("{table} {}", sorted(item))),
                );
                from = page.last_evaluated_key;
                if from.is_none() {
                    break;
                }
            }
        }
        held.sort();
        held
    }
}

/// An item as text, its fields in order.
fn sorted(item: &HashMap<String, AttributeValue>) -> String {
    let fields: BTreeMap<_, _> = item
        .iter()
        .map(|(name, value)| {
            (
                name,
                value.as_m().map_or_else(|_| format!("{value:?}"), sorted),
            )
        })
        .collect();
    format!("{fields:?}")
}
