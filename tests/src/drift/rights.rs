//! What each function may do: no more than it needs, and nothing that the outer limit takes away again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::secrets::secret;
use super::template::{functions, resources, template, texts};

/// Who may touch the table of sealed tokens, and how. Whoever changes its key reads the index below instead of the table.
const VAULT: [(&str, &[&str]); 7] = [
    ("AccountsConnect", &["GetItem", "PutItem"]),
    ("AccountsReconnect", &["GetItem", "PutItem"]),
    ("AuthOauthCallback", &["PutItem"]),
    ("AuthOauthChoose", &["DeleteItem", "GetItem", "PutItem"]),
    ("JobsPublish", &["GetItem", "UpdateItem"]),
    ("JobsRotateVault", &["UpdateItem"]),
    ("JobsTend", &["DeleteItem", "GetItem", "UpdateItem"]),
];
/// Who may read the index of that table by the key that its items are sealed under.
const VAULT_INDEX: [(&str, &[&str]); 1] = [("JobsRotateVault", &["Query"])];

/// Who may do what with files, as they were uploaded and as they were found to be good.
const QUARANTINE: [(&str, &[&str]); 4] = [
    ("JobsInspectMedia", &["s3:DeleteObject", "s3:GetObject"]),
    ("JobsSweepMedia", &["s3:DeleteObject"]),
    ("JobsTend", &["s3:DeleteObject"]),
    ("MediaCreate", &["s3:PutObject"]),
];
/// See `QUARANTINE`.
const CHECKED: [(&str, &[&str]); 5] = [
    (
        "JobsInspectMedia",
        &["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"],
    ),
    ("JobsSweepMedia", &["s3:DeleteObject"]),
    ("JobsTend", &["s3:DeleteObject"]),
    ("MediaGet", &["s3:GetObject"]),
    ("PostsPreview", &["s3:GetObject"]),
];
/// What the ARNs of files begin with.
const FILES: &str =
    "arn:${AWS::Partition}:s3:::${AWS::StackName}-media-${AWS::AccountId}-${AWS::Region}/";

/// What the outer limit leaves open to every resource, because AWS knows none to restrict it to.
const UNRESTRICTED: [&str; 2] = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];
/// The families of actions that the outer limit names by pattern. It grants nothing, it only takes away.
const FAMILIES: [&str; 2] = ["dynamodb:*Item", "kms:*"];

/// Which files an ARN with a wildcard means.
fn kind_of_file(resource: &str) -> Option<&str> {
    let kind = resource.strip_prefix(FILES)?.strip_suffix("/*")?;
    ["quarantine", "media"].contains(&kind).then_some(kind)
}

pub(super) struct Statement {
    pub(super) actions: Vec<String>,
    pub(super) resources: Vec<String>,
    whole: Value,
}

fn statements(policy: &Value) -> Vec<Statement> {
    let read = |statement: &Value| {
        assert_eq!(statement["Effect"], "Allow", "{statement}");
        assert!(
            statement["NotAction"].is_null() && statement["NotResource"].is_null(),
            "{statement}"
        );
        let statement = Statement {
            actions: texts(&statement["Action"]),
            resources: resources_of(&statement["Resource"]),
            whole: statement.clone(),
        };
        assert!(
            !statement.actions.is_empty() && !statement.resources.is_empty(),
            "{}",
            statement.whole
        );
        statement
    };
    policy["Statement"]
        .as_array()
        .into_iter()
        .flatten()
        .map(read)
        .collect()
}

/// The resources of a statement. Of `!Sub [text, variables]` only the text counts.
fn resources_of(value: &Value) -> Vec<String> {
    let Value::Array(values) = value else {
        return texts(value);
    };
    values
        .iter()
        .flat_map(|value| {
            if value.is_array() {
                texts(&value[0])
            } else {
                texts(value)
            }
        })
        .collect()
}

/// What the policies of each function allow.
pub(super) fn granted() -> Vec<(String, Vec<Statement>)> {
    let of_function = |(name, properties): (String, Value)| {
        assert!(
            properties["Role"].is_null(),
            "{name} brings a role of its own"
        );
        let policies = properties["Policies"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        assert!(
            policies.iter().all(|policy| policy["Statement"].is_array()),
            "{name} has a ready-made policy"
        );
        (name, policies.iter().flat_map(statements).collect())
    };
    functions().into_iter().map(of_function).collect()
}

fn boundary() -> Vec<Statement> {
    let policies = resources("AWS::IAM::ManagedPolicy");
    assert_eq!(
        policies
            .iter()
            .map(|(name, _)| name.as_str())
            .collect::<Vec<_>>(),
        ["Boundary"]
    );
    statements(&policies[0].1["PolicyDocument"])
}

#[test]
fn no_policy_of_a_function_has_a_wildcard() {
    for (name, statements) in granted() {
        for statement in statements {
            assert!(
                !statement
                    .actions
                    .iter()
                    .chain(&statement.resources)
                    // A file's name begins as those of its kind; only those of one kind are meant.
                    .any(|text| text.contains('*') && kind_of_file(text).is_none()),
                "{name}: {}",
                statement.whole
            );
            // A question mark stands only for the six characters that Secrets Manager adds to a name.
            assert!(
                statement.resources.iter().all(|text| text
                    .strip_suffix("-??????")
                    .unwrap_or(text)
                    .chars()
                    .all(|c| c != '?')),
                "{name}: {}",
                statement.whole
            );
        }
    }
}

#[test]
fn a_queue_takes_messages_from_one_rule_only() {
    for (name, properties) in resources("AWS::SQS::QueuePolicy") {
        for statement in statements(&properties["PolicyDocument"]) {
            assert!(
                !statement.whole.to_string().contains('*'),
                "{name}: {}",
                statement.whole
            );
            assert_eq!(
                texts(&statement.whole["Principal"]),
                ["events.amazonaws.com"],
                "{name}"
            );
            assert_eq!(
                texts(&statement.whole["Condition"]["ArnEquals"]["aws:SourceArn"]),
                ["JobsNotifyActivity.Arn"],
                "{name}"
            );
        }
    }
}

#[test]
fn the_outer_limit_leaves_every_resource_open_only_to_tracing() {
    for statement in boundary() {
        if statement.resources.iter().any(|resource| resource == "*") {
            assert_eq!(statement.actions, UNRESTRICTED, "{}", statement.whole);
        }
        let patterns: Vec<_> = statement
            .actions
            .iter()
            .filter(|action| action.contains('*'))
            .collect();
        assert!(
            patterns
                .iter()
                .all(|action| FAMILIES.contains(&action.as_str())),
            "{}",
            statement.whole
        );
        if statement.actions.iter().any(|action| action == "kms:*") {
            let through = texts(&statement.whole["Condition"]["StringEquals"]["kms:ViaService"]);
            assert_eq!(
                through,
                [
                    "dynamodb.${AWS::Region}.amazonaws.com",
                    "secretsmanager.${AWS::Region}.amazonaws.com"
                ]
            );
        }
    }
    assert_eq!(
        template()["Globals"]["Function"]["PermissionsBoundary"],
        "Boundary"
    );
    for (name, properties) in functions() {
        assert!(
            properties["PermissionsBoundary"].is_null(),
            "{name} has another limit"
        );
    }
}

/// Whether a pattern of a policy, with `*` for anything, covers a text.
fn covers(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
        None => pattern == text,
    }
}

#[test]
fn the_outer_limit_takes_nothing_away_that_a_function_is_granted() {
    let boundary = boundary();
    let arn = |resource: &str| match secret(resource) {
        Some(name) => format!(
            "arn:${{AWS::Partition}}:secretsmanager:${{AWS::Region}}:${{AWS::AccountId}}:secret:{name}-x"
        ),
        None => resource.to_owned(),
    };
    for (name, statements) in granted() {
        for statement in statements {
            for (action, resource) in statement.actions.iter().flat_map(|action| {
                statement
                    .resources
                    .iter()
                    .map(move |resource| (action, resource))
            }) {
                let within = boundary.iter().any(|limit| {
                    limit.actions.iter().any(|pattern| covers(pattern, action))
                        && limit
                            .resources
                            .iter()
                            .any(|pattern| covers(pattern, &arn(resource)))
                });
                assert!(
                    within,
                    "{name} may {action} on {resource}, but the outer limit forbids it"
                );
            }
        }
    }
}

/// What each function may do with a resource, without the name of the service.
fn touching(resource: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut touching: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, statements) in granted() {
        let on_it = statements.iter().filter(|statement| {
            statement
                .resources
                .iter()
                .any(|granted| granted == resource)
        });
        for action in on_it.flat_map(|statement| &statement.actions) {
            let action = action.strip_prefix("dynamodb:").unwrap_or(action);
            let actions = touching.entry(name.clone()).or_default();
            actions.insert(action.to_owned());
        }
    }
    touching
}

#[test]
fn sealed_tokens_are_within_reach_of_those_who_need_them_and_of_no_other() {
    const TABLE: &str = "VaultTable.Arn";
    const INDEX: &str = "${VaultTable.Arn}/index/by_key";
    let expected = |table: &[(&str, &[&str])]| -> BTreeMap<String, BTreeSet<String>> {
        let texts = |actions: &[&str]| actions.iter().map(ToString::to_string).collect();
        let rows = table.iter();
        rows.map(|(name, actions)| ((*name).to_owned(), texts(actions)))
            .collect()
    };
    assert_eq!(touching(TABLE), expected(&VAULT));
    assert_eq!(touching(INDEX), expected(&VAULT_INDEX));
    for (name, statements) in granted() {
        for resource in statements.iter().flat_map(|statement| &statement.resources) {
            let is_known = resource == TABLE || resource == INDEX;
            assert!(
                is_known || !resource.contains("Vault") || secret(resource).is_some(),
                "{name} reaches the vault by another name: {resource}"
            );
        }
    }
}

#[test]
fn only_what_was_checked_is_read_and_only_what_was_not_is_uploaded() {
    let expected = |table: &[(&str, &[&str])]| -> BTreeMap<String, BTreeSet<String>> {
        let texts = |actions: &[&str]| actions.iter().map(ToString::to_string).collect();
        let rows = table.iter();
        rows.map(|(name, actions)| ((*name).to_owned(), texts(actions)))
            .collect()
    };
    let touching = |kind: &str| touching(&format!("{FILES}{kind}/*"));
    assert_eq!(touching("quarantine"), expected(&QUARANTINE));
    assert_eq!(touching("media"), expected(&CHECKED));
}

#[test]
fn the_index_of_the_vault_holds_wrapped_keys_and_never_what_is_sealed_under_them() {
    let tables = resources("AWS::DynamoDB::Table");
    let (_, vault) = tables
        .iter()
        .find(|(name, _)| name == "VaultTable")
        .unwrap();
    let indexes = vault["GlobalSecondaryIndexes"].as_array().unwrap();
    for index in indexes {
        let projection = &index["Projection"];
        assert_eq!(
            (
                &projection["ProjectionType"],
                texts(&projection["NonKeyAttributes"])
            ),
            (
                &Value::from("INCLUDE"),
                vec!["wrapped".to_owned(), "context".to_owned()]
            ),
            "{index}"
        );
    }
}

#[test]
fn nothing_may_be_done_but_reading_writing_sending_and_telling() {
    let known = BTreeSet::from([
        "dynamodb:BatchGetItem",
        "dynamodb:ConditionCheckItem",
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
        "events:PutEvents",
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:PutObject",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "ses:SendRawEmail",
        "sqs:SendMessage",
    ]);
    for (name, statements) in granted() {
        for action in statements.iter().flat_map(|statement| &statement.actions) {
            assert!(known.contains(action.as_str()), "{name} may {action}");
        }
    }
}
