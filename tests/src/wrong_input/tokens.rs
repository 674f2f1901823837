//! Requests without a valid access token.

use serde_json::json;

use super::{Endpoint, refused, without_effect};
use crate::authz::scene::Scene;
use crate::authz::{Access, access};
use crate::harness::seconds;

async fn closed(scene: &Scene) -> Vec<Endpoint> {
    Endpoint::those(scene, |route, _| access(route) != Access::Public).await
}

#[tokio::test]
async fn without_a_valid_token_every_closed_route_asks_for_one() {
    let scene = Scene::open().await;
    let endpoints = closed(&scene).await;
    let token = scene.admin.api.token.clone().unwrap();
    let (start, signature) = token.rsplit_once('.').unwrap();
    let other = scene.viewer.api.token.clone().unwrap();
    let garbage = [
        String::new(),
        "x".into(),
        "a.b.c".into(),
        start.to_owned(),
        format!("{start}."),
        format!("{start}.{}", other.rsplit('.').next().unwrap()),
        format!("{token}x"),
        format!("{token}.{signature}"),
        token.to_uppercase(),
        format!("{token}, {token}"),
        "attribute_exists(PK)".into(),
        "x".repeat(20_000),
        scene.admin.refresh_token.clone(),
    ];
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            let nobody = refused(
                endpoint.call.send(&scene.world.anonymous).await,
                &endpoint.route,
            );
            assert_eq!(
                (nobody.status, &nobody.headers["www-authenticate"]),
                (401, &"Bearer".parse().unwrap()),
                "{}",
                endpoint.route
            );
            for token in &garbage {
                let answer = refused(
                    endpoint
                        .call
                        .send(&scene.world.anonymous.with_token(token))
                        .await,
                    &format!("{} {token:.40}", endpoint.route),
                );
                assert_eq!(
                    answer.status, 401,
                    "{} {token:.40}: {}",
                    endpoint.route, answer.text
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn without_a_token_nothing_is_told_about_the_rest_of_a_request() {
    let scene = Scene::open().await;
    let endpoints = closed(&scene).await;
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            if endpoint.call.body.is_some() {
                for (body, content_type) in [
                    ("{", "application/json"),
                    ("{}", "application/json"),
                    ("x", "text/plain"),
                ] {
                    let answer = endpoint
                        .call
                        .send_text(&scene.world.anonymous, Some(body.to_owned()), content_type)
                        .await;
                    assert_eq!(
                        refused(answer, &endpoint.route).status,
                        401,
                        "{} {body}",
                        endpoint.route
                    );
                }
            }
            let mut call = endpoint.call.clone();
            call.query = vec![("surprise".to_owned(), "1".to_owned())];
            call.parameters
                .iter_mut()
                .for_each(|(_, value)| "x".clone_into(value));
            assert_eq!(
                refused(call.send(&scene.world.anonymous).await, &endpoint.route).status,
                401,
                "{}",
                endpoint.route
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_that_was_valid_once_opens_nothing() {
    let scene = Scene::open().await;
    let endpoints = closed(&scene).await;
    scene.world.advance(seconds(15 * 60 + 31)).await;
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            let answer = refused(
                endpoint.call.send(endpoint.api(scene)).await,
                &endpoint.route,
            );
            assert_eq!(answer.status, 401, "{}", endpoint.route);
            assert_eq!(
                answer.body["detail"],
                json!("the access token has expired: renew it with POST /refresh-token")
            );
        }
    })
    .await;
}
