//! POST /posts/schedule — schedule a post for a point in time

use app::error::FieldError;
use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond, vault};
use domain::post::Plan;
use domain::schedule::Schedule;
use domain::{Account, AccountId, Post, PostId};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use store::TeamOfUser;
use utoipa::ToSchema;

use super::view::PostDetailView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("posts-schedule", |app, request| {
    Box::pin(handle(app, request))
});

/// Which post, and when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SchedulePost {
    /// The post.
    #[schema(value_type = String)]
    post_id: PostId,
    /// When it goes out: RFC 3339 with an offset.
    #[schema(value_type = String, format = "date-time", example = "2030-01-31T09:00:00+07:00")]
    publish_at: Timestamp,
    /// How many seconds late it may go out: 60 to 86,400; the team's setting, unless said otherwise. After that it is not sent, and you are told.
    #[schema(minimum = 60, maximum = 86_400)]
    max_late_seconds: Option<u32>,
}

/// Gives the post its time, or another one. Its text must suit every platform that it goes to. In a team that asks for approval the post is
/// `pending` then, and nothing goes out before somebody approves it.
#[utoipa::path(post, path = "/posts/schedule", tag = "posts", operation_id = "posts-schedule", request_body = SchedulePost, security(("access_token" = [])),
    responses((status = 200, description = "The post with its publications", body = PostDetailView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let SchedulePost {
        post_id,
        publish_at,
        max_late_seconds,
    } = request.json()?;
    let missing = || Error::NotFound("/post_id".into());

    let record = app.store.post(post_id).await?.ok_or_else(missing)?;
    let (team, accounts) = (record.post.team, &record.post.accounts);
    let (both, accounts) = futures::try_join!(
        app.store.team_of(team, caller.user.id),
        app.store.accounts_named(team, accounts)
    )?;
    let TeamOfUser { team, member } = both.ok_or_else(missing)?;
    let is_there = |id: &AccountId| accounts.iter().any(|account| account.id == *id);
    if !record.post.accounts.iter().all(is_there) {
        return Err(Error::Conflict(
            "this post goes to an account that was disconnected: write it anew, for others".into(),
        ));
    }
    let max_late = max_late_seconds.map(|seconds| SignedDuration::from_secs(seconds.into()));
    let schedule = Schedule::new(
        publish_at,
        max_late.unwrap_or(team.settings.max_late),
        app.now(),
    )?;
    let plan = Plan {
        schedule,
        settings: &team.settings,
        accounts: &accounts,
        publications: record.publications,
    };
    let new_id = || app.new_id();
    let scheduled = record
        .post
        .schedule(&member, plan, new_id, app.new_id(), app.now())?;
    suits_every_platform(&scheduled.post, &accounts)?;
    app.store.schedule_post(&scheduled, &team, &member).await?;

    respond::ok(&PostDetailView::new(
        &scheduled.post,
        &scheduled.publications,
        &record.attempts,
    ))
}

/// Refuses a text that a platform would refuse.
fn suits_every_platform(post: &Post, accounts: &[Account]) -> Result<()> {
    let findings = accounts.iter().flat_map(|account| {
        let findings = match platforms::publisher(account.platform) {
            Some(publisher) => {
                let limits = vault::target(account).limits();
                let findings = publisher.check(post.content.text.as_str(), &limits);
                findings.iter().map(ToString::to_string).collect()
            }
            None => vec!["Tayang cannot publish yet".to_owned()],
        };
        findings.into_iter().map(|finding| FieldError {
            pointer: "/post_id".into(),
            detail: format!("on {} ({}) {finding}", account.handle, account.platform),
        })
    });
    let errors: Vec<_> = findings.collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(errors))
    }
}
