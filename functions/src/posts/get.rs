//! GET /posts/{postId} — a post with its publications, its feedback and its editions

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Permission, PostId};

use super::view::PostDetailView;

/// The deployed function.
pub const FUNCTION: Function =
    Function::endpoint("posts-get", |app, request| Box::pin(handle(app, request)));

/// How many editions, and how much feedback, are shown.
const HISTORY: usize = 50;

/// Shows a post, where each of its publications stands, what was said about it and what it said before.
#[utoipa::path(get, path = "/posts/{postId}", tag = "posts", operation_id = "posts-get", params(("postId" = String, Path, description = "The post")), security(("access_token" = [])),
    responses((status = 200, description = "The post", body = PostDetailView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let id: PostId = request.path("postId")?;
    let missing = || Error::NotFound("{postId}".into());

    let (record, history) = futures::try_join!(app.store.post(id), app.store.history(id, HISTORY))?;
    let record = record.ok_or_else(missing)?;
    let member = app
        .store
        .member(record.post.team, caller.user.id)
        .await?
        .ok_or_else(missing)?;
    member.require(Permission::Read)?;

    let response = respond::ok(&PostDetailView::whole(&record, &history))?;
    Ok(respond::with_etag(response, record.post.version))
}
