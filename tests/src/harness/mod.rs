//! A whole system for one test: its own database, its own clock, spoken to over HTTP.

mod api;
mod leaks;
mod log;
mod people;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU16, Ordering};

use jiff::{SignedDuration, Timestamp};
use local::{Data, Options, Stack};
use serde_json::Value;

pub(crate) use api::{Answer, Api, consent, decide};
pub(crate) use people::{PASSWORD, Person};

/// A system in memory whose clock the test moves. Dropping it without `finish` leaves out the check for forgotten work.
pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) anonymous: Api,
    places: AtomicU16,
    /// When its log begins.
    begun: log::Moment,
}

/// The moment at which every test begins.
pub(crate) fn start_of_time() -> Timestamp {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

pub(crate) fn seconds(n: i64) -> SignedDuration {
    SignedDuration::from_secs(n)
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(Data::Memory, BTreeMap::new()).await
    }

    pub(crate) async fn with(data: Data, parameters: BTreeMap<String, String>) -> Self {
        Self::from(Options {
            data,
            parameters,
            ..Options::default()
        })
        .await
    }

    /// Starts with any options, but always on a clock that stands at the start of time.
    pub(crate) async fn from(options: Options) -> Self {
        let begun = log::listen();
        let clock = app::Clock::manual(start_of_time());
        let stack = Stack::start(Options { clock, ..options }).await.unwrap();
        let anonymous = Api::new(stack.api_url());
        Self {
            stack,
            anonymous,
            places: AtomicU16::new(0),
            begun,
        }
    }

    /// What was logged so far, in lines as deployed functions write them.
    pub(crate) fn logged(&self) -> String {
        log::since(self.begun)
    }

    /// An address of loopback in a place where nobody was before: limits that count places have not counted anything there.
    pub(crate) fn new_place(&self) -> String {
        let [high, low] = self.places.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        format!("127.{}.{low}.1", u16::from(high) + 1)
    }

    /// Anybody, at a new place.
    pub(crate) fn elsewhere(&self) -> Api {
        self.anonymous.from_place(&self.new_place())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.stack.clock().now()
    }

    pub(crate) async fn settle(&self) {
        self.stack.settle().await.unwrap();
    }

    pub(crate) async fn advance(&self, by: SignedDuration) {
        self.stack.advance(by).await.unwrap();
    }

    pub(crate) fn store(&self) -> &store::Store {
        &self.stack.app().store
    }

    /// Lets what runs now end, and moves the clock: what is due then has not begun yet.
    pub(crate) async fn pass(&self, by: SignedDuration) {
        self.settle().await;
        self.stack.clock().advance(by);
    }

    /// Moves the clock at once, as if nothing had run meanwhile.
    pub(crate) async fn jump(&self, by: SignedDuration) {
        self.stack.jump(by).await.unwrap();
    }

    /// The texts that the platforms really published.
    pub(crate) fn published(&self) -> Vec<String> {
        self.stack
            .sandbox()
            .executed()
            .into_iter()
            .map(|post| post.text)
            .collect()
    }

    /// The subjects of the mails to an address, oldest first.
    pub(crate) fn subjects(&self, address: &str) -> Vec<String> {
        self.stack
            .mails()
            .into_iter()
            .filter(|mail| mail.to == address)
            .map(|mail| mail.subject)
            .collect()
    }

    /// The token of a link in the newest mail to an address that has one; `link` is what precedes it, such as `/verify-email?token=`.
    pub(crate) async fn link_in_mail(&self, address: &str, link: &str) -> String {
        self.settle().await;
        let mails = self.stack.mails();
        let mut texts = mails
            .iter()
            .rev()
            .filter(|mail| mail.to == address)
            .filter_map(|mail| mail.text.split_once(link));
        let (_, rest) = texts
            .next()
            .unwrap_or_else(|| panic!("no mail to {address} has {link}"));
        let ends = |c: char| c == '&' || c.is_whitespace();
        rest.split(ends).next().unwrap().to_owned()
    }

    /// Ends a test: nothing may have failed on the way or lie in a dead-letter queue, and no secret may have got out.
    pub(crate) async fn finish(self) {
        self.settle().await;
        assert!(
            self.stack.failures().is_empty(),
            "failed invocations: {:?}",
            self.stack.failures()
        );
        assert!(
            self.stack.dead_letters().is_empty(),
            "dead letters: {:?}",
            self.stack.dead_letters()
        );
        self.end().await;
    }

    /// Ends a test in which something was meant to fail: no secret may have got out all the same.
    pub(crate) async fn end(self) {
        self.settle().await;
        let leaks = self.leaks();
        assert!(leaks.is_empty(), "got out: {leaks:?}");
        self.stack.shutdown().await;
    }
}

/// A team with an account on each platform, its admin, and a post that can be scheduled.
pub(crate) struct Newsroom {
    pub(crate) ana: Person,
    pub(crate) team: String,
    pub(crate) mastodon: String,
    pub(crate) bluesky: String,
}

impl Newsroom {
    pub(crate) async fn open(world: &World) -> Self {
        let ana = world.sign_up("ana").await;
        let team = ana.create_team("Harbour news").await;
        let mastodon = ana.connect_mastodon(&team).await;
        let bluesky = ana.connect_bluesky(&team).await;
        Self {
            ana,
            team,
            mastodon,
            bluesky,
        }
    }

    pub(crate) async fn draft(&self, text: &str, accounts: &[&String]) -> String {
        let body =
            serde_json::json!({ "team_id": self.team, "text": text, "account_ids": accounts });
        self.ana.api.post("/posts", &body).await.expect(201).id()
    }

    pub(crate) async fn schedule(&self, post: &str, at: Timestamp) -> Value {
        let body = serde_json::json!({ "post_id": post, "publish_at": at.to_string() });
        self.ana
            .api
            .post("/posts/schedule", &body)
            .await
            .expect(200)
            .body
    }

    pub(crate) async fn post(&self, post: &str) -> Value {
        self.ana
            .api
            .get(&format!("/posts/{post}"))
            .await
            .expect(200)
            .body
    }

    /// The state of a post's only publication.
    pub(crate) async fn state(&self, post: &str) -> String {
        self.post(post).await["publications"][0]["state"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}
