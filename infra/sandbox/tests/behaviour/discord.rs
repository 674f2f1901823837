//! Discord's webhooks: what they say about themselves, how they end, and their limits.

use jiff::SignedDuration;
use reqwest::Response;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};

use crate::stage::{Stage, header, json as body};

const ID: &str = "1200000000000000001";
const TOKEN: &str = "sbxsecretSariKabar0000000000000000000000000000000000000000000000000001";

fn path(id: &str, token: &str) -> String {
    format!("/discord.com/api/v10/webhooks/{id}/{token}")
}

async fn get(stage: &Stage, path: &str) -> Response {
    stage.get(path).send().await.unwrap()
}

async fn error(answer: Response) -> (u16, Value) {
    (answer.status().as_u16(), body(answer).await["code"].take())
}

#[tokio::test]
async fn a_webhook_says_where_it_posts_to_whoever_knows_its_address() {
    let stage = Stage::set().await;
    for path in [
        path(ID, TOKEN),
        format!("/discord.com/api/webhooks/{ID}/{TOKEN}"),
        format!("/discord.com/api/v9/webhooks/{ID}/{TOKEN}"),
    ] {
        let answer = get(&stage, &path).await;
        assert_eq!(answer.status(), 200);
        let webhook = body(answer).await;
        assert_eq!(webhook["id"], ID);
        assert_eq!(webhook["token"], TOKEN);
        assert_eq!(webhook["type"], 1);
        assert_eq!(webhook["name"], "Sari Kabar");
        assert_eq!(webhook["channel_id"], "1100000000000000001");
        assert_eq!(webhook["guild_id"], "1000000000000000001");
    }
    let requests = stage.sandbox.requests();
    assert_eq!(requests[0].operation, "get_webhook");
    assert_eq!(requests[0].account.as_deref(), Some("sari"));
}

#[tokio::test]
async fn wrong_addresses_have_their_own_codes() {
    let stage = Stage::set().await;
    for (id, token, expected) in [
        (ID, "sbxsecretwrong", (401, json!(50_027))),
        ("1299999999999999999", TOKEN, (404, json!(10_015))),
        ("x", TOKEN, (400, json!(50_035))),
    ] {
        assert_eq!(
            error(get(&stage, &path(id, token)).await).await,
            expected,
            "{id}"
        );
    }
    let nowhere = get(&stage, "/discord.com/api/v99/webhooks/1/2").await;
    assert_eq!(error(nowhere).await, (404, json!(0)));
}

#[tokio::test]
async fn a_webhook_that_is_deleted_is_unknown_and_the_other_one_of_the_channel_lives() {
    let stage = Stage::set().await;
    let wrong = stage
        .delete(&path(ID, "sbxsecretwrong"))
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status(), 401);
    let deleted = stage.delete(&path(ID, TOKEN)).send().await.unwrap();
    assert_eq!(deleted.status(), 204);
    assert_eq!(
        error(get(&stage, &path(ID, TOKEN)).await).await,
        (404, json!(10_015))
    );
    let again = stage.delete(&path(ID, TOKEN)).send().await.unwrap();
    assert_eq!(again.status(), 404);
    let other = path(
        "1200000000000000002",
        "sbxsecretSariCadangan0000000000000000000000000000000000000000000002",
    );
    let other = body(get(&stage, &other).await).await;
    assert_eq!(other["channel_id"], "1100000000000000001");
}

#[tokio::test]
async fn a_fault_can_end_a_webhook() {
    let stage = Stage::set().await;
    stage
        .sandbox
        .script(Fault::on("get_webhook", Effect::RevokeToken));
    for _ in 0..2 {
        assert_eq!(
            error(get(&stage, &path(ID, TOKEN)).await).await,
            (404, json!(10_015))
        );
    }
}

#[tokio::test]
async fn five_requests_in_two_seconds_are_enough() {
    let stage = Stage::set().await;
    for left in (0..5).rev() {
        let answer = get(&stage, &path(ID, TOKEN)).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(header(&answer, "x-ratelimit-remaining"), left.to_string());
    }
    let limited = get(&stage, &path(ID, TOKEN)).await;
    assert_eq!(limited.status(), 429);
    assert_eq!(header(&limited, "retry-after"), "2");
    assert_eq!(body(limited).await["retry_after"], json!(2.0));
    stage.pass(SignedDuration::from_secs(2));
    assert_eq!(get(&stage, &path(ID, TOKEN)).await.status(), 200);
    stage
        .sandbox
        .script(Fault::on("*", Effect::TooManyRequests { reset_seconds: 9 }));
    let limited = get(&stage, &path(ID, TOKEN)).await;
    assert_eq!(body(limited).await["retry_after"], json!(9.0));
}
