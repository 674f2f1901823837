//! Right requests about posts, and posts for them that stand where the request wants them.

use domain::post::{RepetitionState, TodoKind};
use domain::{Post, Status};
use sandbox::{Effect, Fault};
use serde_json::{Value, json};
use store::PostRecord;

use super::requests::Call;
use super::scene::Scene;
use crate::harness::seconds;

/// Where a post must stand so that something can be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Stands {
    /// It is a draft.
    Draft,
    /// It was rejected, and its time is still to come.
    Rejected,
    /// It waits for somebody's yes.
    Pending,
    /// It waits for its time.
    Approved,
    /// It goes out again at further times.
    Repeating,
    /// It did not go out, and nobody has taken note of that.
    Failed,
}

impl Stands {
    fn is(self, record: &PostRecord) -> bool {
        let post = &record.post;
        let repeats = |post: &Post| {
            let states = [RepetitionState::Pending, RepetitionState::Active];
            let repetition = post.repetition.as_ref();
            repetition.is_some_and(|repetition| states.contains(&repetition.state))
        };
        match self {
            Self::Draft => post.status == Status::Draft,
            Self::Rejected => post.status == Status::Rejected,
            Self::Pending => post.status == Status::Pending,
            Self::Approved => post.status == Status::Approved && !repeats(post),
            Self::Repeating => repeats(post),
            Self::Failed => {
                let todo = post.todo(&record.publications);
                todo.is_some_and(|todo| todo.kind == TodoKind::FailedPublication)
            }
        }
    }
}

impl Scene {
    /// A right request of a route about posts.
    pub(super) async fn post_call(&self, route: &str, call: Call) -> Call {
        let (team, post) = (&self.ours.team, &self.ours.post);
        let of = async |stands| {
            call.clone()
                .parameter("postId", &self.spare_post(stands).await)
        };
        match route {
            "POST /posts" => call.body(self.whole_post(true)),
            "PUT /posts/{postId}" => of(Stands::Draft).await.body(self.whole_post(false)),
            "DELETE /posts/{postId}" => {
                let account = &self.ours.account;
                of(Stands::Draft).await.query("account_id", account)
            }
            "GET /posts/{postId}" => call.parameter("postId", post),
            "GET /posts" => call
                .query("team_id", team)
                .query("account_id", &self.ours.account)
                .query("author_id", &self.admin.id)
                .query("assignee_id", &self.admin.id),
            "POST /posts/preview" => call.body(json!({ "post": self.whole_post(true) })),
            "POST /posts/schedule" => {
                let at = self.tomorrow();
                call.body(json!({ "post_id": post, "publish_at": at, "max_late_seconds": 600 }))
            }
            "POST /posts/{postId}/submit" => {
                let call = of(Stands::Rejected).await;
                self.ask_for_approval(true).await;
                call
            }
            "POST /posts/{postId}/approve" => self.decision(call).await,
            "POST /posts/{postId}/reject" => {
                let mut call = self.decision(call).await;
                call.body.as_mut().unwrap()["feedback"] = json!("It opens at eight in winter.");
                call
            }
            "POST /posts/{postId}/feedback" => {
                let feedback = json!({ "feedback": "Shall we show the bread?" });
                call.parameter("postId", post).body(feedback)
            }
            "POST /posts/repost/{postId}" => {
                let times = [self.days(2), self.days(3)];
                let body = json!({ "times": times, "max_late_seconds": 600, "dry_run": false });
                let call = of(Stands::Approved).await;
                self.ask_for_approval(false).await;
                call.body(body)
            }
            "DELETE /posts/repost/{postId}" => of(Stands::Repeating).await,
            "DELETE /todos/{postId}" => of(Stands::Failed).await,
            other => panic!("{other} has no row: say what a right request of it is"),
        }
    }

    /// Right requests of a route that name what its first one cannot name beside the rest.
    pub(crate) async fn variants(&self, route: &str) -> Vec<Call> {
        let call = || Call::new(route);
        let (team, post, account) = (&self.ours.team, &self.ours.post, &self.ours.account);
        match route {
            "POST /posts/preview" => vec![call().body(json!({ "post_id": post }))],
            "POST /posts/schedule" => {
                let queue = self
                    .call("PATCH /teams/{teamId}/accounts/{accountId}")
                    .await;
                queue.send(&self.admin.api).await.expect(200);
                let one = json!({ "post_id": post, "publish_at": "queue", "queue_account_id": account, "max_late_seconds": 600 });
                let other = json!({ "post_id": self.spare_post(Stands::Draft).await, "publish_at": "2026-07-01T09:00:00", "time_zone": "Asia/Jakarta" });
                vec![
                    call().body(one.clone()),
                    call().body(other.clone()),
                    call().body(json!({ "posts": [one, other] })),
                ]
            }
            "POST /posts/repost/{postId}" => {
                let post = self.spare_post(Stands::Approved).await;
                let rule = json!({ "rule": "FREQ=WEEKLY;COUNT=3", "starts_at": "2026-06-08T09:00:00", "time_zone": "Asia/Jakarta", "dry_run": true });
                vec![call().parameter("postId", &post).body(rule)]
            }
            "GET /activity" => vec![
                call().query("team_id", team).query("post_id", post),
                call().query("team_id", team).query("account_id", account),
            ],
            _ => Vec::new(),
        }
    }

    /// A post with something at every place that the API knows.
    fn whole_post(&self, is_new: bool) -> Value {
        let (account, media) = (&self.ours.account, &self.ours.media);
        let file = json!({ "media_id": media, "alt": "A loaf" });
        let part = json!({ "text": "And rolls.", "media": [file] });
        let mut post = json!({
            "text": "Fresh bread",
            "link": "https://example.com/bread",
            "media": [file],
            "parts": [part],
            "first_comment": "Until six.",
            "versions": [
                { "platform": "bluesky", "text": "Fresh bread!", "media": [file], "parts": [part], "options": { "platform": "bluesky", "languages": ["en"] } },
                { "account_id": account, "link": "https://example.com/rolls", "first_comment": "Until seven." },
            ],
            "account_ids": [account],
            "labels": ["bread"],
            "assignee_id": self.admin.id,
        });
        if is_new {
            post["team_id"] = json!(self.ours.team);
        }
        post
    }

    /// A right decision on a post that waits for one.
    async fn decision(&self, call: Call) -> Call {
        let post = self.spare_post(Stands::Pending).await;
        let record = self.record(&post).await;
        let hash = record.post.awaits().unwrap().hash();
        let body = json!({ "content_hash": hash.as_str(), "feedback": "As we said." });
        call.parameter("postId", &post).body(body)
    }

    fn days(&self, days: i64) -> String {
        (self.world.now() + seconds(days * 86_400)).to_string()
    }

    fn tomorrow(&self) -> String {
        self.days(1)
    }

    pub(super) async fn record(&self, post: &str) -> PostRecord {
        let record = self.world.store().post(post.parse().unwrap()).await;
        record.unwrap().unwrap()
    }

    /// Has the first team ask for approval from now on, or no longer. People may say yes to what they wrote themselves.
    pub(super) async fn ask_for_approval(&self, asks: bool) {
        let team = self.world.store().team(self.ours.team.parse().unwrap());
        let settings = team.await.unwrap().unwrap().settings;
        if (settings.approval_required, settings.own_approval) != (asks, true) {
            let path = format!("/teams/{}", self.ours.team);
            let change = json!({ "approval_required": asks, "own_approval": true });
            self.admin.api.patch(&path, &change).await.expect(200);
        }
    }

    /// A post of the first team that stands there.
    pub(super) async fn spare_post(&self, stands: Stands) -> String {
        let known = self.spares.lock().await.posts.get(&stands).cloned();
        if let Some(post) = known
            && stands.is(&self.record(&post).await)
        {
            return post;
        }
        let post = self.new_post(stands).await;
        let mut spares = self.spares.lock().await;
        spares.posts.insert(stands, post.clone());
        assert!(stands.is(&self.record(&post).await), "{stands:?}");
        post
    }

    async fn new_post(&self, stands: Stands) -> String {
        let api = &self.admin.api;
        let body = json!({ "team_id": self.ours.team, "text": format!("Spare: {stands:?}"), "account_ids": [self.ours.account] });
        let post = api.post("/posts", &body).await.expect(201).id();
        let asks = matches!(stands, Stands::Rejected | Stands::Pending);
        if stands == Stands::Draft {
            return post;
        }
        self.ask_for_approval(asks).await;
        let is_refused = stands == Stands::Failed;
        if is_refused {
            let body = json!({ "error": "InvalidRecord", "message": "no" });
            let refusal = Effect::Reject { status: 400, body };
            let fault = Fault::on("com.atproto.repo.putRecord", refusal);
            self.world.stack.sandbox().script(fault);
        }
        let at = if is_refused {
            "now".to_owned()
        } else {
            self.tomorrow()
        };
        let time = json!({ "post_id": post, "publish_at": at });
        let scheduled = api.post("/posts/schedule", &time).await.expect(200).body;
        match stands {
            Stands::Draft | Stands::Pending | Stands::Approved => {}
            Stands::Rejected => {
                let no =
                    json!({ "content_hash": scheduled["content_hash"], "feedback": "Not yet." });
                let path = format!("/posts/{post}/reject");
                api.post(&path, &no).await.expect(200);
            }
            Stands::Repeating => {
                let times = json!({ "times": [self.days(2), self.days(3)] });
                let path = format!("/posts/repost/{post}");
                api.post(&path, &times).await.expect(200);
            }
            Stands::Failed => self.world.settle().await,
        }
        post
    }
}
