//! What Telegram's answers mean, which chats and rights are accepted, and that the token shows nowhere.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use wiremock::matchers::{body_string_contains, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::chat::identifier;
use super::*;
use crate::connect::{Begin, ConnectInput, Connected, Connector, Health, Trip};
use crate::publisher::Target;
use crate::tokens::Tokens;

const TOKEN: &str = "7000000001:AAcanary0123456789_abcdefghij-KLMNO";
const CHANNEL: &str = "-1001000000001";

fn egress(server: &MockServer) -> Egress {
    let uri = server.uri().parse().unwrap();
    Egress::new(&BTreeMap::from([(API.to_owned(), uri)])).unwrap()
}

async fn serve(server: &MockServer, call: &str, status: u16, body: &Value) {
    Mock::given(path(format!("/bot{TOKEN}/{call}")))
        .and(method("POST"))
        .respond_with(ResponseTemplate::new(status).set_body_json(body))
        .mount(server)
        .await;
}

fn ok(result: &Value) -> Value {
    json!({ "ok": true, "result": result })
}

fn no(status: u16, description: &str) -> Value {
    json!({ "ok": false, "error_code": status, "description": description })
}

fn channel() -> Value {
    json!({ "id": -1_001_000_000_001_i64, "type": "channel", "title": "Sari Kabar", "username": "sari_kabar" })
}

fn member(status: &str, rights: &Value) -> Value {
    let mut member = json!({ "status": status, "user": { "id": 7_000_000_001_i64, "is_bot": true, "first_name": "Sari" } });
    let rights = rights.as_object().unwrap().clone();
    member.as_object_mut().unwrap().extend(rights);
    member
}

/// A Telegram where the bot is this in this chat.
async fn telegram(chat: &Value, member: &Value) -> MockServer {
    let server = MockServer::start().await;
    let bot = json!({ "id": 7_000_000_001_i64, "is_bot": true, "first_name": "Sari", "username": "sari_bot" });
    serve(&server, "getMe", 200, &ok(&bot)).await;
    serve(&server, "getChat", 200, &ok(chat)).await;
    serve(&server, "getChatMember", 200, &ok(member)).await;
    server
}

async fn begin(server: &MockServer, token: &str, chat: &str) -> Result<Connected, ConnectError> {
    let input = ConnectInput {
        token: Some(token.to_owned().into()),
        identifier: Some(chat.to_owned()),
        ..ConnectInput::default()
    };
    let trip = Trip {
        redirect_uri: &"https://api.example/oauth/callback".parse().unwrap(),
        state: "the-state",
        now: "2026-11-22T20:41:00Z".parse().unwrap(),
    };
    let begun = Telegram.begin(&egress(server), &input, &trip, None).await;
    assert!(!format!("{begun:?}").contains("canary"), "{begun:?}");
    if let Err(error) = &begun {
        assert!(!error.to_string().contains("canary"), "{error}");
    }
    match begun? {
        Begin::Connected(connected) => Ok(*connected),
        Begin::Redirect { .. } => panic!("there is nobody to ask"),
    }
}

async fn check(server: &MockServer) -> Result<Health, Error> {
    let target = Target {
        host: WEB.to_owned(),
        remote_id: CHANNEL.to_owned(),
        handle: "sari_kabar".to_owned(),
        max_characters: None,
    };
    let tokens = Tokens::lasting(TOKEN.to_owned());
    let checked = Telegram
        .check(&egress(server), None, &target, &tokens)
        .await;
    assert!(!format!("{checked:?}").contains("canary"), "{checked:?}");
    checked
}

fn field_of(error: &ConnectError) -> Option<Field> {
    match error {
        ConnectError::Input { field, .. } => Some(*field),
        ConnectError::Refused { .. } | ConnectError::Unreachable { .. } => None,
    }
}

#[tokio::test]
async fn a_channel_where_the_bot_may_post_is_connected() {
    let rights = json!({ "can_post_messages": true, "can_delete_messages": false, "can_x": true });
    let server = telegram(&channel(), &member("administrator", &rights)).await;
    let connected = begin(&server, &format!(" {TOKEN}\n"), "https://t.me/Sari_Kabar")
        .await
        .unwrap();
    assert_eq!(connected.target.host, "t.me");
    assert_eq!(connected.target.remote_id, CHANNEL);
    assert_eq!(connected.target.handle, "sari_kabar");
    assert_eq!(connected.display_name, "Sari Kabar");
    assert_eq!(connected.url.as_str(), "https://t.me/sari_kabar");
    assert_eq!(connected.grant, "7000000001");
    assert_eq!(
        connected.permissions,
        ["administrator", "can_post_messages"]
    );
    assert_eq!(connected.tokens.access.expose_secret(), TOKEN);
    assert_eq!(
        (connected.tokens.expires_at, connected.tokens.ends_at),
        (None, None)
    );
    let asked = server.received_requests().await.unwrap();
    let bodies: Vec<_> = asked
        .iter()
        .map(|request| String::from_utf8_lossy(&request.body).into_owned())
        .collect();
    assert_eq!(
        bodies,
        [
            "",
            "chat_id=%40Sari_Kabar",
            "chat_id=-1001000000001&user_id=7000000001"
        ]
    );
}

#[tokio::test]
async fn a_private_channel_is_known_by_its_title_and_opened_by_its_id() {
    let mut private = channel();
    private.as_object_mut().unwrap().remove("username");
    let rights = json!({ "can_post_messages": true });
    let server = telegram(&private, &member("administrator", &rights)).await;
    let connected = begin(&server, TOKEN, CHANNEL).await.unwrap();
    assert_eq!(connected.target.handle, "Sari Kabar");
    assert_eq!(
        connected.url.as_str(),
        "https://web.telegram.org/a/#-1001000000001"
    );
}

#[tokio::test]
async fn where_a_bot_may_not_post_is_not_connected_and_a_check_says_so_later() {
    let group = |open: bool| json!({ "id": -1_001_000_000_001_i64, "type": "supergroup", "title": "G", "permissions": { "can_send_messages": open, "can_send_photos": true } });
    let posts = json!({ "can_post_messages": true });
    let none = json!({});
    let table = [
        (channel(), member("administrator", &posts), None),
        (
            channel(),
            member("administrator", &json!({ "can_post_messages": false })),
            Some("can_post_messages"),
        ),
        (
            channel(),
            member("administrator", &none),
            Some("can_post_messages"),
        ),
        (channel(), member("member", &none), Some("no administrator")),
        (channel(), member("left", &posts), Some("not in there")),
        (channel(), member("kicked", &none), Some("not in there")),
        (
            channel(),
            member("something new", &posts),
            Some("no administrator"),
        ),
        (group(true), member("administrator", &none), None),
        (group(false), member("administrator", &none), None),
        (group(true), member("member", &none), None),
        (group(false), member("member", &none), Some("not permitted")),
        (group(true), member("left", &none), Some("not in there")),
        (
            group(true),
            member(
                "restricted",
                &json!({ "is_member": true, "can_send_messages": true }),
            ),
            None,
        ),
        (
            group(true),
            member(
                "restricted",
                &json!({ "is_member": true, "can_send_messages": false }),
            ),
            Some("not permitted"),
        ),
        (
            group(true),
            member(
                "restricted",
                &json!({ "is_member": false, "can_send_messages": true }),
            ),
            Some("not in there"),
        ),
        (
            group(true),
            member("something new", &none),
            Some("does not say"),
        ),
    ];
    for (chat, member, obstacle) in table {
        let server = telegram(&chat, &member).await;
        let begun = begin(&server, TOKEN, CHANNEL).await;
        let checked = check(&server).await;
        match obstacle {
            None => {
                assert!(begun.is_ok(), "{chat} {member}: {begun:?}");
                assert!(
                    checked
                        .unwrap()
                        .permissions
                        .is_some_and(|held| !held.is_empty())
                );
            }
            Some(words) => {
                let error = begun.unwrap_err();
                assert!(
                    matches!(&error, ConnectError::Refused { reason } if reason.contains(words) && reason.contains("@sari_bot")),
                    "{chat} {member}: {error:?}"
                );
                let error = checked.unwrap_err();
                assert_eq!(error.kind, ErrorKind::ReconnectAccount, "{chat} {member}");
                assert!(error.context.contains(words), "{error:?}");
            }
        }
    }
}

#[tokio::test]
async fn documented_errors_mean_what_the_documentation_says() {
    let migrated = json!({ "ok": false, "error_code": 400, "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": { "migrate_to_chat_id": -1_001_557_912_345_i64 } });
    let (token, chat) = (Some(Field::Token), Some(Field::Identifier));
    let bad = |words: &str| no(400, &format!("Bad Request: {words}"));
    let table = [
        (401, no(401, "Unauthorized"), token),
        (404, no(404, "Not Found"), token),
        (
            403,
            no(403, "Forbidden: bot was kicked from the channel chat"),
            chat,
        ),
        (
            403,
            no(403, "Forbidden: bot is not a member of the channel chat"),
            chat,
        ),
        (400, bad("chat not found"), chat),
        (
            400,
            bad("need administrator rights in the channel chat"),
            chat,
        ),
        (400, bad("CHAT_WRITE_FORBIDDEN"), chat),
        (400, migrated, chat),
        // None of these says that token or chat are lost.
        (400, bad("something else"), None),
        (404, json!("a page of some proxy"), None),
        (401, json!({ "error": "a proxy wants a password" }), None),
        (403, no(401, "Unauthorized"), None),
        (500, no(500, "Internal Server Error"), None),
        (502, no(502, "Bad Gateway"), None),
        (200, json!({ "ok": true }), None),
        (
            200,
            ok(&json!({ "id": "no number", "type": "channel" })),
            None,
        ),
        (302, json!({}), None),
    ];
    for (status, body, field) in table {
        let kind = match field {
            Some(_) => ErrorKind::ReconnectAccount,
            None => ErrorKind::Temporary,
        };
        let server = MockServer::start().await;
        serve(&server, "getMe", status, &body).await;
        let bot = json!({ "id": 7_000_000_001_i64, "is_bot": true, "first_name": "S" });
        serve(&server, "getChat", status, &body).await;
        assert_eq!(
            check(&server).await.unwrap_err().kind,
            kind,
            "{status} {body}"
        );
        server.reset().await;
        serve(&server, "getMe", 200, &ok(&bot)).await;
        serve(&server, "getChat", status, &body).await;
        let error = begin(&server, TOKEN, CHANNEL).await.unwrap_err();
        assert_eq!(field_of(&error), field, "{status} {body}: {error:?}");
    }
}

#[tokio::test]
async fn a_rate_limit_is_passed_on_with_its_waiting_time_and_a_silent_server_disconnects_nothing() {
    let server = MockServer::start().await;
    let mut limited = no(429, "Too Many Requests: retry after 42");
    limited["parameters"] = json!({ "retry_after": 42 });
    serve(&server, "getChat", 429, &limited).await;
    let error = check(&server).await.unwrap_err();
    let retry_after = Some(SignedDuration::from_secs(42));
    assert_eq!(error.kind, ErrorKind::RateLimited { retry_after });
    let gone = MockServer::start().await;
    let egress = egress(&gone);
    drop(gone);
    let target = Target {
        host: WEB.to_owned(),
        remote_id: CHANNEL.to_owned(),
        handle: String::new(),
        max_characters: None,
    };
    let tokens = Tokens::lasting(TOKEN.to_owned());
    let error = Telegram.check(&egress, None, &target, &tokens).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Temporary);
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
}

#[tokio::test]
async fn hostile_answers_are_not_believed() {
    let posts = member("administrator", &json!({ "can_post_messages": true }));
    let mut other = posts.clone();
    other["user"]["id"] = json!(5);
    let with = |name: &str, value: Value| {
        let mut chat = channel();
        chat[name] = value;
        chat
    };
    // Another chat than was asked for, a person's id, rights of somebody else.
    for (chat, member) in [
        (with("id", json!(-1_001_000_000_002_i64)), &posts),
        (with("id", json!(5)), &posts),
        (channel(), &other),
    ] {
        let server = telegram(&chat, member).await;
        let error = begin(&server, TOKEN, CHANNEL).await.unwrap_err();
        assert!(
            matches!(error, ConnectError::Unreachable { .. }),
            "{error:?}"
        );
        assert_eq!(check(&server).await.unwrap_err().kind, ErrorKind::Temporary);
    }
    let server = telegram(&with("type", json!("private")), &posts).await;
    let error = begin(&server, TOKEN, "@somebody").await.unwrap_err();
    assert_eq!(field_of(&error), Some(Field::Identifier));

    // Names are cut and put on one line; one that is none leads to no address.
    let mut chat = with("title", json!(format!("a\r\nb{}", "x".repeat(5_000))));
    chat["username"] = json!("../../evil?x=");
    let server = telegram(&chat, &posts).await;
    let connected = begin(&server, TOKEN, CHANNEL).await.unwrap();
    assert_eq!(connected.display_name.chars().count(), 300);
    assert!(!connected.display_name.contains('\n'));
    assert_eq!(connected.url.host_str(), Some("web.telegram.org"));

    // A bot that is another one, or none at all.
    for bot in [
        json!({ "id": 5, "is_bot": true }),
        json!({ "id": 7_000_000_001_i64, "is_bot": false }),
    ] {
        let server = MockServer::start().await;
        serve(&server, "getMe", 200, &ok(&bot)).await;
        let error = begin(&server, TOKEN, CHANNEL).await.unwrap_err();
        assert!(
            matches!(&error, ConnectError::Unreachable { reason } if reason.contains("somebody else")),
            "{error:?}"
        );
    }

    // An error that repeats the address, with the token in it; `begin` and `check` look for it.
    let server = MockServer::start().await;
    let echo = no(403, &format!("Forbidden: POST /bot{TOKEN}/getMe"));
    serve(&server, "getMe", 403, &echo).await;
    serve(&server, "getChat", 403, &echo).await;
    begin(&server, TOKEN, CHANNEL).await.unwrap_err();
    check(&server).await.unwrap_err();
}

#[tokio::test]
async fn what_is_no_token_is_refused_before_any_call() {
    let server = MockServer::start().await;
    let short = TOKEN.split_at(30).0;
    for token in [
        "",
        "  ",
        "canary",
        short,
        "7000000001/AAcanary0123456789_abcdefghij-KLMNO",
        "x7000000001:AAcanary0123456789_abcdefghij-KLMNO",
        "7000000001:AAcanary0123456789_abcdefghij/../LMNO",
        "7000000001:AAcanary0123456789_abcdefghij-KLMNO?x=y",
    ] {
        let error = begin(&server, token, CHANNEL).await.unwrap_err();
        assert_eq!(field_of(&error), Some(Field::Token), "{token}");
    }
    let error = begin(&server, TOKEN, "https://example.com/x").await;
    assert_eq!(field_of(&error.unwrap_err()), Some(Field::Identifier));
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[test]
fn a_chat_is_read_from_what_people_type() {
    let table = [
        ("@sari_kabar", Ok("@sari_kabar")),
        (" sari_kabar ", Ok("@sari_kabar")),
        ("https://t.me/sari_kabar", Ok("@sari_kabar")),
        ("t.me/sari_kabar/42?single", Ok("@sari_kabar")),
        ("https://t.me/s/sari_kabar", Ok("@sari_kabar")),
        ("http://telegram.me/sari_kabar", Ok("@sari_kabar")),
        ("https://t.me/c/1000000001/17", Ok(CHANNEL)),
        ("https://web.telegram.org/a/#-1001000000001", Ok(CHANNEL)),
        (CHANNEL, Ok(CHANNEL)),
        ("-4000000001", Ok("-4000000001")),
        ("1000000001", Err(())),
        ("https://t.me/+AbCdEf", Err(())),
        ("https://t.me/joinchat/AbCdEf", Err(())),
        ("https://t.me/c/x/1", Err(())),
        ("https://evil.example/sari_kabar", Err(())),
        ("https://t.me@evil.example/sari_kabar", Err(())),
        ("-", Err(())),
        ("-0", Err(())),
        ("-99999999999999999999", Err(())),
        ("-100x", Err(())),
        ("@a b", Err(())),
        ("@abc", Err(())),
        ("", Err(())),
        ("@", Err(())),
    ];
    for (typed, expected) in table {
        let read = identifier(typed).map_err(|_| ());
        assert_eq!(read, expected.map(str::to_owned), "{typed}");
    }
}

#[tokio::test]
async fn there_is_nothing_to_renew_to_give_back_or_to_finish() {
    let server = MockServer::start().await;
    Mock::given(body_string_contains(""))
        .respond_with(ResponseTemplate::new(500))
        .mount(&server)
        .await;
    let rights = json!({ "can_post_messages": true });
    let connected = begin(
        &telegram(&channel(), &member("administrator", &rights)).await,
        TOKEN,
        CHANNEL,
    )
    .await
    .unwrap();
    let (egress, target, tokens) = (egress(&server), &connected.target, &connected.tokens);
    let later = "2036-11-22T20:41:00Z".parse().unwrap();
    let renewed = Telegram.refresh(&egress, None, target, tokens, later).await;
    assert!(renewed.unwrap().is_none());
    Telegram
        .revoke(&egress, None, target, tokens)
        .await
        .unwrap();
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[test]
fn a_call_shows_no_path() {
    let url = format!("https://{API}/bot{TOKEN}/getMe").parse().unwrap();
    let shown = format!("{:?}", Call::post(url).with_secret_path());
    assert!(shown.contains(API) && !shown.contains("canary"), "{shown}");
}
