//! People who use the system.

use domain::{Member, Role};
use serde_json::{Value, json};

use super::{Api, World, consent};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Somebody who is signed in.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) refresh_token: String,
    pub(crate) api: Api,
}

impl World {
    /// Signs somebody up and in, through the mail. The first one is the deployment's admin.
    pub(crate) async fn sign_up(&self, name: &str) -> Person {
        let email = format!("{name}@example.com");
        self.register(&email, PASSWORD).await;
        let token = self.verification_token(&email).await;
        self.anonymous
            .post("/verify-email", &json!({ "token": token }))
            .await
            .expect(201);
        self.log_in(&email).await
    }

    /// Everybody signs up at a place of their own: of one place few mails are sent.
    pub(crate) async fn register(&self, email: &str, password: &str) {
        let body = json!({ "email": email, "password": password, "name": "Ana" });
        self.elsewhere().post("/register", &body).await.expect(202);
    }

    /// Signs somebody in, in a new browser.
    pub(crate) async fn log_in(&self, email: &str) -> Person {
        let answer = self
            .anonymous
            .post("/login", &json!({ "email": email, "password": PASSWORD }))
            .await
            .expect(200);
        let api = self.anonymous.in_new_browser();
        let api = api.with_token(&answer.field("access_token"));
        Person {
            id: answer.body["user"]["id"].as_str().unwrap().to_owned(),
            email: email.to_owned(),
            refresh_token: answer.field("refresh_token"),
            api,
        }
    }

    /// The token in the newest mail that asks this address to be confirmed.
    pub(crate) async fn verification_token(&self, email: &str) -> String {
        self.link_in_mail(email, "/verify-email?token=").await
    }

    /// Makes somebody a member of a team.
    pub(crate) async fn join(&self, person: &Person, team: &str, role: Role) {
        let member = Member {
            team: team.parse().unwrap(),
            user: person.id.parse().unwrap(),
            role,
            joined_at: self.now(),
        };
        self.store().add_member(&member).await.unwrap();
    }
}

impl Person {
    pub(crate) async fn create_team(&self, name: &str) -> String {
        self.api
            .post("/teams", &json!({ "name": name }))
            .await
            .expect(201)
            .id()
    }

    pub(crate) async fn begin_mastodon(&self, team: &str) -> String {
        let body = json!({ "platform": "mastodon", "host": "mastodon.sandbox" });
        self.api
            .post(&format!("/teams/{team}/accounts"), &body)
            .await
            .expect(202)
            .field("authorization_url")
    }

    pub(crate) async fn connect_mastodon(&self, team: &str) -> String {
        let back = consent(&self.begin_mastodon(team).await, "harbour", "authorize").await;
        self.api.get(&back).await.expect(200).id()
    }

    pub(crate) fn bluesky() -> Value {
        json!({ "platform": "bluesky", "host": "bluesky.sandbox", "identifier": "alice.bluesky.sandbox", "password": "demo-pass-word-0001" })
    }

    pub(crate) async fn connect_bluesky(&self, team: &str) -> String {
        self.api
            .post(&format!("/teams/{team}/accounts"), &Self::bluesky())
            .await
            .expect(201)
            .id()
    }
}
