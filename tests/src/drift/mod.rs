//! One name in many places: the template, the catalogue, the binaries, the sample events and the description of the API say the same.

mod crypto;
mod documents;
mod rights;
mod secrets;
mod security;
pub(crate) mod template;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use functions::CATALOGUE;
use functions::system::openapi::Description;
use serde_json::{Value, json};
use utoipa::OpenApi;

use crate::harness::World;
use template::{binary, file, functions, object, read, resources, routes, template};

/// What a handler answers to its sample event in a system that holds nothing but the caller, an admin who has just logged in: whoever
/// adds a sample says what it leads to.
const SAMPLES: &[(&str, u16)] = &[
    ("accounts-connect", 404),
    ("accounts-disconnect", 404),
    ("accounts-get", 404),
    ("accounts-list", 404),
    ("accounts-reconnect", 404),
    ("accounts-update", 404),
    ("activity-list", 404),
    ("auth-forgot-password", 202),
    ("auth-jwks", 200),
    ("auth-login", 401),
    ("auth-logout", 204),
    ("auth-oauth-authorize", 302),
    ("auth-oauth-callback", 422),
    ("auth-oauth-choose", 404),
    ("auth-refresh-token", 401),
    ("auth-register", 202),
    ("auth-reset-password", 422),
    ("auth-reset-password-page", 200),
    ("auth-verify-email", 422),
    ("auth-verify-email-page", 200),
    ("invitations-accept", 404),
    ("invitations-accept-by-link", 422),
    ("invitations-accept-page", 200),
    ("invitations-decline", 404),
    ("invitations-list", 404),
    ("invitations-mine", 200),
    ("invitations-resend", 404),
    ("invitations-revoke", 404),
    ("me-change-email", 202),
    ("me-change-password", 422),
    ("me-delete", 409),
    ("me-end-session", 404),
    ("me-end-sessions", 204),
    ("me-get", 200),
    ("me-link-identity", 202),
    ("me-list-sessions", 200),
    ("me-unlink-identity", 404),
    ("me-update", 200),
    ("media-create", 404),
    ("media-get", 404),
    ("members-add", 404),
    ("members-change-role", 404),
    ("members-list", 404),
    ("members-remove", 404),
    ("platforms-list", 200),
    ("posts-approve", 404),
    ("posts-cancel", 404),
    ("posts-comment", 404),
    ("posts-create", 404),
    ("posts-get", 404),
    ("posts-list", 404),
    ("posts-preview", 404),
    ("posts-reject", 404),
    ("posts-repost", 404),
    ("posts-schedule", 404),
    ("posts-stop-repost", 404),
    ("posts-submit", 404),
    ("posts-update", 404),
    ("system-health", 200),
    ("system-openapi", 200),
    ("system-swagger-ui", 200),
    ("teams-create", 201),
    ("teams-delete", 404),
    ("teams-get", 404),
    ("teams-list", 200),
    ("teams-update", 404),
    ("todos-dismiss", 404),
    ("todos-list", 200),
    ("users-list", 200),
    ("users-update", 404),
];

/// The description of the API, as it is served.
pub(crate) fn description() -> Value {
    serde_json::to_value(Description::openapi()).unwrap()
}

/// Every operation of the description: its route, such as `GET /posts`, and what is said about it.
pub(crate) fn operations() -> BTreeMap<String, Value> {
    let description = description();
    let of_path = |(path, item): (&String, &Value)| {
        object(item)
            .map(|(method, operation)| {
                (
                    format!("{} {path}", method.to_uppercase()),
                    operation.clone(),
                )
            })
            .collect::<Vec<_>>()
    };
    object(&description["paths"]).flat_map(of_path).collect()
}

/// The names of the files in a folder, without their extension.
fn stems(folder: &str, extension: &str) -> BTreeSet<String> {
    let paths = std::fs::read_dir(file(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let stem = |path: std::path::PathBuf| {
        assert_eq!(
            path.extension().and_then(|found| found.to_str()),
            Some(extension),
            "{}",
            path.display()
        );
        path.file_stem().unwrap().to_str().unwrap().to_owned()
    };
    paths.map(stem).collect()
}

fn names() -> BTreeSet<String> {
    functions().iter().map(|(name, _)| binary(name)).collect()
}

/// The file of a function's handler: `posts-create` is in `posts/create.rs`, or `posts/create/mod.rs`.
pub(crate) fn handler(name: &str) -> String {
    let (folder, rest) = name.split_once('-').unwrap();
    let module = format!("functions/src/{folder}/{}", rest.replace('-', "_"));
    let flat = format!("{module}.rs");
    if file(&flat).exists() {
        read(&flat)
    } else {
        read(&format!("{module}/mod.rs"))
    }
}

fn sample(name: &str) -> Value {
    serde_json::from_str(&read(&format!("events/{name}.json"))).unwrap()
}

#[test]
fn the_template_the_catalogue_the_binaries_and_the_sample_events_name_the_same_functions() {
    let catalogue: BTreeSet<_> = CATALOGUE
        .iter()
        .map(|function| function.name.to_owned())
        .collect();
    assert_eq!(
        catalogue.len(),
        CATALOGUE.len(),
        "a name twice in the catalogue"
    );
    assert_eq!(catalogue, names(), "the catalogue, the template");
    assert_eq!(
        stems("functions/src/bin", "rs"),
        names(),
        "the binaries, the template"
    );
    assert_eq!(
        stems("events", "json"),
        names(),
        "the sample events, the template"
    );
}

#[test]
fn a_function_is_built_from_the_binary_of_its_name_and_the_binary_runs_the_handler_of_its_name() {
    for (resource, properties) in functions() {
        let name = binary(&resource);
        assert_eq!(
            properties["CodeUri"],
            format!("target/lambda/{name}/"),
            "{resource}"
        );
        let (folder, rest) = name.split_once('-').unwrap();
        let runs = format!(
            "functions::{folder}::{}::FUNCTION.run()",
            rest.replace('-', "_")
        );
        assert!(
            read(&format!("functions/src/bin/{name}.rs")).contains(&runs),
            "{name}.rs must run {runs}"
        );
        assert!(
            handler(&name).contains(&format!("(\"{name}\",")),
            "the handler of {name} calls itself something else"
        );
    }
}

#[test]
fn only_functions_with_a_route_are_endpoints() {
    let routed: BTreeSet<_> = routes()
        .iter()
        .map(|route| binary(&route.function))
        .collect();
    for function in CATALOGUE {
        assert_eq!(
            function.is_endpoint(),
            routed.contains(function.name),
            "{}",
            function.name
        );
    }
}

#[test]
fn the_description_of_the_api_has_the_routes_of_the_template_under_the_names_of_their_functions() {
    let named = |route: &template::Route| match route.key().as_str() {
        "GET /docs/{file}" => format!("{}-file", binary(&route.function)),
        _ => binary(&route.function),
    };
    let expected: BTreeMap<_, _> = routes()
        .iter()
        .map(|route| (route.key(), named(route)))
        .collect();
    let described: BTreeMap<_, _> = operations()
        .into_iter()
        .map(|(route, operation)| (route, operation["operationId"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(described, expected);
}

#[test]
fn the_description_says_how_each_parameter_of_a_path_is_called() {
    for (route, operation) in operations() {
        let in_path: BTreeSet<_> = route
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        let parameters = operation["parameters"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let described: BTreeSet<_> = parameters
            .iter()
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        assert_eq!(described, in_path, "{route}");
    }
}

#[test]
fn the_first_line_of_a_handler_states_its_routes() {
    for (resource, _) in functions() {
        let text = handler(&binary(&resource));
        let line = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("//! "))
            .unwrap_or_else(|| panic!("{resource} has no first line"));
        let expected: BTreeSet<_> = routes()
            .iter()
            .filter(|route| route.function == resource)
            .map(template::Route::key)
            .collect();
        let stated: BTreeSet<_> = match line.split_once(" — ") {
            Some((stated, _)) => stated.split(", ").map(ToOwned::to_owned).collect(),
            None => BTreeSet::new(),
        };
        assert_eq!(stated, expected, "{resource}: {line}");
    }
}

#[test]
fn a_sample_event_of_an_endpoint_is_a_request_of_one_of_its_routes() {
    for function in CATALOGUE.iter().filter(|function| function.is_endpoint()) {
        let event = sample(function.name);
        let key = event["routeKey"].as_str().unwrap();
        let route = routes()
            .into_iter()
            .find(|route| route.key() == key && binary(&route.function) == function.name);
        let route = route.unwrap_or_else(|| panic!("{}: {key} is not its route", function.name));
        let filled = object(&event["pathParameters"]).fold(route.path, |path, (name, value)| {
            path.replace(&format!("{{{name}}}"), value.as_str().unwrap())
        });
        let context = &event["requestContext"];
        assert_eq!(event["version"], "2.0", "{key}");
        assert_eq!(
            (
                &event["rawPath"],
                &context["http"]["path"],
                &context["http"]["method"],
                &context["routeKey"]
            ),
            (
                &json!(filled),
                &json!(filled),
                &json!(route.method),
                &json!(key)
            ),
            "{key}"
        );
    }
}

#[tokio::test]
async fn every_sample_event_is_understood_by_its_function() {
    let world = World::start().await;
    let ana = world.sign_up("sample").await;
    let mut expected: BTreeMap<_, _> = SAMPLES.iter().copied().collect();
    for function in CATALOGUE {
        let mut event = sample(function.name).to_string();
        if event.contains("ACCESS_TOKEN") {
            // A sample may end the session that it is sent in.
            let token = world.log_in(&ana.email).await.api.token.unwrap();
            event = event.replace("ACCESS_TOKEN", &token);
        }
        let event: Value = serde_json::from_str(&event).unwrap();
        let answer = function
            .invoke(world.stack.app(), event)
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", function.name));
        if function.is_endpoint() {
            let status = expected
                .remove(function.name)
                .unwrap_or_else(|| panic!("{} has no row", function.name));
            assert_eq!(answer["statusCode"], status, "{}: {answer}", function.name);
        } else {
            assert!(
                answer["batchItemFailures"]
                    .as_array()
                    .is_none_or(Vec::is_empty),
                "{}: {answer}",
                function.name
            );
        }
    }
    assert!(expected.is_empty(), "rows of no endpoint: {expected:?}");
    world.finish().await;
}

#[tokio::test]
async fn an_event_of_another_form_is_not_taken_for_one_that_is_understood() {
    let world = World::start().await;
    for name in [
        "jobs-publish",
        "jobs-deliver-email",
        "jobs-relay",
        "jobs-seal",
        "jobs-notify",
        "jobs-tend",
        "jobs-inspect-media",
        "posts-create",
    ] {
        let function = CATALOGUE
            .iter()
            .find(|function| function.name == name)
            .unwrap();
        assert!(
            function
                .invoke(world.stack.app(), json!({ "hello": "world" }))
                .await
                .is_err(),
            "{name}"
        );
    }
}

#[test]
fn every_variable_that_the_template_sets_is_read_and_every_one_that_is_read_is_set() {
    let read = RefCell::new(BTreeSet::new());
    let lookup = |name: &str| {
        read.borrow_mut().insert(name.to_owned());
        let value = match name {
            "PLATFORM_ENDPOINTS" => "{}",
            "GOOGLE_ISSUER" => "https://x.example",
            _ => "x",
        };
        Some(value.to_owned())
    };
    app::Config::from_lookup(&lookup).unwrap();
    let read: BTreeSet<_> = read
        .into_inner()
        .into_iter()
        .filter(|name| !name.starts_with("AWS_"))
        .collect();
    let template = template();
    let set: BTreeSet<_> = object(&template["Globals"]["Function"]["Environment"]["Variables"])
        .map(|(name, _)| name.clone())
        .collect();
    assert_eq!(read, set);
    for (name, properties) in functions() {
        assert!(
            properties["Environment"].is_null(),
            "{name} has variables of its own"
        );
    }
}

#[test]
fn the_tables_have_the_keys_and_indexes_that_the_store_asks_for() {
    use store::keys::{
        BY_CHANGE, BY_KEY, BY_PUBLISH, BY_STATUS_CHANGE, BY_STATUS_PUBLISH, CHANGE_SK, KEY_PK, PK,
        PUBLISH_SK, SK, STATUS_PK, TEAM_PK, UNSEALED, UNSEALED_PK,
    };
    let schema = |hash: &str, range: &str| json!([{ "AttributeName": hash, "KeyType": "HASH" }, { "AttributeName": range, "KeyType": "RANGE" }]);
    let tables: BTreeMap<_, _> = resources("AWS::DynamoDB::Table").into_iter().collect();
    assert_eq!(tables.keys().collect::<Vec<_>>(), ["Table", "VaultTable"]);
    for (name, table) in &tables {
        assert_eq!(table["KeySchema"], schema(PK, SK), "{name}");
        assert_eq!(
            (
                &table["BillingMode"],
                &table["SSESpecification"]["SSEEnabled"]
            ),
            (&json!("PAY_PER_REQUEST"), &json!(true)),
            "{name}"
        );
        assert_eq!(
            table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true,
            "{name}"
        );
    }
    let indexes = |table: &str| {
        let indexes = tables[table]["GlobalSecondaryIndexes"].as_array().unwrap();
        indexes
            .iter()
            .map(|index| {
                let name = index["IndexName"].as_str().unwrap().to_owned();
                (name, index["KeySchema"].clone())
            })
            .collect::<BTreeMap<_, _>>()
    };
    assert_eq!(
        indexes("Table"),
        BTreeMap::from([
            (BY_CHANGE.to_owned(), schema(TEAM_PK, CHANGE_SK)),
            (BY_PUBLISH.to_owned(), schema(TEAM_PK, PUBLISH_SK)),
            (BY_STATUS_CHANGE.to_owned(), schema(STATUS_PK, CHANGE_SK)),
            (BY_STATUS_PUBLISH.to_owned(), schema(STATUS_PK, PUBLISH_SK)),
            (UNSEALED.to_owned(), schema(UNSEALED_PK, SK))
        ])
    );
    assert_eq!(
        indexes("VaultTable"),
        BTreeMap::from([(BY_KEY.to_owned(), schema(KEY_PK, PK))])
    );
    assert!(
        tables["VaultTable"]["StreamSpecification"].is_null(),
        "sealed tokens must not flow anywhere"
    );
    let attributes = |table: &Value| {
        table["AttributeDefinitions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                (
                    one["AttributeName"].as_str().unwrap().to_owned(),
                    one["AttributeType"].clone(),
                )
            })
            .collect::<BTreeMap<_, _>>()
    };
    let texts = |names: &[&str]| {
        names
            .iter()
            .map(|name| ((*name).to_owned(), json!("S")))
            .collect::<BTreeMap<_, _>>()
    };
    assert_eq!(
        attributes(&tables["Table"]),
        texts(&[
            PK,
            SK,
            TEAM_PK,
            STATUS_PK,
            CHANGE_SK,
            PUBLISH_SK,
            UNSEALED_PK
        ])
    );
    assert_eq!(attributes(&tables["VaultTable"]), texts(&[PK, SK, KEY_PK]));
}

#[test]
fn the_stream_lets_through_exactly_what_the_relay_passes_on() {
    let (_, relay) = functions()
        .into_iter()
        .find(|(name, _)| name == "JobsRelay")
        .unwrap();
    let pattern =
        relay["Events"]["Changes"]["Properties"]["FilterCriteria"]["Filters"][0]["Pattern"]
            .as_str()
            .unwrap();
    let pattern: Value = serde_json::from_str(pattern).unwrap();
    assert_eq!(
        pattern,
        json!({ "eventName": ["INSERT"], "dynamodb": { "NewImage": { "type": { "S": [store::ACTIVITY_TYPE, store::DUE_TYPE, store::CHORE_TYPE] } } } })
    );
}
