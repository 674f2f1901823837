//! POST /posts/{postId}/reject — reject a pending post, with feedback that is kept

use app::lambda::Function;
use app::{App, Request, RequestExt, Response, Result, respond};
use domain::{ContentHash, Note, Permission, PostId};
use serde::Deserialize;
use store::Guard;
use utoipa::ToSchema;

use super::scene::Loaded;
use super::view::PostDetailView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("posts-reject", |app, request| {
    Box::pin(handle(app, request))
});

/// A no to exactly what you have seen, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectPost {
    /// `content_hash` of the post.
    #[schema(value_type = String, min_length = 64, max_length = 64)]
    content_hash: ContentHash,
    /// Why, and what would be right. It stays with the post.
    #[schema(value_type = String, min_length = 1, max_length = 4_000, example = "The market opens at eight in winter.")]
    feedback: Note,
}

/// Says no to a pending post, or to further times of a post that are pending. Whoever wrote it finds it on the to-do list.
#[utoipa::path(post, path = "/posts/{postId}/reject", tag = "posts", operation_id = "posts-reject", request_body = RejectPost, params(("postId" = String, Path, description = "The post")), security(("access_token" = [])),
    responses((status = 200, description = "The post", body = PostDetailView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let id: PostId = request.path("postId")?;
    let RejectPost {
        content_hash,
        feedback,
    } = request.json()?;

    let loaded = Loaded::new(app, caller.user.id, id, "{postId}").await?;
    let word = (app.new_id(), feedback);
    let (entry, now) = (app.entry(&caller), app.now());
    let (post, scene) = (loaded.post(), loaded.scene());
    let change = post.reject(&loaded.member, &content_hash, word, &scene, entry, now)?;
    let guard = Guard {
        member: Some((&loaded.member, Permission::ApprovePosts)),
        team: Some(&loaded.team),
    };
    app.store.save_post(&change, &guard).await?;

    let view = PostDetailView::changed(&change, &loaded.record);
    Ok(respond::with_etag(respond::ok(&view)?, change.post.version))
}
