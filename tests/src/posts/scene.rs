//! What the tests of posts have in common: people at one desk, and what they ask for.

use domain::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Newsroom, Person, World};

/// A newsroom with two editors besides its admin.
pub(crate) struct Desk {
    pub(crate) news: Newsroom,
    pub(crate) ben: Person,
    pub(crate) eve: Person,
}

impl Desk {
    /// Whoever is there schedules, and it goes out.
    pub(crate) async fn open(world: &World) -> Self {
        let news = Newsroom::open(world).await;
        let (ben, eve) = (world.sign_up("ben").await, world.sign_up("eve").await);
        for editor in [&ben, &eve] {
            world.join(editor, &news.team, Role::Editor).await;
        }
        Self { news, ben, eve }
    }

    /// Nothing goes out without somebody else's yes.
    pub(crate) async fn that_asks(world: &World) -> Self {
        let desk = Self::open(world).await;
        desk.news.set(&json!({ "approval_required": true })).await;
        desk
    }

    /// A post that Ben wrote and wants to go out at a time.
    pub(crate) async fn pending(&self, text: &str, at: &str) -> String {
        let body = self.news.body(text, &[&self.news.mastodon]);
        let post = self.ben.write(&body).await;
        let scheduled = self.ben.schedule(&post, at).await.expect(200);
        assert_eq!(scheduled.body["status"], "pending", "{}", scheduled.text);
        post
    }

    /// Everybody signed in again, as after more than a quarter of an hour.
    pub(crate) async fn again(&mut self, world: &World) {
        for person in [&mut self.news.ana, &mut self.ben, &mut self.eve] {
            *person = world.log_in(&person.email).await;
        }
    }
}

impl Newsroom {
    /// Changes the team's settings.
    pub(crate) async fn set(&self, settings: &Value) {
        let path = format!("/teams/{}", self.team);
        self.ana.api.patch(&path, settings).await.expect(200);
    }

    /// A post as it is written.
    pub(crate) fn body(&self, text: &str, accounts: &[&String]) -> Value {
        json!({ "team_id": self.team, "text": text, "account_ids": accounts })
    }

    /// Gives the queue of an account its slots.
    pub(crate) async fn slots(&self, account: &str, zone: &str, slots: &[(&str, &str)]) {
        let slots = slots
            .iter()
            .map(|(day, time)| json!({ "day": day, "time": time }));
        let body = json!({ "posting_times": slots.collect::<Vec<_>>(), "time_zone": zone });
        let path = format!("/teams/{}/accounts/{account}", self.team);
        self.ana.api.patch(&path, &body).await.expect(200);
    }

    /// What the log says about a post, oldest first: what, and its details.
    pub(crate) async fn told(&self, post: &str) -> Vec<(String, Value)> {
        let path = format!("/activity?team_id={}&post_id={post}&limit=100", self.team);
        let log = self.ana.api.get(&path).await.expect(200);
        let entries = log.body["items"].as_array().unwrap().iter().rev();
        let told = entries.map(|entry| {
            let kind = entry["kind"].as_str().unwrap().to_owned();
            (kind, entry["details"].clone())
        });
        told.collect()
    }

    /// The kinds of what the log says about a post, in order of the alphabet: what happens in one millisecond has no other.
    pub(crate) async fn kinds_about(&self, post: &str) -> Vec<String> {
        let told = self.told(post).await.into_iter();
        let mut kinds: Vec<_> = told.map(|(kind, _)| kind).collect();
        kinds.sort_unstable();
        kinds
    }
}

impl Person {
    /// Writes a draft.
    pub(crate) async fn write(&self, body: &Value) -> String {
        self.api.post("/posts", body).await.expect(201).id()
    }

    /// Writes something else instead.
    pub(crate) async fn edit(&self, post: &str, body: &Value) -> Answer {
        let mut body = body.clone();
        body.as_object_mut().unwrap().remove("team_id");
        let path = format!("/posts/{post}");
        let json = "application/json";
        self.api
            .send(Method::PUT, &path, Some(body.to_string()), json)
            .await
    }

    /// Schedules a post: an instant, a local time, `now` or `queue`.
    pub(crate) async fn schedule(&self, post: &str, at: &str) -> Answer {
        let body = json!({ "post_id": post, "publish_at": at });
        self.api.post("/posts/schedule", &body).await
    }

    /// Schedules several posts at once, all for one time.
    pub(crate) async fn schedule_all(&self, posts: &[String], at: &str) -> Answer {
        let each = posts
            .iter()
            .map(|post| json!({ "post_id": post, "publish_at": at }));
        let body = json!({ "posts": each.collect::<Vec<_>>() });
        self.api.post("/posts/schedule", &body).await
    }

    /// Cancels a post; `query` says where.
    pub(crate) async fn cancel(&self, post: &str, query: &str) -> Answer {
        self.api.delete(&format!("/posts/{post}{query}")).await
    }

    /// Lets a post go out again.
    pub(crate) async fn repost(&self, post: &str, body: &Value) -> Answer {
        self.api.post(&format!("/posts/repost/{post}"), body).await
    }

    /// Asks for a post to be approved.
    pub(crate) async fn submit(&self, post: &str) -> Answer {
        let path = format!("/posts/{post}/submit");
        self.api.post(&path, &json!({})).await
    }

    /// A post as it is shown.
    pub(crate) async fn read(&self, post: &str) -> Value {
        let answer = self.api.get(&format!("/posts/{post}")).await;
        answer.expect(200).body
    }

    /// The hash of what a post asks a yes for, as somebody sees it.
    pub(crate) async fn seen(&self, post: &str) -> String {
        let read = self.read(post).await;
        read["content_hash"].as_str().unwrap().to_owned()
    }

    /// Says yes to what has a hash.
    pub(crate) async fn approve(&self, post: &str, hash: &str) -> Answer {
        let body = json!({ "content_hash": hash });
        self.api
            .post(&format!("/posts/{post}/approve"), &body)
            .await
    }

    /// Says no to what has a hash.
    pub(crate) async fn reject(&self, post: &str, hash: &str, why: &str) -> Answer {
        let body = json!({ "content_hash": hash, "feedback": why });
        self.api.post(&format!("/posts/{post}/reject"), &body).await
    }
}

/// The texts of a list of views.
pub(crate) fn each<'a>(views: &'a Value, name: &str) -> Vec<&'a str> {
    let views = views.as_array().unwrap().iter();
    views.map(|view| view[name].as_str().unwrap()).collect()
}
