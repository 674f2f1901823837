//! The Mastodon server: itself, accounts and statuses.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::stage::{REDIRECT, Stage, VERIFIER, header, json as body, parameter, string};

const WRITE: &str = "read:accounts write:statuses read:statuses";

#[tokio::test]
async fn an_instance_tells_its_limits() {
    let stage = Stage::set().await;
    let instance = body(
        stage
            .get("/mastodon.sandbox/api/v2/instance")
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(instance["configuration"]["statuses"]["max_characters"], 500);
    assert_eq!(
        instance["configuration"]["statuses"]["characters_reserved_per_url"],
        23
    );
    let fork = body(
        stage
            .get("/long.mastodon.sandbox/api/v2/instance")
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(fork["configuration"]["statuses"]["max_characters"], 5000);
    let endpoints = body(
        stage
            .get("/mastodon.sandbox/.well-known/oauth-authorization-server")
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(
        endpoints["token_endpoint"],
        format!("{}/mastodon.sandbox/oauth/token", stage.base)
    );
}

#[tokio::test]
async fn an_authorized_account_can_be_read_and_posted_to() {
    let stage = Stage::set().await;
    let app = stage.register(WRITE).await;
    let back = stage.decide(&app, WRITE, "harbour", "authorize").await;
    assert!(back.as_str().starts_with(REDIRECT));
    assert_eq!(parameter(&back, "state"), "st&te");
    let granted = body(
        stage
            .exchange(&app, &parameter(&back, "code"), VERIFIER)
            .await,
    )
    .await;
    assert_eq!(granted["token_type"], "Bearer");
    assert_eq!(granted["scope"], WRITE);
    assert!(granted.get("expires_in").is_none());
    let token = string(&granted["access_token"]);
    let me = body(
        stage
            .get("/mastodon.sandbox/api/v1/accounts/verify_credentials")
            .bearer_auth(&token)
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(me["username"], "harbour");
    let answer = stage.toot(&token, "Good morning").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let status = body(answer).await;
    assert_eq!(status["content"], "<p>Good morning</p>");
    assert_eq!(status["created_at"], "2026-11-22T09:00:00.000Z");
    let page = stage.http.get(string(&status["url"])).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("Good morning"));
}

#[tokio::test]
async fn a_token_posts_only_with_the_scope_and_only_on_its_server() {
    let stage = Stage::set().await;
    let reader = stage.mastodon_token("read:accounts").await;
    let answer = stage.toot(&reader, "no").send().await.unwrap();
    assert_eq!(answer.status(), 403);
    assert_eq!(
        body(answer).await["error"],
        "This action is outside the authorized scopes"
    );
    let writer = stage.mastodon_token("write:statuses").await;
    let elsewhere = stage
        .post("/long.mastodon.sandbox/api/v1/statuses")
        .bearer_auth(&writer)
        .json(&json!({ "status": "x" }))
        .send()
        .await
        .unwrap();
    assert_eq!(elsewhere.status(), 401);
    assert!(stage.sandbox.executed().is_empty());
}

#[tokio::test]
async fn an_idempotency_key_makes_one_status_for_an_hour_per_account() {
    let stage = Stage::set().await;
    let token = stage.mastodon_token(WRITE).await;
    let post = || {
        stage
            .toot(&token, "once")
            .header("Idempotency-Key", "key-1")
            .send()
    };
    let first = body(post().await.unwrap()).await;
    stage.pass(SignedDuration::from_mins(59));
    let again = post().await.unwrap();
    assert_eq!(again.status(), 200);
    assert_eq!(body(again).await["id"], first["id"]);
    assert_eq!(stage.sandbox.executed().len(), 1);
    assert_eq!(
        stage.sandbox.executed()[0].request_key.as_deref(),
        Some("key-1")
    );
    stage.pass(SignedDuration::from_mins(2));
    assert_ne!(body(post().await.unwrap()).await["id"], first["id"]);
    assert_eq!(stage.sandbox.executed().len(), 2);
}

#[tokio::test]
async fn the_limit_counts_graphemes_links_as_23_and_the_warning() {
    let stage = Stage::set().await;
    let token = stage.mastodon_token(WRITE).await;
    let family = "👩‍👩‍👧‍👦";
    assert_eq!(
        stage
            .toot(&token, &family.repeat(500))
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    let over = stage
        .toot(&token, &family.repeat(501))
        .send()
        .await
        .unwrap();
    assert_eq!(over.status(), 422);
    assert_eq!(
        body(over).await,
        json!({ "error": "Validation failed: Text character limit of 500 exceeded" })
    );
    let long_link = format!(
        "{} https://example.com/{}",
        "a".repeat(476),
        "b".repeat(300)
    );
    assert_eq!(
        stage
            .toot(&token, &long_link)
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    let warned = stage
        .post("/mastodon.sandbox/api/v1/statuses")
        .bearer_auth(&token)
        .json(&json!({ "status": "a".repeat(499), "spoiler_text": "cw" }));
    assert_eq!(warned.send().await.unwrap().status(), 422);
    let fork = stage.toot(&token, " \n ").send().await.unwrap();
    assert_eq!(fork.status(), 422);
    assert_eq!(
        body(fork).await["error"],
        "Validation failed: Text can't be blank"
    );
}

#[tokio::test]
async fn a_form_posts_like_json() {
    let stage = Stage::set().await;
    let token = stage.mastodon_token(WRITE).await;
    let form = [("status", "from a form"), ("visibility", "unlisted")];
    let status = body(
        stage
            .post("/mastodon.sandbox/api/v1/statuses")
            .bearer_auth(&token)
            .form(&form)
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(status["visibility"], "unlisted");
    assert_eq!(stage.sandbox.executed()[0].text, "from a form");
}

#[tokio::test]
async fn a_status_can_be_found_read_as_source_and_deleted() {
    let stage = Stage::set().await;
    let token = stage.mastodon_token(WRITE).await;
    let mut ids = Vec::new();
    for text in ["one <b>", "two", "three"] {
        ids.push(string(
            &body(stage.toot(&token, text).send().await.unwrap()).await["id"],
        ));
        stage.pass(SignedDuration::from_secs(1));
    }
    let me = body(
        stage
            .get("/mastodon.sandbox/api/v1/accounts/verify_credentials")
            .bearer_auth(&token)
            .send()
            .await
            .unwrap(),
    )
    .await;
    let list = format!(
        "/mastodon.sandbox/api/v1/accounts/{}/statuses?limit=2&exclude_reblogs=true",
        me["id"].as_str().unwrap()
    );
    let listed = body(stage.get(&list).bearer_auth(&token).send().await.unwrap()).await;
    let found: Vec<&Value> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|status| &status["id"])
        .collect();
    assert_eq!(found, [&ids[2], &ids[1]]);
    let path = format!("/mastodon.sandbox/api/v1/statuses/{}", ids[0]);
    let source = body(
        stage
            .get(&format!("{path}/source"))
            .bearer_auth(&token)
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(source["text"], "one <b>");
    assert_eq!(
        body(stage.get(&path).send().await.unwrap()).await["content"],
        "<p>one &lt;b&gt;</p>"
    );
    let deleted = body(
        stage
            .delete(&path)
            .bearer_auth(&token)
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(deleted["text"], "one <b>");
    let gone = stage.get(&path).send().await.unwrap();
    assert_eq!(gone.status(), 404);
    assert_eq!(body(gone).await["error"], "Record not found");
    assert_eq!(
        stage.sandbox.executed().len(),
        3,
        "what was deleted was still posted"
    );
}

#[tokio::test]
async fn a_private_status_is_hidden_from_strangers() {
    let stage = Stage::set().await;
    let token = stage.mastodon_token(WRITE).await;
    let status = stage
        .post("/mastodon.sandbox/api/v1/statuses")
        .bearer_auth(&token)
        .json(&json!({ "status": "psst", "visibility": "private" }));
    let path = format!(
        "/mastodon.sandbox/api/v1/statuses/{}",
        body(status.send().await.unwrap()).await["id"]
            .as_str()
            .unwrap()
    );
    assert_eq!(stage.get(&path).send().await.unwrap().status(), 404);
    assert_eq!(
        stage
            .get(&path)
            .bearer_auth(&token)
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
}

#[tokio::test]
async fn the_301st_status_in_three_hours_is_too_many() {
    let stage = Stage::set().await;
    let token = stage.mastodon_token(WRITE).await;
    let first = stage.toot(&token, "0").send().await.unwrap();
    assert_eq!(header(&first, "x-ratelimit-limit"), "300");
    assert_eq!(header(&first, "x-ratelimit-remaining"), "299");
    assert_eq!(
        header(&first, "x-ratelimit-reset"),
        "2026-11-22T12:00:00.000000Z"
    );
    for count in 1..300 {
        if count % 100 == 0 {
            stage.pass(SignedDuration::from_mins(5));
        }
        assert_eq!(
            stage
                .toot(&token, &count.to_string())
                .send()
                .await
                .unwrap()
                .status(),
            200
        );
    }
    let over = stage.toot(&token, "300").send().await.unwrap();
    assert_eq!(over.status(), 429);
    assert_eq!(header(&over, "x-ratelimit-remaining"), "0");
    assert_eq!(body(over).await, json!({ "error": "Too many requests" }));
    stage.sandbox.enforce_limits(false);
    assert_eq!(
        stage.toot(&token, "300").send().await.unwrap().status(),
        200
    );
}
