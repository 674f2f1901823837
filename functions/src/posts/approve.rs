//! POST /posts/{postId}/approve — approve a pending post

use app::lambda::Function;
use app::{App, Request, RequestExt, Response, Result, respond};
use domain::{ContentHash, Note, Permission, PostId};
use serde::Deserialize;
use store::Guard;
use utoipa::ToSchema;

use super::scene::{Loaded, require_publishable};
use super::view::PostDetailView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("posts-approve", |app, request| {
    Box::pin(handle(app, request))
});

/// A yes to exactly what you have seen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovePost {
    /// `content_hash` of the post: the hash of its content, its files, its accounts and its time.
    #[schema(value_type = String, min_length = 64, max_length = 64)]
    content_hash: ContentHash,
    /// Something to say with it.
    #[schema(value_type = Option<String>, max_length = 4_000)]
    feedback: Option<Note>,
}

/// Says yes to a pending post, or to further times of a post that are pending. The yes is to exactly what has the hash that you send: if the
/// post was changed meanwhile, this answers 409. What you wrote or changed yourself you may only approve where the team allows it.
#[utoipa::path(post, path = "/posts/{postId}/approve", tag = "posts", operation_id = "posts-approve", request_body = ApprovePost, params(("postId" = String, Path, description = "The post")), security(("access_token" = [])),
    responses((status = 200, description = "The post", body = PostDetailView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let id: PostId = request.path("postId")?;
    let ApprovePost {
        content_hash,
        feedback,
    } = request.json()?;

    let loaded = Loaded::new(app, caller.user.id, id, "{postId}").await?;
    let word = (app.new_id(), feedback);
    let (entry, now) = (app.entry(&caller), app.now());
    let (post, scene) = (loaded.post(), loaded.scene());
    let new_id = || app.new_id();
    let change = post.approve(
        &loaded.member,
        &content_hash,
        word,
        &scene,
        new_id,
        entry,
        now,
    )?;
    require_publishable(&post.content, &loaded.accounts, "{postId}")?;
    let guard = Guard {
        member: Some((&loaded.member, Permission::ApprovePosts)),
        team: Some(&loaded.team),
    };
    app.store.save_post(&change, &guard).await?;

    let view = PostDetailView::changed(&change, &loaded.record);
    Ok(respond::with_etag(respond::ok(&view)?, change.post.version))
}
