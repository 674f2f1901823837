//! Sign-in with Facebook: the dialog, the exchange of codes, and who a token stands for.

use aws_lc_rs::hmac;
use jiff::SignedDuration;
use reqwest::Response;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};

use crate::stage::{REDIRECT, Stage, VERIFIER, challenge, json as body, parameter, string};

const DIALOG: &str = "/www.facebook.com/v26.0/dialog/oauth";
const EXCHANGE: &str = "/graph.facebook.com/v26.0/oauth/access_token";
const APP: &str = "1000000000000001";
const SECRET: &str = "facebook-sandbox-secret";

async fn decided(stage: &Stage, account: &str, scope: &str, decision: &str) -> url::Url {
    let form = [
        ("client_id", APP),
        ("redirect_uri", REDIRECT),
        ("state", "st&te"),
        ("response_type", "code"),
        ("scope", scope),
        ("code_challenge", &challenge()),
        ("code_challenge_method", "S256"),
        ("account", account),
        ("decision", decision),
    ];
    stage.consent(DIALOG, &form).await
}

async fn code(stage: &Stage, account: &str) -> String {
    let back = decided(stage, account, "public_profile,email", "authorize").await;
    parameter(&back, "code")
}

/// Exchanges a code, with some parameters that may be others.
async fn exchange(stage: &Stage, code: &str, others: &[(&str, &str)]) -> Response {
    let mut query = vec![
        ("client_id", APP),
        ("redirect_uri", REDIRECT),
        ("client_secret", SECRET),
        ("code", code),
        ("code_verifier", VERIFIER),
    ];
    for (name, value) in others {
        query.retain(|(known, _)| known != name);
        query.push((name, value));
    }
    stage.get(EXCHANGE).query(&query).send().await.unwrap()
}

async fn token(stage: &Stage, account: &str) -> String {
    let answer = exchange(stage, &code(stage, account).await, &[]).await;
    string(&body(answer).await["access_token"])
}

fn proof(token: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let tag = hmac::sign(&key, token.as_bytes());
    let bytes = tag.as_ref().iter();
    bytes.fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

async fn me(stage: &Stage, token: &str, parameters: &[(&str, &str)]) -> Response {
    let get = stage.get("/graph.facebook.com/v26.0/me").query(parameters);
    get.bearer_auth(token).send().await.unwrap()
}

async fn error(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    (status, body(answer).await["error"].take())
}

#[tokio::test]
async fn the_dialog_shows_everybody_and_posts_back_to_the_sandbox() {
    let stage = Stage::set().await;
    let query = [
        ("client_id", APP),
        ("redirect_uri", REDIRECT),
        ("scope", "email"),
        ("state", "\"><script>"),
    ];
    let page = stage.get(DIALOG).query(&query).send().await.unwrap();
    let page = page.text().await.unwrap();
    for expected in [
        r#"<form method="post" action="/www.facebook.com/v26.0/dialog/oauth">"#,
        r#"name="account" value="fitri""#,
        "Eka Saputra",
        "no e-mail address",
        r#"name="decision" value="deny""#,
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    assert!(!page.contains("\"><script>"));
    for host in ["www.facebook.com", "graph.facebook.com"] {
        let avatar = stage.get(&format!("/{host}/avatars/eka.svg"));
        assert_eq!(avatar.send().await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn both_decisions_go_back_with_the_state_and_a_fragment() {
    let stage = Stage::set().await;
    let agreed = decided(&stage, "eka", "email", "authorize").await;
    assert!(agreed.as_str().starts_with(REDIRECT));
    assert!(parameter(&agreed, "code").starts_with("AQ"));
    let refused = decided(&stage, "eka", "email", "deny").await;
    assert_eq!(parameter(&refused, "error"), "access_denied");
    assert_eq!(parameter(&refused, "error_reason"), "user_denied");
    assert_eq!(
        parameter(&refused, "error_description"),
        "Permissions error"
    );
    for back in [agreed, refused] {
        assert_eq!(parameter(&back, "state"), "st&te");
        assert_eq!(back.fragment(), Some("_=_"));
    }
}

#[tokio::test]
async fn the_dialog_shows_what_is_wrong_and_redirects_nowhere() {
    let stage = Stage::set().await;
    for (name, value) in [
        ("client_id", "2"),
        ("redirect_uri", "http://evil.example/"),
        ("response_type", "token"),
        ("scope", "publish_actions"),
        ("code_challenge_method", "S512"),
    ] {
        let mut query = vec![
            ("client_id", APP),
            ("redirect_uri", REDIRECT),
            ("code_challenge", "c"),
        ];
        query.retain(|(known, _)| *known != name);
        query.push((name, value));
        let answer = stage.get(DIALOG).query(&query).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{name}");
        assert!(answer.headers().get("location").is_none(), "{name}");
    }
}

#[tokio::test]
async fn a_code_works_once_within_ten_minutes_for_the_same_request() {
    let stage = Stage::set().await;
    let first = code(&stage, "eka").await;
    for (name, value, code, subcode) in [
        ("client_id", "2", 101, Value::Null),
        ("client_secret", "wrong", 1, Value::Null),
        ("code", "nonsense", 100, Value::Null),
        ("redirect_uri", "http://localhost:3000/", 100, json!(36008)),
        ("code_verifier", "another-verifier", 1, Value::Null),
        ("code_verifier", "", 1, Value::Null),
    ] {
        let (status, error) = error(exchange(&stage, &first, &[(name, value)]).await).await;
        assert_eq!(status, 400, "{name}");
        assert_eq!(error["type"], "OAuthException", "{name}");
        assert_eq!(
            (&error["code"], &error["error_subcode"]),
            (&json!(code), &subcode),
            "{name}"
        );
    }
    let answer = body(exchange(&stage, &first, &[]).await).await;
    assert_eq!(answer["token_type"], "bearer");
    assert_eq!(answer["expires_in"], 2 * 3_600);
    let (_, used) = error(exchange(&stage, &first, &[]).await).await;
    assert_eq!(
        (&used["code"], &used["error_subcode"]),
        (&json!(100), &json!(36009))
    );
    let late = code(&stage, "eka").await;
    stage.pass(SignedDuration::from_mins(10));
    let (_, expired) = error(exchange(&stage, &late, &[]).await).await;
    assert_eq!(expired["error_subcode"], 36007);
}

#[tokio::test]
async fn a_token_tells_who_somebody_is_to_whoever_knows_the_secret() {
    let stage = Stage::set().await;
    let token = token(&stage, "eka").await;
    let fields = (
        "fields",
        "id,name,email,first_name,last_name,picture.type(large)",
    );
    let answer = me(
        &stage,
        &token,
        &[fields, ("appsecret_proof", &proof(&token))],
    )
    .await;
    assert_eq!(
        body(answer).await,
        json!({
            "id": "122100000000000001", "name": "Eka Saputra", "first_name": "Eka", "last_name": "Saputra",
            "email": "eka@surat.example",
            "picture": { "data": {
                "height": 200, "width": 200, "is_silhouette": false,
                "url": format!("{}/graph.facebook.com/avatars/eka.svg", stage.base),
            } },
        })
    );
    let query = [
        ("access_token", &token),
        ("appsecret_proof", &proof(&token)),
    ];
    let by_parameter = stage.get("/graph.facebook.com/v26.0/me").query(&query);
    let answer = body(by_parameter.send().await.unwrap()).await;
    assert_eq!(
        answer,
        json!({ "id": "122100000000000001", "name": "Eka Saputra" })
    );
}

#[tokio::test]
async fn a_person_without_address_or_who_was_not_asked_for_it_has_none() {
    let stage = Stage::set().await;
    let of_fitri = token(&stage, "fitri").await;
    let back = decided(&stage, "eka", "public_profile", "authorize").await;
    let answer = exchange(&stage, &parameter(&back, "code"), &[]).await;
    let not_asked = string(&body(answer).await["access_token"]);
    for (token, name) in [(of_fitri, "Fitri Handayani"), (not_asked, "Eka Saputra")] {
        let parameters = [
            ("fields", "name,email"),
            ("appsecret_proof", &*proof(&token)),
        ];
        let answer = body(me(&stage, &token, &parameters).await).await;
        assert_eq!(answer["name"], name);
        assert_eq!(answer.get("email"), None);
    }
}

#[tokio::test]
async fn a_call_without_a_right_token_and_proof_is_refused() {
    let stage = Stage::set().await;
    let token = token(&stage, "eka").await;
    let right = proof(&token);
    let wrong = proof("another-token");
    let (_, missing) = error(me(&stage, &token, &[]).await).await;
    let message = "API calls from the server require an appsecret_proof argument";
    assert_eq!(
        (&missing["code"], &missing["message"]),
        (&json!(100), &json!(message))
    );
    let (status, error_of_proof) =
        error(me(&stage, &token, &[("appsecret_proof", &wrong)]).await).await;
    assert_eq!(status, 400);
    let message = "Invalid appsecret_proof provided in the API argument";
    assert_eq!(
        (&error_of_proof["code"], &error_of_proof["message"]),
        (&json!(100), &json!(message))
    );
    let (_, unknown) = error(me(&stage, "EAAnonsense", &[]).await).await;
    assert_eq!(unknown["code"], 190);
    let none = stage
        .get("/graph.facebook.com/v26.0/me")
        .send()
        .await
        .unwrap();
    assert_eq!(error(none).await.1["code"], 2500);
    let field = [("fields", "salary"), ("appsecret_proof", &*right)];
    assert_eq!(error(me(&stage, &token, &field).await).await.1["code"], 100);

    stage
        .sandbox
        .script(Fault::on("me", Effect::RevokeToken).account("eka"));
    let (_, revoked) = error(me(&stage, &token, &[("appsecret_proof", &right)]).await).await;
    assert_eq!(
        (&revoked["code"], &revoked["error_subcode"]),
        (&json!(190), &json!(458))
    );
    let later = self::token(&stage, "eka").await;
    stage.pass(SignedDuration::from_hours(60 * 24));
    let (_, expired) =
        error(me(&stage, &later, &[("appsecret_proof", &proof(&later))]).await).await;
    assert_eq!(expired["error_subcode"], 463);
}
