//! Who may do what: every route of the template, asked by everybody who can stand to a team in a different way.

mod changes;
mod demoted;
mod demoted_writers;
mod fields;
pub(crate) mod foreign;
mod posts;
pub(crate) mod requests;
pub(crate) mod scene;
mod spares;

use std::collections::BTreeSet;

use domain::{Permission, Role};
use serde_json::{Value, json};

use crate::drift::operations;
use crate::drift::template::{object, routes};
use crate::harness::{Answer, Api};
use requests::Call;
use scene::Scene;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody.
    Public,
    /// Whoever is signed in.
    SignedIn,
    /// Admins of the deployment.
    Deployment,
    /// Members of the team whose role has the permission. For others there is no such team.
    Team(Permission),
}

/// Every route and who may use it. What that means for each role is in the matrix of the domain.
const ROUTES: &[(&str, Access)] = &[
    ("DELETE /invitations/{invitationId}", Access::SignedIn),
    ("DELETE /me", Access::SignedIn),
    ("DELETE /me/identities/{provider}", Access::SignedIn),
    ("DELETE /me/sessions", Access::SignedIn),
    ("DELETE /me/sessions/{sessionId}", Access::SignedIn),
    (
        "DELETE /posts/repost/{postId}",
        Access::Team(Permission::WritePosts),
    ),
    (
        "DELETE /posts/{postId}",
        Access::Team(Permission::WritePosts),
    ),
    (
        "DELETE /teams/{teamId}",
        Access::Team(Permission::ManageTeam),
    ),
    (
        "DELETE /teams/{teamId}/accounts/{accountId}",
        Access::Team(Permission::ManageTeam),
    ),
    (
        "DELETE /teams/{teamId}/invitations/{invitationId}",
        Access::Team(Permission::ManageTeam),
    ),
    (
        "DELETE /teams/{teamId}/members/{userId}",
        Access::Team(Permission::ManageTeam),
    ),
    (
        "DELETE /todos/{postId}",
        Access::Team(Permission::WritePosts),
    ),
    ("GET /.well-known/jwks.json", Access::Public),
    ("GET /accept-invitation", Access::Public),
    ("GET /activity", Access::Team(Permission::Read)),
    ("GET /docs", Access::Public),
    ("GET /docs/{file}", Access::Public),
    ("GET /health", Access::Public),
    ("GET /invitations", Access::SignedIn),
    ("GET /me", Access::SignedIn),
    ("GET /me/sessions", Access::SignedIn),
    ("GET /media/{mediaId}", Access::Team(Permission::Read)),
    ("GET /oauth/authorize", Access::Public),
    ("GET /oauth/callback", Access::Public),
    ("GET /openapi.json", Access::Public),
    ("GET /platforms", Access::SignedIn),
    ("GET /posts", Access::Team(Permission::Read)),
    ("GET /posts/{postId}", Access::Team(Permission::Read)),
    ("GET /reset-password", Access::Public),
    ("GET /teams", Access::SignedIn),
    ("GET /teams/{teamId}", Access::Team(Permission::Read)),
    (
        "GET /teams/{teamId}/accounts",
        Access::Team(Permission::Read),
    ),
    (
        "GET /teams/{teamId}/accounts/{accountId}",
        Access::Team(Permission::Read),
    ),
    (
        "GET /teams/{teamId}/invitations",
        Access::Team(Permission::ManageTeam),
    ),
    (
        "GET /teams/{teamId}/members",
        Access::Team(Permission::Read),
    ),
    ("GET /todos", Access::SignedIn),
    ("GET /users", Access::Deployment),
    ("GET /verify-email", Access::Public),
    ("PATCH /me", Access::SignedIn),
    (
        "PATCH /teams/{teamId}",
        Access::Team(Permission::ManageTeam),
    ),
    (
        "PATCH /teams/{teamId}/accounts/{accountId}",
        Access::Team(Permission::ManageTeam),
    ),
    (
        "PATCH /teams/{teamId}/members/{userId}",
        Access::Team(Permission::ManageTeam),
    ),
    ("PATCH /users/{userId}", Access::Deployment),
    ("POST /accept-invitation", Access::Public),
    ("POST /forgot-password", Access::Public),
    ("POST /invitations/{invitationId}/accept", Access::SignedIn),
    ("POST /login", Access::Public),
    ("POST /logout", Access::SignedIn),
    ("POST /me/email", Access::SignedIn),
    ("POST /me/identities", Access::SignedIn),
    ("POST /me/password", Access::SignedIn),
    ("POST /media", Access::Team(Permission::WritePosts)),
    ("POST /oauth/choose", Access::Public),
    ("POST /posts", Access::Team(Permission::WritePosts)),
    ("POST /posts/preview", Access::Team(Permission::Read)),
    (
        "POST /posts/repost/{postId}",
        Access::Team(Permission::WritePosts),
    ),
    ("POST /posts/schedule", Access::Team(Permission::WritePosts)),
    (
        "POST /posts/{postId}/approve",
        Access::Team(Permission::ApprovePosts),
    ),
    (
        "POST /posts/{postId}/feedback",
        Access::Team(Permission::WritePosts),
    ),
    (
        "POST /posts/{postId}/reject",
        Access::Team(Permission::ApprovePosts),
    ),
    (
        "POST /posts/{postId}/submit",
        Access::Team(Permission::WritePosts),
    ),
    ("POST /refresh-token", Access::Public),
    ("POST /register", Access::Public),
    ("POST /reset-password", Access::Public),
    ("POST /teams", Access::Deployment),
    (
        "POST /teams/{teamId}/accounts",
        Access::Team(Permission::ManageTeam),
    ),
    (
        "POST /teams/{teamId}/accounts/{accountId}/reconnect",
        Access::Team(Permission::ManageTeam),
    ),
    (
        "POST /teams/{teamId}/invitations/{invitationId}/resend",
        Access::Team(Permission::ManageTeam),
    ),
    (
        "POST /teams/{teamId}/members",
        Access::Team(Permission::ManageTeam),
    ),
    ("POST /verify-email", Access::Public),
    ("PUT /posts/{postId}", Access::Team(Permission::WritePosts)),
];

/// After this the team is gone.
const DELETION: &str = "DELETE /teams/{teamId}";

/// After these the caller's session, password or account is gone.
const FINAL: [&str; 3] = ["DELETE /me", "POST /logout", "POST /me/password"];

/// How somebody stands to the team that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    Anonymous,
    Disabled,
    SignedOut,
    Stranger,
    Removed,
    Neighbour,
    Operator,
    Member(Role),
}

const CALLERS: [Caller; 10] = [
    Caller::Anonymous,
    Caller::Disabled,
    Caller::SignedOut,
    Caller::Stranger,
    Caller::Removed,
    Caller::Neighbour,
    Caller::Operator,
    Caller::Member(Role::Viewer),
    Caller::Member(Role::Editor),
    Caller::Member(Role::Admin),
];

/// What the caller must be answered; `None` when the request is done.
fn refusal(access: Access, caller: Caller) -> Option<u16> {
    match (access, caller) {
        (Access::Public, _) => None,
        (_, Caller::Anonymous | Caller::Disabled | Caller::SignedOut) => Some(401),
        (Access::SignedIn, _) | (Access::Deployment, Caller::Operator) => None,
        (Access::Deployment, _) => Some(403),
        (Access::Team(permission), Caller::Member(role)) => (!role.may(permission)).then_some(403),
        (
            Access::Team(_),
            Caller::Stranger | Caller::Removed | Caller::Neighbour | Caller::Operator,
        ) => Some(404),
    }
}

/// Who may use a route.
pub(crate) fn access(route: &str) -> Access {
    ROUTES
        .iter()
        .find(|(key, _)| *key == route)
        .unwrap_or_else(|| panic!("{route} has no row: say who may use it"))
        .1
}

impl Scene {
    /// A right request of the route and the caller to send it, who may be a twin: the scene stays as it is for the next one.
    async fn request(&self, route: &str, caller: Caller) -> (Call, Api) {
        if refusal(access(route), caller).is_some() {
            return (self.call(route).await, self.api(caller).clone());
        }
        let (call, api) = match self.person(caller) {
            Some(person) if route == DELETION => {
                (self.deletion(route, person).await, person.api.clone())
            }
            Some(_) if FINAL.contains(&route) => {
                let twin = self.twin(caller).await;
                (self.call_by(route, &twin).await, twin.api)
            }
            Some(person) => (self.call_by(route, person).await, person.api.clone()),
            None => (self.call(route).await, self.world.anonymous.clone()),
        };
        // Some requests have a mail sent, and few are sent for one place.
        (call, api.from_place(&self.world.new_place()))
    }
}

/// The statuses with which an operation answers when it does what was asked.
fn promised(operation: &Value) -> BTreeSet<u16> {
    object(&operation["responses"])
        .filter_map(|(status, _)| status.parse().ok())
        .collect()
}

/// The schema of the body that an operation takes; null if it takes none.
pub(crate) fn body_schema(operation: &Value) -> Value {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let Some(reference) = schema["$ref"].as_str() else {
        return schema.clone();
    };
    crate::drift::description()
        .pointer(reference.strip_prefix('#').unwrap())
        .unwrap()
        .clone()
}

/// A problem document without what is different in every answer.
fn problem(answer: Answer, status: u16) -> Value {
    let mut body = answer.expect_problem(status).body;
    assert!(body["instance"].is_string(), "{body}");
    body["instance"] = Value::Null;
    body
}

#[test]
fn every_route_of_the_template_has_a_row_and_every_row_is_a_route() {
    let rows: BTreeSet<_> = ROUTES
        .iter()
        .map(|(route, _)| (*route).to_owned())
        .collect();
    let routes: BTreeSet<_> = routes()
        .iter()
        .map(crate::drift::template::Route::key)
        .collect();
    assert_eq!(rows, routes, "the rows, the template");
    assert_eq!(rows.len(), ROUTES.len(), "a row twice");
}

#[test]
fn the_description_asks_for_a_token_wherever_one_is_needed() {
    for (route, operation) in operations() {
        assert_eq!(
            operation["security"] == json!([{ "access_token": [] }]),
            access(&route) != Access::Public,
            "{route}: {}",
            operation["security"]
        );
    }
}

#[tokio::test]
async fn everybody_may_do_on_every_route_what_the_matrix_says_and_nothing_else() {
    let scene = Scene::open().await;
    let operations = operations();
    let mut wrong = Vec::new();
    for route in routes().iter().map(crate::drift::template::Route::key) {
        for caller in CALLERS {
            let (call, api) = scene.request(&route, caller).await;
            let refusal = refusal(access(&route), caller);
            // What the requests before have begun ends first.
            scene.world.settle().await;
            let before = match refusal {
                Some(_) => scene.held().await,
                None => Vec::new(),
            };
            let answer = call.send(&api).await;
            let expected = refusal.map_or_else(
                || promised(&operations[&route]),
                |status| BTreeSet::from([status]),
            );
            if !expected.contains(&answer.status) {
                wrong.push(format!(
                    "{caller:?} {route}: {} instead of {expected:?}: {:.200}",
                    answer.status, answer.text
                ));
            } else if let Some(status) = refusal {
                problem(answer, status);
                assert!(
                    before == scene.held().await,
                    "{caller:?} {route} was refused and changed something"
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    scene.world.finish().await;
}
