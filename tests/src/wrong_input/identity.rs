//! Wrong sign-ups, sign-ins and passwords: what the schemas cannot say.

use serde_json::{Value, json};

use super::{refused_at, without_effect};
use crate::authz::scene::Scene;
use crate::harness::{Api, PASSWORD};

/// What is wrong with a text that is to be a password.
fn weak() -> Vec<String> {
    let mut weak: Vec<_> = [
        "",
        "short",
        "fourteen chars",
        "aaaaaaaaaaaaaaaaaaaaaaa",
        "anastasia anastasia",
        "tayang tayang tayang",
    ]
    .map(str::to_owned)
    .into();
    weak.extend(["long ".repeat(205), "🦀".repeat(300)]);
    weak
}

#[tokio::test]
async fn a_sign_up_or_sign_in_names_a_provider_or_everything_else() {
    let scene = Scene::open().await;
    let whole = json!({ "email": "new@example.com", "password": PASSWORD, "name": "New" });
    without_effect(scene, async |scene| {
        for (path, fields) in [
            ("/register", &["email", "password", "name"][..]),
            ("/login", &["email", "password"][..]),
        ] {
            let mut right = json!({});
            for field in fields {
                right[field] = whole[field].clone();
            }
            for field in fields {
                let mut without = right.clone();
                without.as_object_mut().unwrap().remove(*field).unwrap();
                let mut null = right.clone();
                null[field] = Value::Null;
                let beside = json!({ "provider": "google", *field: right[field] });
                for body in [without, null, beside] {
                    let answer = scene.world.anonymous.post(path, &body).await;
                    refused_at(answer, &format!("/{field}"), &format!("{path} {body}"));
                }
            }
            for none in ["", "myspace", "Google", "google ", "google\u{0}"] {
                let body = json!({ "provider": none });
                let answer = scene.world.anonymous.post(path, &body).await;
                refused_at(answer, "/provider", &format!("{path} {body}"));
            }
            let empty = scene.world.anonymous.post(path, &json!({})).await;
            refused_at(empty, "/email", path);
        }
    })
    .await;
}

#[tokio::test]
async fn a_password_is_neither_short_nor_endless_nor_ones_own_name() {
    let scene = Scene::open().await;
    let reset = scene.call("POST /reset-password").await;
    let person = scene.world.sign_up("anastasia").await;
    without_effect(scene, async |scene| {
        let refuse = async |api: &Api, path: &str, body: Value, pointer: &str| {
            let answer = api.post(path, &body).await;
            refused_at(answer, pointer, &format!("{path} {body:.200}"));
        };
        for (n, password) in weak().into_iter().enumerate() {
            let body = json!({ "email": format!("anastasia@example{n}.com"), "password": password, "name": "Anastasia" });
            refuse(&scene.world.anonymous, "/register", body, "/password").await;

            let body = json!({ "current_password": PASSWORD, "new_password": password });
            refuse(&person.api, "/me/password", body, "/new_password").await;

            // Whoever resets here has another name.
            if !password.starts_with("anastasia") {
                let mut body = reset.body.clone().unwrap();
                body["new_password"] = password.into();
                refuse(&scene.world.anonymous, "/reset-password", body, "/new_password").await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_language_and_a_time_zone_are_ones_that_there_are() {
    let scene = Scene::open().await;
    without_effect(scene, async |scene| {
        for (field, values) in [
            ("locale", &["", "EN", "en-GB", "nl", "../en"][..]),
            (
                "time_zone",
                &[
                    "",
                    "WIB",
                    "+07:00",
                    "Asia/Nowhere",
                    "../etc/passwd",
                    "Etc/Unknown",
                ][..],
            ),
        ] {
            for value in values {
                let mut body =
                    json!({ "email": "new@example.com", "password": PASSWORD, "name": "New" });
                body[field] = json!(value);
                let answer = scene.world.anonymous.post("/register", &body).await;
                refused_at(answer, &format!("/{field}"), value);
                let answer = scene.admin.api.patch("/me", &json!({ field: value })).await;
                refused_at(answer, &format!("/{field}"), value);
            }
        }
    })
    .await;
}
