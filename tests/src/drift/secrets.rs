//! Which secrets are within whose reach, and how often what they guard can be tried.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::rights::granted;
use super::template::{Route, object, resources, routes};

/// Who may read which secret. A function that is not named reads none.
const READERS: [(&str, &[&str]); 7] = [
    (
        "signing",
        &[
            "AuthLogin",
            "AuthOauthCallback",
            "AuthRefreshToken",
            "JobsRotateKeys",
        ],
    ),
    (
        "links",
        &[
            "AuthResetPassword",
            "AuthVerifyEmail",
            "InvitationsAcceptByLink",
            "InvitationsAcceptPage",
            "JobsDeliverEmail",
            "JobsRotateKeys",
        ],
    ),
    (
        "vault",
        &[
            "AccountsConnect",
            "AccountsReconnect",
            "AuthOauthCallback",
            "AuthOauthChoose",
            "JobsPublish",
            "JobsRotateVault",
            "JobsTend",
        ],
    ),
    (
        "deployment",
        &[
            "AccountsConnect",
            "AccountsList",
            "AccountsReconnect",
            "ActivityList",
            "AuthLogin",
            "AuthOauthAuthorize",
            "AuthOauthCallback",
            "AuthRegister",
            "InvitationsList",
            "JobsDeliverEmail",
            "MeLinkIdentity",
            "MembersList",
            "PostsList",
            "TeamsList",
            "UsersList",
        ],
    ),
    (
        "pepper",
        &[
            "AuthLogin",
            "AuthRegister",
            "AuthResetPassword",
            "MeChangeEmail",
            "MeChangePassword",
        ],
    ),
    ("providers", &["AuthOauthCallback"]),
    (
        "platforms",
        &[
            "AccountsConnect",
            "AccountsReconnect",
            "AuthOauthCallback",
            "JobsPublish",
            "JobsTend",
            "PlatformsList",
        ],
    ),
];

/// Who may write secrets, and which.
const WRITERS: [(&str, &[&str]); 3] = [
    ("signing", &["JobsRotateKeys"]),
    ("links", &["JobsRotateKeys"]),
    ("vault", &["JobsRotateVault"]),
];

/// `tayang/…/vault` from any of the ways in which a policy names that secret.
pub(super) fn secret(resource: &str) -> Option<String> {
    let names: BTreeMap<_, _> = resources("AWS::SecretsManager::Secret")
        .into_iter()
        .map(|(id, properties)| (id, properties["Name"].as_str().unwrap().to_owned()))
        .collect();
    let arn = resource
        .split(":secret:")
        .nth(1)
        .and_then(|name| name.strip_suffix("-??????"))
        .map(ToOwned::to_owned);
    names.get(resource).cloned().or(arn)
}

/// Which functions may do this with which secrets.
fn secrets_within_reach(action: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut within: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (function, statements) in granted() {
        let touching = statements
            .iter()
            .filter(|statement| statement.actions.iter().any(|granted| granted == action));
        for resource in touching.flat_map(|statement| &statement.resources) {
            let name = secret(resource)
                .unwrap_or_else(|| panic!("{function}: {resource} is no secret of the template"));
            let name = name.rsplit('/').next().unwrap().to_owned();
            within.entry(name).or_default().insert(function.clone());
        }
    }
    within
}

fn expected(table: &[(&str, &[&str])]) -> BTreeMap<String, BTreeSet<String>> {
    table
        .iter()
        .map(|(secret, functions)| {
            let functions = functions.iter().map(ToString::to_string).collect();
            ((*secret).to_owned(), functions)
        })
        .collect()
}

#[test]
fn each_secret_is_read_by_the_functions_that_need_it_and_by_no_other() {
    assert_eq!(
        secrets_within_reach("secretsmanager:GetSecretValue"),
        expected(&READERS)
    );
    assert_eq!(
        resources("AWS::SecretsManager::Secret").len(),
        READERS.len(),
        "a secret without readers"
    );
}

#[test]
fn only_the_rotation_of_keys_writes_secrets_and_only_those_that_it_rotates() {
    assert_eq!(
        secrets_within_reach("secretsmanager:PutSecretValue"),
        expected(&WRITERS)
    );
}

#[test]
fn a_route_that_hashes_passwords_or_has_mails_sent_is_throttled_more_than_the_rest() {
    let (_, api) = resources("AWS::Serverless::HttpApi").remove(0);
    let rate = |settings: &Value| settings["ThrottlingRateLimit"].as_u64().unwrap();
    let usual = rate(&api["DefaultRouteSettings"]);
    let throttled: BTreeSet<_> = object(&api["RouteSettings"])
        .filter(|(_, settings)| rate(settings) < usual)
        .map(|(route, _)| route.clone())
        .collect();
    let hashing = &secrets_within_reach("secretsmanager:GetSecretValue")["pepper"];
    let mailing = ["AuthForgotPassword", "InvitationsResend", "MembersAdd"];
    let costly: BTreeSet<_> = routes()
        .iter()
        .filter(|route| {
            hashing.contains(&route.function) || mailing.contains(&route.function.as_str())
        })
        .map(Route::key)
        .collect();
    let every: BTreeSet<_> = routes().iter().map(Route::key).collect();
    assert!(costly.is_subset(&throttled), "{costly:?} {throttled:?}");
    assert!(throttled.is_subset(&every), "{throttled:?} {every:?}");
}
