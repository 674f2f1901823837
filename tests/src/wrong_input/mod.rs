//! Requests that are wrong in every way that the description of the API lets one think of: each is refused in words that say what to change.

mod bodies;
mod identity;
mod nested;
mod posts;
mod queries;
mod strange_text;
mod tokens;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::authz::requests::Call;
use crate::authz::scene::Scene;
use crate::authz::{Access, access, body_schema};
use crate::drift::operations;
use crate::harness::{Answer, Api};

/// What a refusal must never tell: names of our tables, keys and tools.
const INNARDS: [&str; 8] = [
    "dynamo",
    "panicked",
    "local-",
    "vaulttable",
    "\"pk\"",
    "stack backtrace",
    ".rs:",
    "aws",
];

/// An operation, its description, and a right request of it.
struct Endpoint {
    route: String,
    operation: Value,
    /// The schema of its body; null if it takes none.
    schema: Value,
    call: Call,
    access: Access,
}

impl Endpoint {
    /// The operations that a test is about, each with every right request of it.
    async fn those(scene: &Scene, wanted: impl Fn(&str, &Value) -> bool) -> Vec<Self> {
        let mut those = Vec::new();
        for (route, operation) in operations() {
            if wanted(&route, &operation) {
                let mut calls = vec![scene.call(&route).await];
                calls.extend(scene.variants(&route).await);
                those.extend(calls.into_iter().map(|call| Self {
                    schema: body_schema(&operation),
                    call,
                    access: access(&route),
                    route: route.clone(),
                    operation: operation.clone(),
                }));
            }
        }
        assert!(!those.is_empty());
        those
    }

    /// Those that take a body.
    async fn with_body(scene: &Scene) -> Vec<Self> {
        let those = Self::those(scene, |_, operation| !body_schema(operation).is_null()).await;
        assert!(those.iter().all(|endpoint| endpoint.call.body.is_some()));
        those
    }

    /// Somebody who may do everything with it.
    fn api<'a>(&self, scene: &'a Scene) -> &'a Api {
        match self.access {
            Access::Public => &scene.world.anonymous,
            Access::Deployment => &scene.operator.api,
            Access::SignedIn | Access::Team(_) => &scene.admin.api,
        }
    }

    /// Sends a body in place of the right one.
    async fn send(&self, scene: &Scene, body: &Value) -> Answer {
        self.send_text(scene, body.to_string()).await
    }

    async fn send_text(&self, scene: &Scene, body: String) -> Answer {
        self.call
            .send_text(self.api(scene), Some(body), "application/json")
            .await
    }

    /// The right body with another value in one field.
    fn with(&self, field: &str, value: Value) -> Value {
        let mut body = self.call.body.clone().unwrap();
        body[field] = value;
        body
    }

    /// The fields without which the body is wrong.
    fn required(&self) -> Vec<&str> {
        let required = self.schema["required"].as_array().into_iter().flatten();
        required.map(|field| field.as_str().unwrap()).collect()
    }

    /// The fields of the body and what is said about them.
    fn fields(&self) -> BTreeMap<&str, &Value> {
        self.schema["properties"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, schema)| (name.as_str(), schema))
            .collect()
    }

    /// The parameters of the query that it takes, and whether each is required.
    fn parameters(&self) -> BTreeMap<&str, bool> {
        parameters(&self.operation)
    }
}

fn parameters(operation: &Value) -> BTreeMap<&str, bool> {
    let described = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|parameter| parameter["in"] == "query");
    described
        .map(|parameter| {
            (
                parameter["name"].as_str().unwrap(),
                parameter["required"] == true,
            )
        })
        .collect()
}

/// Whether a schema, which may allow null besides, is of a type.
fn is_type(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind
        || schema["type"]
            .as_array()
            .is_some_and(|kinds| kinds.iter().any(|one| one == kind))
}

/// Expects that a request was refused as the sender's mistake, whichever it was; answers with its status.
#[track_caller]
fn refused(answer: Answer, what: &str) -> Answer {
    assert!(
        (400..500).contains(&answer.status),
        "{what}: {} {:.300}",
        answer.status,
        answer.text
    );
    let status = answer.status;
    let answer = answer.expect_problem(status);
    let lower = answer.text.to_lowercase();
    assert!(
        INNARDS.iter().all(|word| !lower.contains(word)),
        "{what}: {:.300}",
        answer.text
    );
    if status == 422 {
        let errors = answer.body["errors"]
            .as_array()
            .unwrap_or_else(|| panic!("{what}: nothing is named in {}", answer.text));
        assert!(
            errors.iter().all(|error| error["pointer"].is_string()
                && error["detail"]
                    .as_str()
                    .is_some_and(|detail| !detail.is_empty())),
            "{what}: {}",
            answer.text
        );
    }
    answer
}

/// Expects that a request was refused because of the value at `pointer`, or one within it.
#[track_caller]
fn refused_at(answer: Answer, pointer: &str, what: &str) {
    let answer = refused(answer, what);
    assert_eq!(answer.status, 422, "{what}: {:.300}", answer.text);
    let named = answer.pointer();
    assert!(
        named == pointer
            || named
                .strip_prefix(pointer)
                .is_some_and(|rest| rest.starts_with('/')),
        "{what}: {named} instead of {pointer}"
    );
}

/// Runs a test against a scene and makes sure that no wrong request changed or sent anything, or made a function fail.
async fn without_effect(scene: Scene, test: impl AsyncFnOnce(&Scene)) {
    scene.world.settle().await;
    let before = scene.held_besides_counters().await;
    let mails = scene.world.stack.mails().len();
    test(&scene).await;
    scene.world.settle().await;
    let after = scene.held_besides_counters().await;
    let changed: Vec<_> = after.iter().filter(|item| !before.contains(item)).collect();
    assert!(
        before == after,
        "a wrong request changed something: {changed:#?}"
    );
    assert_eq!(
        scene.world.stack.mails().len(),
        mails,
        "a wrong request sent a mail"
    );
    scene.world.finish().await;
}
