//! People who use the system.

use app::auth::links::{self, Purpose};
use domain::{Email, Invitation, Member, Role};
use serde_json::{Value, json};

use super::{Api, World, consent};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "a heron waits on the pier";

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

    /// Makes somebody a member of a team, as one of its admins does.
    pub(crate) async fn join(&self, person: &Person, team: &str, role: Role) {
        let (app, store) = (self.stack.app(), self.store());
        let (admin, user) = (self.admin_of(team).await, person.id.parse().unwrap());
        let user = store.user(user).await.unwrap().expect("the user exists");
        let added = admin
            .add(&user, role, domain::Entry::system(app.new_id()), app.now())
            .unwrap();
        store.add_member(&added, &admin).await.unwrap();
    }

    /// Invites somebody to a team, as one of its admins does, but however many mails the address got; answers with the invitation's id.
    pub(crate) async fn invite(&self, email: &str, team: &str, role: Role) -> String {
        let (app, admin) = (self.stack.app(), self.admin_of(team).await);
        let wish = (Email::parse(email).unwrap(), role);
        let invited = Invitation::create(
            app.new_id(),
            &admin,
            wish,
            domain::Entry::system(app.new_id()),
            app.now(),
        );
        let invited = invited.unwrap();
        self.store().invite(&invited, &admin).await.unwrap();
        invited.invitation.id.to_string()
    }

    /// The token in the link of an invitation's mail.
    pub(crate) async fn invitation_token(&self, invitation: &str) -> String {
        let key = self.stack.app().link_key().await.unwrap();
        links::issue(&key, Purpose::AcceptInvitation, invitation)
    }

    async fn admin_of(&self, team: &str) -> Member {
        let members = self.store().members(team.parse().unwrap(), None, 50);
        let members = members.await.unwrap();
        let mut admins = members.into_iter();
        let admin = admins.find(|member| member.role == Role::Admin);
        admin.expect("the team has an admin")
    }

    /// Takes somebody out of a team, as he does himself.
    pub(crate) async fn leave(&self, person: &Person, team: &str) {
        let path = format!("/teams/{team}/members/{}", person.id);
        person.api.delete(&path).await.expect(204);
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
    /// Agrees at Facebook, in the own browser, as somebody with several pages: the offer to choose from, and what each page is called there.
    pub(crate) async fn offered_pages(&self, team: &str) -> (String, Vec<String>) {
        let path = format!("/teams/{team}/accounts");
        let facebook = json!({ "platform": "facebook" });
        let begun = self.api.post(&path, &facebook).await.expect(202);
        let address = begun.field("authorization_url");
        let back = consent(&address, "sari", "authorize").await;
        let offer = self.api.get(&back).await.expect(200);
        let pages = offer.body["accounts"].as_array().unwrap().iter();
        let pages = pages.map(|page| page["remote_id"].as_str().unwrap().to_owned());
        (offer.field("offer_id"), pages.collect())
    }
}
