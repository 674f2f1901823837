//! POST /posts/{postId}/submit — ask for a post to be approved

use app::lambda::Function;
use app::{App, Request, RequestExt, Response, Result, respond};
use domain::{Permission, PostId};
use store::Guard;

use super::scene::{Loaded, require_publishable};
use super::view::PostDetailView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("posts-submit", |app, request| {
    Box::pin(handle(app, request))
});

/// Asks for a post to be approved, in a team that asks for approval. It must have a time, because that is approved too; scheduling it
/// submits it as well, so this is for a post that was rejected or edited.
#[utoipa::path(post, path = "/posts/{postId}/submit", tag = "posts", operation_id = "posts-submit",
    params(("postId" = String, Path, description = "The post"), ("If-Match" = Option<String>, Header, description = "The `ETag` of what you have seen")), security(("access_token" = [])),
    responses((status = 200, description = "The post", body = PostDetailView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let id: PostId = request.path("postId")?;

    let loaded = Loaded::new(app, caller.user.id, id, "{postId}").await?;
    let (entry, now) = (app.entry(&caller), app.now());
    let post = loaded.post();
    let change = post.submit(&loaded.member, &loaded.scene(), entry, now)?;
    request.if_match(post.version)?;
    require_publishable(&post.content, &loaded.accounts, "{postId}")?;
    let guard = Guard {
        member: Some((&loaded.member, Permission::WritePosts)),
        team: Some(&loaded.team),
    };
    app.store.save_post(&change, &guard).await?;

    let view = PostDetailView::changed(&change, &loaded.record);
    Ok(respond::with_etag(respond::ok(&view)?, change.post.version))
}
