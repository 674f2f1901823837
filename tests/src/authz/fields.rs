//! Fields that nobody may set by naming them.

use domain::Role;
use serde_json::json;

use super::scene::Scene;
use super::{Access, Caller, access, body_schema, promised};
use crate::drift::operations;

/// What nobody may set by naming it.
const FORBIDDEN_FIELDS: [&str; 33] = [
    "id",
    "PK",
    "SK",
    "role",
    "status",
    "state",
    "version",
    "revision",
    "epoch",
    "generation",
    "team_id",
    "team",
    "user_id",
    "user",
    "session",
    "author_id",
    "created_by",
    "created_at",
    "updated_at",
    "signed_in_at",
    "credentials_at",
    "approved_by",
    "approval",
    "remote_id",
    "handle",
    "email",
    "email_verified",
    "expires_at",
    "password",
    "password_hash",
    "has_password",
    "identities",
    "__proto__",
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
        let caller = match access(&route) {
            Access::Team(_) => Caller::Member(Role::Admin),
            Access::Public | Access::SignedIn | Access::Deployment => Caller::Operator,
        };
        let (call, api) = scene.request(&route, caller).await;
        scene.world.settle().await;
        let (before, mails) = (scene.held().await, scene.world.stack.mails().len());
        for field in FORBIDDEN_FIELDS
            .into_iter()
            .filter(|field| known["properties"].get(field).is_none())
        {
            for value in [
                json!("admin"),
                json!(true),
                json!(null),
                json!({ "S": "admin" }),
            ] {
                let mut call = call.clone();
                call.body.as_mut().unwrap()[field] = value;
                let answer = call.send(&api).await.expect_problem(422);
                assert_eq!(
                    answer.pointer(),
                    format!("/{field}"),
                    "{route}: {}",
                    answer.text
                );
            }
        }
        scene.world.settle().await;
        let after = scene.held().await;
        let changed: Vec<_> = after.iter().filter(|item| !before.contains(item)).collect();
        assert!(before == after, "{route} changed something: {changed:#?}");
        assert_eq!(
            mails,
            scene.world.stack.mails().len(),
            "{route} sent a mail"
        );
        // The same request without the field is done: the field was the only thing wrong with it.
        let done = call.send(&api).await;
        assert!(
            promised(&operation).contains(&done.status),
            "{route}: {}",
            done.text
        );
    }
    scene.world.finish().await;
}
