//! What people read.

mod accounts;
mod invitations;
mod members;
mod posts;
mod staff;

use domain::ActivityId;
use sandbox::Mail;
use serde_json::{Value, json};

use crate::harness::{Newsroom, PASSWORD, Person, World, seconds};

impl World {
    /// The mails since there were so many, when everything is done that was begun.
    async fn mails_after(&self, before: usize) -> Vec<Mail> {
        self.settle().await;
        self.stack.mails().split_off(before)
    }

    /// The only mail since there were so many.
    async fn mail_after(&self, before: usize) -> Mail {
        let mut mails = self.mails_after(before).await;
        assert_eq!(mails.len(), 1, "{:?}", told(&mails));
        mails.remove(0)
    }

    /// How many mails there are, when everything is done that was begun.
    async fn mail_count(&self) -> usize {
        self.settle().await;
        self.stack.mails().len()
    }

    /// Counts the mails that come of a message which the queue delivers late, or once more; without `event`, of any event.
    async fn mails_of(&self, about: Value, event: Option<&str>) -> usize {
        let before = self.mail_count().await;
        let mut mail = about;
        let any: ActivityId = self.stack.app().new_id();
        mail["event"] = event.map_or_else(|| json!(any.to_string()), Value::from);
        let stack = &self.stack;
        stack
            .send_to_queue("EmailQueue", &mail.to_string())
            .unwrap();
        self.mail_count().await - before
    }

    /// Somebody who signed up, with a name of his own.
    async fn known_as(&self, mailbox: &str, name: &str) -> Person {
        let person = self.sign_up(mailbox).await;
        person.change(&json!({ "name": name })).await;
        person
    }
}

impl Person {
    async fn change(&self, change: &Value) {
        self.api.patch("/me", change).await.expect(200);
    }

    /// Reads Indonesian, and lives in Jakarta.
    async fn move_to_jakarta(&self) {
        let change = json!({ "locale": "id", "time_zone": "Asia/Jakarta" });
        self.change(&change).await;
    }
}

/// Whom mails go to, and their subjects, in order of address.
fn told(mails: &[Mail]) -> Vec<(&str, &str)> {
    let mut told: Vec<_> = mails
        .iter()
        .map(|mail| (mail.to.as_str(), mail.subject.as_str()))
        .collect();
    told.sort_unstable();
    told
}

/// The mail says each of these, as text and as HTML.
#[track_caller]
fn says(mail: &Mail, words: &[&str]) {
    let html = mail.html.as_ref().unwrap();
    for word in words {
        assert!(mail.text.contains(word), "{word} in {}", mail.text);
        assert!(html.contains(word), "{word} in {html}");
    }
}

/// The only link of a mail, which its HTML leads to as well.
#[track_caller]
fn link(mail: &Mail) -> String {
    let links = |text: &str, mark: &str| {
        let rest = text.split(mark).skip(1);
        let ends = |c: char| c.is_whitespace() || c == '"';
        rest.map(|rest| rest.split(ends).next().unwrap().replace("&#38;", "&"))
            .collect::<Vec<_>>()
    };
    let mut in_text = links(&mail.text, "http");
    assert_eq!(in_text.len(), 1, "{}", mail.text);
    let html = mail.html.as_ref().unwrap();
    assert_eq!(links(html, "href=\"http"), in_text, "{html}");
    format!("http{}", in_text.remove(0))
}

/// What of a link comes after the address of the API.
fn path(link: &str) -> String {
    let url = url::Url::parse(link).unwrap();
    let query = url.query().map(|query| format!("?{query}"));
    format!("{}{}", url.path(), query.unwrap_or_default())
}

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
