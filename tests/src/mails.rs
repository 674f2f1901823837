//! What people read.

use serde_json::json;

use crate::harness::{Newsroom, PASSWORD, World, seconds};

#[tokio::test]
async fn a_mail_says_the_same_in_text_and_in_html() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Bread & butter <fresh>", &[&news.bluesky]).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    world.advance(seconds(31)).await;
    let url = news.post(&post).await["publications"][0]["url"].clone();
    let url = url.as_str().unwrap();
    let mail = world.stack.mails().pop().unwrap();
    let html = mail.html.unwrap();
    assert_eq!(mail.subject, "Your post is out");
    assert!(mail.text.contains(url) && html.contains(url));
    assert!(mail.text.contains("Bread & butter <fresh>"));
    assert!(
        html.contains("Bread &#38; butter &#60;fresh&#62;"),
        "{html}"
    );
    assert!(mail.text.contains("alice.bluesky.sandbox on Bluesky"));
    world.finish().await;
}

#[tokio::test]
async fn a_name_can_bring_neither_markup_nor_a_header_into_a_mail() {
    let world = World::start().await;
    let register = |name: &str| {
        let body = json!({ "email": "ana@example.com", "password": PASSWORD, "name": name });
        let api = world.anonymous.clone();
        async move { api.post("/register", &body).await }
    };
    let refused = register("Ana\r\nBcc: eve@example.com").await;
    assert_eq!(refused.expect_problem(422).pointer(), "/name");
    register("<img src=x> \"Ana\" =?utf-8?q?x?=")
        .await
        .expect(202);
    world.settle().await;
    let mails = world.stack.mails();
    assert_eq!(mails.len(), 1);
    let html = mails[0].html.as_ref().unwrap();
    assert!(
        !html.contains("<img") && html.contains("&#60;img src=x&#62;"),
        "{html}"
    );
    assert_eq!(mails[0].to, "ana@example.com");
    world.finish().await;
}
