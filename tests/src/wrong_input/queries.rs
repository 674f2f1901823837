//! Wrong query parameters, derived from the description of each endpoint.

use serde_json::Value;

use super::{Endpoint, parameters, refused_at, without_effect};
use crate::authz::Access;
use crate::authz::requests::Call;
use crate::authz::scene::Scene;

/// Platforms add parameters of their own to the way back, so this route takes any.
const OPEN: &str = "GET /oauth/callback";

/// Parameters that any text is right for: the pages show the token, and pressing their button finds out whether it is one; the rest is the platform's.
const ANY_TEXT: [(&str, &str); 7] = [
    ("GET /accept-invitation", "token"),
    ("GET /reset-password", "token"),
    ("GET /verify-email", "token"),
    (OPEN, "state"),
    (OPEN, "code"),
    (OPEN, "error"),
    (OPEN, "iss"),
];

/// Parameters that are words to look for: any of them may be there, but none that is blank, has controls or is endless.
const WORDS: [(&str, &str); 2] = [("GET /posts", "label"), ("GET /posts", "text")];

/// Of the values below those that are no words.
const NO_WORDS: [&str; 3] = ["", " ", "\u{0}"];

/// Values that no parameter takes.
const BAD: [&str; 12] = [
    "",
    " ",
    "x",
    "-1",
    "-0",
    "0",
    "1e3",
    "9007199254740993",
    "\u{0}",
    "🦀",
    "attribute_exists(PK)",
    "[\"a\"]",
];

async fn with_query(scene: &Scene) -> Vec<Endpoint> {
    Endpoint::those(scene, |_, operation| !parameters(operation).is_empty()).await
}

fn replaced(call: &Call, name: &str, value: Option<&str>) -> Call {
    let mut call = call.clone();
    call.query.retain(|(known, _)| known != name);
    call.query
        .extend(value.map(|value| (name.to_owned(), value.to_owned())));
    call
}

#[tokio::test]
async fn a_parameter_that_is_unknown_missing_or_there_twice_is_named() {
    let scene = Scene::open().await;
    let endpoints = with_query(&scene).await;
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            for (name, required) in endpoint.parameters() {
                if required {
                    let answer = replaced(&endpoint.call, name, None)
                        .send(endpoint.api(scene))
                        .await;
                    refused_at(
                        answer,
                        &format!("?{name}"),
                        &format!("{} without {name}", endpoint.route),
                    );
                }
                let mut twice = replaced(&endpoint.call, name, Some("1"));
                twice.query.push((name.to_owned(), "1".to_owned()));
                let first_is_right = replaced(
                    &endpoint.call,
                    name,
                    endpoint
                        .call
                        .query
                        .iter()
                        .find(|(known, _)| known == name)
                        .map(|(_, value)| value.as_str()),
                );
                let mut second = first_is_right.clone();
                second.query.push((name.to_owned(), "1".to_owned()));
                for call in [twice, second] {
                    if call.query.iter().filter(|(known, _)| known == name).count() == 2 {
                        refused_at(
                            call.send(endpoint.api(scene)).await,
                            &format!("?{name}"),
                            &format!("{} {}", endpoint.route, call.target()),
                        );
                    }
                }
            }
            if endpoint.route != OPEN {
                for unknown in ["surprise", "Team_id", "role", "limit[]", "PK", "$where"] {
                    let answer = replaced(&endpoint.call, unknown, Some("1"))
                        .send(endpoint.api(scene))
                        .await;
                    refused_at(
                        answer,
                        &format!("?{}", unknown.trim_end_matches("[]")),
                        &format!("{} with {unknown}", endpoint.route),
                    );
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_value_that_a_parameter_does_not_take_is_named() {
    let scene = Scene::open().await;
    let endpoints = with_query(&scene).await;
    let long = "x".repeat(8_000);
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            for name in endpoint
                .parameters()
                .into_keys()
                .filter(|name| !ANY_TEXT.contains(&(endpoint.route.as_str(), name)))
            {
                let is_word = WORDS.contains(&(endpoint.route.as_str(), name));
                let values = if is_word { &NO_WORDS[..] } else { &BAD };
                let bad = values.iter().copied().chain([long.as_str()]);
                // There is a platform called X.
                for bad in bad.filter(|bad| (name, *bad) != ("platform", "x")) {
                    let call = replaced(&endpoint.call, name, Some(bad));
                    refused_at(
                        call.send(endpoint.api(scene)).await,
                        &format!("?{name}"),
                        &format!("{} {name}={bad:.60}", endpoint.route),
                    );
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_number_out_of_its_range_is_named() {
    let scene = Scene::open().await;
    let endpoints = with_query(&scene).await;
    let mut tried = 0;
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            for parameter in endpoint.operation["parameters"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|parameter| parameter["schema"]["type"] == "integer")
            {
                let name = parameter["name"].as_str().unwrap();
                let bound = |which: &str| parameter["schema"][which].as_i64();
                let (least, most) = (bound("minimum").unwrap(), bound("maximum"));
                let answer = |value: i64| replaced(&endpoint.call, name, Some(&value.to_string()));
                let above = most.into_iter().flat_map(|most| [most + 1, 256]);
                for value in above.chain([least - 1, 65_536, 1 << 32]) {
                    refused_at(
                        answer(value).send(endpoint.api(scene)).await,
                        &format!("?{name}"),
                        &format!("{} {name}={value}", endpoint.route),
                    );
                }
                // Only what changes nothing is asked for with a right number.
                if endpoint.route.starts_with("GET ") {
                    for value in [least, most.unwrap()] {
                        answer(value).send(endpoint.api(scene)).await.expect(200);
                    }
                }
                tried += 1;
            }
        }
    })
    .await;
    assert!(tried > 0, "no endpoint takes a number in its query");
}

#[tokio::test]
async fn percent_signs_that_decode_to_nothing_do_no_harm() {
    let scene = Scene::open().await;
    let endpoints = with_query(&scene).await;
    without_effect(scene, async |scene| {
        for endpoint in endpoints
            .iter()
            .filter(|endpoint| endpoint.access != Access::Public)
        {
            let path = endpoint.call.target();
            let path = path.split('?').next().unwrap();
            for query in [
                "cursor=%ff%fe",
                "cursor=%",
                "cursor=%zz",
                "cursor=%00",
                "cursor=%ed%a0%80",
                "%00=1",
                "=",
                "&&&=&",
                "cursor",
            ] {
                let answer = endpoint.api(scene).get(&format!("{path}?{query}")).await;
                assert!(answer.status < 500, "{path}?{query}: {}", answer.text);
                assert!(
                    answer.body != Value::Null,
                    "{path}?{query}: {}",
                    answer.text
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_way_back_from_a_platform_that_nobody_began_connects_nothing() {
    let scene = Scene::open().await;
    without_effect(scene, async |scene| {
        for state in [
            "",
            "x",
            "\u{0}",
            "#",
            "attribute_exists(PK)",
            &"x".repeat(4_000),
        ] {
            let mut call = scene.call("GET /health").await;
            call.query = vec![
                ("state".to_owned(), state.to_owned()),
                ("code".to_owned(), "x".to_owned()),
            ];
            let query = call.target().split_once('?').unwrap().1.to_owned();
            refused_at(
                scene
                    .world
                    .anonymous
                    .get(&format!("/oauth/callback?{query}"))
                    .await,
                "?state",
                state,
            );
        }
    })
    .await;
}
