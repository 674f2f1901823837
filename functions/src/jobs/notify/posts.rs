//! Who is told of a post that is still to go out. Nobody is told of what he did himself.

use anyhow::Result;
use app::App;
use domain::{Permission, Post, PostId, Status, UserId};

use super::super::message::{About, Waiting};
use super::{id, with};
use crate::activity::view::ActivityView;

/// Whether the post began to wait for somebody's yes with this. A change that leaves it waiting is no news.
pub(super) fn is_pending_now(entry: &ActivityView) -> bool {
    let status = entry.details.get("status");
    status.is_some_and(|status| *status == Status::Pending.to_string())
}

/// Those whose role lets them say yes, while something waits for it.
pub(super) async fn to_approvers(
    app: &App,
    entry: &ActivityView,
    what: Waiting,
) -> Result<Vec<About>> {
    let Some(post) = concerned(app, entry).await? else {
        return Ok(Vec::new());
    };
    let told = approvers(app, &post).await?;
    Ok(mails(entry, &post, what, told))
}

/// The same, and whoever wrote the post.
pub(super) async fn to_approvers_and_author(
    app: &App,
    entry: &ActivityView,
    what: Waiting,
) -> Result<Vec<About>> {
    let Some(post) = concerned(app, entry).await? else {
        return Ok(Vec::new());
    };
    let mut told = approvers(app, &post).await?;
    told.push(post.author);
    Ok(mails(entry, &post, what, told))
}

/// Whoever wrote the post, and whoever is to see to it.
pub(super) async fn to_owners(app: &App, entry: &ActivityView) -> Result<Vec<About>> {
    let Some(post) = concerned(app, entry).await? else {
        return Ok(Vec::new());
    };
    let told = [Some(post.author), post.assignee].into_iter().flatten();
    Ok(mails(entry, &post, Waiting::Decided, told.collect()))
}

/// Whoever wrote the post, and whoever chose its time.
pub(super) async fn to_planners(app: &App, entry: &ActivityView) -> Result<Vec<About>> {
    let Some(post) = concerned(app, entry).await? else {
        return Ok(Vec::new());
    };
    let repetition = post.repetition.as_ref();
    let further = repetition.filter(|_| entry.details.contains_key("occurrence"));
    let planner = further.map_or(post.edited_by, |repetition| repetition.by);
    let told = vec![post.author, planner];
    Ok(mails(entry, &post, Waiting::Moved, told))
}

async fn concerned(app: &App, entry: &ActivityView) -> Result<Option<Post>> {
    let post: PostId = id(entry.post_id.as_deref(), "which post")?;
    Ok(app.store.post(post).await?.map(|record| record.post))
}

/// Nobody, when it was decided on meanwhile.
async fn approvers(app: &App, post: &Post) -> Result<Vec<UserId>> {
    if post.awaits().is_none() {
        return Ok(Vec::new());
    }
    with(app, post.team, Permission::ApprovePosts).await
}

/// One mail to each.
fn mails(entry: &ActivityView, post: &Post, what: Waiting, mut told: Vec<UserId>) -> Vec<About> {
    told.sort_unstable();
    told.dedup();
    let is_other = |user: &UserId| entry.actor_id.as_deref() != Some(&user.to_string());
    let mail = |user| About::Post {
        user,
        post: post.id,
        what,
    };
    told.into_iter().filter(is_other).map(mail).collect()
}
