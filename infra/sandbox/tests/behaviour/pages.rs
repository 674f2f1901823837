//! The pages for people, and the same as JSON.

use jiff::SignedDuration;
use sandbox::Mail;
use serde_json::json;

use crate::stage::{Stage, header, json as body};

#[tokio::test]
async fn the_timeline_shows_every_platform_newest_first() {
    let stage = Stage::set().await;
    let token = stage.mastodon_token("write:statuses").await;
    stage
        .toot(&token, "older <script>alert(1)</script>")
        .send()
        .await
        .unwrap();
    stage.pass(SignedDuration::from_secs(5));
    let access = stage.session().await["accessJwt"]
        .as_str()
        .unwrap()
        .to_owned();
    let record = json!({ "text": "newer", "createdAt": "2026-11-22T09:00:00Z" });
    let put = json!({ "repo": "alice.bluesky.sandbox", "collection": "app.bsky.feed.post", "rkey": "3lbiwabcdef22", "record": record });
    stage
        .xrpc(&access, "com.atproto.repo.putRecord", &put)
        .await;
    let timeline = body(stage.get("/timeline.json").send().await.unwrap()).await;
    assert_eq!(
        timeline[0],
        json!({
            "platform": "bluesky", "host": "bluesky.sandbox", "account": "alice.bluesky.sandbox",
            "id": "at://did:plc:alice2sandbox2sandbox2aa/app.bsky.feed.post/3lbiwabcdef22",
            "url": format!("{}/bluesky.sandbox/profile/alice.bluesky.sandbox/post/3lbiwabcdef22", stage.base),
            "text": "newer", "published_at": "2026-11-22T09:00:05Z",
        })
    );
    assert_eq!(timeline[1]["platform"], "mastodon");
    let page = stage.get("/").send().await.unwrap();
    assert!(header(&page, "content-security-policy").contains("script-src 'self'"));
    let page = page.text().await.unwrap();
    assert!(page.find("newer").unwrap() < page.find("older").unwrap());
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script>alert"));
}

#[tokio::test]
async fn the_outbox_shows_mails_in_a_frame_that_cannot_run_scripts() {
    let stage = Stage::set().await;
    let mail = |subject: &str, html: Option<&str>| Mail {
        to: "ann@example.com".to_owned(),
        from: "Tayang <no-reply@example.com>".to_owned(),
        subject: subject.to_owned(),
        text: "Open https://example.com/verify?a=1&b=2.".to_owned(),
        html: html.map(str::to_owned),
        at: stage.now(),
    };
    stage.sandbox.deliver_mail(mail("Plain <b>", None)).unwrap();
    stage
        .sandbox
        .deliver_mail(mail(
            "Rich",
            Some(r#"<p onclick="x()">Hi"</p><script>alert(1)</script>"#),
        ))
        .unwrap();
    let outbox = body(stage.get("/outbox.json").send().await.unwrap()).await;
    assert_eq!(outbox[0]["subject"], "Rich");
    assert_eq!(outbox[1]["html"], json!(null));
    let page = stage
        .get("/outbox")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        page.contains(r#"sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox""#)
    );
    assert!(!page.contains("<script>alert") && !page.contains("Plain <b>"));
    assert!(page.contains(r#"<a href="https://example.com/verify?a=1&amp;b=2" target="_blank""#));
}

#[tokio::test]
async fn the_accounts_page_tells_the_app_passwords() {
    let stage = Stage::set().await;
    let page = stage
        .get("/accounts")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("alice.bluesky.sandbox") && page.contains("demo-pass-word-0001"));
}

#[tokio::test]
async fn the_accounts_page_tells_whom_one_can_sign_in_as() {
    let stage = Stage::set().await;
    let page = stage.get("/accounts").send().await.unwrap();
    let page = page.text().await.unwrap();
    for expected in [
        "sari.wijaya.sandbox@gmail.com",
        "bima@kopi-aurora.example",
        "Workspace",
        "address not verified",
        "Fitri Handayani",
        "no e-mail address",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    for host in ["google.sandbox", "www.facebook.com"] {
        let answer = stage.get(&format!("/{host}")).send().await.unwrap();
        assert_eq!(header(&answer, "location"), "/accounts");
    }
}

#[tokio::test]
async fn what_does_not_exist_is_a_404() {
    let stage = Stage::set().await;
    for path in [
        "/unknown.host/x",
        "/mastodon.sandbox/@nobody",
        "/mastodon.sandbox/@aurora/1",
        "/bluesky.sandbox/profile/alice.bluesky.sandbox/post/x",
        "/mastodon.sandbox/api/v1/nothing/here",
        "/google.sandbox/avatars/nobody.svg",
        "/google.sandbox/nothing",
        "/www.facebook.com/avatars/nobody.svg",
        "/_assets/secret",
    ] {
        assert_eq!(
            stage.get(path).send().await.unwrap().status(),
            404,
            "{path}"
        );
    }
    assert_eq!(
        body(stage.get("/health").send().await.unwrap()).await,
        json!({ "status": "ok" })
    );
}

#[tokio::test]
async fn a_mail_can_be_delivered_over_http() {
    let stage = Stage::set().await;
    let mail = json!({ "to": "a@example.com", "from": "b@example.com", "subject": "Hi", "text": "x", "html": null, "at": "2026-11-22T09:00:00Z" });
    let answer = stage.post("/_mails").json(&mail).send().await.unwrap();
    assert_eq!(answer.status(), 204);
    assert_eq!(
        body(stage.get("/outbox.json").send().await.unwrap()).await,
        json!([mail])
    );
}
