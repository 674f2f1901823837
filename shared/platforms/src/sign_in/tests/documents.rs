//! What a server publishes about itself: what is believed of it, and how often it is asked for.

use super::*;

fn kid(kid: &str, key: &KeyPair) -> ResponseTemplate {
    granted(&token(
        &with(header(), &json!({"kid": kid})),
        &claims(),
        key,
    ))
}

#[tokio::test]
async fn documents_are_asked_for_once_until_they_are_old() {
    let provider = Provider::start().await;
    let long = json!({"keys": [jwk("first", &KEYS[0])]});
    provider.answer(
        "/keys",
        ok(&long).insert_header("cache-control", "max-age=7200"),
    );
    provider.issue(&with(claims(), &json!({"exp": 9_999_999_999_i64})));
    let open_id = open_id();
    // The description says nothing about its age, so it is kept for an hour; the keys are good for two.
    for (time, descriptions, keys) in [
        (0, 1, 1),
        (3_599, 1, 1),
        (3_600, 2, 1),
        (7_199, 2, 1),
        (7_200, 3, 2),
    ] {
        open_id
            .authorization_url(&provider.egress, &attempt(), seconds(time))
            .await
            .unwrap();
        provider.finish_at(&open_id, seconds(time)).await.unwrap();
        assert_eq!(
            provider.requests(DISCOVERY).await.len(),
            descriptions,
            "{time}"
        );
        assert_eq!(provider.requests("/keys").await.len(), keys, "{time}");
    }
}

#[tokio::test]
async fn many_people_at_once_ask_for_a_document_once() {
    let provider = Provider::start().await;
    let open_id = open_id();
    let all = (0..10).map(|_| provider.finish(&open_id));
    for result in futures::future::join_all(all).await {
        result.unwrap();
    }
    assert_eq!(provider.requests(DISCOVERY).await.len(), 1);
    assert_eq!(provider.requests("/keys").await.len(), 1);
}

#[tokio::test]
async fn a_key_that_is_not_known_is_asked_for_once_a_minute() {
    let provider = Provider::start().await;
    let open_id = open_id();
    provider.finish(&open_id).await.unwrap();
    assert_eq!(provider.requests("/keys").await.len(), 1);

    provider.answer("/token", kid("second", &KEYS[1]));
    provider.answer(
        "/keys",
        ok(&json!({"keys": [jwk("first", &KEYS[0]), jwk("second", &KEYS[1])]})),
    );
    provider.finish_at(&open_id, seconds(1)).await.unwrap();
    assert_eq!(
        provider.requests("/keys").await.len(),
        2,
        "a new key is found"
    );

    provider.answer("/token", kid("third", &KEYS[1]));
    for (time, asked) in [(2, 2), (60, 2), (61, 3), (62, 3), (120, 3), (121, 4)] {
        let reason = refusal(provider.finish_at(&open_id, seconds(time)).await);
        assert!(reason.contains("a key that is not known"), "{reason}");
        assert_eq!(provider.requests("/keys").await.len(), asked, "{time}");
    }
    provider.answer("/token", kid("second", &KEYS[1]));
    provider.finish_at(&open_id, seconds(122)).await.unwrap();
}

#[tokio::test]
async fn a_key_that_is_not_among_fresh_ones_is_not_asked_for_again() {
    let provider = Provider::start().await;
    provider.answer("/token", kid("second", &KEYS[1]));
    refusal(provider.finish(&open_id()).await);
    assert_eq!(provider.requests("/keys").await.len(), 1);
}

#[tokio::test]
async fn a_key_that_was_withdrawn_is_not_used_any_more() {
    let provider = Provider::start().await;
    let open_id = open_id();
    provider.finish(&open_id).await.unwrap();
    provider.answer("/keys", ok(&json!({"keys": [jwk("second", &KEYS[1])]})));
    provider.issue(&with(claims(), &json!({"exp": 9_999_999_999_i64})));
    let reason = refusal(provider.finish_at(&open_id, seconds(3_600)).await);
    assert!(reason.contains("a key that is not known"), "{reason}");
}

#[tokio::test]
async fn keys_that_were_known_help_while_new_ones_cannot_be_had() {
    let provider = Provider::start().await;
    let open_id = open_id();
    provider.finish(&open_id).await.unwrap();
    provider.answer("/keys", ResponseTemplate::new(503));
    provider.answer("/token", kid("second", &KEYS[1]));
    outage(provider.finish_at(&open_id, seconds(1)).await);
    provider.issue(&claims());
    provider.finish_at(&open_id, seconds(2)).await.unwrap();
}

#[tokio::test]
async fn only_a_key_for_these_signatures_is_used() {
    let provider = Provider::start().await;
    let key = |changes: Value| with(jwk("first", &KEYS[0]), &changes);
    let plain = key(json!({"use": null, "alg": null}));
    let elliptic = json!({"kty": "EC", "crv": "P-256", "kid": "first", "x": "AA", "y": "AA"});
    let table = [
        (json!([plain]), true),
        (json!([elliptic, "nonsense", {"kty": "new"}, plain]), true),
        (json!([jwk("other", &KEYS[1]), plain]), true),
        (json!([key(json!({"use": "enc"}))]), false),
        (json!([key(json!({"alg": "RS512"}))]), false),
        (json!([key(json!({"alg": "HS256"}))]), false),
        (json!([key(json!({"kty": "oct"}))]), false),
        (json!([key(json!({"kid": null}))]), false),
        (json!([key(json!({"n": "***"}))]), false),
        (json!([key(json!({"e": "AQ"}))]), false),
        (json!([plain, jwk("first", &KEYS[1])]), false),
        (json!([]), false),
    ];
    for (keys, good) in table {
        provider.answer("/keys", ok(&json!({ "keys": keys })));
        let result = provider.finish(&open_id()).await;
        assert_eq!(result.is_ok(), good, "{keys}: {result:?}");
        assert!(good || matches!(result, Err(SignInError::Refused { .. })));
    }
    let nameless = with(header(), &json!({"kid": null}));
    provider.answer("/token", granted(&token(&nameless, &claims(), &KEYS[0])));
    provider.answer(
        "/keys",
        ok(&json!({"keys": [plain, jwk("second", &KEYS[1])]})),
    );
    let reason = refusal(provider.finish(&open_id()).await);
    assert!(reason.contains("a key that is not known"), "{reason}");
}

#[tokio::test]
async fn a_server_that_names_another_issuer_is_refused() {
    let provider = Provider::start().await;
    let (egress, attempt) = (&provider.egress, attempt());
    for named in [
        "https://evil.example",
        "https://accounts.google.com",
        "http://google.sandbox",
        "https://google.sandbox//",
        "https://google.sandbox/tenant",
        "https://google.sandbox?",
        "https://google.sandbox:443",
        "https://Google.sandbox",
        "google.sandbox",
        "",
    ] {
        provider.discovery(&json!({"issuer": named}));
        let open_id = open_id();
        let reason = refusal(open_id.authorization_url(egress, &attempt, now()).await);
        assert!(
            reason.contains("it says that it is somebody else"),
            "{reason}"
        );
        refusal(provider.finish(&open_id).await);
        assert!(!reason.contains("evil"), "{reason}");
    }
    assert!(provider.requests("/token").await.is_empty());
}

#[tokio::test]
async fn a_slash_at_the_end_of_an_issuer_is_left_out_of_the_address_and_counts_everywhere_else() {
    let provider = Provider::blank(&[HOST]).await;
    provider.answer("/keys", ok(&json!({"keys": [jwk("first", &KEYS[0])]})));
    let table = [
        // The issuer we are given, where it is asked, how it names itself, and whether that is the same.
        ("https://google.sandbox", "", "https://google.sandbox", true),
        // A URL without a path is one with "/", so here the server's own spelling decides.
        (
            "https://google.sandbox",
            "",
            "https://google.sandbox/",
            true,
        ),
        (
            "https://google.sandbox/t",
            "/t",
            "https://google.sandbox/t",
            true,
        ),
        (
            "https://google.sandbox/t",
            "/t",
            "https://google.sandbox/t/",
            false,
        ),
        (
            "https://google.sandbox/t/",
            "/t",
            "https://google.sandbox/t/",
            true,
        ),
        (
            "https://google.sandbox/t/",
            "/t",
            "https://google.sandbox/t",
            false,
        ),
        (
            "https://google.sandbox/t//",
            "/t/",
            "https://google.sandbox/t//",
            true,
        ),
    ];
    for (ours, path, named, same) in table {
        provider
            .answers
            .lock()
            .unwrap()
            .retain(|path, _| path == "/keys");
        provider.discovery(&json!({"issuer": named}));
        let description = provider.answers.lock().unwrap().remove(DISCOVERY).unwrap();
        provider.answer(&format!("{path}{DISCOVERY}"), description);
        provider.issue(&with(claims(), &json!({"iss": named})));
        let open_id = OpenId::new(ours.parse().unwrap(), CLIENT.to_owned());
        let issuer = provider
            .finish(&open_id)
            .await
            .map(|profile| profile.issuer);
        assert_eq!(issuer.is_ok(), same, "{ours} {named} {issuer:?}");
        assert!(issuer.is_err() || issuer.as_deref() == Ok(named));
    }
}

#[tokio::test]
async fn an_endpoint_at_an_address_that_is_not_allowed_is_refused() {
    let provider = Provider::start().await;
    let (egress, attempt) = (&provider.egress, attempt());
    for endpoint in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
        for address in [
            "http://google.example/x",
            "https://127.0.0.1/x",
            "https://169.254.169.254/latest/meta-data/",
            "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
            "https://10.0.0.1/x",
            "https://[::1]/x",
            "https://localhost/x",
            "https://google.example:8443/x",
            "https://user:password@google.sandbox/x",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
        ] {
            provider.discovery(&json!({ endpoint: address }));
            let open_id = open_id();
            let reason = refusal(open_id.authorization_url(egress, &attempt, now()).await);
            assert!(
                reason.contains("is not allowed"),
                "{endpoint} {address}: {reason}"
            );
            refusal(provider.finish(&open_id).await);
        }
    }
    assert!(provider.requests("/token").await.is_empty());
}

#[tokio::test]
async fn a_server_at_a_configured_address_may_name_its_endpoints_there() {
    let provider = Provider::start().await;
    let base = provider.server.uri();
    provider.discovery(&json!({
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "jwks_uri": format!("{base}/keys"),
    }));
    let open_id = open_id();
    let page = open_id
        .authorization_url(&provider.egress, &attempt(), now())
        .await
        .unwrap();
    assert!(
        page.as_str().starts_with(&format!("{base}/authorize?")),
        "{page}"
    );
    provider.finish(&open_id).await.unwrap();

    // The issuer itself may lie there too.
    provider.discovery(&json!({"issuer": base, "token_endpoint": format!("{base}/token")}));
    provider.issue(&with(claims(), &json!({"iss": base})));
    let open_id = OpenId::new(base.parse().unwrap(), CLIENT.to_owned());
    assert_eq!(provider.finish(&open_id).await.unwrap().issuer, base);
}

#[tokio::test]
async fn a_document_that_cannot_be_had_means_later() {
    let provider = Provider::start().await;
    let long = format!("{{\"keys\": [], \"x\": \"{}\"}}", "x".repeat(64 * 1024));
    let huge = format!("{{\"keys\": [], \"x\": \"{}\"}}", "x".repeat(2 << 20));
    for path in [DISCOVERY, "/keys"] {
        let usual = provider.answers.lock().unwrap()[path].clone();
        for (name, answer) in [
            ("not found", ResponseTemplate::new(404)),
            ("busy", ResponseTemplate::new(429)),
            ("broken", ResponseTemplate::new(500)),
            (
                "elsewhere",
                ResponseTemplate::new(302).insert_header("location", "https://a.example"),
            ),
            ("empty", ResponseTemplate::new(200)),
            (
                "a page",
                ResponseTemplate::new(200).set_body_string("<html>"),
            ),
            ("another shape", ok(&json!({"keys": {}, "issuer": 7}))),
            (
                "long",
                ResponseTemplate::new(200).set_body_string(long.clone()),
            ),
            (
                "huge",
                ResponseTemplate::new(200).set_body_string(huge.clone()),
            ),
        ] {
            provider.answer(path, answer);
            let reason = outage(provider.finish(&open_id()).await);
            assert!(
                reason.contains("google.sandbox could not be used"),
                "{path} {name}: {reason}"
            );
        }
        provider.answer(path, usual);
    }
    // A failure is not remembered.
    let open_id = open_id();
    provider.answer("/token", ResponseTemplate::new(500));
    outage(provider.finish(&open_id).await);
    provider.issue(&claims());
    provider.finish(&open_id).await.unwrap();
}
