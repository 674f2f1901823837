//! What Facebook is asked, and what its answers mean.

use domain::{Email, PersonName};

use super::*;

const APP: &str = "1000000000000001";
const APP_SECRET: &str = "canary-app-secret";
const TOKEN: &str = "/v26.0/oauth/access_token";
const ME: &str = "/v26.0/me";

async fn start() -> Provider {
    let provider = Provider::blank(&["www.facebook.com", "graph.facebook.com"]).await;
    let token = json!({"access_token": "canary-access-token", "token_type": "bearer", "expires_in": 5_183_944});
    provider.answer(TOKEN, ok(&token));
    provider.answer(ME, ok(&person()));
    provider
}

fn person() -> Value {
    json!({"id": "10221234567890123", "name": "Ada Lovelace", "email": "Ada@Example.com"})
}

fn error(status: u16, error: &Value) -> ResponseTemplate {
    let words = json!({
        "message": "canary <b>words</b>",
        "type": "OAuthException",
        "fbtrace_id": "canary",
    });
    ResponseTemplate::new(status).set_body_json(json!({"error": with(words, error)}))
}

async fn finish(provider: &Provider, issuer: Option<&str>) -> Result<Profile, SignInError> {
    let secret = APP_SECRET.to_owned().into();
    Facebook::new(APP.to_owned())
        .finish(
            &provider.egress,
            &attempt(),
            "canary-code",
            issuer,
            &secret,
            now(),
        )
        .await
}

#[tokio::test]
async fn the_browser_is_sent_to_the_dialog() {
    let facebook = Facebook::new(APP.to_owned());
    let egress = Egress::new(&BTreeMap::new()).unwrap();
    let page = facebook
        .authorization_url(&egress, &attempt(), now())
        .await
        .unwrap();
    let dialog = "https://www.facebook.com/v26.0/dialog/oauth?";
    assert!(page.as_str().starts_with(dialog), "{page}");
    let expected = map(&[
        ("response_type", "code"),
        ("client_id", APP),
        ("redirect_uri", "https://api.example/oauth/callback"),
        ("scope", "public_profile,email"),
        ("state", "canary-state"),
        (
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        ),
        ("code_challenge_method", "S256"),
    ]);
    assert_eq!(parameters(page.query().unwrap().as_bytes()), expected);

    let provider = start().await;
    let page = facebook
        .authorization_url(&provider.egress, &attempt(), now())
        .await
        .unwrap();
    let dialog = format!("{}/v26.0/dialog/oauth?", provider.server.uri());
    assert!(page.as_str().starts_with(&dialog), "{page}");
}

#[tokio::test]
async fn a_code_becomes_a_profile_whose_address_is_not_certain() {
    let provider = start().await;
    let profile = Profile {
        issuer: "https://www.facebook.com".to_owned(),
        subject: "10221234567890123".to_owned(),
        email: Email::parse("ada@example.com").ok(),
        email_is_certain: false,
        name: PersonName::parse("Ada Lovelace").ok(),
    };
    assert_eq!(finish(&provider, None).await.unwrap(), profile);

    let exchange = &provider.requests(TOKEN).await[0];
    assert_eq!(exchange.method, http::Method::GET);
    let expected = map(&[
        ("client_id", APP),
        ("redirect_uri", "https://api.example/oauth/callback"),
        ("client_secret", APP_SECRET),
        ("code", "canary-code"),
        (
            "code_verifier",
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        ),
    ]);
    assert_eq!(
        parameters(exchange.url.query().unwrap().as_bytes()),
        expected
    );

    let me = &provider.requests(ME).await[0];
    assert_eq!(me.method, http::Method::GET);
    assert_eq!(me.headers["authorization"], "Bearer canary-access-token");
    let expected = map(&[
        ("fields", "id,name,email"),
        // printf %s canary-access-token | openssl dgst -sha256 -hmac canary-app-secret
        (
            "appsecret_proof",
            "80fce42d52767d34dd23c7d5dca6bcc34d6c94e2d7360da930e9cdaa926fd215",
        ),
    ]);
    assert_eq!(parameters(me.url.query().unwrap().as_bytes()), expected);
}

#[tokio::test]
async fn what_facebook_does_not_say_properly_is_dropped_or_refused() {
    let provider = start().await;
    for (changes, email, name) in [
        (json!({"email": null}), false, true),
        (json!({"email": "no address"}), false, true),
        (
            json!({"email": "ada@example.com\r\nBcc: eve@evil.example"}),
            false,
            true,
        ),
        (json!({"email": 7, "name": null}), false, false),
        (json!({"name": "a\nb"}), true, false),
        (
            json!({"email": "ada@gmail.com", "email_verified": true, "verified": true}),
            true,
            true,
        ),
    ] {
        provider.answer(ME, ok(&with(person(), &changes)));
        let profile = finish(&provider, None).await.unwrap();
        assert_eq!(
            (profile.email.is_some(), profile.name.is_some()),
            (email, name),
            "{changes}"
        );
        assert!(!profile.email_is_certain);
    }
    for id in ["", "abc", "1#2", "../me", " 1", "１"] {
        provider.answer(ME, ok(&with(person(), &json!({"id": id}))));
        assert!(
            refusal(finish(&provider, None).await).contains("who you are"),
            "{id}"
        );
    }
    let long = with(person(), &json!({"id": "1".repeat(65)}));
    provider.answer(ME, ok(&long));
    refusal(finish(&provider, None).await);
}

#[tokio::test]
async fn an_answer_that_names_another_issuer_is_refused_before_the_code_is_used() {
    let provider = start().await;
    for issuer in [
        "https://accounts.google.com",
        "https://www.facebook.com/",
        "facebook.com",
        "",
    ] {
        let reason = refusal(finish(&provider, Some(issuer)).await);
        assert!(reason.contains("does not come from Facebook"), "{reason}");
    }
    assert!(provider.requests(TOKEN).await.is_empty());
    finish(&provider, Some("https://www.facebook.com"))
        .await
        .unwrap();
}

#[tokio::test]
async fn errors_mean_what_the_documentation_says() {
    let provider = start().await;
    let refusals = [
        (json!({"code": 100, "error_subcode": 36009}), "start again"),
        (json!({"code": 100, "error_subcode": 36007}), "start again"),
        (json!({"code": 100, "error_subcode": 36008}), "settings"),
        (json!({"code": 100}), "(error 100)"),
        (json!({"code": 100, "error_subcode": 33}), "(error 100/33)"),
        (json!({"code": 1}), "settings"),
        (json!({"code": 101}), "settings"),
        (json!({"code": 191}), "settings"),
        (json!({"code": 190}), "ended its permission"),
        (
            json!({"code": 190, "error_subcode": 460}),
            "ended its permission",
        ),
        (json!({"code": 102}), "ended its permission"),
        (json!({"code": 10}), "not permitted"),
        (json!({"code": 200}), "not permitted"),
        (json!({"code": 368}), "(error 368)"),
        (json!({}), "refused to sign you in"),
    ];
    let outages = [
        (400, json!({"code": 2})),
        (400, json!({"code": 4})),
        (400, json!({"code": 190, "is_transient": true})),
        (500, json!({"code": 1})),
        (503, json!({"code": 190})),
        (429, json!({"code": 100})),
    ];
    for path in [TOKEN, ME] {
        let usual = provider.answers.lock().unwrap()[path].clone();
        for (changes, words) in &refusals {
            for status in [400, 401, 200] {
                provider.answer(path, error(status, changes));
                let reason = refusal(finish(&provider, None).await);
                assert!(reason.contains(words), "{changes}: {reason}");
                assert!(
                    !reason.contains("canary") && !reason.contains('<'),
                    "{reason}"
                );
            }
        }
        for (status, changes) in &outages {
            provider.answer(path, error(*status, changes));
            let reason = outage(finish(&provider, None).await);
            assert!(!reason.contains("canary"), "{reason}");
        }
        provider.answer(path, usual);
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_means_later() {
    let provider = start().await;
    let padding = |size: usize| {
        let token = json!({"access_token": "canary", "id": "1", "padding": "x".repeat(size)});
        ok(&token)
    };
    for path in [TOKEN, ME] {
        let usual = provider.answers.lock().unwrap()[path].clone();
        for answer in [
            ResponseTemplate::new(200),
            ResponseTemplate::new(200).set_body_string("access_token=canary"),
            ok(&json!({"error": "canary"})),
            ok(&json!([])),
            ResponseTemplate::new(404),
            ResponseTemplate::new(302).insert_header("location", "https://canary.example"),
            ResponseTemplate::new(400).set_body_string("<html>canary"),
            ResponseTemplate::new(400).set_body_json(person()),
            padding(64 * 1024),
            padding(2 << 20),
        ] {
            provider.answer(path, answer);
            let reason = outage(finish(&provider, None).await);
            assert!(reason.starts_with("Facebook could not be used"), "{reason}");
            assert!(!reason.contains("canary"), "{reason}");
        }
        provider.answer(path, usual);
    }
}

#[tokio::test]
async fn neither_logs_nor_errors_show_what_is_secret() {
    logged();
    let provider = start().await;
    finish(&provider, None).await.unwrap();
    provider.answer(ME, error(400, &json!({"code": 190})));
    let error = finish(&provider, None).await.unwrap_err();
    let shown = format!("{} {error:?} {error}", logged());
    assert!(shown.contains(TOKEN) && shown.contains(ME), "{shown}");
    for secret in [
        "canary",
        "dBjft",
        "80fce42d52767d34dd23c7d5dca6bcc34d6c94e2d7360da930e9cdaa926fd215",
    ] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
