//! What is wrong deep within a body: unknown fields, fields that stand there twice, things that are no objects, and too many of them.

use serde_json::{Value, json};

use super::{Endpoint, refused_at, without_effect};
use crate::authz::scene::Scene;

/// What nobody may set by naming it, besides what is no field anywhere.
const FORBIDDEN: [&str; 14] = [
    "id",
    "PK",
    "team",
    "author_id",
    "status",
    "state",
    "version",
    "approved_by",
    "content_hash",
    "fingerprint",
    "content_type",
    "bytes",
    "remote_id",
    "__proto__",
];

/// The places of all objects within a body.
fn objects(value: &Value, at: &str, found: &mut Vec<String>) {
    if let Value::Array(items) = value {
        for (n, item) in items.iter().enumerate() {
            objects(item, &format!("{at}/{n}"), found);
        }
    }
    if let Value::Object(fields) = value {
        if !at.is_empty() {
            found.push(at.to_owned());
        }
        for (name, value) in fields {
            objects(value, &format!("{at}/{name}"), found);
        }
    }
}

/// The operations whose right body has objects within it, with the places of those.
async fn deep(scene: &Scene) -> Vec<(Endpoint, Vec<String>)> {
    let mut those = Vec::new();
    for endpoint in Endpoint::with_body(scene).await {
        let mut places = Vec::new();
        objects(endpoint.call.body.as_ref().unwrap(), "", &mut places);
        if !places.is_empty() {
            those.push((endpoint, places));
        }
    }
    assert!(those.len() >= 5, "only {}", those.len());
    those
}

#[tokio::test]
async fn a_field_deep_within_a_body_that_is_not_taken_there_is_refused_by_name() {
    let scene = Scene::open().await;
    let endpoints = deep(&scene).await;
    without_effect(scene, async |scene| {
        for (endpoint, places) in &endpoints {
            for place in places {
                for field in FORBIDDEN {
                    let mut body = endpoint.call.body.clone().unwrap();
                    body.pointer_mut(place).unwrap()[field] = json!("approved");
                    refused_at(
                        endpoint.send(scene, &body).await,
                        place,
                        &format!("{} {place}/{field}", endpoint.route),
                    );
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_field_deep_within_a_body_that_stands_there_twice_is_named() {
    let scene = Scene::open().await;
    let endpoints = deep(&scene).await;
    without_effect(scene, async |scene| {
        for (endpoint, places) in &endpoints {
            for place in places {
                let right = endpoint.call.body.clone().unwrap();
                let object = right.pointer(place).unwrap().clone();
                for (field, value) in object.as_object().unwrap() {
                    let mut body = right.clone();
                    *body.pointer_mut(place).unwrap() = json!("TWICE");
                    let text = object.to_string();
                    let twice = format!("{},\"{field}\":{value}}}", &text[..text.len() - 1]);
                    let body = body.to_string().replace("\"TWICE\"", &twice);
                    refused_at(
                        endpoint.send_text(scene, body).await,
                        place,
                        &format!("{} {place}/{field} twice", endpoint.route),
                    );
                }
            }
        }
    })
    .await;
}

/// Puts something in place of each object.
async fn replaced_by(others: &[Value]) {
    let scene = Scene::open().await;
    let endpoints = deep(&scene).await;
    without_effect(scene, async |scene| {
        for (endpoint, places) in &endpoints {
            for place in places {
                for other in others {
                    let mut body = endpoint.call.body.clone().unwrap();
                    *body.pointer_mut(place).unwrap() = other.clone();
                    refused_at(
                        endpoint.send(scene, &body).await,
                        place,
                        &format!("{} {place} = {other}", endpoint.route),
                    );
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_stands_in_place_of_an_object_deep_within_a_body_is_named() {
    Box::pin(replaced_by(&[json!(5), json!("text"), json!(true)])).await;
}

#[tokio::test]
async fn an_array_deep_within_a_body_is_not_taken_for_an_object() {
    let lists = [json!([]), json!(["text"]), json!(["text", []])];
    Box::pin(replaced_by(&lists)).await;
}

/// How many of each a post may have, and one that is right.
fn limits(scene: &Scene) -> Vec<(&'static str, usize, Value)> {
    let file = json!({ "media_id": scene.ours.media });
    let part = json!({ "text": "More" });
    let version = json!({ "platform": "bluesky" });
    vec![
        ("/account_ids", 20, json!(scene.ours.account)),
        ("/labels", 10, json!("LABEL")),
        ("/media", 35, file.clone()),
        ("/parts", 24, part.clone()),
        ("/versions", 20, version),
        ("/parts/0/media", 35, file.clone()),
        ("/versions/0/media", 35, file.clone()),
        ("/versions/0/parts", 24, part),
        ("/versions/0/parts/0/media", 35, file),
    ]
}

#[tokio::test]
async fn a_list_that_is_longer_than_it_may_be_is_named() {
    let scene = Scene::open().await;
    let wanted = ["POST /posts", "PUT /posts/{postId}"];
    let endpoints = Endpoint::those(&scene, |route, _| wanted.contains(&route)).await;
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            for (list, most, item) in limits(scene) {
                let mut body = endpoint.call.body.clone().unwrap();
                let items = (0..=most).map(|n| match item.as_str() {
                    Some("LABEL") => json!(format!("label {n}")),
                    _ => item.clone(),
                });
                *body.pointer_mut(list).unwrap() = items.collect();
                let what = format!("{} with {} in {list}", endpoint.route, most + 1);
                refused_at(endpoint.send(scene, &body).await, list, &what);
            }
        }
    })
    .await;
}
