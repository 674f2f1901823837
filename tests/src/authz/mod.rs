//! Who may do what: every route of the template, asked by everybody who can stand to a team in a different way.

pub(crate) mod requests;

use std::collections::{BTreeMap, BTreeSet};

use domain::{Content, Permission, Post, PostText, Role};
use serde_json::{Value, json};

use crate::drift::operations;
use crate::drift::template::{object, routes};
use crate::harness::{Answer, Api};
use requests::{Call, Scene, remove};

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
const ROUTES: [(&str, Access); 20] = [
    ("GET /.well-known/jwks.json", Access::Public),
    ("GET /activity", Access::Team(Permission::Read)),
    ("GET /docs", Access::Public),
    ("GET /docs/{file}", Access::Public),
    ("GET /health", Access::Public),
    ("GET /oauth/callback", Access::Public),
    ("GET /openapi.json", Access::Public),
    ("GET /posts", Access::Team(Permission::Read)),
    ("GET /posts/{postId}", Access::Team(Permission::Read)),
    ("GET /teams", Access::SignedIn),
    ("GET /teams/{teamId}/accounts", Access::Team(Permission::Read)),
    ("GET /verify-email", Access::Public),
    ("POST /login", Access::Public),
    ("POST /posts", Access::Team(Permission::WritePosts)),
    ("POST /posts/schedule", Access::Team(Permission::WritePosts)),
    ("POST /refresh-token", Access::Public),
    ("POST /register", Access::Public),
    ("POST /teams", Access::Deployment),
    ("POST /teams/{teamId}/accounts", Access::Team(Permission::ManageTeam)),
    ("POST /verify-email", Access::Public),
];

/// How somebody stands to the team that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    Anonymous,
    Stranger,
    Neighbour,
    Operator,
    Member(Role),
}

const CALLERS: [Caller; 7] = [
    Caller::Anonymous,
    Caller::Stranger,
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
        (_, Caller::Anonymous) => Some(401),
        (Access::SignedIn, _) | (Access::Deployment, Caller::Operator) => None,
        (Access::Deployment, _) => Some(403),
        (Access::Team(permission), Caller::Member(role)) => (!role.may(permission)).then_some(403),
        (Access::Team(_), Caller::Stranger | Caller::Neighbour | Caller::Operator) => Some(404),
    }
}

/// Who may use a route.
pub(crate) fn access(route: &str) -> Access {
    ROUTES.iter().find(|(key, _)| *key == route).unwrap_or_else(|| panic!("{route} has no row: say who may use it")).1
}

impl Scene {
    fn api(&self, caller: Caller) -> &Api {
        match caller {
            Caller::Anonymous => &self.world.anonymous,
            Caller::Stranger => &self.stranger.api,
            Caller::Neighbour => &self.neighbour.api,
            Caller::Operator => &self.operator.api,
            Caller::Member(Role::Viewer) => &self.viewer.api,
            Caller::Member(Role::Editor) => &self.editor.api,
            Caller::Member(Role::Admin) => &self.admin.api,
        }
    }
}

/// The statuses with which an operation answers when it does what was asked.
fn promised(operation: &Value) -> BTreeSet<u16> {
    object(&operation["responses"]).filter_map(|(status, _)| status.parse().ok()).collect()
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
    let rows: BTreeSet<_> = ROUTES.iter().map(|(route, _)| (*route).to_owned()).collect();
    let routes: BTreeSet<_> = routes().iter().map(crate::drift::template::Route::key).collect();
    assert_eq!(rows, routes, "the rows, the template");
    assert_eq!(rows.len(), ROUTES.len(), "a row twice");
}

#[test]
fn the_description_asks_for_a_token_wherever_one_is_needed() {
    for (route, operation) in operations() {
        assert_eq!(operation["security"] == json!([{ "access_token": [] }]), access(&route) != Access::Public, "{route}: {}", operation["security"]);
    }
}

#[tokio::test]
async fn everybody_may_do_on_every_route_what_the_matrix_says_and_nothing_else() {
    let scene = Scene::open().await;
    let operations = operations();
    let mut wrong = Vec::new();
    for route in routes().iter().map(crate::drift::template::Route::key) {
        for caller in CALLERS {
            let call = scene.call(&route).await;
            let before = scene.held().await;
            let answer = call.send(scene.api(caller)).await;
            let expected = refusal(access(&route), caller).map_or_else(|| promised(&operations[&route]), |status| BTreeSet::from([status]));
            if !expected.contains(&answer.status) {
                wrong.push(format!("{caller:?} {route}: {} instead of {expected:?}: {:.200}", answer.status, answer.text));
            } else if let Some(status) = refusal(access(&route), caller) {
                problem(answer, status);
                assert!(before == scene.held().await, "{caller:?} {route} was refused and changed something");
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    scene.world.finish().await;
}

/// A place in a request where an id stands: in the path, in the query or in the body.
#[derive(Clone, Debug)]
enum Place {
    Parameter(usize),
    Query(usize),
    Body(String),
}

impl Place {
    fn read(&self, call: &Call) -> String {
        match self {
            Self::Parameter(at) => call.parameters[*at].1.clone(),
            Self::Query(at) => call.query[*at].1.clone(),
            Self::Body(pointer) => call.body.as_ref().unwrap().pointer(pointer).unwrap().as_str().unwrap().to_owned(),
        }
    }

    fn write(&self, call: &Call, value: &str) -> Call {
        let mut call = call.clone();
        match self {
            Self::Parameter(at) => value.clone_into(&mut call.parameters[*at].1),
            Self::Query(at) => value.clone_into(&mut call.query[*at].1),
            Self::Body(pointer) => *call.body.as_mut().unwrap().pointer_mut(pointer).unwrap() = value.into(),
        }
        call
    }
}

fn is_id(name: &str) -> bool {
    name.ends_with("Id") || name.ends_with("_id")
}

/// The places of ids in a request.
fn places(call: &Call) -> Vec<Place> {
    let parameters = call.parameters.iter().enumerate().filter(|(_, (name, _))| is_id(name)).map(|(at, _)| Place::Parameter(at));
    let query = call.query.iter().enumerate().filter(|(_, (name, _))| is_id(name)).map(|(at, _)| Place::Query(at));
    let body = call.body.iter().flat_map(object).flat_map(|(name, value)| match value {
        Value::Array(values) if name.ends_with("_ids") => (0..values.len()).map(|at| Place::Body(format!("/{name}/{at}"))).collect(),
        Value::String(_) if is_id(name) => vec![Place::Body(format!("/{name}"))],
        _ => Vec::new(),
    });
    parameters.chain(query).chain(body).collect()
}

/// The names of everything that a route takes: in the path, in the query and in the body.
pub(crate) fn inputs(operation: &Value) -> BTreeMap<String, Value> {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let parameters = parameters.into_iter().map(|parameter| (parameter["name"].as_str().unwrap().to_owned(), parameter));
    parameters.chain(object(&body_schema(operation)["properties"]).map(|(name, schema)| (name.clone(), schema.clone()))).collect()
}

/// The schema of the body that an operation takes; null if it takes none.
pub(crate) fn body_schema(operation: &Value) -> Value {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let Some(reference) = schema["$ref"].as_str() else { return schema.clone() };
    crate::drift::description().pointer(reference.strip_prefix('#').unwrap()).unwrap().clone()
}

/// An id that nothing has, of the same kind.
fn nobody(id: &str) -> String {
    let kind = id.split('_').next().unwrap();
    format!("{kind}_01kaw3x0fhe9ps6r4h8x5tq7vd")
}

#[tokio::test]
async fn an_id_of_another_team_is_answered_like_one_that_nothing_has_wherever_it_stands() {
    let scene = Scene::open().await;
    let theirs = |id: &str| match id.split('_').next().unwrap() {
        "team" => scene.theirs.team.clone(),
        "account" => scene.theirs.account.clone(),
        "post" => scene.theirs.post.clone(),
        kind => panic!("the other team has no {kind}"),
    };
    let mut tried = 0;
    for (route, operation) in operations() {
        let mut call = scene.call(&route).await;
        if let Some(ids) = call.body.as_mut().and_then(|body| body.get_mut("account_ids")).and_then(Value::as_array_mut) {
            // A list in which the foreign one hides behind one of our own.
            ids.push(ids[0].clone());
        }
        let places = places(&call);
        let given = call.parameters.iter().chain(&call.query).map(|(name, _)| name.clone()).chain(call.body.iter().flat_map(object).map(|(name, _)| name.clone())).collect::<BTreeSet<_>>();
        for name in inputs(&operation).keys().filter(|name| is_id(name) || name.ends_with("_ids")) {
            assert!(given.contains(name), "{route} takes {name}, which its right request leaves out");
        }
        for place in places {
            let id = place.read(&call);
            for caller in [Role::Viewer, Role::Editor, Role::Admin].map(Caller::Member) {
                let before = scene.held().await;
                let foreign = place.write(&call, &theirs(&id)).send(scene.api(caller)).await;
                let unknown = place.write(&call, &nobody(&id)).send(scene.api(caller)).await;
                assert_eq!(problem(foreign, 404), problem(unknown, 404), "{route} {place:?} by {caller:?}");
                assert!(before == scene.held().await, "{route} {place:?} changed something");
            }
            tried += 1;
        }
    }
    assert_eq!(tried, 9, "the number of places in the API where an id stands");
    scene.world.finish().await;
}

#[tokio::test]
async fn an_id_in_the_path_that_is_none_is_answered_like_one_that_nothing_has() {
    let scene = Scene::open().await;
    for (route, _) in operations() {
        let call = scene.call(&route).await;
        for place in places(&call).into_iter().filter(|place| matches!(place, Place::Parameter(_))) {
            let id = place.read(&call);
            let expected = problem(place.write(&call, &nobody(&id)).send(&scene.admin.api).await, 404);
            let upper = id.to_uppercase();
            let other_kind = format!("user_{}", id.split_once('_').unwrap().1);
            for bad in ["x", " ", "%", "../posts", "\u{0}", "#", ":v", "attribute_exists(PK)", "team_", "🦀", &format!("{id}#"), &id[..id.len() - 1], &upper, &other_kind, &"x".repeat(4_000)] {
                let answer = place.write(&call, bad).send(&scene.admin.api).await;
                assert_eq!(problem(answer, 404), expected, "{route}: {bad:.40}");
            }
        }
    }
    scene.world.finish().await;
}

#[tokio::test]
async fn whoever_was_removed_from_a_team_is_a_stranger_to_it_at_once() {
    let scene = Scene::open().await;
    let team_routes: Vec<_> = ROUTES.iter().filter(|(_, access)| matches!(access, Access::Team(_))).map(|(route, _)| *route).collect();
    let mut calls = Vec::new();
    for route in team_routes {
        calls.push((route, scene.call(route).await));
    }
    remove(&scene.world, &scene.editor, &scene.ours.team).await;
    for (route, call) in &calls {
        let removed = problem(call.send(&scene.editor.api).await, 404);
        assert_eq!(removed, problem(call.send(&scene.stranger.api).await, 404), "{route}");
    }
    let everything = scene.editor.api.get("/posts").await.expect(200);
    assert_eq!((&everything.body["items"], &scene.editor.api.get("/teams").await.expect(200).body["items"]), (&json!([]), &json!([])));
    scene.world.finish().await;
}

#[tokio::test]
async fn lists_without_a_team_show_the_things_of_ones_own_teams_only() {
    let scene = Scene::open().await;
    let posts = |answer: Answer| answer.body["items"].as_array().unwrap().iter().map(|post| post["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(posts(scene.viewer.api.get("/posts").await.expect(200)), [scene.ours.post.clone()]);
    assert_eq!(posts(scene.neighbour.api.get("/posts").await.expect(200)), [scene.theirs.post.clone()]);
    assert!(posts(scene.operator.api.get("/posts").await.expect(200)).is_empty());
    assert!(posts(scene.stranger.api.get("/posts").await.expect(200)).is_empty());
    scene.world.finish().await;
}

#[tokio::test]
async fn a_demotion_between_reading_the_role_and_writing_wins() {
    let scene = Scene::open().await;
    let app = scene.world.stack.app();
    let (team, viewer) = (scene.ours.team.parse().unwrap(), scene.viewer.id.parse().unwrap());
    // What a handler holds in its hands that read the role before the demotion.
    let mut member = scene.world.store().member(team, viewer).await.unwrap().unwrap();
    member.role = Role::Admin;
    let before = scene.held().await;

    let account = scene.world.store().accounts(team, None, 10).await.unwrap().remove(0);
    let content = || Content { text: PostText::parse("Too late").unwrap() };
    let created = Post::create(app.new_id(), &member, content(), std::slice::from_ref(&account), app.new_id(), app.now()).unwrap();
    let refused = scene.world.store().create_post(&created, &member).await;
    assert!(matches!(refused, Err(store::Error::Forbidden)), "{refused:?}");

    let record = scene.world.store().post(scene.ours.post.parse().unwrap()).await.unwrap().unwrap();
    let schedule = domain::schedule::Schedule::new(app.now(), None, app.now()).unwrap();
    let scheduled = record.post.schedule(&member, schedule, std::slice::from_ref(&account), Vec::new(), || app.new_id(), app.new_id(), app.now()).unwrap();
    let refused = scene.world.store().schedule_post(&scheduled, &member).await;
    assert!(matches!(refused, Err(store::Error::Forbidden)), "{refused:?}");

    let entry = created.activity.clone();
    let refused = scene.world.store().connect_account(&account, "sealed", &member, &entry).await;
    assert!(matches!(refused, Err(store::Error::Forbidden)), "{refused:?}");
    assert!(before == scene.held().await, "something was written");
    scene.world.finish().await;
}

/// What nobody may set by naming it.
const FORBIDDEN_FIELDS: [&str; 22] = [
    "id", "PK", "SK", "role", "status", "state", "version", "team_id", "team", "user_id", "author_id", "created_by", "created_at", "updated_at", "approved_by", "approval", "remote_id",
    "handle", "email_verified", "expires_at", "password_hash", "__proto__",
];

#[tokio::test]
async fn a_field_that_an_endpoint_does_not_take_is_refused_by_name_and_changes_nothing() {
    let scene = Scene::open().await;
    for (route, operation) in operations() {
        let known = body_schema(&operation);
        if known.is_null() {
            continue;
        }
        assert_eq!(known["additionalProperties"], false, "{route}");
        let call = scene.call(&route).await;
        let (before, mails) = (scene.held().await, scene.world.stack.mails().len());
        for field in FORBIDDEN_FIELDS.into_iter().filter(|field| known["properties"].get(field).is_none()) {
            for value in [json!("admin"), json!(true), json!(null), json!({ "S": "admin" })] {
                let mut call = call.clone();
                call.body.as_mut().unwrap()[field] = value;
                let answer = call.send(&scene.operator.api).await.expect_problem(422);
                assert_eq!(answer.pointer(), format!("/{field}"), "{route}: {}", answer.text);
            }
        }
        scene.world.settle().await;
        assert!(before == scene.held().await, "{route} changed something");
        assert_eq!(mails, scene.world.stack.mails().len(), "{route} sent a mail");
        // The same request without the field is done: the field was the only thing wrong with it.
        let done = call.send(if matches!(access(&route), Access::Team(_)) { &scene.admin.api } else { &scene.operator.api }).await;
        assert!(promised(&operation).contains(&done.status), "{route}: {}", done.text);
    }
    scene.world.finish().await;
}
