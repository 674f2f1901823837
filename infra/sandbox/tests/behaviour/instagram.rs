//! Instagram: consent, a token of an hour, one of sixty days and its successors.

use jiff::SignedDuration;
use reqwest::Response;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};

use crate::stage::{REDIRECT, Stage, json as body, parameter, string};

const CONSENT: &str = "/www.instagram.com/oauth/authorize";
const GRAPH: &str = "/graph.instagram.com";
const SCOPE: &str = "instagram_business_basic,instagram_business_content_publish";
const APP: [(&str, &str); 2] = [
    ("client_id", "tayang-instagram"),
    ("client_secret", "instagram-sandbox-secret"),
];

async fn decided(stage: &Stage, others: &[(&str, &str)]) -> url::Url {
    let mut form = vec![
        ("client_id", "tayang-instagram"),
        ("redirect_uri", REDIRECT),
        ("state", "st&te"),
        ("response_type", "code"),
        ("scope", SCOPE),
    ];
    form.extend(others);
    stage.consent(CONSENT, &form).await
}

async fn code(stage: &Stage, without: &str) -> String {
    let decision = [
        ("account", "sari"),
        ("decision", "authorize"),
        ("without", without),
    ];
    parameter(&decided(stage, &decision).await, "code")
}

async fn exchange(stage: &Stage, code: &str, others: &[(&str, &str)]) -> Response {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("redirect_uri", REDIRECT),
        ("code", code),
    ];
    form.extend(APP);
    for (name, value) in others {
        form.retain(|(known, _)| known != name);
        form.push((name, value));
    }
    let post = stage.post("/api.instagram.com/oauth/access_token");
    post.form(&form).send().await.unwrap()
}

async fn short(stage: &Stage, without: &str) -> String {
    let answer = body(exchange(stage, &code(stage, without).await, &[]).await).await;
    string(&answer["data"][0]["access_token"])
}

async fn get(stage: &Stage, path: &str, parameters: &[(&str, &str)]) -> Value {
    let get = stage.get(&format!("{GRAPH}{path}")).query(parameters);
    body(get.send().await.unwrap()).await
}

async fn lengthened(stage: &Stage, token: &str) -> Value {
    let parameters = [
        ("grant_type", "ig_exchange_token"),
        ("client_secret", "instagram-sandbox-secret"),
        ("access_token", token),
    ];
    get(stage, "/access_token", &parameters).await
}

async fn renewed(stage: &Stage, token: &str) -> Value {
    let parameters = [("grant_type", "ig_refresh_token"), ("access_token", token)];
    get(stage, "/refresh_access_token", &parameters).await
}

async fn me(stage: &Stage, token: &str) -> Value {
    let parameters = [
        ("fields", "user_id,username,name,id"),
        ("access_token", token),
    ];
    get(stage, "/v26.0/me", &parameters).await
}

#[tokio::test]
async fn both_decisions_go_back_with_the_state_and_a_fragment() {
    let stage = Stage::set().await;
    let agreed = decided(&stage, &[("account", "sari"), ("decision", "authorize")]).await;
    assert!(parameter(&agreed, "code").starts_with("AQsbxcode"));
    let refused = decided(&stage, &[("account", "sari"), ("decision", "deny")]).await;
    assert_eq!(parameter(&refused, "error"), "access_denied");
    assert_eq!(parameter(&refused, "error_reason"), "user_denied");
    for back in [agreed, refused] {
        assert_eq!(parameter(&back, "state"), "st&te");
        assert_eq!(back.fragment(), Some("_"));
    }
    let query = [
        ("client_id", "tayang-instagram"),
        ("redirect_uri", REDIRECT),
    ];
    let query = query
        .into_iter()
        .chain([("response_type", "code"), ("scope", SCOPE)]);
    let page = stage.get(CONSENT).query(&query.collect::<Vec<_>>());
    let page = page.send().await.unwrap().text().await.unwrap();
    for expected in ["kopi.senja", "citra.lestari", r#"name="without""#] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
}

#[tokio::test]
async fn a_code_works_once_within_an_hour_for_whoever_knows_the_secret() {
    let stage = Stage::set().await;
    let first = code(&stage, "").await;
    for others in [
        ("client_secret", "wrong"),
        ("client_id", "1000000000000001"),
        ("redirect_uri", "http://localhost:3000/"),
        ("code", "nonsense"),
        ("grant_type", "password"),
    ] {
        let answer = exchange(&stage, &first, &[others]).await;
        assert_eq!(answer.status(), 400, "{others:?}");
        let answer = body(answer).await;
        assert_eq!(answer["error_type"], "OAuthException", "{others:?}");
        assert!(answer["error_message"].is_string(), "{others:?}");
    }
    let answer = body(exchange(&stage, &first, &[]).await).await;
    assert_eq!(answer["data"][0]["permissions"], SCOPE);
    assert_eq!(exchange(&stage, &first, &[]).await.status(), 400);
    let late = code(&stage, "").await;
    stage.pass(SignedDuration::from_hours(1));
    assert_eq!(exchange(&stage, &late, &[]).await.status(), 400);
}

#[tokio::test]
async fn a_permission_that_is_left_out_is_missing_in_the_answer() {
    let stage = Stage::set().await;
    let code = code(&stage, "instagram_business_content_publish").await;
    let answer = body(exchange(&stage, &code, &[]).await).await;
    assert_eq!(answer["data"][0]["permissions"], "instagram_business_basic");
    let blind = short(&stage, "instagram_business_basic").await;
    assert_eq!(me(&stage, &blind).await["error"]["code"], 10);
}

#[tokio::test]
async fn a_short_token_lives_for_an_hour_and_becomes_one_of_sixty_days() {
    let stage = Stage::set().await;
    let short = short(&stage, "").await;
    assert!(short.contains("sbxsecret"));
    let profile = me(&stage, &short).await;
    assert_eq!(
        profile,
        json!({ "user_id": "17841400000000001", "username": "kopi.senja", "name": "Kopi Senja", "id": "27841400000000001" })
    );
    let wrong = [
        ("grant_type", "ig_exchange_token"),
        ("client_secret", "wrong"),
        ("access_token", &short),
    ];
    assert_eq!(
        get(&stage, "/access_token", &wrong).await["error"]["code"],
        1
    );
    let answer = lengthened(&stage, &short).await;
    assert_eq!(answer["token_type"], "bearer");
    assert_eq!(answer["expires_in"], 60 * 86_400);
    let long = string(&answer["access_token"]);
    assert_eq!(lengthened(&stage, &long).await["error"]["code"], 100);
    stage.pass(SignedDuration::from_hours(1));
    assert_eq!(me(&stage, &short).await["error"]["error_subcode"], 463);
    assert_eq!(lengthened(&stage, &short).await["error"]["code"], 190);
    assert_eq!(me(&stage, &long).await["username"], "kopi.senja");
    stage.pass(SignedDuration::from_hours(60 * 24 - 1));
    assert_eq!(me(&stage, &long).await["error"]["code"], 190);
}

#[tokio::test]
async fn a_token_is_renewed_when_it_is_a_day_old_and_not_yet_over() {
    let stage = Stage::set().await;
    let short = short(&stage, "").await;
    let long = string(&lengthened(&stage, &short).await["access_token"]);
    assert_eq!(renewed(&stage, &short).await["error"]["code"], 100);
    stage.pass(SignedDuration::from_hours(23));
    assert_eq!(renewed(&stage, &long).await["error"]["code"], 100);
    stage.pass(SignedDuration::from_hours(49 * 24 + 1));
    let next = renewed(&stage, &long).await;
    assert_eq!(next["expires_in"], 60 * 86_400);
    let next = string(&next["access_token"]);
    assert_ne!(next, long);
    // Ten days later the old one is over, and its successor has fifty days left.
    stage.pass(SignedDuration::from_hours(10 * 24));
    assert_eq!(renewed(&stage, &long).await["error"]["code"], 190);
    assert_eq!(me(&stage, &next).await["username"], "kopi.senja");
    stage.pass(SignedDuration::from_hours(50 * 24));
    assert_eq!(renewed(&stage, &next).await["error"]["error_subcode"], 463);
}

#[tokio::test]
async fn a_consent_that_was_taken_back_answers_as_dead() {
    let stage = Stage::set().await;
    let short = short(&stage, "").await;
    let long = string(&lengthened(&stage, &short).await["access_token"]);
    let fault = Fault::on("me", Effect::RevokeToken).account("sari");
    stage.sandbox.script(fault);
    let dead = me(&stage, &long).await;
    let error = (&dead["error"]["code"], &dead["error"]["error_subcode"]);
    assert_eq!(error, (&json!(190), &json!(458)));
    stage.pass(SignedDuration::from_hours(24));
    assert_eq!(renewed(&stage, &long).await["error"]["code"], 190);
    let profile = stage.get("/www.instagram.com/kopi.senja/").send().await;
    assert_eq!(profile.unwrap().status(), 200);
}
