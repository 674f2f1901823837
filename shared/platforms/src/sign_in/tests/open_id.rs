//! What an OpenID Connect server is asked, and what its refusals mean.

use base64::engine::general_purpose::STANDARD;

use super::*;

#[tokio::test]
async fn the_browser_is_sent_with_everything_that_protects_the_round_trip() {
    let provider = Provider::start().await;
    let page = open_id()
        .authorization_url(&provider.egress, &attempt(), now())
        .await
        .unwrap();
    let base = provider.server.uri();
    assert!(
        page.as_str().starts_with(&format!("{base}/authorize?")),
        "{page}"
    );
    let expected = map(&[
        ("tenant", "1"),
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", "https://api.example/oauth/callback"),
        ("scope", "openid email profile"),
        ("state", "canary-state"),
        ("nonce", "canary-nonce"),
        (
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        ),
        ("code_challenge_method", "S256"),
    ]);
    assert_eq!(parameters(page.query().unwrap().as_bytes()), expected);
}

#[tokio::test]
async fn the_code_is_exchanged_with_verifier_and_credentials_in_the_supported_way() {
    let provider = Provider::start().await;
    let common = [
        ("grant_type", "authorization_code"),
        ("code", "canary-code"),
        ("redirect_uri", "https://api.example/oauth/callback"),
        (
            "code_verifier",
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        ),
    ];
    let posted = [
        &common[..],
        &[("client_id", CLIENT), ("client_secret", SECRET)],
    ]
    .concat();
    let basic = format!(
        "Basic {}",
        STANDARD.encode(format!("{CLIENT}:canary+secret"))
    );
    let table = [
        (json!(null), &common[..], Some(basic.as_str())),
        (
            json!(["client_secret_post", "client_secret_basic"]),
            &common[..],
            Some(&basic),
        ),
        (json!(["client_secret_post"]), &posted[..], None),
    ];
    for (methods, form, authorization) in table {
        provider.discovery(&json!({"token_endpoint_auth_methods_supported": methods}));
        provider.finish(&open_id()).await.unwrap();
        let requests = provider.requests("/token").await;
        let request = requests.last().unwrap();
        assert_eq!(request.method, http::Method::POST);
        assert_eq!(parameters(&request.body), map(form), "{methods}");
        let sent = request.headers.get("authorization");
        assert_eq!(
            sent.map(|value| value.to_str().unwrap()),
            authorization,
            "{methods}"
        );
    }
    for methods in [json!([]), json!(["private_key_jwt", "none"])] {
        provider.discovery(&json!({"token_endpoint_auth_methods_supported": methods}));
        let reason = refusal(provider.finish(&open_id()).await);
        assert!(reason.contains("settings"), "{reason}");
    }
    assert_eq!(provider.requests("/token").await.len(), 3);
}

#[tokio::test]
async fn a_code_from_another_issuer_is_not_passed_on() {
    let provider = Provider::start().await;
    let (egress, attempt, secret) = (&provider.egress, attempt(), secret());
    let finish = async |required: bool, issuer: Option<&str>| {
        provider.discovery(&json!({"authorization_response_iss_parameter_supported": required}));
        open_id()
            .finish(egress, &attempt, "canary-code", issuer, &secret, now())
            .await
    };
    for (required, issuer) in [
        (true, None),
        (true, Some("https://evil.example")),
        (false, Some("https://evil.example")),
        (false, Some("https://google.sandbox/")),
        (false, Some("google.sandbox")),
        (false, Some("")),
    ] {
        let reason = refusal(finish(required, issuer).await);
        assert!(
            reason.contains("the answer does not come from google.sandbox"),
            "{reason}"
        );
    }
    assert!(provider.requests("/token").await.is_empty());
    for (required, issuer) in [(true, Some(ISSUER)), (false, Some(ISSUER)), (false, None)] {
        finish(required, issuer).await.unwrap();
    }
}

#[tokio::test]
async fn an_error_of_the_token_endpoint_is_told_in_our_words() {
    let provider = Provider::start().await;
    let error = |status: u16, code: &str| {
        ResponseTemplate::new(status).set_body_json(json!({
            "error": code,
            "error_description": "canary <script>alert(1)</script>",
            "error_uri": "https://canary.example",
        }))
    };
    let table = [
        ("start again", error(400, "invalid_grant")),
        ("settings", error(401, "invalid_client")),
        ("settings", error(400, "unauthorized_client")),
        ("settings", error(400, "invalid_request")),
        ("settings", error(400, "redirect_uri_mismatch")),
        ("refused to sign you in", error(403, "canary_<b>")),
        (
            "there is none",
            ok(&json!({"access_token": "canary", "token_type": "Bearer"})),
        ),
    ];
    for (words, answer) in table {
        provider.answer("/token", answer);
        let reason = refusal(provider.finish(&open_id()).await);
        assert!(reason.contains(words), "{words}: {reason}");
        assert!(
            !reason.contains("canary") && !reason.contains('<'),
            "{reason}"
        );
    }
    for answer in [
        error(500, "invalid_grant"),
        error(429, "invalid_grant"),
        error(400, "temporarily_unavailable"),
        ResponseTemplate::new(400),
        ResponseTemplate::new(400).set_body_string("<html>canary"),
        ResponseTemplate::new(200).set_body_string("canary"),
        ResponseTemplate::new(302).insert_header("location", "https://canary.example"),
        ok(&json!({"id_token": "canary"})),
        ResponseTemplate::new(200).set_body_string("canary".repeat(1 << 20)),
    ] {
        provider.answer("/token", answer);
        let reason = outage(provider.finish(&open_id()).await);
        assert!(!reason.contains("canary"), "{reason}");
    }
}

#[tokio::test]
async fn a_code_is_sent_once_whatever_becomes_of_it() {
    let provider = Provider::start().await;
    provider.answer("/token", ResponseTemplate::new(503));
    outage(provider.finish(&open_id()).await);
    assert_eq!(provider.requests("/token").await.len(), 1);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let egress = Egress::new(&BTreeMap::from([(
        HOST.to_owned(),
        "http://127.0.0.1:1".parse().unwrap(),
    )]))
    .unwrap();
    let open_id = open_id();
    let result = open_id.authorization_url(&egress, &attempt(), now()).await;
    assert!(outage(result).contains("there is no connection"));
}

#[tokio::test]
async fn neither_logs_nor_debug_forms_show_what_is_secret() {
    logged();
    let provider = Provider::start().await;
    let open_id = open_id();
    let attempt = attempt();
    open_id
        .authorization_url(&provider.egress, &attempt, now())
        .await
        .unwrap();
    provider.finish(&open_id).await.unwrap();
    provider.answer(
        "/token",
        ResponseTemplate::new(400).set_body_string("canary"),
    );
    let error = provider.finish(&open_id).await.unwrap_err();
    let shown = format!("{} {open_id:?} {error:?} {error}", logged());
    assert!(shown.contains("/token"), "{shown}");
    assert!(
        !shown.contains("canary") && !shown.contains("dBjft"),
        "{shown}"
    );
}
