//! Telegram's bots: their tokens, the chats they see, and what they may do there.

use reqwest::Response;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};

use crate::stage::{Stage, header, json as body};

const SARI: &str = "7000000001:AAsbxsecretSari00000000000000000001";
const BIMA: &str = "7000000002:AAsbxsecretBima00000000000000000002";

async fn call(stage: &Stage, token: &str, method: &str, form: &[(&str, &str)]) -> Response {
    let post = stage.post(&format!("/api.telegram.org/bot{token}/{method}"));
    post.form(form).send().await.unwrap()
}

/// The status and the body, which says the same.
async fn said(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let body = body(answer).await;
    assert_eq!(body["ok"], json!(status == 200), "{body}");
    if status != 200 {
        assert_eq!(body["error_code"], json!(status), "{body}");
    }
    (status, body)
}

async fn membership(stage: &Stage, token: &str, chat: &str) -> (u16, Value) {
    let bot = token.split(':').next().unwrap();
    let form = [("chat_id", chat), ("user_id", bot)];
    said(call(stage, token, "getChatMember", &form).await).await
}

#[tokio::test]
async fn a_token_says_which_bot_it_is_for() {
    let stage = Stage::set().await;
    let (_, me) = said(call(&stage, SARI, "getMe", &[]).await).await;
    assert_eq!(me["result"]["id"], json!(7_000_000_001_i64));
    assert_eq!(me["result"]["is_bot"], json!(true));
    assert_eq!(me["result"]["username"], json!("sari_sbx_bot"));
    let unknown = SARI.replace("Sari", "Rasi");
    let (status, body) = said(call(&stage, &unknown, "getMe", &[]).await).await;
    assert_eq!(
        (status, &body["description"]),
        (401, &json!("Unauthorized"))
    );
    for malformed in [
        "7000000001:AAshort",
        "x",
        "x:AAsbxsecretSari00000000000000000001",
    ] {
        let (status, body) = said(call(&stage, malformed, "getMe", &[]).await).await;
        assert_eq!(
            (status, &body["description"]),
            (404, &json!("Not Found")),
            "{malformed}"
        );
    }
    let (status, _) = said(call(&stage, SARI, "getNothing", &[]).await).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_chat_is_found_by_name_or_id_where_the_bot_can_see_it() {
    let stage = Stage::set().await;
    for (token, wanted, id) in [
        (SARI, "@sari_kabar", -1_001_000_000_001_i64),
        (SARI, "@Sari_Kabar", -1_001_000_000_001),
        (SARI, "-1001000000002", -1_001_000_000_002),
        (SARI, "-4000000001", -4_000_000_001),
        // Public, so it is seen from outside.
        (BIMA, "@sari_kabar", -1_001_000_000_001),
    ] {
        let (status, body) =
            said(call(&stage, token, "getChat", &[("chat_id", wanted)]).await).await;
        assert_eq!(
            (status, &body["result"]["id"]),
            (200, &json!(id)),
            "{wanted}"
        );
    }
    for (token, wanted, status, words) in [
        (SARI, "@nobody_here", 400, "Bad Request: chat not found"),
        (BIMA, "-1001000000002", 400, "Bad Request: chat not found"),
        (
            SARI,
            "-1001000000005",
            403,
            "Forbidden: bot was kicked from the channel chat",
        ),
        (SARI, "", 400, "Bad Request: chat not found"),
    ] {
        let (given, body) =
            said(call(&stage, token, "getChat", &[("chat_id", wanted)]).await).await;
        assert_eq!(
            (given, &body["description"]),
            (status, &json!(words)),
            "{wanted}"
        );
    }
    let get = stage.get(&format!("/api.telegram.org/bot{SARI}/getChat"));
    let answer = get
        .query(&[("chat_id", "@sari_diskusi")])
        .send()
        .await
        .unwrap();
    let (_, group) = said(answer).await;
    assert_eq!(
        group["result"]["permissions"]["can_send_messages"],
        json!(true)
    );
    let json_body = stage.post(&format!("/api.telegram.org/bot{SARI}/getChat"));
    let answer = json_body
        .json(&json!({ "chat_id": 7_100_000_001_i64 }))
        .send()
        .await
        .unwrap();
    assert_eq!(said(answer).await.1["result"]["type"], json!("private"));
}

#[tokio::test]
async fn a_bot_learns_what_it_may_do_in_a_chat() {
    let stage = Stage::set().await;
    for (chat, status, right, held) in [
        (
            "@sari_kabar",
            "administrator",
            "can_post_messages",
            json!(true),
        ),
        (
            "@sari_arsip",
            "administrator",
            "can_post_messages",
            json!(false),
        ),
        ("@sari_diskusi", "member", "can_post_messages", json!(null)),
        (
            "@sari_ketat",
            "restricted",
            "can_send_messages",
            json!(false),
        ),
    ] {
        let (_, body) = membership(&stage, SARI, chat).await;
        let member = &body["result"];
        assert_eq!(
            (&member["status"], &member[right]),
            (&json!(status), &held),
            "{chat}"
        );
        assert_eq!(member["user"]["id"], json!(7_000_000_001_i64));
    }
    // From outside, a group says that the bot left, and a channel nothing.
    assert_eq!(
        membership(&stage, BIMA, "@sari_diskusi").await.1["result"]["status"],
        "left"
    );
    let (status, body) = membership(&stage, BIMA, "@sari_kabar").await;
    assert_eq!(
        (status, &body["description"]),
        (400, &json!("Bad Request: member list is inaccessible"))
    );
}

#[tokio::test]
async fn a_token_that_its_owner_revoked_stays_dead_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::set().await;
    stage.sandbox.persist_to(folder.path()).unwrap();
    stage
        .sandbox
        .script(Fault::on("getMe", Effect::RevokeToken));
    assert_eq!(call(&stage, SARI, "getMe", &[]).await.status(), 401);
    assert_eq!(
        call(&stage, SARI, "getChat", &[("chat_id", "@sari_kabar")])
            .await
            .status(),
        401
    );
    assert_eq!(call(&stage, BIMA, "getMe", &[]).await.status(), 200);

    let stage = Stage::set().await;
    stage.sandbox.persist_to(folder.path()).unwrap();
    assert_eq!(call(&stage, SARI, "getMe", &[]).await.status(), 401);
}

#[tokio::test]
async fn a_limit_says_how_long_to_wait_and_a_fault_has_the_shape_of_the_api() {
    let stage = Stage::set().await;
    stage.sandbox.script(Fault::on(
        "getMe",
        Effect::TooManyRequests { reset_seconds: 7 },
    ));
    let (status, body) = said(call(&stage, SARI, "getMe", &[]).await).await;
    assert_eq!(status, 429);
    assert_eq!(body["description"], "Too Many Requests: retry after 7");
    assert_eq!(body["parameters"]["retry_after"], json!(7));
    stage.sandbox.script(Fault::on(
        "getChat",
        Effect::FailBeforeExec { status: Some(502) },
    ));
    let answer = call(&stage, SARI, "getChat", &[("chat_id", "@sari_kabar")]).await;
    assert_eq!(said(answer).await.0, 502);
    let requests = stage.sandbox.requests();
    assert_eq!(requests[0].platform, "telegram");
    assert_eq!(requests[0].account.as_deref(), Some("sari"));
}

#[tokio::test]
async fn the_page_of_accounts_shows_the_secrets_to_enter_and_links_lead_somewhere() {
    let stage = Stage::set().await;
    let page = stage
        .get("/accounts")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    for shown in [
        SARI,
        "@sari_kabar",
        "https://discord.com/api/webhooks/1200000000000000001/",
        "https://hooks.slack.com/services/T0SBXSARI/B0SBXBERITA/",
        "Dimas Lab",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    for path in [
        "/t.me/sari_kabar",
        "/web.telegram.org/a/",
        "/discord.com/channels/1000000000000000001/1100000000000000001",
        "/app.slack.com/client/T0SBXSARI/C0SBXBERITA",
    ] {
        let answer = stage.get(path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert!(header(&answer, "content-type").starts_with("text/html"));
    }
    for avatar in [
        "/t.me/avatars/sari.svg",
        "/discord.com/avatars/umum.svg",
        "/hooks.slack.com/avatars/bima.svg",
        "/slack.com/avatars/dimas.svg",
    ] {
        assert_eq!(
            stage.get(avatar).send().await.unwrap().status(),
            200,
            "{avatar}"
        );
    }
    assert!(stage.sandbox.requests().is_empty());
}
