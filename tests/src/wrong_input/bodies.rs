//! Wrong bodies, derived from the schema of each.

use functions::CATALOGUE;
use serde_json::{Value, json};

use super::{Endpoint, is_type, refused, refused_at, without_effect};
use crate::authz::scene::Scene;
use crate::drift::template::binary;

/// Bodies in which no field is required by itself: a change names what changes, a provider stands for the rest, one thing for several, and
/// what a platform needs is said in words of the platform.
const FREE: [&str; 9] = [
    "PATCH /me",
    "PATCH /teams/{teamId}",
    "PATCH /users/{userId}",
    "POST /login",
    "POST /posts/preview",
    "POST /posts/repost/{postId}",
    "POST /posts/schedule",
    "POST /register",
    "POST /teams/{teamId}/accounts/{accountId}/reconnect",
];

/// A list that takes any words.
const WORDS: &str = "labels";

#[tokio::test]
async fn a_required_field_that_is_missing_or_null_is_named() {
    let scene = Scene::open().await;
    let endpoints = Endpoint::with_body(&scene).await;
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            let required = endpoint.required();
            let is_free = FREE.contains(&endpoint.route.as_str());
            assert_eq!(required.is_empty(), is_free, "{}", endpoint.route);
            for field in required {
                let mut without = endpoint.call.body.clone().unwrap();
                without.as_object_mut().unwrap().remove(field).unwrap();
                refused_at(
                    endpoint.send(scene, &without).await,
                    &format!("/{field}"),
                    &format!("{} without {field}", endpoint.route),
                );
                refused_at(
                    endpoint
                        .send(scene, &endpoint.with(field, Value::Null))
                        .await,
                    &format!("/{field}"),
                    &format!("{} with {field} null", endpoint.route),
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_field_of_the_wrong_type_is_named() {
    let scene = Scene::open().await;
    let endpoints = Endpoint::with_body(&scene).await;
    let samples = [
        ("string", json!("text")),
        ("integer", json!(5)),
        ("number", json!(1.5)),
        ("boolean", json!(true)),
        ("array", json!([])),
        ("array", json!(["text"])),
        ("object", json!({})),
        ("object", json!({ "S": "text" })),
    ];
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            for (field, schema) in endpoint.fields() {
                for (_, sample) in samples.iter().filter(|(kind, _)| !is_type(schema, kind)) {
                    let body = endpoint.with(field, sample.clone());
                    refused_at(
                        endpoint.send(scene, &body).await,
                        &format!("/{field}"),
                        &format!("{} {body}", endpoint.route),
                    );
                }
                let given = endpoint.call.body.as_ref().unwrap().get(field);
                if let Some(Value::Array(given)) = given {
                    let at = given.len();
                    let text = (field != WORDS).then_some(json!("text"));
                    for item in [
                        json!(5),
                        json!(null),
                        json!({}),
                        json!([["text"]]),
                        json!(""),
                    ]
                    .into_iter()
                    .chain(text)
                    {
                        let mut body = endpoint.call.body.clone().unwrap();
                        body[field].as_array_mut().unwrap().push(item);
                        refused_at(
                            endpoint.send(scene, &body).await,
                            &format!("/{field}/{at}"),
                            &format!("{} {body}", endpoint.route),
                        );
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_no_object_or_no_json_is_refused() {
    let scene = Scene::open().await;
    let endpoints = Endpoint::with_body(&scene).await;
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            let right = endpoint.call.body.clone().unwrap();
            // The values without their names, in the order in which the type has them.
            let inputs: Vec<_> = endpoint
                .fields()
                .into_keys()
                .map(|field| right[field].clone())
                .collect();
            let required: Vec<_> = endpoint
                .required()
                .into_iter()
                .map(|field| right[field].clone())
                .collect();
            for body in [
                json!([]),
                json!([right]),
                json!(inputs),
                json!(required),
                json!(null),
                json!(5),
                json!("text"),
                json!(right.to_string()),
                json!(true),
            ] {
                refused_at(
                    endpoint.send(scene, &body).await,
                    "/",
                    &format!("{} {body}", endpoint.route),
                );
            }
            let text = right.to_string();
            let broken = [
                String::new(),
                " ".into(),
                "{".into(),
                text[..text.len() - 1].into(),
                format!("{text}}}"),
                format!("{text}{text}"),
                text.replace(':', "="),
                text.replace('"', "'"),
                "NaN".into(),
                format!("\u{feff}{text}"),
                "name=value".into(),
                "<xml/>".into(),
            ];
            for body in broken {
                let answer = refused(
                    endpoint.send_text(scene, body.clone()).await,
                    &format!("{} {body:?}", endpoint.route),
                );
                assert_eq!(
                    answer.status, 400,
                    "{} {body:?}: {}",
                    endpoint.route, answer.text
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_field_that_stands_there_twice_is_named() {
    let scene = Scene::open().await;
    let endpoints = Endpoint::with_body(&scene).await;
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            let body = endpoint.call.body.clone().unwrap();
            for (field, value) in body.as_object().unwrap() {
                let text = body.to_string();
                let twice = format!("{},\"{field}\":{value}}}", &text[..text.len() - 1]);
                refused_at(
                    endpoint.send_text(scene, twice).await,
                    &format!("/{field}"),
                    &format!("{} {field} twice", endpoint.route),
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_of_another_type_is_refused_as_such() {
    let scene = Scene::open().await;
    let endpoints = Endpoint::with_body(&scene).await;
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            for content_type in [
                "text/plain",
                "application/x-www-form-urlencoded",
                "application/xml",
                "application/jsonp",
                "text/json",
                "application",
                "json",
                "multipart/form-data; boundary=application/json",
                "",
            ] {
                let answer = endpoint
                    .call
                    .send_text(
                        endpoint.api(scene),
                        Some(endpoint.call.body.clone().unwrap().to_string()),
                        content_type,
                    )
                    .await;
                let answer = refused(answer, &format!("{} {content_type}", endpoint.route));
                assert_eq!(answer.status, 415, "{} {content_type}", endpoint.route);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_content_type_may_have_parameters_and_any_case() {
    let scene = Scene::open().await;
    for content_type in [
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/json;charset=utf-8",
        " application/json ",
    ] {
        let body = json!({ "name": "New" }).to_string();
        scene
            .operator
            .api
            .send(reqwest::Method::POST, "/teams", Some(body), content_type)
            .await
            .expect(201);
    }
    scene.world.finish().await;
}

#[tokio::test]
async fn a_megabyte_is_too_large_and_a_quarter_of_it_is_not() {
    const LIMIT: usize = app::http::request::BODY_MAX_BYTES;
    let scene = Scene::open().await;
    let endpoints = Endpoint::with_body(&scene).await;
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            let padded = |length: usize| {
                let text = endpoint.with("unknown", json!(1)).to_string();
                format!("{text}{}", " ".repeat(length - text.len()))
            };
            for length in [LIMIT + 1, 1 << 20] {
                let answer = refused(
                    endpoint.send_text(scene, padded(length)).await,
                    &endpoint.route,
                );
                assert_eq!(answer.status, 413, "{} {length}", endpoint.route);
            }
            refused_at(
                endpoint.send_text(scene, padded(LIMIT)).await,
                "/unknown",
                &endpoint.route,
            );
        }
    })
    .await;
}

#[tokio::test]
async fn deep_json_is_refused_wherever_it_stands() {
    let scene = Scene::open().await;
    let endpoints = Endpoint::with_body(&scene).await;
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            let fields: Vec<_> = endpoint.fields().into_keys().chain(["unknown"]).collect();
            for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
                let deep = format!("{}1{}", open.repeat(20_000), close.repeat(20_000));
                refused(
                    endpoint.send_text(scene, deep.clone()).await,
                    &endpoint.route,
                );
                refused(
                    endpoint.send_text(scene, open.repeat(20_000)).await,
                    &endpoint.route,
                );
                for field in &fields {
                    let right = endpoint.with(field, json!("DEEP")).to_string();
                    refused(
                        endpoint
                            .send_text(scene, right.replace("\"DEEP\"", &deep))
                            .await,
                        &format!("{} {field}", endpoint.route),
                    );
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn numbers_that_no_integer_can_hold_are_refused() {
    let scene = Scene::open().await;
    let endpoints = Endpoint::with_body(&scene).await;
    let mut tried = 0;
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            for (field, schema) in endpoint.fields() {
                for number in [
                    "9007199254740993",
                    "-0",
                    "-1",
                    "0.1",
                    "600.0",
                    "6e2",
                    "4294967296",
                    "18446744073709551616",
                    "1e400",
                    "-1e400",
                    "NaN",
                    "Infinity",
                    "0x10",
                    "010",
                    "1e-400",
                ] {
                    let body = endpoint
                        .with(field, json!("NUMBER"))
                        .to_string()
                        .replace("\"NUMBER\"", number);
                    let what = format!("{} {body}", endpoint.route);
                    let answer = refused(endpoint.send_text(scene, body).await, &what);
                    assert!(
                        matches!(answer.status, 400 | 422),
                        "{what}: {}",
                        answer.text
                    );
                    if answer.status == 422 {
                        refused_at(answer, &format!("/{field}"), &what);
                    }
                }
                tried += usize::from(is_type(schema, "integer"));
            }
        }
    })
    .await;
    assert!(tried > 0, "no endpoint takes a number");
}

#[tokio::test]
async fn bytes_that_are_not_utf_8_are_refused() {
    let scene = Scene::open().await;
    let endpoints = Endpoint::with_body(&scene).await;
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            let token = endpoint.api(scene).token.clone().unwrap_or_default();
            let name = endpoint.operation["operationId"].as_str().unwrap();
            assert!(
                crate::drift::template::routes()
                    .iter()
                    .any(|route| binary(&route.function) == name)
            );
            let function = CATALOGUE
                .iter()
                .find(|function| function.name == name)
                .unwrap();
            let text = std::fs::read_to_string(crate::drift::template::file(&format!(
                "events/{name}.json"
            )))
            .unwrap()
            .replace("ACCESS_TOKEN", &token);
            let mut event: Value = serde_json::from_str(&text).unwrap();
            for bytes in [
                &b"{\"name\":\"\xff\"}"[..],
                b"\xfe\xff\x00{\x00}",
                b"\xc0\xaf",
                b"{\"\xed\xa0\x80\":1}",
            ] {
                event["body"] =
                    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
                        .into();
                event["isBase64Encoded"] = true.into();
                let answer = function
                    .invoke(scene.world.stack.app(), event.clone())
                    .await
                    .unwrap();
                assert!(
                    matches!(answer["statusCode"].as_u64(), Some(400 | 422)),
                    "{name}: {answer}"
                );
            }
        }
    })
    .await;
}
