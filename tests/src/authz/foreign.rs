//! Ids of another team or of another person, at every place of a request where an id can stand.

use std::collections::{BTreeMap, BTreeSet};

use domain::Role;
use serde_json::Value;

use super::requests::Call;
use super::scene::Scene;
use super::{Access, Caller, access, body_schema, problem};
use crate::drift::operations;
use crate::drift::template::object;
use crate::harness::Answer;

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

    fn write(&self, call: &Call, value: &str) -> Call {
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
}

fn is_id(name: &str) -> bool {
    name.ends_with("Id") || name.ends_with("_id")
}

/// The places of ids in a request.
fn places(call: &Call) -> Vec<Place> {
    let parameters = call
        .parameters
        .iter()
        .enumerate()
        .filter(|(_, (name, _))| is_id(name))
        .map(|(at, _)| Place::Parameter(at));
    let query = call
        .query
        .iter()
        .enumerate()
        .filter(|(_, (name, _))| is_id(name))
        .map(|(at, _)| Place::Query(at));
    let body = call
        .body
        .iter()
        .flat_map(object)
        .flat_map(|(name, value)| match value {
            Value::Array(values) if name.ends_with("_ids") => (0..values.len())
                .map(|at| Place::Body(format!("/{name}/{at}")))
                .collect(),
            Value::String(_) if is_id(name) => vec![Place::Body(format!("/{name}"))],
            _ => Vec::new(),
        });
    parameters.chain(query).chain(body).collect()
}
/// The names of everything that a route takes: in the path, in the query and in the body.
fn inputs(operation: &Value) -> BTreeMap<String, Value> {
    let parameters = operation["parameters"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let parameters = parameters
        .into_iter()
        .map(|parameter| (parameter["name"].as_str().unwrap().to_owned(), parameter));
    parameters
        .chain(
            object(&body_schema(operation)["properties"])
                .map(|(name, schema)| (name.clone(), schema.clone())),
        )
        .collect()
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

fn is_anybodys(route: &str, place: &Place) -> bool {
    matches!(place, Place::Body(pointer) if ANYBODYS.contains(&(route, pointer.as_str())))
}

/// An id that nothing has, of the same kind.
fn nobody(id: &str) -> String {
    let kind = id.split('_').next().unwrap();
    format!("{kind}_01kaw3x0fhe9ps6r4h8x5tq7vd")
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
        "offer" => offer.clone(),
        "session" => session.to_owned(),
        "user" => scene.neighbour.id.clone(),
        kind => panic!("the other team has no {kind}"),
    };
    let mut tried = 0;
    for (route, operation) in operations() {
        let mut call = scene.call(&route).await;
        if let Some(ids) = call
            .body
            .as_mut()
            .and_then(|body| body.get_mut("account_ids"))
            .and_then(Value::as_array_mut)
        {
            // A list in which the foreign one hides behind one of our own.
            ids.push(ids[0].clone());
        }
        let places = places(&call);
        let given = call
            .parameters
            .iter()
            .chain(&call.query)
            .map(|(name, _)| name.clone())
            .chain(
                call.body
                    .iter()
                    .flat_map(object)
                    .map(|(name, _)| name.clone()),
            )
            .collect::<BTreeSet<_>>();
        for name in inputs(&operation)
            .keys()
            .filter(|name| is_id(name) || name.ends_with("_ids"))
        {
            assert!(
                given.contains(name),
                "{route} takes {name}, which its right request leaves out"
            );
        }
        let status = foreign_status(&route);
        scene.world.settle().await;
        for place in places {
            if is_anybodys(&route, &place) {
                continue;
            }
            let id = place.read(&call);
            for caller in [Role::Viewer, Role::Editor, Role::Admin].map(Caller::Member) {
                let before = scene.held().await;
                let foreign = place
                    .write(&call, &theirs(&id))
                    .send(scene.api(caller))
                    .await;
                let unknown = place
                    .write(&call, &nobody(&id))
                    .send(scene.api(caller))
                    .await;
                assert_eq!(
                    problem(foreign, status),
                    problem(unknown, status),
                    "{route} {place:?} by {caller:?}"
                );
                assert!(
                    before == scene.held().await,
                    "{route} {place:?} changed something"
                );
            }
            tried += 1;
        }
    }
    assert_eq!(
        tried, 34,
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
