//! POST /posts/repost/{postId} — publish a post again automatically at given times

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::repeat::Repeat;
use domain::{Permission, PostId, Zone};
use jiff::SignedDuration;
use jiff::civil::DateTime;
use platforms::rules;
use serde::{Deserialize, Serialize};
use store::Guard;
use utoipa::ToSchema;

use super::scene::{Loaded, require_publishable};
use super::timing::when;
use super::view::PostDetailView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("posts-repost", |app, request| {
    Box::pin(handle(app, request))
});

/// At which times: name `times` or `rule`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RepostPost {
    /// The times, at most 50: RFC 3339 with an offset, or local ones without.
    #[schema(max_items = 50, example = json!(["2030-02-07T09:00:00+07:00"]))]
    times: Option<Vec<String>>,
    /// A rule (RFC 5545, RRULE) in local time: it goes on at the same time on the clock when clocks change.
    #[schema(example = "FREQ=WEEKLY;BYDAY=MO;COUNT=10")]
    rule: Option<String>,
    /// The local time that the rule begins at; the post's own, unless said otherwise.
    #[schema(value_type = Option<String>, example = "2030-02-07T09:00:00")]
    starts_at: Option<DateTime>,
    /// The time zone (IANA) of local times and of the rule; the team's, unless said otherwise.
    #[schema(value_type = Option<String>, example = "Asia/Jakarta")]
    time_zone: Option<Zone>,
    /// How many seconds late each may go out: 60 to 86,400; the team's setting, unless said otherwise.
    #[schema(minimum = 60, maximum = 86_400)]
    max_late_seconds: Option<u32>,
    /// Only show the times that it would have: nothing is kept.
    #[serde(default)]
    dry_run: bool,
}

/// The post with its further times, and what to know about them.
#[derive(Debug, Serialize, ToSchema)]
pub struct RepostView {
    /// The post.
    #[serde(flatten)]
    pub post: PostDetailView,
    /// Platforms that refuse what they have had already, and how.
    pub duplicates: Vec<DuplicateView>,
}

/// A platform that refuses what it has had already.
#[derive(Debug, Serialize, ToSchema)]
pub struct DuplicateView {
    /// On which account.
    pub account_id: String,
    /// The platform.
    pub platform: String,
    /// What it does.
    pub detail: String,
}

/// Lets a post go out again, at times or by a rule. Each time is a publication of its own. In a team that asks for approval the times wait for
/// somebody's yes. `repetition.next` shows the next ones; `dry_run` shows them before anything is kept.
#[utoipa::path(post, path = "/posts/repost/{postId}", tag = "posts", operation_id = "posts-repost", request_body = RepostPost, params(("postId" = String, Path, description = "The post")), security(("access_token" = [])),
    responses((status = 200, description = "The post with its further times", body = RepostView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let id: PostId = request.path("postId")?;
    let body: RepostPost = request.json()?;

    let loaded = Loaded::new(app, caller.user.id, id, "{postId}").await?;
    loaded.member.require(Permission::WritePosts)?;
    let repeat = body.repeat(&loaded)?;
    let late = body.max_late_seconds;
    let late = late.map(|seconds| SignedDuration::from_secs(seconds.into()));
    let late = late.unwrap_or(loaded.team.settings.max_late);
    let (entry, now) = (app.entry(&caller), app.now());
    let (post, scene) = (loaded.post(), loaded.scene());
    let new_id = || app.new_id();
    let change = post.repeat(&loaded.member, repeat, late, &scene, new_id, entry, now)?;
    require_publishable(&post.content, &loaded.accounts, "{postId}")?;
    if !body.dry_run {
        let guard = Guard {
            member: Some((&loaded.member, Permission::WritePosts)),
            team: Some(&loaded.team),
        };
        app.store.save_post(&change, &guard).await?;
    }

    let refusing = loaded.accounts.iter().filter_map(|account| {
        Some(DuplicateView {
            account_id: account.id.to_string(),
            platform: account.platform.to_string(),
            detail: rules::rules(account.platform)
                .refuses_duplicates?
                .to_owned(),
        })
    });
    respond::ok(&RepostView {
        post: PostDetailView::changed(&change, &loaded.record),
        duplicates: refusing.collect(),
    })
}

impl RepostPost {
    fn repeat(&self, loaded: &Loaded) -> Result<Repeat> {
        let team = &loaded.team.settings.zone;
        match (&self.times, &self.rule) {
            (Some(times), None) => {
                if self.starts_at.is_some() {
                    return Err(Error::invalid("/starts_at", "goes with a rule only"));
                }
                let each = times.iter().enumerate().map(|(n, text)| {
                    when(text, self.time_zone.as_ref(), team, &format!("/times/{n}"))
                });
                let times = each.collect::<Result<_>>()?;
                Ok(Repeat::times(times, "/times")?)
            }
            (None, Some(rule)) => {
                let zone = self.time_zone.clone().unwrap_or_else(|| team.clone());
                let own = loaded.post().timing.as_ref().map(|timing| {
                    let at = timing.schedule.publish_at;
                    at.to_zoned(zone.rules()).datetime()
                });
                let start = self.starts_at.or(own);
                let start = start.ok_or_else(|| Error::invalid("/starts_at", "is missing"))?;
                Ok(Repeat::rule(rule, start, zone, "/rule")?)
            }
            _ => Err(Error::invalid("", "must have either times or a rule")),
        }
    }
}
