//! Setting out for a provider: what goes along, and what nobody can change.

use std::collections::BTreeMap;

use local::Data;
use serde_json::json;
use url::Url;

use super::visitor::COOKIE;
use crate::harness::{World, consent};

#[tokio::test]
async fn a_trip_sets_out_with_everything_that_protects_it_and_never_twice_the_same() {
    let world = World::start().await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let browser = world.visitor(1);
        let answer = browser
            .get("/oauth/authorize?provider=google")
            .await
            .expect(200);
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        let (value, attributes) = cookie.split_once("; ").unwrap();
        assert_eq!(
            attributes,
            "Path=/; Max-Age=7200; Secure; HttpOnly; SameSite=Lax"
        );
        let value = value.strip_prefix("__Host-tayang-browser=").unwrap();
        assert_eq!(value.len(), 43);
        assert_eq!(browser.cookies()[COOKIE], value);

        let address: Url = answer.field("authorization_url").parse().unwrap();
        let query: BTreeMap<_, _> = address.query_pairs().into_owned().collect();
        for random in ["state", "nonce", "code_challenge"] {
            assert_eq!(query[random].len(), 43, "{random}: 256 bits");
            seen.push(query[random].clone());
        }
        seen.push(value.to_owned());
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["code_challenge_method"], "S256");
        assert_eq!(query["scope"], "openid email profile");
        assert!(!address.as_str().contains(value));
    }
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), all);
    world.finish().await;
}

#[tokio::test]
async fn the_way_back_is_the_deployments_whatever_a_request_says() {
    let world = World::start().await;
    let callback = format!("{}/oauth/callback", world.stack.api_url());
    let liar = world
        .visitor(1)
        .saying("host", "evil.example")
        .saying("x-forwarded-host", "evil.example")
        .saying("origin", "https://evil.example")
        .saying("referer", "https://evil.example/");
    for provider in ["google", "facebook"] {
        let address = liar.set_out(provider).await;
        let given = address
            .query_pairs()
            .find(|(name, _)| name == "redirect_uri");
        assert_eq!(given.unwrap().1, callback);
    }
    for name in ["redirect_uri", "next", "return_to", "state", "client_id"] {
        let path = format!("/oauth/authorize?provider=google&{name}=https://evil.example");
        let refused = world.visitor(1).get(&path).await.expect_problem(422);
        assert_eq!(refused.pointer(), format!("?{name}"));
        let mut body = json!({ "provider": "google" });
        body[name] = json!("https://evil.example");
        for path in ["/login", "/register"] {
            let refused = world.visitor(1).post(path, &body).await.expect_problem(422);
            assert_eq!(refused.pointer(), format!("/{name}"));
        }
    }
    world.finish().await;
}

#[tokio::test]
async fn a_browser_is_sent_on_and_a_program_is_told_where_to_go() {
    let world = World::start().await;
    let browser = world.visitor(1).saying("accept", "text/html");
    let sent = browser
        .get("/oauth/authorize?provider=google")
        .await
        .expect(302);
    let address = sent.headers["location"].to_str().unwrap();
    let back = consent(address, "sari", "authorize").await;
    let page = browser.get(&back).await.expect(200);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(page.headers["cache-control"], "no-store");
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    for path in ["/login", "/register"] {
        let told = world
            .visitor(1)
            .post(path, &json!({ "provider": "google" }))
            .await
            .expect(202);
        assert!(told.field("authorization_url").contains("state="));
        assert_eq!(told.field("expires_at"), "2026-06-01T12:10:00Z");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_provider_that_is_not_set_up_is_refused_by_name() {
    let parameters = BTreeMap::from([
        ("GoogleClientId".to_owned(), String::new()),
        ("FacebookAppId".to_owned(), String::new()),
    ]);
    let world = World::with(Data::Memory, parameters).await;
    let ana = world.sign_up("ana").await;
    for provider in ["google", "facebook", "github", ""] {
        let body = json!({ "provider": provider });
        for path in ["/login", "/register", "/me/identities"] {
            let refused = ana.api.post(path, &body).await.expect_problem(422);
            assert_eq!(refused.pointer(), "/provider", "{path}");
        }
        let path = format!("/oauth/authorize?provider={provider}");
        let refused = ana.api.get(&path).await.expect_problem(422);
        assert_eq!(refused.pointer(), "?provider");
    }
    world.finish().await;
}
