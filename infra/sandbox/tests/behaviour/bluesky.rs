//! The Bluesky server: sessions and records.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::stage::{Stage, header, json as body, string};

const PUT: &str = "com.atproto.repo.putRecord";
const CREATE: &str = "com.atproto.repo.createRecord";
const RKEY: &str = "3lbiwabcdef22";

fn record(text: &str) -> Value {
    json!({ "$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-11-22T09:00:00.000Z" })
}

fn put(record: &Value) -> Value {
    json!({ "repo": "alice.bluesky.sandbox", "collection": "app.bsky.feed.post", "rkey": RKEY, "record": record })
}

fn put_new(record: &Value) -> Value {
    let mut body = put(record);
    body["swapRecord"] = Value::Null;
    body
}

async fn access(stage: &Stage) -> String {
    string(&stage.session().await["accessJwt"])
}

#[tokio::test]
async fn an_app_password_opens_a_session_and_a_wrong_one_does_not() {
    let stage = Stage::set().await;
    let session = stage.session().await;
    assert_eq!(session["handle"], "alice.bluesky.sandbox");
    assert_eq!(
        session["didDoc"]["service"][0]["serviceEndpoint"],
        "https://bluesky.sandbox"
    );
    let wrong = json!({ "identifier": "alice.bluesky.sandbox", "password": "nope" });
    let answer = stage
        .post("/bluesky.sandbox/xrpc/com.atproto.server.createSession")
        .json(&wrong)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(
        body(answer).await,
        json!({ "error": "AuthenticationRequired", "message": "Invalid identifier or password" })
    );
}

#[tokio::test]
async fn an_access_token_lasts_two_hours_and_a_refresh_token_renews_it() {
    let stage = Stage::set().await;
    let session = stage.session().await;
    let (old, refresh) = (
        string(&session["accessJwt"]),
        string(&session["refreshJwt"]),
    );
    stage.pass(SignedDuration::from_mins(120));
    let expired = stage.xrpc(&old, PUT, &put(&record("x"))).await;
    assert_eq!(expired.status(), 400);
    assert_eq!(body(expired).await["error"], "ExpiredToken");
    let renew = |token: &str| {
        stage
            .post("/bluesky.sandbox/xrpc/com.atproto.server.refreshSession")
            .bearer_auth(token.to_owned())
            .send()
    };
    let wrong = renew(&old).await.unwrap();
    assert_eq!(wrong.status(), 400);
    assert_eq!(
        body(wrong).await,
        json!({ "error": "InvalidToken", "message": "Invalid token type" })
    );
    let renewed = body(renew(&refresh).await.unwrap()).await;
    assert_ne!(renewed["refreshJwt"], session["refreshJwt"]);
    assert_eq!(
        stage
            .xrpc(
                renewed["accessJwt"].as_str().unwrap(),
                PUT,
                &put(&record("x"))
            )
            .await
            .status(),
        200
    );
    assert_eq!(
        renew(&refresh).await.unwrap().status(),
        200,
        "a used refresh token has two hours of grace"
    );
    stage.pass(SignedDuration::from_hours(2));
    assert_eq!(
        body(renew(&refresh).await.unwrap()).await["error"],
        "ExpiredToken"
    );
}

#[tokio::test]
async fn a_missing_or_unknown_token_is_named_as_such() {
    let stage = Stage::set().await;
    let none = stage
        .post(&format!("/bluesky.sandbox/xrpc/{PUT}"))
        .json(&put(&record("x")))
        .send()
        .await
        .unwrap();
    assert_eq!(none.status(), 401);
    assert_eq!(body(none).await["error"], "AuthMissing");
    let unknown = stage.xrpc("e30.e30.x", PUT, &put(&record("x"))).await;
    assert_eq!(unknown.status(), 400);
    assert_eq!(
        body(unknown).await,
        json!({ "error": "InvalidToken", "message": "Token could not be verified" })
    );
}

#[tokio::test]
async fn a_post_gets_a_uri_a_cid_a_commit_and_a_page() {
    let stage = Stage::set().await;
    let token = access(&stage).await;
    let answer = stage
        .xrpc(&token, PUT, &put_new(&record("Hello <sky>")))
        .await;
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "ratelimit-limit"), "3000");
    assert_eq!(header(&answer, "ratelimit-policy"), "3000;w=300");
    let written = body(answer).await;
    assert!(string(&written["cid"]).starts_with("bafyrei"));
    assert_eq!(string(&written["cid"]).len(), 59);
    assert!(written["commit"]["cid"].is_string());
    assert_eq!(written["validationStatus"], "valid");
    let executed = &stage.sandbox.executed()[0];
    assert_eq!(executed.id, string(&written["uri"]));
    assert_eq!(executed.request_key.as_deref(), Some(RKEY));
    let page = stage.http.get(&executed.url).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("Hello &lt;sky&gt;"));
    let by_did = executed
        .url
        .replace("alice.bluesky.sandbox", "did:plc:alice2sandbox2sandbox2aa");
    assert_eq!(stage.http.get(by_did).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn putting_the_same_record_again_writes_nothing_even_as_new() {
    let stage = Stage::set().await;
    let token = access(&stage).await;
    let first = body(stage.xrpc(&token, PUT, &put_new(&record("same"))).await).await;
    for request in [put(&record("same")), put_new(&record("same"))] {
        let again = stage.xrpc(&token, PUT, &request).await;
        assert_eq!(again.status(), 200);
        let again = body(again).await;
        assert_eq!(
            (&again["uri"], &again["cid"]),
            (&first["uri"], &first["cid"])
        );
        assert!(again.get("commit").is_none());
    }
    assert_eq!(stage.sandbox.executed().len(), 1);
}

#[tokio::test]
async fn a_different_record_on_a_used_key_is_an_invalid_swap() {
    let stage = Stage::set().await;
    let token = access(&stage).await;
    let first = body(stage.xrpc(&token, PUT, &put_new(&record("one"))).await).await;
    let answer = stage.xrpc(&token, PUT, &put_new(&record("two"))).await;
    assert_eq!(answer.status(), 400);
    assert_eq!(
        body(answer).await,
        json!({ "error": "InvalidSwap", "message": format!("Record was at {}", first["cid"].as_str().unwrap()) })
    );
    assert_eq!(
        stage.xrpc(&token, PUT, &put(&record("two"))).await.status(),
        200,
        "without a swap it is an edit"
    );
    assert_eq!(
        stage.sandbox.executed().len(),
        1,
        "an edit is no second post"
    );
    let timeline = body(stage.get("/timeline.json").send().await.unwrap()).await;
    assert_eq!(timeline[0]["text"], "two");
}

#[tokio::test]
async fn creating_on_a_used_key_is_a_500() {
    let stage = Stage::set().await;
    let token = access(&stage).await;
    assert_eq!(
        stage
            .xrpc(&token, CREATE, &put(&record("one")))
            .await
            .status(),
        200
    );
    let again = stage.xrpc(&token, CREATE, &put(&record("one"))).await;
    assert_eq!(again.status(), 500);
    assert_eq!(body(again).await["error"], "InternalServerError");
    assert_eq!(stage.sandbox.executed().len(), 1);
}

#[tokio::test]
async fn creating_without_a_key_makes_one_up() {
    let stage = Stage::set().await;
    let token = access(&stage).await;
    let mut request = put(&record("one"));
    request.as_object_mut().unwrap().remove("rkey");
    let uri = string(&body(stage.xrpc(&token, CREATE, &request).await).await["uri"]);
    assert_eq!(uri.rsplit('/').next().unwrap().len(), 13);
    assert_eq!(stage.sandbox.executed()[0].request_key, None);
}

#[tokio::test]
async fn an_invalid_record_is_refused_with_the_reason() {
    let stage = Stage::set().await;
    let token = access(&stage).await;
    let facet = |start: usize, end: usize| json!({ "index": { "byteStart": start, "byteEnd": end }, "features": [{ "$type": "app.bsky.richtext.facet#link", "uri": "https://example.com" }] });
    let mut cases = vec![
        (
            record(&"é".repeat(301)),
            "grapheme too big (maximum 300, got 301) at $.record.text",
        ),
        (
            record(&"👩‍👩‍👧‍👦".repeat(130)),
            "string too big (maximum 3000, got 3250) at $.record.text",
        ),
        (
            json!({ "text": "x", "createdAt": "yesterday" }),
            "Invalid datetime (got \"yesterday\") at $.record.createdAt",
        ),
        (
            json!({ "text": "x", "createdAt": "2026-11-22 09:00:00Z" }),
            "Invalid datetime",
        ),
        (
            json!({ "text": "x" }),
            "Record must have the property \"createdAt\"",
        ),
        (
            json!({ "createdAt": "2026-11-22T09:00:00Z" }),
            "Record must have the property \"text\"",
        ),
        (
            json!({ "$type": "app.bsky.feed.like", "text": "x", "createdAt": "2026-11-22T09:00:00Z" }),
            "Invalid $type: expected app.bsky.feed.post, got app.bsky.feed.like",
        ),
    ];
    for (facets, reason) in [
        (
            json!([facet(0, 6)]),
            "facet outside of the text (0..6 of 5 bytes)",
        ),
        (json!([facet(3, 3)]), "facet outside of the text"),
        (json!([facet(0, 4)]), "facet splits a character"),
        (
            json!([facet(0, 2), facet(1, 3)]),
            "facets overlap or are not sorted",
        ),
    ] {
        let mut with_facets = record("abcé");
        with_facets["facets"] = facets;
        cases.push((with_facets, reason));
    }
    for (record, reason) in cases {
        let answer = stage.xrpc(&token, PUT, &put_new(&record)).await;
        assert_eq!(answer.status(), 400, "{reason}");
        let answer = body(answer).await;
        assert_eq!(answer["error"], "InvalidRequest");
        assert!(
            string(&answer["message"]).contains(reason),
            "{answer} should say {reason}"
        );
    }
    assert!(stage.sandbox.executed().is_empty());
    assert_eq!(
        stage
            .xrpc(&token, PUT, &put_new(&record(&"é".repeat(300))))
            .await
            .status(),
        200
    );
}

#[tokio::test]
async fn the_key_of_a_post_must_be_a_tid() {
    let stage = Stage::set().await;
    let token = access(&stage).await;
    let mut request = put_new(&record("x"));
    request["rkey"] = json!("my-post");
    assert_eq!(stage.xrpc(&token, PUT, &request).await.status(), 400);
}

#[tokio::test]
async fn a_repository_takes_writes_of_its_owner_only() {
    let stage = Stage::set().await;
    let token = access(&stage).await;
    let mut request = put_new(&record("x"));
    request["repo"] = json!("bakery.bluesky.sandbox");
    let answer = stage.xrpc(&token, PUT, &request).await;
    assert_eq!(answer.status(), 401);
    assert_eq!(body(answer).await["error"], "AuthenticationRequired");
}

#[tokio::test]
async fn records_can_be_read_listed_and_deleted_twice() {
    let stage = Stage::set().await;
    let token = access(&stage).await;
    let get = format!(
        "/bluesky.sandbox/xrpc/com.atproto.repo.getRecord?repo=alice.bluesky.sandbox&collection=app.bsky.feed.post&rkey={RKEY}"
    );
    let missing = stage.get(&get).send().await.unwrap();
    assert_eq!(missing.status(), 400);
    assert_eq!(body(missing).await["error"], "RecordNotFound");
    stage.xrpc(&token, PUT, &put_new(&record("here"))).await;
    assert_eq!(
        body(stage.get(&get).send().await.unwrap()).await["value"],
        record("here")
    );
    let list = "/bluesky.sandbox/xrpc/com.atproto.repo.listRecords?repo=alice.bluesky.sandbox&collection=app.bsky.feed.post";
    assert_eq!(
        body(stage.get(list).send().await.unwrap()).await["records"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let delete = json!({ "repo": "alice.bluesky.sandbox", "collection": "app.bsky.feed.post", "rkey": RKEY });
    let first = body(
        stage
            .xrpc(&token, "com.atproto.repo.deleteRecord", &delete)
            .await,
    )
    .await;
    assert!(first["commit"]["rev"].is_string());
    let second = stage
        .xrpc(&token, "com.atproto.repo.deleteRecord", &delete)
        .await;
    assert_eq!(second.status(), 200);
    assert_eq!(body(second).await, json!({}));
    assert_eq!(
        body(stage.get("/timeline.json").send().await.unwrap()).await,
        json!([])
    );
}

#[tokio::test]
async fn handles_resolve_and_unknown_ones_do_not() {
    let stage = Stage::set().await;
    let resolve = |handle: &str| {
        stage
            .get(&format!(
                "/bluesky.sandbox/xrpc/com.atproto.identity.resolveHandle?handle={handle}"
            ))
            .send()
    };
    assert_eq!(
        body(resolve("alice.bluesky.sandbox").await.unwrap()).await["did"],
        "did:plc:alice2sandbox2sandbox2aa"
    );
    let unknown = resolve("nobody.bluesky.sandbox").await.unwrap();
    assert_eq!(unknown.status(), 400);
    assert_eq!(body(unknown).await["message"], "Unable to resolve handle");
}

#[tokio::test]
async fn the_31st_login_in_five_minutes_is_too_many() {
    let stage = Stage::set().await;
    for _ in 0..30 {
        stage.session().await;
    }
    let login = json!({ "identifier": "alice.bluesky.sandbox", "password": "demo-pass-word-0001" });
    let answer = stage
        .post("/bluesky.sandbox/xrpc/com.atproto.server.createSession")
        .json(&login)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 429);
    assert_eq!(header(&answer, "ratelimit-policy"), "30;w=300");
    assert_eq!(
        header(&answer, "ratelimit-reset"),
        (stage.now().as_second() + 300).to_string()
    );
    assert!(answer.headers().get("retry-after").is_none());
    assert_eq!(body(answer).await["error"], "RateLimitExceeded");
}

#[tokio::test]
async fn a_session_can_be_asked_for_and_ended_with_its_refresh_token() {
    let stage = Stage::set().await;
    let session = stage.session().await;
    let (access, refresh) = (
        string(&session["accessJwt"]),
        string(&session["refreshJwt"]),
    );
    let show = async |token: &str| {
        let path = "/bluesky.sandbox/xrpc/com.atproto.server.getSession";
        let answer = stage.get(path).bearer_auth(token).send().await.unwrap();
        (answer.status().as_u16(), body(answer).await)
    };
    let end = async |token: &str| {
        let path = "/bluesky.sandbox/xrpc/com.atproto.server.deleteSession";
        let answer = stage.post(path).bearer_auth(token).send().await.unwrap();
        answer.status().as_u16()
    };
    let (status, shown) = show(&access).await;
    assert_eq!((status, &shown["did"]), (200, &session["did"]));
    assert!(shown.get("accessJwt").is_none());
    assert_eq!(show(&refresh).await.1["error"], "InvalidToken");
    assert_eq!(end(&access).await, 400, "an access token ends nothing");
    assert_eq!(show(&access).await.0, 200);
    assert_eq!(end(&refresh).await, 200);
    let (status, over) = show(&access).await;
    assert_eq!((status, &over["error"]), (400, &json!("ExpiredToken")));
    assert_eq!(end(&refresh).await, 400, "it is over already");
}
