//! A team that connects accounts, and the accounts that there are to connect.

use sandbox::Received;
use serde_json::{Value, json};

use crate::harness::{Answer, Api, Person, World, decide, seconds};

pub(super) const HOUR: i64 = 3_600;
pub(super) const DAY: i64 = 24 * HOUR;

/// One way to connect one account of a platform of the sandbox.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) platform: &'static str,
    /// What its owner fills in.
    pub(super) fields: &'static [(&'static str, &'static str)],
    /// Who agrees in a browser; nobody, where what is filled in is enough.
    pub(super) person: Option<&'static str>,
    pub(super) handle: &'static str,
    /// By which operation it is given back; nothing, where there is no such thing.
    pub(super) given_back: Option<&'static str>,
}

const fn agreed(
    platform: &'static str,
    person: &'static str,
    handle: &'static str,
    given_back: Option<&'static str>,
) -> Sample {
    Sample {
        platform,
        fields: &[],
        person: Some(person),
        handle,
        given_back,
    }
}

const fn brought(
    platform: &'static str,
    fields: &'static [(&'static str, &'static str)],
    handle: &'static str,
    given_back: Option<&'static str>,
) -> Sample {
    Sample {
        platform,
        fields,
        person: None,
        handle,
        given_back,
    }
}

const BOT: &str = "7000000001:AAsbxsecretSari00000000000000000001";
const DISCORD: &str = "https://discord.com/api/webhooks/1200000000000000001/sbxsecretSariKabar0000000000000000000000000000000000000000000000000001";
const SLACK: &str =
    "https://hooks.slack.com/services/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";

/// Every way to connect an account. Whoever agrees has one account there.
pub(super) const SAMPLES: [Sample; 16] = [
    Sample {
        fields: &[("host", "mastodon.sandbox")],
        ..agreed(
            "mastodon",
            "harbour",
            "harbour@mastodon.sandbox",
            Some("revoke"),
        )
    },
    brought(
        "bluesky",
        &[
            ("identifier", "alice.bluesky.sandbox"),
            ("password", "demo-pass-word-0001"),
        ],
        "alice.bluesky.sandbox",
        Some("com.atproto.server.deleteSession"),
    ),
    agreed("facebook", "eka", "warung.eka", Some("revoke")),
    agreed("instagram", "sari", "", None),
    agreed("threads", "sari", "", None),
    X,
    agreed("linkedin", "dimas", "Dimas Putra", Some("revoke")),
    brought(
        "telegram",
        &[("token", BOT), ("identifier", "@sari_kabar")],
        "sari_kabar",
        None,
    ),
    brought("discord", &[("webhook_url", DISCORD)], "Sari Kabar", None),
    agreed("slack", "bima", "", Some("auth.revoke")),
    brought("slack", &[("webhook_url", SLACK)], "B0SBXBERITA", None),
    agreed("youtube", "bima", "bimaprasetyo", Some("revoke")),
    agreed("google_business", "bima", "", Some("revoke")),
    agreed("tiktok", "sari", "", Some("revoke")),
    agreed("pinterest", "sari", "", None),
    agreed("reddit", "sari", "sari_wijaya", Some("revoke")),
];

pub(super) const X: Sample = agreed("x", "sari", "sariwijaya", Some("revoke"));

impl Sample {
    /// What is sent to connect it. The sandbox has no `bsky.social`, which is where Bluesky's accounts are unless it is said otherwise.
    pub(super) fn body(&self) -> Value {
        let mut body = json!({ "platform": self.platform });
        for (name, value) in self.fields {
            body[*name] = json!(value);
        }
        if self.platform == "bluesky" {
            body["host"] = json!("bluesky.sandbox");
        }
        body
    }

    /// What is sent to connect it again: who it is, is known.
    pub(super) fn body_again(&self) -> Value {
        let mut body = json!({});
        for (name, value) in self.fields {
            if !["host", "identifier"].contains(name) {
                body[*name] = json!(value);
            }
        }
        body
    }
}

/// A team with its admin.
pub(super) struct Scene {
    pub(super) ana: Person,
    pub(super) team: String,
}

impl Scene {
    pub(super) async fn open(world: &World) -> Self {
        let ana = world.sign_up("ana").await;
        let team = ana.create_team("Harbour news").await;
        Self { ana, team }
    }

    /// Signs Ana in again, in the browser that she has: access tokens live for a quarter of an hour.
    pub(super) async fn sign_in(&mut self, world: &World) {
        let ana = world.log_in(&self.ana.email).await;
        let api = ana.api.in_browser_of(&self.ana.api);
        self.ana = Person { api, ..ana };
    }

    pub(super) fn accounts_path(&self) -> String {
        format!("/teams/{}/accounts", self.team)
    }

    pub(super) async fn begin(&self, sample: &Sample) -> Answer {
        let body = sample.body();
        self.ana.api.post(&self.accounts_path(), &body).await
    }

    pub(super) async fn begin_again(&self, sample: &Sample, account: &str) -> Answer {
        let path = format!("{}/{account}/reconnect", self.accounts_path());
        self.ana.api.post(&path, &sample.body_again()).await
    }

    /// Connects an account; its id.
    pub(super) async fn connect(&self, sample: &Sample) -> String {
        let begun = self.begin(sample).await;
        self.arrived(sample, begun).await.id()
    }

    /// Connects an account again; its id.
    pub(super) async fn connect_again(&self, sample: &Sample, account: &str) -> String {
        let begun = self.begin_again(sample, account).await;
        self.arrived(sample, begun).await.id()
    }

    async fn arrived(&self, sample: &Sample, begun: Answer) -> Answer {
        let Some(person) = sample.person else {
            return begun.expect(201);
        };
        let back = agree(&begun.expect(202), person).await;
        self.ana.api.get(&back).await.expect(200)
    }

    /// The way back of somebody who agreed.
    pub(super) async fn agreed(&self, sample: &Sample, person: &str) -> String {
        agree(&self.begin(sample).await.expect(202), person).await
    }

    pub(super) async fn account(&self, id: &str) -> Value {
        let path = format!("{}/{id}", self.accounts_path());
        self.ana.api.get(&path).await.expect(200).body
    }

    pub(super) async fn status(&self, id: &str) -> String {
        self.account(id).await["status"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub(super) async fn accounts(&self) -> Vec<Value> {
        let list = self.ana.api.get(&self.accounts_path()).await.expect(200);
        list.body["items"].as_array().unwrap().clone()
    }

    pub(super) async fn disconnect(&self, id: &str) {
        let path = format!("{}/{id}", self.accounts_path());
        self.ana.api.delete(&path).await.expect(204);
    }

    /// The entries of the team's log of this kind, newest first.
    pub(super) async fn entries(&self, kind: &str) -> Vec<Value> {
        let path = format!("/activity?team_id={}", self.team);
        let log = self.ana.api.get(&path).await.expect(200);
        let entries = log.body["items"].as_array().unwrap().iter();
        entries
            .filter(|entry| entry["kind"] == kind)
            .cloned()
            .collect()
    }

    /// What Ana is asked to do about an account, if anything.
    pub(super) async fn todo(&self, account: &str) -> Option<Value> {
        let todos = self.ana.api.get("/todos").await.expect(200);
        let mut todos = todos.body["items"].as_array().unwrap().iter();
        todos.find(|todo| todo["account_id"] == account).cloned()
    }

    pub(super) async fn draft(&self, text: &str, accounts: &[&String]) -> String {
        let body = json!({ "team_id": self.team, "text": text, "account_ids": accounts });
        self.ana.api.post("/posts", &body).await.expect(201).id()
    }

    /// Schedules a draft so many seconds from now.
    pub(super) async fn schedule(&self, world: &World, post: &str, after: i64) {
        let at = world.now() + seconds(after);
        let body = json!({ "post_id": post, "publish_at": at.to_string() });
        self.ana
            .api
            .post("/posts/schedule", &body)
            .await
            .expect(200);
    }

    pub(super) async fn post(&self, post: &str) -> Value {
        let path = format!("/posts/{post}");
        self.ana.api.get(&path).await.expect(200).body
    }

    /// The state of a post's only publication.
    pub(super) async fn state(&self, post: &str) -> String {
        let post = self.post(post).await;
        post["publications"][0]["state"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The account as it is stored.
    pub(super) async fn stored(&self, world: &World, id: &str) -> domain::Account {
        let (team, id) = (self.team.parse().unwrap(), id.parse().unwrap());
        let account = world.store().known_account(team, id).await.unwrap();
        account.expect("the account is there")
    }
}

/// Agrees to everything; the way back.
pub(super) async fn agree(begun: &Answer, person: &str) -> String {
    let address = begun.field("authorization_url");
    decide(&address, &[("account", person), ("decision", "authorize")]).await
}

/// Brings an offer back, and the names of what can be chosen.
pub(super) async fn offered(browser: &Api, back: &str) -> (String, Vec<String>) {
    let offer = browser.get(back).await.expect(200);
    let accounts = offer.body["accounts"].as_array().unwrap().iter();
    let names = accounts.map(|account| account["remote_id"].as_str().unwrap().to_owned());
    (offer.field("offer_id"), names.collect())
}

/// Whether the vault has tokens of an account.
pub(super) async fn has_tokens(world: &World, id: &str) -> bool {
    let id = id.parse().unwrap();
    world.store().sealed_tokens(id).await.unwrap().is_some()
}

/// The requests that platforms got for one operation.
pub(super) fn requests(world: &World, operation: &str) -> Vec<Received> {
    let requests = world.stack.sandbox().requests().into_iter();
    requests
        .filter(|request| request.operation == operation)
        .collect()
}
