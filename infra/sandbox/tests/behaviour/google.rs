//! Sign-in with Google: what it says about itself, its consent page, its codes.

use jiff::SignedDuration;
use reqwest::Response;
use sandbox::{Effect, Fault};
use serde_json::json;

use crate::stage::{REDIRECT, Stage, VERIFIER, challenge, header, json as body, parameter};

const AUTHORIZE: &str = "/google.sandbox/o/oauth2/v2/auth";
const CLIENT: &str = "tayang.apps.google.sandbox";
const SECRET: &str = "google-sandbox-secret";

fn request(challenge: &str) -> Vec<(&'static str, String)> {
    let pairs = [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT),
        ("scope", "openid email profile"),
        ("state", "st&te"),
        ("nonce", "n-0S6_WzA2Mj"),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ];
    pairs.map(|(name, value)| (name, value.to_owned())).into()
}

/// A code that this person gave out.
pub(crate) async fn code(stage: &Stage, account: &str) -> String {
    parameter(&decided(stage, account, "authorize").await, "code")
}

async fn decided(stage: &Stage, account: &str, decision: &str) -> url::Url {
    let fields = request(&challenge());
    let mut form: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    form.extend([("account", account), ("decision", decision)]);
    stage.consent(AUTHORIZE, &form).await
}

/// Exchanges a code by form fields, of which some may be others.
pub(crate) async fn exchange(stage: &Stage, code: &str, others: &[(&str, &str)]) -> Response {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("code_verifier", VERIFIER),
    ];
    for (name, value) in others {
        form.retain(|(known, _)| known != name);
        form.push((name, value));
    }
    let post = stage.post("/google.sandbox/token").form(&form);
    post.send().await.unwrap()
}

#[tokio::test]
async fn the_discovery_document_names_the_endpoints_under_the_issuer() {
    let stage = Stage::set().await;
    let path = "/google.sandbox/.well-known/openid-configuration";
    let answer = stage.get(path).send().await.unwrap();
    assert_eq!(header(&answer, "cache-control"), "public, max-age=3600");
    let document = body(answer).await;
    for (name, expected) in [
        ("issuer", json!("https://google.sandbox")),
        (
            "authorization_endpoint",
            json!("https://google.sandbox/o/oauth2/v2/auth"),
        ),
        ("token_endpoint", json!("https://google.sandbox/token")),
        ("jwks_uri", json!("https://google.sandbox/oauth2/v3/certs")),
        ("id_token_signing_alg_values_supported", json!(["RS256"])),
        ("code_challenge_methods_supported", json!(["plain", "S256"])),
        (
            "authorization_response_iss_parameter_supported",
            json!(true),
        ),
    ] {
        assert_eq!(document[name], expected, "{name}");
    }
}

#[tokio::test]
async fn the_consent_page_shows_everybody_and_posts_back_to_the_sandbox() {
    let stage = Stage::set().await;
    let page = stage.get(AUTHORIZE).query(&request("\"><script>"));
    let page = page.send().await.unwrap().text().await.unwrap();
    for expected in [
        r#"<form method="post" action="/google.sandbox/o/oauth2/v2/auth">"#,
        r#"name="account" value="sari""#,
        "sari.wijaya.sandbox@gmail.com",
        "bima@kopi-aurora.example",
        "address not verified",
        r#"name="decision" value="authorize""#,
        r#"name="nonce" value="n-0S6_WzA2Mj""#,
        "/google.sandbox/avatars/citra.svg",
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    assert!(!page.contains("\"><script>"));
    let avatar = stage.get("/google.sandbox/avatars/citra.svg");
    assert_eq!(avatar.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn whoever_agrees_goes_back_with_a_code_and_the_issuer() {
    let stage = Stage::set().await;
    let back = decided(&stage, "bima", "authorize").await;
    assert!(back.as_str().starts_with(REDIRECT));
    assert_eq!(parameter(&back, "state"), "st&te");
    assert_eq!(parameter(&back, "iss"), "https://google.sandbox");
    assert_eq!(parameter(&back, "hd"), "kopi-aurora.example");
    assert!(
        parameter(&back, "scope").starts_with("openid email profile https://www.googleapis.com/")
    );
}

#[tokio::test]
async fn whoever_refuses_goes_back_with_access_denied() {
    let stage = Stage::set().await;
    let back = decided(&stage, "sari", "deny").await;
    assert_eq!(parameter(&back, "error"), "access_denied");
    assert_eq!(parameter(&back, "state"), "st&te");
    assert_eq!(parameter(&back, "iss"), "https://google.sandbox");
    assert!(!back.query_pairs().any(|(name, _)| name == "code"));
}

#[tokio::test]
async fn an_unknown_client_or_a_bad_redirect_address_is_never_redirected_to() {
    let stage = Stage::set().await;
    for (name, value, shown) in [
        ("client_id", "somebody-else", "invalid_client"),
        (
            "redirect_uri",
            "http://evil.example/",
            "redirect_uri_mismatch",
        ),
        (
            "redirect_uri",
            "javascript:alert(1)",
            "redirect_uri_mismatch",
        ),
        (
            "redirect_uri",
            "https://a.example/#f",
            "redirect_uri_mismatch",
        ),
    ] {
        let mut query = request(&challenge());
        query.retain(|(known, _)| *known != name);
        query.push((name, value.to_owned()));
        let answer = stage.get(AUTHORIZE).query(&query).send().await.unwrap();
        assert!(answer.status().is_client_error(), "{value}");
        assert!(answer.headers().get("location").is_none(), "{value}");
        assert!(answer.text().await.unwrap().contains(shown), "{value}");
    }
}

#[tokio::test]
async fn what_else_is_wrong_with_a_request_is_sent_back() {
    let stage = Stage::set().await;
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "openid calendar", "invalid_scope"),
        ("code_challenge_method", "S512", "invalid_request"),
    ] {
        let mut query = request(&challenge());
        query.retain(|(known, _)| *known != name);
        query.push((name, value.to_owned()));
        let answer = stage.get(AUTHORIZE).query(&query).send().await.unwrap();
        let back: url::Url = header(&answer, "location").parse().unwrap();
        assert_eq!(parameter(&back, "error"), error);
        assert_eq!(parameter(&back, "state"), "st&te");
    }
}

#[tokio::test]
async fn the_client_authenticates_by_form_or_by_basic() {
    let stage = Stage::set().await;
    let posted = exchange(&stage, &code(&stage, "sari").await, &[]).await;
    assert_eq!(posted.status(), 200);
    assert_eq!(header(&posted, "cache-control"), "no-store");
    let answer = body(posted).await;
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["expires_in"], 3_599);

    let code = code(&stage, "sari").await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    for (secret, expected) in [("wrong", 401), (SECRET, 200)] {
        let post = stage
            .post("/google.sandbox/token")
            .basic_auth(CLIENT, Some(secret));
        assert_eq!(post.form(&form).send().await.unwrap().status(), expected);
    }
}

#[tokio::test]
async fn a_code_works_once_within_ten_minutes_for_the_same_request() {
    let stage = Stage::set().await;
    let code = code(&stage, "sari").await;
    for (name, value, status, error) in [
        ("client_secret", "wrong", 401, "invalid_client"),
        ("client_id", "somebody-else", 401, "invalid_client"),
        (
            "redirect_uri",
            "http://localhost:3000/oauth/callback/",
            400,
            "redirect_uri_mismatch",
        ),
        ("code_verifier", "another-verifier", 400, "invalid_grant"),
        ("code", "4/0Anonsense", 400, "invalid_grant"),
        ("grant_type", "password", 400, "unsupported_grant_type"),
    ] {
        let answer = exchange(&stage, &code, &[(name, value)]).await;
        assert_eq!(answer.status(), status, "{name}");
        assert_eq!(body(answer).await["error"], error, "{name}");
    }
    assert_eq!(exchange(&stage, &code, &[]).await.status(), 200);
    let replayed = exchange(&stage, &code, &[]).await;
    assert_eq!(replayed.status(), 400);
    assert_eq!(body(replayed).await["error"], "invalid_grant");
    let late = self::code(&stage, "sari").await;
    stage.pass(SignedDuration::from_mins(10));
    assert_eq!(exchange(&stage, &late, &[]).await.status(), 400);
}

#[tokio::test]
async fn requests_are_counted_for_each_endpoint_and_person_and_can_be_made_to_fail() {
    let stage = Stage::set().await;
    let code = code(&stage, "sari").await;
    stage
        .sandbox
        .script(Fault::on("token", Effect::FailBeforeExec { status: None }));
    stage.sandbox.script(Fault::on(
        "certs",
        Effect::FailBeforeExec { status: Some(500) },
    ));
    let form = [("code", &code)];
    let lost = stage.post("/google.sandbox/token").form(&form).send().await;
    lost.unwrap_err();
    assert_eq!(exchange(&stage, &code, &[]).await.status(), 200);
    for expected in [500, 200] {
        let certs = stage
            .get("/google.sandbox/oauth2/v3/certs")
            .send()
            .await
            .unwrap();
        assert_eq!(certs.status(), expected);
    }
    let requests = stage.sandbox.requests();
    let of = |operation: &str| {
        let found = requests
            .iter()
            .filter(|request| request.operation == operation);
        let found = found.map(|request| (request.account.as_deref(), request.status));
        found.collect::<Vec<_>>()
    };
    assert_eq!(of("authorize").len(), 1);
    assert_eq!(
        of("token"),
        [(Some("sari"), None), (Some("sari"), Some(200))]
    );
    assert_eq!(of("certs"), [(None, Some(500)), (None, Some(200))]);
}
