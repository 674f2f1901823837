//! Threads: consent, what a token may do, a token of sixty days and its successors.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::stage::{REDIRECT, Stage, json as body, parameter, string};

const CONSENT: &str = "/www.threads.net/oauth/authorize";
const GRAPH: &str = "/graph.threads.net";
const SCOPE: &str = "threads_basic,threads_content_publish,threads_delete";

async fn code(stage: &Stage, without: &str) -> String {
    let form = [
        ("client_id", "tayang-threads"),
        ("redirect_uri", REDIRECT),
        ("state", "st&te"),
        ("response_type", "code"),
        ("scope", SCOPE),
        ("account", "bima"),
        ("decision", "authorize"),
        ("without", without),
    ];
    let back = stage.consent(CONSENT, &form).await;
    assert_eq!(back.fragment(), Some("_"));
    parameter(&back, "code")
}

async fn exchange(stage: &Stage, code: &str, secret: &str) -> Value {
    let form = [
        ("client_id", "tayang-threads"),
        ("client_secret", secret),
        ("grant_type", "authorization_code"),
        ("redirect_uri", REDIRECT),
        ("code", code),
    ];
    let post = stage.post(&format!("{GRAPH}/oauth/access_token"));
    body(post.form(&form).send().await.unwrap()).await
}

async fn short(stage: &Stage, without: &str) -> String {
    let code = code(stage, without).await;
    let answer = exchange(stage, &code, "threads-sandbox-secret").await;
    assert_eq!(answer["user_id"], 25_000_000_000_000_002_u64);
    string(&answer["access_token"])
}

async fn get(stage: &Stage, path: &str, parameters: &[(&str, &str)], token: &str) -> Value {
    let get = stage.get(&format!("{GRAPH}{path}")).query(parameters);
    body(get.bearer_auth(token).send().await.unwrap()).await
}

async fn lengthened(stage: &Stage, token: &str) -> Value {
    let parameters = [
        ("grant_type", "th_exchange_token"),
        ("client_secret", "threads-sandbox-secret"),
    ];
    get(stage, "/access_token", &parameters, token).await
}

async fn renewed(stage: &Stage, token: &str) -> Value {
    let parameters = [("grant_type", "th_refresh_token")];
    get(stage, "/refresh_access_token", &parameters, token).await
}

#[tokio::test]
async fn a_code_works_once_for_whoever_knows_the_secret() {
    let stage = Stage::set().await;
    let code = code(&stage, "").await;
    assert!(code.starts_with("AQsbxcode"));
    let wrong = exchange(&stage, &code, "wrong").await;
    assert_eq!(wrong["error_type"], "OAuthException");
    let right = exchange(&stage, &code, "threads-sandbox-secret").await;
    assert!(string(&right["access_token"]).contains("sbxsecret"));
    let again = exchange(&stage, &code, "threads-sandbox-secret").await;
    assert_eq!(
        again["error_message"],
        "Matching code was not found or was already used"
    );
}

#[tokio::test]
async fn a_token_tells_what_was_granted_and_who_it_stands_for() {
    let stage = Stage::set().await;
    let token = short(&stage, "threads_delete").await;
    let input = [("input_token", token.as_str())];
    let known = get(&stage, "/v1.0/debug_token", &input, &token).await;
    let scopes = json!(["threads_basic", "threads_content_publish"]);
    assert_eq!(known["data"]["scopes"], scopes);
    assert_eq!(known["data"]["user_id"], "25000000000000002");
    let unknown = get(&stage, "/v1.0/debug_token", &[("input_token", "x")], &token).await;
    assert_eq!(unknown["data"]["is_valid"], false);
    let fields = [("fields", "id,username,name")];
    let profile = get(&stage, "/v1.0/me", &fields, &token).await;
    assert_eq!(
        profile,
        json!({ "id": "25000000000000002", "username": "bima_prasetyo", "name": "Bima Prasetyo" })
    );
    let salary = get(&stage, "/v1.0/me", &[("fields", "salary")], &token).await;
    assert_eq!(salary["error"]["code"], 100);
    let nobody = get(&stage, "/v1.0/me", &fields, "THnonsense").await;
    assert_eq!(nobody["error"]["code"], 190);
}

#[tokio::test]
async fn tokens_live_for_an_hour_then_for_sixty_days_and_are_renewed_after_a_day() {
    let stage = Stage::set().await;
    let short = short(&stage, "").await;
    let long = lengthened(&stage, &short).await;
    assert_eq!(long["expires_in"], 60 * 86_400);
    let long = string(&long["access_token"]);
    stage.pass(SignedDuration::from_hours(1));
    assert_eq!(lengthened(&stage, &short).await["error"]["code"], 190);
    assert_eq!(renewed(&stage, &long).await["error"]["code"], 100);
    stage.pass(SignedDuration::from_hours(23));
    let next = string(&renewed(&stage, &long).await["access_token"]);
    stage.pass(SignedDuration::from_hours(59 * 24));
    assert_eq!(renewed(&stage, &long).await["error"]["error_subcode"], 463);
    assert_eq!(renewed(&stage, &next).await["expires_in"], 60 * 86_400);
}
