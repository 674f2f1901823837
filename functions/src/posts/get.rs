//! GET /posts/{postId} — a post with its publications

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Permission, PostId};

use super::view::PostDetailView;

/// The deployed function.
pub const FUNCTION: Function =
    Function::endpoint("posts-get", |app, request| Box::pin(handle(app, request)));

/// Shows a post and where each of its publications stands.
#[utoipa::path(get, path = "/posts/{postId}", tag = "posts", operation_id = "posts-get", params(("postId" = String, Path, description = "The post")), security(("access_token" = [])),
    responses((status = 200, description = "The post", body = PostDetailView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let id: PostId = request.path("postId")?;
    let missing = || Error::NotFound("{postId}".into());

    let record = app.store.post(id).await?.ok_or_else(missing)?;
    let member = app
        .store
        .member(record.post.team, caller.user.id)
        .await?
        .ok_or_else(missing)?;
    member.require(Permission::Read)?;

    respond::ok(&PostDetailView::from(&record))
}
