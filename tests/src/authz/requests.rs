//! For every route of the API one request that is right.

use domain::{Activity, Actor, Identity, Kind, Provider, Scope, UserStatus};
use reqwest::Method;
use serde_json::{Value, json};
use url::form_urlencoded::{byte_serialize, parse};

use super::scene::{Scene, Things};
use crate::harness::{Answer, Api, PASSWORD, Person, consent, seconds};

/// A request, in parts that a test can change.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    method: Method,
    /// The path as the template has it.
    path: String,
    /// The values of its parameters.
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Option<Value>,
    /// The browser that it must come from.
    browser: Option<Api>,
}

impl Call {
    pub(super) fn new(route: &str) -> Self {
        let (method, path) = route.split_once(' ').unwrap();
        Self {
            method: method.parse().unwrap(),
            path: path.to_owned(),
            parameters: Vec::new(),
            query: Vec::new(),
            body: None,
            browser: None,
        }
    }

    pub(super) fn parameter(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    fn browser(mut self, api: &Api) -> Self {
        self.browser = Some(api.clone());
        self
    }

    /// The path and query that go over the wire.
    pub(crate) fn target(&self) -> String {
        let encoded = |value: &str| {
            byte_serialize(value.as_bytes())
                .collect::<String>()
                .replace('+', "%20")
        };
        let path = self
            .parameters
            .iter()
            .fold(self.path.clone(), |path, (name, value)| {
                path.replace(&format!("{{{name}}}"), &encoded(value))
            });
        assert!(!path.contains('{'), "{path}: a parameter has no value");
        let query: Vec<_> = self
            .query
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        if query.is_empty() {
            path
        } else {
            format!("{path}?{}", query.join("&"))
        }
    }

    pub(crate) async fn send(&self, api: &Api) -> Answer {
        self.send_text(
            api,
            self.body.as_ref().map(ToString::to_string),
            "application/json",
        )
        .await
    }

    pub(crate) async fn send_text(
        &self,
        api: &Api,
        body: Option<String>,
        content_type: &str,
    ) -> Answer {
        let api = match &self.browser {
            Some(browser) => api.in_browser_of(browser),
            None => api.clone(),
        };
        api.send(self.method.clone(), &self.target(), body, content_type)
            .await
    }
}

impl Scene {
    /// A right request of the route for somebody who may do everything with it. A route without a row has no place in the API.
    pub(crate) async fn call(&self, route: &str) -> Call {
        self.call_by(route, &self.admin).await
    }

    /// A right request of the route, about the first team where it is about one, and about the caller where it is about that.
    pub(crate) async fn call_by(&self, route: &str, caller: &Person) -> Call {
        let call = Call::new(route);
        let Things {
            team,
            name,
            account,
            invitation,
            media,
            ..
        } = &self.ours;
        match route {
            "POST /register" => call.body(json!({ "email": self.new_address(), "password": PASSWORD, "name": "New", "locale": "id", "time_zone": "Asia/Jakarta" })),
            "POST /verify-email" => call.body(json!({ "token": self.new_token().await })),
            "GET /verify-email" => call.query("token", &self.new_token().await),
            "POST /login" => call.body(json!({ "email": self.viewer.email, "password": PASSWORD })),
            "POST /refresh-token" => call.body(json!({ "refresh_token": self.world.log_in(&self.viewer.email).await.refresh_token })),
            "POST /forgot-password" => call.body(json!({ "email": self.new_address() })),
            "GET /reset-password" => call.query("token", "any text"),
            "POST /reset-password" => call.body(json!({ "token": self.reset_token().await, "new_password": "another horse battery" })),
            "GET /oauth/authorize" => call.query("provider", "google"),
            "GET /oauth/callback" => {
                let back = consent(&self.admin.begin_mastodon(team).await, "harbour", "authorize").await;
                let query = back.split_once('?').unwrap().1;
                let call = call.browser(&self.admin.api);
                parse(query.as_bytes()).fold(call, |call, (name, value)| call.query(&name, &value))
            }
            "GET /.well-known/jwks.json" | "GET /health" | "GET /openapi.json" | "GET /docs" | "GET /teams"
            | "GET /me" | "DELETE /me" | "GET /me/sessions" | "DELETE /me/sessions" | "POST /logout" | "GET /users"
            | "GET /invitations" | "GET /todos" | "GET /platforms" => call,
            "PATCH /me" => call.body(json!({ "name": self.new_name(), "locale": "id", "time_zone": "Asia/Jakarta" })),
            "POST /me/password" => call.body(json!({ "current_password": PASSWORD, "new_password": "another horse battery" })),
            "POST /me/email" => call.body(json!({ "email": self.new_address(), "current_password": PASSWORD })),
            "DELETE /me/sessions/{sessionId}" => call.parameter("sessionId", &self.other_session(caller).await),
            "POST /me/identities" => call.body(json!({ "provider": "google" })),
            "DELETE /me/identities/{provider}" => {
                self.link(caller).await;
                call.parameter("provider", "google")
            }
            "PATCH /users/{userId}" => call.parameter("userId", &self.signed_out.id).body(self.other_standing().await),
            "GET /docs/{file}" => call.parameter("file", "index.html"),
            "POST /oauth/choose" => {
                let (offer, pages) = self.admin.offered_pages(team).await;
                call.body(json!({ "offer_id": offer, "accounts": pages[..1] })).browser(&self.admin.api)
            }
            "POST /teams" => call.body(json!({ "name": "New", "approval_required": false, "own_approval": true, "time_zone": "Asia/Jakarta", "max_late_seconds": 600 })),
            "GET /teams/{teamId}" | "GET /teams/{teamId}/members" | "GET /teams/{teamId}/invitations" | "GET /teams/{teamId}/accounts" => {
                call.parameter("teamId", team)
            }
            "PATCH /teams/{teamId}" => call.parameter("teamId", team)
                .body(json!({ "name": name, "approval_required": false, "own_approval": true, "time_zone": "Asia/Jakarta", "max_late_seconds": 600 })),
            "DELETE /teams/{teamId}" => call.parameter("teamId", team).query("name", name),
            "POST /teams/{teamId}/members" => call.parameter("teamId", team).body(json!({ "user_id": self.newcomer().await.id, "role": "viewer" })),
            "PATCH /teams/{teamId}/members/{userId}" => {
                let member = self.spare_member().await;
                let role = self.other_role(&member).await;
                call.parameter("teamId", team).parameter("userId", &member).body(json!({ "role": role }))
            }
            "DELETE /teams/{teamId}/members/{userId}" => call.parameter("teamId", team).parameter("userId", &self.spare_member().await),
            "POST /teams/{teamId}/invitations/{invitationId}/resend" => call.parameter("teamId", team).parameter("invitationId", invitation),
            "DELETE /teams/{teamId}/invitations/{invitationId}" => {
                call.parameter("teamId", team).parameter("invitationId", &self.spare_invitation().await)
            }
            "POST /invitations/{invitationId}/accept" | "DELETE /invitations/{invitationId}" => {
                call.parameter("invitationId", &self.invitation_for(caller).await)
            }
            "GET /accept-invitation" => call.query("token", &self.world.invitation_token(invitation).await),
            "POST /accept-invitation" => call.body(json!({ "token": self.joining_token().await })),
            "POST /teams/{teamId}/accounts" => call.parameter("teamId", team).body(json!({ "platform": "mastodon", "host": "mastodon.sandbox" })),
            "GET /teams/{teamId}/accounts/{accountId}" => call.parameter("teamId", team).parameter("accountId", account),
            "DELETE /teams/{teamId}/accounts/{accountId}" => call.parameter("teamId", team).parameter("accountId", &self.spare_account().await),
            "POST /teams/{teamId}/accounts/{accountId}/reconnect" => {
                call.parameter("teamId", team).parameter("accountId", account).body(json!({ "password": "demo-pass-word-0001" }))
            }
            "PATCH /teams/{teamId}/accounts/{accountId}" => call.parameter("teamId", team).parameter("accountId", account)
                .body(json!({ "posting_times": [{ "day": "monday", "time": "09:00" }, { "day": "friday", "time": "17:30" }], "time_zone": "Asia/Jakarta" })),
            "POST /media" => call.body(json!({ "team_id": team, "content_type": "image/jpeg", "bytes": 1_000 })),
            "GET /media/{mediaId}" => call.parameter("mediaId", media),
            "GET /activity" => call.query("team_id", team).query("actor_id", &self.admin.id),
            other if other.contains("/posts") || other.contains("/todos/") => self.post_call(other, call).await,
            other => panic!("{other} has no row: say what a right request of it is"),
        }
    }

    /// A right request to delete a team of the caller's that nobody misses.
    pub(super) async fn deletion(&self, route: &str, caller: &Person) -> Call {
        let (team, name) = self.spare_team(caller).await;
        Call::new(route)
            .parameter("teamId", &team)
            .query("name", name)
    }

    pub(super) fn new_address(&self) -> String {
        format!("{}@example.com", self.new_name())
    }

    async fn new_token(&self) -> String {
        let address = self.new_address();
        self.world.register(&address, PASSWORD).await;
        self.world.verification_token(&address).await
    }

    /// The token with which somebody new who has forgotten the password may choose another one.
    async fn reset_token(&self) -> String {
        let address = self.new_address();
        self.world.register(&address, PASSWORD).await;
        let confirm = json!({ "token": self.world.verification_token(&address).await });
        let confirmed = self.world.anonymous.post("/verify-email", &confirm);
        confirmed.await.expect(201);
        // A wish for a new password is younger than the password.
        self.world.advance(seconds(1)).await;
        let forgot = json!({ "email": address });
        let asking = self.world.elsewhere();
        asking.post("/forgot-password", &forgot).await.expect(202);
        let link = "/reset-password?token=";
        self.world.link_in_mail(&address, link).await
    }

    /// A session of somebody's that is not the one which asks.
    async fn other_session(&self, person: &Person) -> String {
        let other = self.world.log_in(&person.email).await;
        let sessions = other.api.get("/me/sessions").await.expect(200);
        let sessions = sessions.body["items"].as_array().unwrap().clone();
        let current = sessions.iter().find(|session| session["current"] == true);
        current.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// Lets somebody sign in with a Google account too, if that is not so yet.
    async fn link(&self, person: &Person) {
        let (app, store) = (self.world.stack.app(), self.world.store());
        let id = person.id.parse().unwrap();
        if !store.identities(id).await.unwrap().is_empty() {
            return;
        }
        let user = store.user(id).await.unwrap().unwrap();
        let identity = Identity {
            provider: Provider::Google,
            issuer: "https://google.sandbox".to_owned(),
            subject: self.new_name(),
            email: None,
            linked_at: app.now(),
        };
        let entry = Activity::new(
            domain::Entry::system(app.new_id()),
            Scope::User(id),
            Actor::User(id),
            Kind::IdentityLinked,
            app.now(),
        );
        store.link_identity(&user, &identity, &entry).await.unwrap();
    }

    /// What the user is not who has signed out: role and status of that one make no difference to the other requests.
    async fn other_standing(&self) -> Value {
        let user = self.world.store().user(self.signed_out.id.parse().unwrap());
        match user.await.unwrap().unwrap().status {
            UserStatus::Disabled => json!({ "role": "admin", "status": "active" }),
            UserStatus::Active => json!({ "role": "member", "status": "disabled" }),
        }
    }
}
