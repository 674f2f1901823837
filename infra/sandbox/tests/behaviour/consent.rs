//! The Mastodon server's consent page, codes and tokens.

use jiff::SignedDuration;

use crate::stage::{REDIRECT, Stage, VERIFIER, challenge, header, json as body, parameter, string};

const WRITE: &str = "read:accounts write:statuses read:statuses";

#[tokio::test]
async fn the_consent_page_carries_every_parameter_and_escapes_them() {
    let stage = Stage::set().await;
    let app = stage.register("write:statuses").await;
    let query = [
        ("response_type", "code"),
        ("client_id", &app.id),
        ("redirect_uri", REDIRECT),
        ("scope", "write:statuses"),
        ("state", "\"><script>"),
        ("code_challenge", &challenge()),
        ("code_challenge_method", "S256"),
    ];
    let answer = stage
        .get("/mastodon.sandbox/oauth/authorize")
        .query(&query)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let page = answer.text().await.unwrap();
    assert!(
        page.contains("Tayang")
            && page.contains("Publish posts")
            && page.contains("Aurora Coffee Roasters")
    );
    assert!(
        page.contains(r#"name="state" value="&#34;&#62;&#60;script&#62;""#),
        "{page}"
    );
    assert!(!page.contains("\"><script>"));
}

#[tokio::test]
async fn a_denied_request_goes_back_with_access_denied() {
    let stage = Stage::set().await;
    let app = stage.register(WRITE).await;
    let back = stage.decide(&app, WRITE, "aurora", "deny").await;
    assert_eq!(parameter(&back, "error"), "access_denied");
    assert_eq!(parameter(&back, "state"), "st&te");
}

#[tokio::test]
async fn an_unknown_client_or_redirect_address_is_never_redirected_to() {
    let stage = Stage::set().await;
    let app = stage.register(WRITE).await;
    for (client, redirect) in [
        ("unknown", REDIRECT),
        (app.id.as_str(), "http://localhost:3000/oauth/callback/"),
        (app.id.as_str(), "https://evil.example/"),
    ] {
        let query = [
            ("response_type", "code"),
            ("client_id", client),
            ("redirect_uri", redirect),
            ("scope", WRITE),
        ];
        let answer = stage
            .get("/mastodon.sandbox/oauth/authorize")
            .query(&query)
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_client_error());
        assert!(answer.headers().get("location").is_none());
    }
}

#[tokio::test]
async fn a_scope_beyond_the_registered_ones_is_refused() {
    let stage = Stage::set().await;
    let app = stage.register("write:statuses").await;
    let back = stage.decide(&app, "write", "aurora", "authorize").await;
    assert_eq!(parameter(&back, "error"), "invalid_scope");
    let wide = stage.register("write").await;
    let back = stage
        .decide(&wide, "write:statuses", "aurora", "authorize")
        .await;
    assert!(back.query_pairs().any(|(name, _)| name == "code"));
}

#[tokio::test]
async fn a_challenge_must_be_s256() {
    let stage = Stage::set().await;
    let app = stage.register("read").await;
    let query = [
        ("response_type", "code"),
        ("client_id", &app.id),
        ("redirect_uri", REDIRECT),
        ("scope", "read"),
        ("code_challenge", "x"),
        ("code_challenge_method", "plain"),
    ];
    let answer = stage
        .get("/mastodon.sandbox/oauth/authorize")
        .query(&query)
        .send()
        .await
        .unwrap();
    assert!(header(&answer, "location").contains("error=invalid_code_challenge_method"));
}

#[tokio::test]
async fn a_code_works_once_within_ten_minutes_and_with_its_verifier() {
    let stage = Stage::set().await;
    let app = stage.register(WRITE).await;
    let code = parameter(
        &stage.decide(&app, WRITE, "aurora", "authorize").await,
        "code",
    );
    let wrong = stage.exchange(&app, &code, "another-verifier").await;
    assert_eq!(wrong.status(), 400);
    assert_eq!(body(wrong).await["error"], "invalid_grant");
    assert_eq!(stage.exchange(&app, &code, VERIFIER).await.status(), 200);
    assert_eq!(stage.exchange(&app, &code, VERIFIER).await.status(), 400);
    let late = parameter(
        &stage.decide(&app, WRITE, "aurora", "authorize").await,
        "code",
    );
    stage.pass(SignedDuration::from_mins(10));
    assert_eq!(stage.exchange(&app, &late, VERIFIER).await.status(), 400);
}

#[tokio::test]
async fn a_client_must_know_its_secret() {
    let stage = Stage::set().await;
    let mut app = stage.register(WRITE).await;
    let code = parameter(
        &stage.decide(&app, WRITE, "aurora", "authorize").await,
        "code",
    );
    app.secret.push('x');
    let answer = stage.exchange(&app, &code, VERIFIER).await;
    assert_eq!(answer.status(), 401);
    assert_eq!(body(answer).await["error"], "invalid_client");
}

#[tokio::test]
async fn a_revoked_token_is_refused_with_its_reason() {
    let stage = Stage::set().await;
    let app = stage.register(WRITE).await;
    let code = parameter(
        &stage.decide(&app, WRITE, "aurora", "authorize").await,
        "code",
    );
    let token = string(&body(stage.exchange(&app, &code, VERIFIER).await).await["access_token"]);
    let stranger = stage.register(WRITE).await;
    for (app, expected) in [(&stranger, 403), (&app, 200)] {
        let form = [
            ("client_id", app.id.as_str()),
            ("client_secret", &app.secret),
            ("token", &token),
        ];
        assert_eq!(
            stage
                .post("/mastodon.sandbox/oauth/revoke")
                .form(&form)
                .send()
                .await
                .unwrap()
                .status(),
            expected
        );
    }
    let answer = stage.toot(&token, "late").send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(body(answer).await["error"], "The access token was revoked");
    let unknown = stage.toot("nonsense", "x").send().await.unwrap();
    assert_eq!(body(unknown).await["error"], "The access token is invalid");
}
