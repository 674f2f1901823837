//! Which addresses are webhooks, what Discord's answers mean, and that the token shows nowhere.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::connect::{Begin, ConnectInput, Connected, Connector, Health, Trip};
use crate::publisher::Target;
use crate::tokens::Tokens;

const ID: &str = "1200000000000000001";
const TOKEN: &str = "canary0123456789-abcdefghij_ABCDEFGHIJ0123456789abcdefghijABCDEFGHIJ";
const CHANNEL: &str = "1100000000000000001";

fn address() -> String {
    format!("https://discord.com/api/webhooks/{ID}/{TOKEN}")
}

fn egress(server: &MockServer) -> Egress {
    let uri = server.uri().parse().unwrap();
    Egress::new(&BTreeMap::from([(API.to_owned(), uri)])).unwrap()
}

fn webhook() -> Value {
    json!({ "id": ID, "type": 1, "name": "Sari Kabar", "channel_id": CHANNEL, "guild_id": "1000000000000000001",
        "avatar": null, "application_id": null, "token": TOKEN })
}

async fn discord(status: u16, body: &Value) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path(format!("/api/v10/webhooks/{ID}/{TOKEN}")))
        .respond_with(ResponseTemplate::new(status).set_body_json(body))
        .mount(&server)
        .await;
    server
}

async fn begin(server: &MockServer, address: &str) -> Result<Connected, ConnectError> {
    let input = ConnectInput {
        webhook_url: Some(address.to_owned().into()),
        ..ConnectInput::default()
    };
    let trip = Trip {
        redirect_uri: &"https://api.example/oauth/callback".parse().unwrap(),
        state: "the-state",
        now: "2026-11-22T20:41:00Z".parse().unwrap(),
    };
    let begun = Discord.begin(&egress(server), &input, &trip, None).await;
    assert!(!format!("{begun:?}").contains("canary"), "{begun:?}");
    match begun? {
        Begin::Connected(connected) => Ok(*connected),
        Begin::Redirect { .. } => panic!("there is nobody to ask"),
    }
}

fn target() -> Target {
    Target {
        host: API.to_owned(),
        remote_id: CHANNEL.to_owned(),
        handle: "Sari Kabar".to_owned(),
        max_characters: None,
    }
}

async fn check(server: &MockServer) -> Result<Health, Error> {
    let tokens = Tokens::lasting(address());
    let checked = Discord
        .check(&egress(server), None, &target(), &tokens)
        .await;
    assert!(!format!("{checked:?}").contains("canary"), "{checked:?}");
    checked
}

fn is_about_the_address(error: &ConnectError) -> bool {
    matches!(
        error,
        ConnectError::Input {
            field: Field::WebhookUrl,
            ..
        }
    )
}

#[tokio::test]
async fn the_channel_of_a_webhook_is_connected() {
    let server = discord(200, &webhook()).await;
    for typed in [
        address(),
        format!(" {}\n", address()),
        format!("https://discordapp.com/api/v9/webhooks/{ID}/{TOKEN}"),
        format!("https://canary.discord.com/api/webhooks/{ID}/{TOKEN}"),
        format!("https://ptb.discord.com/api/v10/webhooks/{ID}/{TOKEN}"),
    ] {
        let connected = begin(&server, &typed).await.unwrap();
        assert_eq!(connected.target, target());
        assert_eq!(connected.display_name, "Sari Kabar");
        assert_eq!(connected.grant, ID);
        assert_eq!(
            connected.url.path(),
            "/channels/1000000000000000001/1100000000000000001"
        );
        assert_eq!(connected.tokens.access.expose_secret(), address());
        assert_eq!(connected.tokens.ends_at, None);
    }
    assert_eq!(check(&server).await, Ok(Health::default()));
    for request in server.received_requests().await.unwrap() {
        assert!(!request.headers.contains_key("authorization"));
    }
}

#[tokio::test]
async fn what_is_no_address_of_a_webhook_is_refused_before_any_call() {
    let server = MockServer::start().await;
    for typed in [
        String::new(),
        TOKEN.to_owned(),
        format!("http://discord.com/api/webhooks/{ID}/{TOKEN}"),
        format!("https://discord.com.evil.example/api/webhooks/{ID}/{TOKEN}"),
        format!("https://evil.example/discord.com/api/webhooks/{ID}/{TOKEN}"),
        format!("https://discord.com@evil.example/api/webhooks/{ID}/{TOKEN}"),
        format!("https://discord.com:8443/api/webhooks/{ID}/{TOKEN}"),
        format!("https://127.0.0.1/api/webhooks/{ID}/{TOKEN}"),
        format!("https://discord.com/api/webhooks/{ID}/{TOKEN}/"),
        format!("https://discord.com/api/webhooks/{ID}/{TOKEN}/slack"),
        format!("https://discord.com/api/webhooks/{ID}/{TOKEN}?wait=true"),
        format!("https://discord.com/api/webhooks/{ID}/{TOKEN}#x"),
        format!("https://discord.com/api/webhooks/{ID}/../{TOKEN}"),
        format!("https://discord.com/api/v/webhooks/{ID}/{TOKEN}"),
        format!("https://discord.com/api/vx/webhooks/{ID}/{TOKEN}"),
        format!("https://discord.com/api/webhooks/12x/{TOKEN}"),
        format!("https://discord.com/api/webhooks/99999999999999999999/{TOKEN}"),
        format!("https://discord.com/api/webhooks/{ID}/canary"),
        format!("https://discord.com/api/webhooks/{ID}/{TOKEN}%2f..%2fx"),
        format!("https://discord.com/api/webhooks//{TOKEN}"),
        "https://hooks.slack.com/services/T00000000/B00000000/canaryXXXXXXXXXXXXXXXXXX".to_owned(),
    ] {
        let error = begin(&server, &typed).await.unwrap_err();
        assert!(is_about_the_address(&error), "{typed}: {error:?}");
    }
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn only_discords_own_word_ends_a_webhook() {
    let error = |code: u32, message: &str| json!({ "code": code, "message": message });
    let table = [
        (404, error(10_015, "Unknown Webhook"), true),
        (404, error(10_003, "Unknown Channel"), true),
        (401, error(50_027, "Invalid Webhook Token"), true),
        (404, error(0, "404: Not Found"), false),
        (404, json!("a page of some proxy"), false),
        (401, error(0, "401: Unauthorized"), false),
        (403, error(50_013, "Missing Permissions"), false),
        (403, json!("error code: 1015"), false),
        (400, error(50_035, "Invalid Form Body"), false),
        (500, error(10_015, "Unknown Webhook"), false),
        (502, json!("bad gateway"), false),
        (302, json!({}), false),
        (200, json!({}), false),
        (
            200,
            json!({ "id": "1200000000000000009", "type": 1 }),
            false,
        ),
    ];
    for (status, body, dead) in table {
        let server = discord(status, &body).await;
        let kind = check(&server).await.unwrap_err().kind;
        let expected = if dead {
            ErrorKind::ReconnectAccount
        } else {
            ErrorKind::Temporary
        };
        assert_eq!(kind, expected, "{status} {body}");
        let error = begin(&server, &address()).await.unwrap_err();
        assert_eq!(
            is_about_the_address(&error),
            dead,
            "{status} {body}: {error:?}"
        );
        if !dead {
            assert!(
                matches!(error, ConnectError::Unreachable { .. }),
                "{error:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_rate_limit_is_passed_on_with_its_waiting_time() {
    for (body, headers, expected) in [
        (
            json!({ "message": "limited", "retry_after": 1.5, "global": false }),
            None,
            Some(1_500),
        ),
        (
            json!({ "message": "limited", "retry_after": 1e300 }),
            None,
            Some(86_400_000),
        ),
        (
            json!({ "message": "limited", "retry_after": -5.0 }),
            None,
            Some(0),
        ),
        (json!("error code: 1015"), Some("7"), Some(7_000)),
        (json!({}), None, None),
    ] {
        let server = MockServer::start().await;
        let mut answer = ResponseTemplate::new(429).set_body_json(&body);
        if let Some(seconds) = headers {
            answer = answer.insert_header("retry-after", seconds);
        }
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let retry_after = expected.map(SignedDuration::from_millis);
        let error = check(&server).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::RateLimited { retry_after }, "{body}");
    }
}

#[tokio::test]
async fn a_webhook_that_was_moved_must_be_connected_again() {
    let mut moved = webhook();
    moved["channel_id"] = json!("1100000000000000002");
    let error = check(&discord(200, &moved).await).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::ReconnectAccount);
    assert!(error.context.contains("another channel"), "{error:?}");
    // What is no id says nothing.
    for channel in [json!(null), json!("../x")] {
        moved["channel_id"] = channel;
        assert!(check(&discord(200, &moved).await).await.is_ok());
    }
}

#[tokio::test]
async fn a_webhook_that_is_not_for_posting_or_has_no_place_is_not_connected() {
    let with = |name: &str, value: Value| {
        let mut webhook = webhook();
        webhook[name] = value;
        webhook
    };
    for kind in [2, 3] {
        let server = discord(200, &with("type", json!(kind))).await;
        let error = begin(&server, &address()).await.unwrap_err();
        assert!(is_about_the_address(&error), "{error:?}");
    }
    for hostile in [
        with("channel_id", json!(null)),
        with("guild_id", json!(null)),
        with("channel_id", json!("1/../../evil")),
        with("guild_id", json!("@me")),
        with("id", json!("1200000000000000002")),
    ] {
        let server = discord(200, &hostile).await;
        let error = begin(&server, &address()).await.unwrap_err();
        assert!(
            matches!(error, ConnectError::Unreachable { .. }),
            "{hostile}: {error:?}"
        );
    }
    for (name, expected) in [
        (json!(null), "webhook 1200000000000000001".to_owned()),
        (json!(" \n"), "webhook 1200000000000000001".to_owned()),
        (
            json!("a\nb".to_owned() + &"x".repeat(5_000)),
            "a b".to_owned() + &"x".repeat(297),
        ),
    ] {
        let server = discord(200, &with("name", name)).await;
        let connected = begin(&server, &address()).await.unwrap();
        assert_eq!(connected.display_name, expected);
    }
}

#[tokio::test]
async fn an_error_that_repeats_the_token_is_shown_without_it() {
    let echo =
        json!({ "code": 10_015, "message": format!("no webhook at /webhooks/{ID}/{TOKEN}") });
    let server = discord(404, &echo).await;
    let error = begin(&server, &address()).await.unwrap_err();
    assert!(error.to_string().contains("no webhook at") && !error.to_string().contains("canary"));
    let error = check(&server).await.unwrap_err();
    assert!(error.context.contains("no webhook at") && !error.context.contains("canary"));
    let url = address().parse().unwrap();
    let shown = format!("{:?}", Call::get(url).with_secret_path());
    assert!(shown.contains(API) && !shown.contains("canary"), "{shown}");
}

#[tokio::test]
async fn the_webhook_of_a_person_is_not_deleted_and_does_not_end() {
    let server = MockServer::start().await;
    let (egress, tokens) = (egress(&server), Tokens::lasting(address()));
    Discord
        .revoke(&egress, None, &target(), &tokens)
        .await
        .unwrap();
    let later = "2036-11-22T20:41:00Z".parse().unwrap();
    let renewed = Discord
        .refresh(&egress, None, &target(), &tokens, later)
        .await;
    assert!(renewed.unwrap().is_none());
    assert!(server.received_requests().await.unwrap().is_empty());
}
