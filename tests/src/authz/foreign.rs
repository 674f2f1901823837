//! Ids of another team or of another person, at every place of a request where an id can stand.

use std::collections::BTreeSet;

use domain::Role;
use serde_json::Value;

use super::requests::Call;
use super::scene::Scene;
use super::{Access, Caller, access, body_schema, problem};
use crate::drift::operations;
use crate::drift::template::object;
use crate::harness::Answer;

/// A place in a request where an id stands: in the path, in the query or in the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Parameter(usize),
    Query(usize),
    Body(String),
}

impl Place {
    pub(crate) fn read(&self, call: &Call) -> String {
        match self {
            Self::Parameter(at) => call.parameters[*at].1.clone(),
            Self::Query(at) => call.query[*at].1.clone(),
            Self::Body(pointer) => call
                .body
                .as_ref()
                .unwrap()
                .pointer(pointer)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned(),
        }
    }

    pub(crate) fn write(&self, call: &Call, value: &str) -> Call {
        let mut call = call.clone();
        match self {
            Self::Parameter(at) => value.clone_into(&mut call.parameters[*at].1),
            Self::Query(at) => value.clone_into(&mut call.query[*at].1),
            Self::Body(pointer) => {
                *call.body.as_mut().unwrap().pointer_mut(pointer).unwrap() = value.into();
            }
        }
        call
    }

    /// Where it is, whatever the number of an item in a list: `?team_id`, `/media/*/media_id`.
    fn name(&self, call: &Call) -> String {
        match self {
            Self::Parameter(at) => format!("{{{}}}", call.parameters[*at].0),
            Self::Query(at) => format!("?{}", call.query[*at].0),
            Self::Body(pointer) => {
                let of_item = |part: &str| part.parse::<usize>().is_ok();
                let parts = pointer.split('/');
                let parts = parts.map(|part| if of_item(part) { "*" } else { part });
                parts.collect::<Vec<_>>().join("/")
            }
        }
    }
}

fn is_id(name: &str) -> bool {
    name.ends_with("Id") || name.ends_with("_id")
}

/// The places of ids in a request, however deep.
pub(crate) fn places(call: &Call) -> Vec<Place> {
    let parameters = call.parameters.iter().enumerate();
    let parameters = parameters.filter(|(_, (name, _))| is_id(name));
    let query = call.query.iter().enumerate();
    let query = query.filter(|(_, (name, _))| is_id(name));
    let mut places: Vec<_> = parameters
        .map(|(at, _)| Place::Parameter(at))
        .chain(query.map(|(at, _)| Place::Query(at)))
        .collect();
    if let Some(body) = &call.body {
        in_body(body, "", &mut places);
    }
    places
}

fn in_body(value: &Value, at: &str, places: &mut Vec<Place>) {
    if let Value::Array(items) = value {
        for (n, item) in items.iter().enumerate() {
            in_body(item, &format!("{at}/{n}"), places);
        }
    }
    for (name, value) in object(value) {
        let at = format!("{at}/{name}");
        match value {
            Value::String(_) if is_id(name) => places.push(Place::Body(at)),
            Value::Array(ids) if name.ends_with("_ids") => {
                places.extend((0..ids.len()).map(|n| Place::Body(format!("{at}/{n}"))));
            }
            _ => in_body(value, &at, places),
        }
    }
}

/// The names of all places where an operation takes an id, by its description.
fn described(operation: &Value) -> BTreeSet<String> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let each = parameters.map(|parameter| {
        let name = parameter["name"].as_str().unwrap();
        (name, parameter["in"] == "path")
    });
    let mut names: BTreeSet<_> = each
        .filter(|(name, _)| is_id(name))
        .map(|(name, in_path)| {
            if in_path {
                format!("{{{name}}}")
            } else {
                format!("?{name}")
            }
        })
        .collect();
    in_schema(&body_schema(operation), "", &mut names);
    names
}

/// What only a platform knows is no id of ours.
const NOT_OURS: &str = "options";

fn in_schema(schema: &Value, at: &str, names: &mut BTreeSet<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let description = crate::drift::description();
        let target = description.pointer(reference.strip_prefix('#').unwrap());
        return in_schema(target.unwrap(), at, names);
    }
    for combined in ["oneOf", "anyOf", "allOf"] {
        for one in schema[combined].as_array().into_iter().flatten() {
            in_schema(one, at, names);
        }
    }
    if schema["items"].is_object() {
        in_schema(&schema["items"], &format!("{at}/*"), names);
    }
    for (name, schema) in object(&schema["properties"]).filter(|(name, _)| *name != NOT_OURS) {
        let at = format!("{at}/{name}");
        if is_id(name) {
            names.insert(at);
        } else if name.ends_with("_ids") {
            names.insert(format!("{at}/*"));
        } else {
            in_schema(schema, &at, names);
        }
    }
}

/// How an id of others is answered. Who manages users knows them all, and whoever does not is told nothing of any id.
fn foreign_status(route: &str) -> u16 {
    match access(route) {
        Access::Deployment => 403,
        Access::Public | Access::SignedIn | Access::Team(_) => 404,
    }
}

/// Where an id may be anybody's: whoever manages a team adds users by it, and the users are the deployment's.
const ANYBODYS: [(&str, &str); 1] = [("POST /teams/{teamId}/members", "/user_id")];

/// Where an id says which things of one's own teams are wanted: what is not there finds nothing.
const FILTERS: [(&str, &str); 6] = [
    ("GET /activity", "?account_id"),
    ("GET /activity", "?actor_id"),
    ("GET /activity", "?post_id"),
    ("GET /posts", "?account_id"),
    ("GET /posts", "?assignee_id"),
    ("GET /posts", "?author_id"),
];

/// Places that the description has because a type is shared, and that are refused whatever stands there.
const REFUSED: [(&str, &str); 1] = [("PUT /posts/{postId}", "/team_id")];

/// An id that nothing has, of the same kind.
fn nobody(id: &str) -> String {
    let kind = id.split('_').next().unwrap();
    format!("{kind}_01kaw3x0fhe9ps6r4h8x5tq7vd")
}

/// The same request, with lists in which a foreign one hides behind one of our own.
fn hidden(call: &mut Call) -> Call {
    fn hide(value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(hide),
            Value::Object(fields) => {
                for (name, value) in fields {
                    match value {
                        Value::Array(ids) if name == "account_ids" => ids.push(ids[0].clone()),
                        other => hide(other),
                    }
                }
            }
            _ => {}
        }
    }
    call.body.iter_mut().for_each(hide);
    call.clone()
}

/// A filter by an id of others finds as much as one by an id that nothing has.
async fn finds_nothing(scene: &Scene, [right, foreign, unknown]: [&Call; 3], what: &str) {
    let items = |answer: Answer| {
        let mut body = answer.expect(200).body;
        body["items"].take().as_array().unwrap().len()
    };
    for caller in [Role::Viewer, Role::Editor, Role::Admin].map(Caller::Member) {
        let api = scene.api(caller);
        assert!(items(right.send(api).await) > 0, "{what}: nothing to find");
        let [foreign, unknown] = [foreign.send(api).await, unknown.send(api).await];
        assert_eq!(foreign.body, unknown.body, "{what} by {caller:?}");
        assert_eq!(items(foreign), 0, "{what} by {caller:?}");
    }
}

/// An id of others is answered like one that nothing has, and changes nothing.
async fn answers_alike(scene: &Scene, route: &str, [foreign, unknown]: [&Call; 2], what: &str) {
    for role in [Role::Viewer, Role::Editor, Role::Admin] {
        let before = scene.held().await;
        let api = scene.api(Caller::Member(role));
        let [foreign, unknown] = [foreign.send(api).await, unknown.send(api).await];
        // Whoever may not use the route at all may be told so before anything is looked for.
        let may = match access(route) {
            Access::Team(permission) => role.may(permission),
            Access::Public | Access::SignedIn | Access::Deployment => true,
        };
        let status = foreign.status;
        let is_right = status == foreign_status(route) || (!may && status == 403);
        assert!(is_right, "{what} by {role}: {status} {}", foreign.text);
        assert_eq!(
            problem(foreign, status),
            problem(unknown, status),
            "{what} by {role}"
        );
        assert!(before == scene.held().await, "{what} changed something");
    }
}

#[tokio::test]
async fn an_id_of_others_is_answered_like_one_that_nothing_has_wherever_it_stands() {
    let scene = Scene::open().await;
    let sessions = scene.neighbour.api.get("/me/sessions").await.expect(200);
    let session = sessions.body["items"][0]["id"].as_str().unwrap();
    let (offer, _) = scene.neighbour.offered_pages(&scene.theirs.team).await;
    let theirs = |id: &str| match id.split('_').next().unwrap() {
        "team" => scene.theirs.team.clone(),
        "account" => scene.theirs.account.clone(),
        "post" => scene.theirs.post.clone(),
        "invitation" => scene.theirs.invitation.clone(),
        "media" => scene.theirs.media.clone(),
        "offer" => offer.clone(),
        "session" => session.to_owned(),
        "user" => scene.neighbour.id.clone(),
        kind => panic!("the other team has no {kind}"),
    };
    let mut tried = 0;
    for (route, operation) in operations() {
        let mut calls = vec![scene.call(&route).await];
        calls.extend(scene.variants(&route).await);
        let given: BTreeSet<_> = calls
            .iter()
            .flat_map(|call| places(call).into_iter().map(|place| place.name(call)))
            .collect();
        let refused = |name: &String| REFUSED.contains(&(route.as_str(), name.as_str()));
        let mut expected = described(&operation);
        expected.retain(|name| !refused(name));
        assert_eq!(given, expected, "{route}: the requests, the description");
        scene.world.settle().await;
        for call in calls.iter_mut().map(hidden) {
            for place in places(&call) {
                let name = place.name(&call);
                if ANYBODYS.contains(&(route.as_str(), name.as_str())) {
                    continue;
                }
                let id = place.read(&call);
                let foreign = place.write(&call, &theirs(&id));
                let unknown = place.write(&call, &nobody(&id));
                let what = format!("{route} {name}");
                if FILTERS.contains(&(route.as_str(), name.as_str())) {
                    finds_nothing(&scene, [&call, &foreign, &unknown], &what).await;
                } else {
                    answers_alike(&scene, &route, [&foreign, &unknown], &what).await;
                }
                tried += 1;
            }
        }
    }
    assert_eq!(
        tried, 87,
        "the number of places in the API where an id stands"
    );
    scene.world.finish().await;
}

#[tokio::test]
async fn an_id_in_the_path_that_is_none_is_answered_like_one_that_nothing_has() {
    let scene = Scene::open().await;
    for (route, _) in operations() {
        let call = scene.call(&route).await;
        let api = match access(&route) {
            Access::Deployment => &scene.operator.api,
            Access::Public | Access::SignedIn | Access::Team(_) => &scene.admin.api,
        };
        for place in places(&call)
            .into_iter()
            .filter(|place| matches!(place, Place::Parameter(_)))
        {
            let id = place.read(&call);
            let expected = problem(place.write(&call, &nobody(&id)).send(api).await, 404);
            let upper = id.to_uppercase();
            let (kind, tail) = id.split_once('_').unwrap();
            let other_kind = if kind == "user" { "team" } else { "user" };
            let other_kind = format!("{other_kind}_{tail}");
            for bad in [
                "x",
                " ",
                "%",
                "../posts",
                "\u{0}",
                "#",
                ":v",
                "attribute_exists(PK)",
                "team_",
                "🦀",
                &format!("{id}#"),
                &id[..id.len() - 1],
                &upper,
                &other_kind,
                &"x".repeat(4_000),
            ] {
                let answer = place.write(&call, bad).send(api).await;
                assert_eq!(problem(answer, 404), expected, "{route}: {bad:.40}");
            }
        }
    }
    scene.world.finish().await;
}

#[tokio::test]
async fn lists_without_a_team_show_the_things_of_ones_own_teams_only() {
    let scene = Scene::open().await;
    let posts = |answer: Answer| {
        answer.body["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|post| post["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        posts(scene.viewer.api.get("/posts").await.expect(200)),
        [scene.ours.post.as_str()]
    );
    assert_eq!(
        posts(scene.neighbour.api.get("/posts").await.expect(200)),
        [scene.theirs.post.as_str()]
    );
    assert!(posts(scene.operator.api.get("/posts").await.expect(200)).is_empty());
    assert!(posts(scene.stranger.api.get("/posts").await.expect(200)).is_empty());
    scene.world.finish().await;
}
