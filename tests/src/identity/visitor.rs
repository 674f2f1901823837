//! What people do with their programs to get in: in some place, in some browser, with a password or by a provider.

use serde_json::{Value, json};
use url::Url;

use crate::harness::{Answer, Api, PASSWORD, Person, World, consent};

/// The cookie by which a browser is known again.
pub(super) const COOKIE: &str = "__Host-tayang-browser";

impl World {
    /// A new browser in the place of that number. Whatever does not say where it is, is in place 0.
    pub(super) fn visitor(&self, place: u8) -> Api {
        let address = format!("127.0.{place}.1");
        self.anonymous.from_place(&address).in_new_browser()
    }
}

impl Api {
    pub(super) async fn log_in(&self, email: &str, password: &str) -> Answer {
        self.post("/login", &json!({ "email": email, "password": password }))
            .await
    }

    /// Signs in with everybody's password.
    pub(super) async fn enter(&self, email: &str) -> Person {
        self.entered(&self.log_in(email, PASSWORD).await.expect(200))
    }

    /// Whoever a sign-in was of.
    pub(super) fn entered(&self, answer: &Answer) -> Person {
        let user = |field: &str| answer.body["user"][field].as_str().unwrap().to_owned();
        Person {
            id: user("id"),
            email: user("email"),
            refresh_token: answer.field("refresh_token"),
            api: self.with_token(&answer.field("access_token")),
        }
    }

    pub(super) async fn renew(&self, refresh_token: &str) -> Answer {
        self.post("/refresh-token", &json!({ "refresh_token": refresh_token }))
            .await
    }

    /// Sets out for a provider; the address of its consent page.
    pub(super) async fn set_out(&self, provider: &str) -> Url {
        let path = format!("/oauth/authorize?provider={provider}");
        let answer = self.get(&path).await.expect(200);
        answer.field("authorization_url").parse().unwrap()
    }

    /// Sets out for a provider and agrees there; the way back, not gone yet.
    pub(super) async fn agreed(&self, provider: &str, account: &str) -> String {
        let address = self.set_out(provider).await;
        consent(address.as_str(), account, "authorize").await
    }

    /// Goes to a provider, agrees, and comes back.
    pub(super) async fn sign_in_at(&self, provider: &str, account: &str) -> Answer {
        let back = self.agreed(provider, account).await;
        self.get(&back).await
    }

    /// Sets out to link a provider, as somebody who is signed in; the way back, not gone yet.
    pub(super) async fn agreed_to_link(&self, provider: &str, account: &str) -> String {
        let wish = json!({ "provider": provider });
        let answer = self.post("/me/identities", &wish).await.expect(202);
        let address = answer.field("authorization_url");
        consent(&address, account, "authorize").await
    }

    /// Links a provider.
    pub(super) async fn link(&self, provider: &str, account: &str) -> Answer {
        let back = self.agreed_to_link(provider, account).await;
        self.get(&back).await
    }

    /// The providers that open the account.
    pub(super) async fn identities(&self) -> Vec<String> {
        let me = self.get("/me").await.expect(200);
        let identities = me.body["identities"].as_array().unwrap();
        let provider = |identity: &Value| identity["provider"].as_str().unwrap().to_owned();
        identities.iter().map(provider).collect()
    }
}

impl Person {
    /// Whether the session is over: then neither of its tokens works. If it is not, it is renewed.
    pub(super) async fn is_over(&mut self) -> bool {
        let renewed = self.api.renew(&self.refresh_token).await;
        if renewed.status == 401 {
            self.api.get("/me").await.expect_problem(401);
            return true;
        }
        let renewed = renewed.expect(200);
        self.refresh_token = renewed.field("refresh_token");
        self.api = self.api.with_token(&renewed.field("access_token"));
        self.api.get("/me").await.expect(200);
        false
    }
}
