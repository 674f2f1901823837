//! POST /posts/{postId}/feedback — say something about a post

use app::lambda::Function;
use app::{App, Request, RequestExt, Response, Result, respond};
use domain::{Note, Permission, PostId};
use serde::Deserialize;
use store::Guard;
use utoipa::ToSchema;

use super::scene::Loaded;
use super::view::FeedbackView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("posts-comment", |app, request| {
    Box::pin(handle(app, request))
});

/// What you have to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommentOnPost {
    /// The words. They stay with the post.
    #[schema(value_type = String, min_length = 1, max_length = 4_000)]
    feedback: Note,
}

/// Adds to the thread of feedback on a post. It decides nothing.
#[utoipa::path(post, path = "/posts/{postId}/feedback", tag = "posts", operation_id = "posts-comment", request_body = CommentOnPost, params(("postId" = String, Path, description = "The post")), security(("access_token" = [])),
    responses((status = 201, description = "What was said", body = FeedbackView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let id: PostId = request.path("postId")?;
    let CommentOnPost { feedback } = request.json()?;

    let loaded = Loaded::new(app, caller.user.id, id, "{postId}").await?;
    let word = (app.new_id(), feedback);
    let (entry, now) = (app.entry(&caller), app.now());
    let (post, scene) = (loaded.post(), loaded.scene());
    let change = post.comment(&loaded.member, word, &scene, entry, now)?;
    let guard = Guard {
        member: Some((&loaded.member, Permission::WritePosts)),
        team: None,
    };
    app.store.save_post(&change, &guard).await?;

    let said = change.feedback.as_ref().map(FeedbackView::from);
    respond::json(http::StatusCode::CREATED, &said)
}
