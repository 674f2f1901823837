//! What every connector must do, whichever platform it is for.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::Platform;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use serde_json::json;
use strum::IntoEnumIterator;
use url::Url;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::connect::{
    Begin, ConnectError, ConnectInput, Connected, Connector, Field, Pending, Registration, Trip,
};
use crate::publisher::{Error, ErrorKind, Target};
use crate::{ClientCredentials, Egress, Health, Tokens, connector};

/// Where accounts are whose server a person names.
const HOST: &str = "any.sandbox";
/// Every host that a connector calls by itself.
const HOSTS: [&str; 24] = [
    HOST,
    "bsky.social",
    "x.com",
    "api.x.com",
    "www.linkedin.com",
    "api.linkedin.com",
    "www.facebook.com",
    "graph.facebook.com",
    "www.instagram.com",
    "api.instagram.com",
    "graph.instagram.com",
    "www.threads.net",
    "graph.threads.net",
    "api.telegram.org",
    "discord.com",
    "slack.com",
    "hooks.slack.com",
    "oauth2.googleapis.com",
    "www.googleapis.com",
    "mybusinessbusinessinformation.googleapis.com",
    "open.tiktokapis.com",
    "api.pinterest.com",
    "www.reddit.com",
    "oauth.reddit.com",
];

fn at(base: &str) -> Egress {
    let base = Url::parse(base).unwrap();
    let endpoints = HOSTS.map(|host| (host.to_owned(), base.clone()));
    Egress::new(&BTreeMap::from(endpoints))
        .unwrap()
        .impatient(Duration::from_millis(300))
}

fn now() -> Timestamp {
    "2026-11-22T20:41:00Z".parse().unwrap()
}

fn client() -> ClientCredentials {
    ClientCredentials {
        id: "the-client".to_owned(),
        secret: "canary-client".to_owned().into(),
    }
}

/// The id of an account and its access token as each platform makes them.
fn shapes(platform: Platform) -> (&'static str, &'static str) {
    let access = "canary-access";
    match platform {
        Platform::Bluesky => ("did:plc:ewvi7nxzyoun6zhxrhs64oiz", access),
        Platform::Telegram => (
            "-1001234567890",
            "123456789:AAcanaryCANARYcanaryCANARYcanaryCAN",
        ),
        Platform::Discord => (
            "1100000000000000001",
            "https://discord.com/api/webhooks/1200000000000000001/canaryCANARYcanaryCANARYcanaryCANARYcanaryCANARYcanaryCANARYcanaryCANARY",
        ),
        Platform::Slack => ("T0SANDBOX/C0SANDBOX", "xoxb-canary-access"),
        Platform::LinkedIn => ("urn:li:person:abc", access),
        Platform::YouTube => ("UCabcdefghijklmnopqrstuv", access),
        Platform::Mastodon
        | Platform::Facebook
        | Platform::Instagram
        | Platform::Threads
        | Platform::X
        | Platform::GoogleBusiness
        | Platform::TikTok
        | Platform::Pinterest
        | Platform::Reddit => ("1789", access),
    }
}

/// An account whose access lasts, and one for every other way to be connected.
fn accounts(platform: Platform) -> Vec<(Target, Tokens)> {
    let account = |(remote_id, access): (&str, &str)| {
        let target = Target {
            host: HOST.to_owned(),
            remote_id: remote_id.to_owned(),
            handle: "ada".to_owned(),
            max_characters: None,
        };
        let tokens = Tokens {
            refresh: Some("canary-refresh".to_owned().into()),
            client: Some(client()),
            ..Tokens::lasting(access.to_owned())
        };
        (target, tokens)
    };
    let mut accounts = vec![account(shapes(platform))];
    match platform {
        Platform::LinkedIn => accounts.push(account(("urn:li:organization:42", "canary-access"))),
        Platform::Slack => accounts.push(account((
            "T0SANDBOX/B0SANDBOX",
            "https://hooks.slack.com/services/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",
        ))),
        _ => {}
    }
    accounts
}

fn connectors() -> impl Iterator<Item = (Platform, &'static dyn Connector)> {
    Platform::iter().map(|platform| (platform, connector(platform)))
}

fn agrees_in_a_browser(connector: &dyn Connector) -> bool {
    let requirements = connector.requirements();
    requirements.ways.contains(&[].as_slice()) || requirements.registration == Registration::PerHost
}

/// No secret of the tests is in it.
fn unspoken<T: std::fmt::Debug>(value: T) -> T {
    let shown = format!("{value:?}").to_lowercase();
    assert!(!shown.contains("canary"), "{shown}");
    value
}

/// What says nothing about an account: a server out of order, a proxy in between, a body that is none.
fn says_nothing() -> Vec<(String, ResponseTemplate)> {
    let page = "<html>an error page</html>";
    let mut answers = vec![
        (
            "a timeout".to_owned(),
            ResponseTemplate::new(200).set_delay(Duration::from_secs(5)),
        ),
        (
            "500 with the error of a dead token".to_owned(),
            ResponseTemplate::new(500).set_body_json(json!({"error": "invalid_grant"})),
        ),
        (
            "200 with an empty object".to_owned(),
            ResponseTemplate::new(200).set_body_json(json!({})),
        ),
        (
            "200 with a list".to_owned(),
            ResponseTemplate::new(200).set_body_json(json!([1, null, "x"])),
        ),
    ];
    for status in [200, 302, 400, 403, 404, 408, 429, 500, 502, 503, 504] {
        let answer = ResponseTemplate::new(status)
            .insert_header("location", "https://example.com/")
            .set_body_raw(page, "text/html");
        answers.push((format!("{status} with a page"), answer));
    }
    answers
}

async fn serving(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    answers(&server, answer).await;
    server
}

/// From now on the server answers like this, and has not been asked yet.
async fn answers(server: &MockServer, answer: ResponseTemplate) {
    server.reset().await;
    Mock::given(any()).respond_with(answer).mount(server).await;
}

async fn asked(server: &MockServer) -> usize {
    let count = server.received_requests().await.unwrap().len();
    // Dropping a server waits without giving way, which never ends for a task that has used up its share of the executor.
    tokio::task::yield_now().await;
    count
}

async fn begin(
    connector: &dyn Connector,
    base: &str,
    input: &ConnectInput,
    client: Option<&ClientCredentials>,
) -> Result<Begin, ConnectError> {
    let trip = Trip {
        redirect_uri: &"https://api.example/oauth/callback".parse().unwrap(),
        state: "the-state",
        now: now(),
    };
    unspoken(connector.begin(&at(base), input, &trip, client).await)
}

fn input(fields: &[Field]) -> ConnectInput {
    let has = |field: Field| fields.contains(&field);
    let secret = |field: Field, text: &str| has(field).then(|| text.to_owned().into());
    ConnectInput {
        host: has(Field::Host).then(|| HOST.to_owned()),
        identifier: has(Field::Identifier).then(|| "@adanews".to_owned()),
        password: secret(Field::Password, "canary-password"),
        token: secret(
            Field::Token,
            "123456789:AAcanaryCANARYcanaryCANARYcanaryCAN",
        ),
        webhook_url: secret(Field::WebhookUrl, "https://canary.example/canary"),
    }
}

#[test]
fn requirements_agree_with_each_other() {
    for (platform, connector) in connectors() {
        let requirements = connector.requirements();
        assert!(!requirements.ways.is_empty(), "{platform}");
        for way in requirements.ways {
            let names: BTreeSet<_> = way.iter().map(Field::to_string).collect();
            assert_eq!(names.len(), way.len(), "{platform}: {way:?}");
        }
        let registered = requirements.registration == Registration::Deployment;
        assert_eq!(
            registered,
            requirements.ways.contains(&[].as_slice()),
            "{platform}: agreeing in a browser is enough where the deployment is registered, and there only"
        );
        assert_eq!(
            agrees_in_a_browser(connector),
            !requirements.scopes.is_empty(),
            "{platform}: whoever agrees in a browser is asked for scopes"
        );
        let scopes: BTreeSet<_> = requirements.scopes.iter().collect();
        assert_eq!(scopes.len(), requirements.scopes.len(), "{platform}");
        assert!(
            agrees_in_a_browser(connector) || !requirements.chooses,
            "{platform}: a choice comes after a consent"
        );
    }
}

#[tokio::test]
async fn without_credentials_of_the_deployment_nothing_is_sent() {
    for (platform, connector) in connectors() {
        let requirements = connector.requirements();
        if requirements.registration != Registration::Deployment {
            continue;
        }
        let server = serving(ResponseTemplate::new(200)).await;
        let begun = begin(connector, &server.uri(), &ConnectInput::default(), None).await;
        match begun.unwrap_err() {
            ConnectError::Refused { reason } => assert!(!reason.is_empty(), "{platform}"),
            ConnectError::Input { field, .. } => assert!(
                requirements.ways.iter().any(|way| way.contains(&field)),
                "{platform}: {field}"
            ),
            ConnectError::Unreachable { reason } => panic!("{platform}: {reason}"),
        }
        assert_eq!(asked(&server).await, 0, "{platform}");
    }
}

#[tokio::test]
async fn a_field_that_is_missing_is_named_before_anything_is_sent() {
    for (platform, connector) in connectors() {
        let requirements = connector.requirements();
        for way in requirements.ways {
            for missing in *way {
                let rest: Vec<Field> = way
                    .iter()
                    .filter(|field| *field != missing)
                    .copied()
                    .collect();
                let server = serving(ResponseTemplate::new(200)).await;
                let begun = begin(connector, &server.uri(), &input(&rest), None).await;
                let error = begun.unwrap_err();
                let ConnectError::Input { field, message } = &error else {
                    panic!("{platform}: {error:?}")
                };
                assert_eq!(field, missing, "{platform}");
                assert!(!message.is_empty());
                assert_eq!(asked(&server).await, 0, "{platform}");
            }
        }
    }
}

#[tokio::test]
async fn a_browser_is_sent_away_with_state_and_scopes_and_without_secrets() {
    let client = client();
    for (platform, connector) in connectors() {
        let requirements = connector.requirements();
        if !agrees_in_a_browser(connector) {
            continue;
        }
        let server = serving(ResponseTemplate::new(200)).await;
        let way = requirements.ways[0];
        let begun = begin(connector, &server.uri(), &input(way), Some(&client)).await;
        let Begin::Redirect {
            authorization_url,
            pending,
        } = begun.unwrap()
        else {
            panic!("{platform}: a person must agree first")
        };
        assert_eq!(asked(&server).await, 0, "{platform}");
        let query: BTreeMap<_, _> = authorization_url.query_pairs().into_owned().collect();
        assert_eq!(query["state"], "the-state", "{platform}");
        assert_eq!(query["redirect_uri"], pending.redirect_uri.as_str());
        assert!(
            query.values().any(|value| value == "the-client"),
            "{platform}"
        );
        for scope in requirements.scopes {
            assert!(
                query
                    .values()
                    .any(|value| value.split([' ', ',']).any(|one| one == *scope)),
                "{platform}: {scope}"
            );
        }
        let address = authorization_url.as_str();
        assert!(!address.contains("canary"), "{platform}: {address}");
        assert!(
            !address.contains(pending.verifier.expose_secret()),
            "{platform}"
        );
    }
}

#[tokio::test]
async fn a_platform_out_of_order_is_no_refusal_of_a_consent() {
    let client = client();
    for (platform, connector) in connectors() {
        if !agrees_in_a_browser(connector) {
            continue;
        }
        let pending = Pending {
            host: HOST.to_owned(),
            client: Some(client.clone()),
            verifier: "canary-verifier".to_owned().into(),
            redirect_uri: "https://api.example/oauth/callback".parse().unwrap(),
        };
        for answer in [
            ResponseTemplate::new(200).set_delay(Duration::from_secs(5)),
            ResponseTemplate::new(429),
            ResponseTemplate::new(500),
            ResponseTemplate::new(503),
        ] {
            let server = serving(answer).await;
            let egress = at(&server.uri());
            let finished = connector.finish(&egress, Some(&client), &pending, "the-code", now());
            let error = unspoken(finished.await).unwrap_err();
            assert!(
                matches!(error, ConnectError::Unreachable { .. }),
                "{platform}: {error:?}"
            );
            assert_eq!(
                asked(&server).await,
                1,
                "{platform}: a code is good for one call"
            );
        }
    }
}

#[tokio::test]
async fn tokens_that_are_not_due_are_left_alone() {
    let client = client();
    let life = SignedDuration::from_hours(60 * 24);
    for (platform, connector) in connectors() {
        for (target, lasting) in accounts(platform) {
            let fresh = lasting.clone().renewed_before(life, now());
            let ending = Tokens {
                refresh: None,
                ..lasting.clone()
            }
            .ending_after(SignedDuration::from_hours(1), now());
            for tokens in [lasting, fresh, ending] {
                let server = serving(ResponseTemplate::new(200)).await;
                let egress = at(&server.uri());
                let refreshed = connector.refresh(&egress, Some(&client), &target, &tokens, now());
                assert!(unspoken(refreshed.await).unwrap().is_none(), "{platform}");
                assert_eq!(asked(&server).await, 0, "{platform}");
            }
        }
    }
}

/// Tokens that want to be renewed, and are still good for a while.
fn due(tokens: Tokens) -> Tokens {
    let issued = now() - SignedDuration::from_hours(55 * 24);
    tokens.renewed_before(SignedDuration::from_hours(60 * 24), issued)
}

/// Whether this platform has anything to renew.
fn renews(platform: Platform) -> bool {
    !matches!(
        platform,
        Platform::Facebook | Platform::Telegram | Platform::Discord
    )
}

fn harmless(platform: Platform, what: &str, error: &Error) {
    assert!(
        matches!(
            error.kind,
            ErrorKind::Temporary | ErrorKind::RateLimited { .. }
        ),
        "{platform}, {what}: {error:?}"
    );
}

#[tokio::test]
async fn a_renewal_that_fails_for_a_while_disconnects_nobody() {
    let client = client();
    for (platform, connector) in connectors().filter(|(platform, _)| renews(*platform)) {
        let (target, tokens) = accounts(platform).remove(0);
        let tokens = due(tokens);
        let server = MockServer::start().await;
        let egress = at(&server.uri());
        for (what, answer) in says_nothing() {
            answers(&server, answer).await;
            let refreshed = connector.refresh(&egress, Some(&client), &target, &tokens, now());
            let error = unspoken(refreshed.await).unwrap_err();
            harmless(platform, &what, &error);
            assert!(asked(&server).await > 0, "{platform}: nobody was asked");
        }
        let nowhere = at("http://127.0.0.1:1");
        for credentials in [Some(&client), None] {
            let refreshed = connector.refresh(&nowhere, credentials, &target, &tokens, now());
            harmless(
                platform,
                "nobody there",
                &unspoken(refreshed.await).unwrap_err(),
            );
        }
    }
}

#[tokio::test]
async fn a_check_that_fails_for_a_while_disconnects_nobody() {
    let client = client();
    for (platform, connector) in connectors() {
        for (target, tokens) in accounts(platform) {
            let server = MockServer::start().await;
            let egress = at(&server.uri());
            for (what, answer) in says_nothing() {
                answers(&server, answer).await;
                let checked = connector.check(&egress, Some(&client), &target, &tokens);
                match unspoken(checked.await) {
                    Ok(Health { .. }) => assert!(what.starts_with("200"), "{platform}, {what}"),
                    Err(error) => harmless(platform, &what, &error),
                }
                assert!(asked(&server).await > 0, "{platform}: nobody was asked");
            }
            let nowhere = at("http://127.0.0.1:1");
            let checked = connector.check(&nowhere, Some(&client), &target, &tokens);
            harmless(
                platform,
                "nobody there",
                &unspoken(checked.await).unwrap_err(),
            );
        }
    }
}

#[tokio::test]
async fn giving_access_back_never_ends_in_another_connection_and_a_fault_is_told() {
    let client = client();
    for (platform, connector) in connectors() {
        for (target, tokens) in accounts(platform) {
            let server = MockServer::start().await;
            let egress = at(&server.uri());
            for (what, answer) in says_nothing() {
                answers(&server, answer).await;
                let revoked = connector.revoke(&egress, Some(&client), &target, &tokens);
                match unspoken(revoked.await) {
                    Err(error) => harmless(platform, &what, &error),
                    // Nothing was asked, or nobody said no.
                    Ok(()) => assert!(
                        asked(&server).await == 0
                            || !(what.starts_with('5') || what == "a timeout"),
                        "{platform}, {what}"
                    ),
                }
            }
        }
    }
}

#[test]
fn accounts_to_choose_from_survive_the_vault() {
    for platform in Platform::iter() {
        let accounts: Vec<Connected> = accounts(platform)
            .into_iter()
            .map(|(target, tokens)| Connected {
                target,
                display_name: "Ada".to_owned(),
                url: "https://any.sandbox/ada".parse().unwrap(),
                tokens: due(tokens),
                permissions: vec!["CREATE_CONTENT".to_owned()],
                grant: "7".to_owned(),
            })
            .collect();
        let sealed = unspoken(Connected::list_to_sealed_json(&accounts).unwrap());
        let read = unspoken(Connected::list_from_json(sealed.expose_secret()).unwrap());
        assert_eq!(format!("{accounts:?}"), format!("{read:?}"));
        let access = |list: &[Connected]| -> Vec<String> {
            let access = list.iter().map(|one| one.tokens.access.expose_secret());
            access.map(str::to_owned).collect()
        };
        assert_eq!(access(&accounts), access(&read));
    }
    let error = Connected::list_from_json(r#""canary""#).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"));
}
