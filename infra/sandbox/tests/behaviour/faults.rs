//! Faults on order: what really happened, and what the client gets to see.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};

use crate::stage::{Stage, header, json as body, string};

const CREATE: &str = "create_status";

async fn ready() -> (Stage, String) {
    let stage = Stage::set().await;
    let token = stage
        .mastodon_token("read:accounts read:statuses write:statuses")
        .await;
    (stage, token)
}

#[tokio::test]
async fn a_connection_dropped_before_execution_posts_nothing() {
    let (stage, token) = ready().await;
    stage
        .sandbox
        .script(Fault::on(CREATE, Effect::FailBeforeExec { status: None }));
    stage.toot(&token, "x").send().await.unwrap_err();
    assert!(stage.sandbox.executed().is_empty());
    assert_eq!(
        stage.toot(&token, "x").send().await.unwrap().status(),
        200,
        "a fault strikes once"
    );
    let requests = stage.sandbox.requests();
    let [.., struck, fine] = requests.as_slice() else {
        panic!("two requests")
    };
    assert_eq!((struck.executed, struck.status), (false, None));
    assert_eq!((fine.executed, fine.status), (true, Some(200)));
    assert_eq!(fine.account.as_deref(), Some("aurora"));
}

#[tokio::test]
async fn a_500_before_execution_posts_nothing_and_one_after_it_posts() {
    let (stage, token) = ready().await;
    stage.sandbox.script(Fault::on(
        CREATE,
        Effect::FailBeforeExec { status: Some(500) },
    ));
    stage.sandbox.script(Fault::on(CREATE, Effect::ExecThen500));
    assert_eq!(
        stage.toot(&token, "one").send().await.unwrap().status(),
        500
    );
    assert!(stage.sandbox.executed().is_empty());
    assert_eq!(
        stage.toot(&token, "two").send().await.unwrap().status(),
        500
    );
    assert_eq!(stage.sandbox.executed()[0].text, "two");
}

#[tokio::test]
async fn a_reset_after_execution_posts_and_answers_nothing() {
    let (stage, token) = ready().await;
    stage
        .sandbox
        .script(Fault::on(CREATE, Effect::ExecThenReset));
    let error = stage.toot(&token, "x").send().await.unwrap_err();
    assert!(error.is_request(), "no status line arrived: {error:?}");
    assert_eq!(stage.sandbox.executed().len(), 1);
}

#[tokio::test]
async fn a_timeout_answers_late_whether_it_executed_or_not() {
    let (stage, token) = ready().await;
    for executes in [true, false] {
        stage.sandbox.script(Fault::on(
            CREATE,
            Effect::Timeout {
                executes,
                delay_ms: 400,
            },
        ));
        let begun = Instant::now();
        let error = stage
            .toot(&token, "x")
            .timeout(Duration::from_millis(100))
            .send()
            .await
            .unwrap_err();
        assert!(error.is_timeout() && begun.elapsed() < Duration::from_millis(350));
        assert_eq!(stage.sandbox.executed().len(), 1);
    }
}

#[tokio::test]
async fn a_late_execution_happens_when_the_clock_gets_there() {
    let (stage, token) = ready().await;
    stage
        .sandbox
        .script(Fault::on(CREATE, Effect::ExecLate { after_seconds: 90 }));
    stage.toot(&token, "late").send().await.unwrap_err();
    stage.pass(SignedDuration::from_secs(89));
    assert!(stage.sandbox.executed().is_empty());
    stage.pass(SignedDuration::from_secs(1));
    assert_eq!(stage.sandbox.executed()[0].at, stage.now());
}

#[tokio::test]
async fn listings_lag_when_told_to() {
    let (stage, token) = ready().await;
    stage
        .sandbox
        .script(Fault::on(CREATE, Effect::ListLag { seconds: 30 }));
    assert_eq!(
        stage.toot(&token, "hidden").send().await.unwrap().status(),
        200
    );
    let list = async || {
        let path = "/mastodon.sandbox/api/v1/accounts/109340000000000001/statuses";
        body(stage.get(path).send().await.unwrap())
            .await
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(list().await, 0);
    stage.pass(SignedDuration::from_secs(30));
    assert_eq!(list().await, 1);
}

#[tokio::test]
async fn a_rejection_and_an_empty_success_are_answered_as_scripted() {
    let (stage, token) = ready().await;
    stage.sandbox.script(Fault::on(
        CREATE,
        Effect::Reject {
            status: 422,
            body: json!({ "error": "no" }),
        },
    ));
    stage.sandbox.script(Fault::on(
        CREATE,
        Effect::ExecThenAnswer {
            status: 200,
            body: Value::Null,
        },
    ));
    let refused = stage.toot(&token, "x").send().await.unwrap();
    assert_eq!(refused.status(), 422);
    assert_eq!(body(refused).await, json!({ "error": "no" }));
    let empty = stage.toot(&token, "x").send().await.unwrap();
    assert_eq!(empty.status(), 200);
    assert_eq!(empty.text().await.unwrap(), "");
    assert_eq!(stage.sandbox.executed().len(), 1);
}

#[tokio::test]
async fn too_many_requests_looks_as_each_platform_sends_it() {
    let (stage, token) = ready().await;
    let session = stage.session().await;
    stage
        .sandbox
        .script(Fault::on("*", Effect::TooManyRequests { reset_seconds: 60 }).times(2));
    let mastodon = stage.toot(&token, "x").send().await.unwrap();
    assert_eq!(mastodon.status(), 429);
    assert_eq!(
        header(&mastodon, "x-ratelimit-reset"),
        "2026-11-22T09:01:00.000000Z"
    );
    let put = "com.atproto.repo.putRecord";
    let bluesky = stage
        .xrpc(session["accessJwt"].as_str().unwrap(), put, &json!({}))
        .await;
    assert_eq!(bluesky.status(), 429);
    assert_eq!(
        header(&bluesky, "ratelimit-reset"),
        (stage.now().as_second() + 60).to_string()
    );
}

#[tokio::test]
async fn a_token_can_be_revoked_under_way_on_each_platform() {
    let (stage, token) = ready().await;
    let access = string(&stage.session().await["accessJwt"]);
    stage.sandbox.script(Fault::on(CREATE, Effect::RevokeToken));
    stage
        .sandbox
        .script(Fault::on("com.atproto.repo.putRecord", Effect::RevokeToken));
    for _ in 0..2 {
        let mastodon = stage.toot(&token, "x").send().await.unwrap();
        assert_eq!(
            body(mastodon).await["error"],
            "The access token was revoked"
        );
        let record = json!({ "text": "x", "createdAt": "2026-11-22T09:00:00Z" });
        let put = json!({ "repo": "alice.bluesky.sandbox", "collection": "app.bsky.feed.post", "rkey": "3lbiwabcdef22", "record": record });
        let bluesky = stage
            .xrpc(&access, "com.atproto.repo.putRecord", &put)
            .await;
        assert_eq!(bluesky.status(), 400);
        assert_eq!(body(bluesky).await["error"], "ExpiredToken");
    }
    assert!(stage.sandbox.executed().is_empty());
}

#[tokio::test]
async fn faults_hit_only_what_they_aim_at() {
    let (stage, token) = ready().await;
    let drop = || Effect::FailBeforeExec { status: Some(503) };
    stage
        .sandbox
        .script(Fault::on(CREATE, drop()).containing("second").times(2));
    stage
        .sandbox
        .script(Fault::on(CREATE, drop()).account("harbour"));
    stage
        .sandbox
        .script(Fault::on(CREATE, drop()).host("long.mastodon.sandbox"));
    stage
        .sandbox
        .script(Fault::on(CREATE, drop()).containing("third").after(1));
    let mut statuses = Vec::new();
    for text in [
        "first", "second", "second", "second", "third", "third", "third",
    ] {
        statuses.push(
            stage
                .toot(&token, text)
                .send()
                .await
                .unwrap()
                .status()
                .as_u16(),
        );
    }
    assert_eq!(statuses, [200, 503, 503, 200, 200, 503, 200]);
}

#[tokio::test]
async fn faults_can_be_scripted_over_http() {
    let (stage, token) = ready().await;
    let faults = json!([
        { "operation": "create_status", "effect": "exec_then_500" },
        { "operation": "create_status", "effect": { "429": { "reset_seconds": 5 } } },
        { "operation": "create_status", "effect": { "fail_before_exec": {} } },
    ]);
    let added = stage.post("/_faults").json(&faults).send().await.unwrap();
    assert_eq!(body(added).await, json!({ "added": 3 }));
    assert_eq!(stage.toot(&token, "x").send().await.unwrap().status(), 500);
    assert_eq!(stage.toot(&token, "x").send().await.unwrap().status(), 429);
    assert_eq!(
        body(stage.get("/_faults").send().await.unwrap())
            .await
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(stage.delete("/_faults").send().await.unwrap().status(), 204);
    assert_eq!(stage.toot(&token, "x").send().await.unwrap().status(), 200);
    assert_eq!(
        body(stage.get("/_executed").send().await.unwrap())
            .await
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let wrong = stage
        .post("/_faults")
        .json(&json!({ "effect": "explode" }))
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status(), 422);
    assert!(string(&body(wrong).await["error"]).contains("explode"));
}
