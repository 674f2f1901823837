//! DELETE /posts/repost/{postId} — leave out one of a post's further times, or stop them all

use app::lambda::Function;
use app::{App, Request, RequestExt, Response, Result, respond};
use domain::{Permission, PostId};
use serde::Deserialize;
use store::Guard;
use utoipa::IntoParams;

use super::scene::Loaded;
use super::view::PostDetailView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("posts-stop-repost", |app, request| {
    Box::pin(handle(app, request))
});

/// Which.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct StopRepost {
    /// Only this one: `occurrence` of `repetition.next`.
    #[param(minimum = 1)]
    occurrence: Option<u32>,
}

/// Leaves out one of the further times of a post, or stops them all. What has gone out stays; what is going out at this moment answers 409.
#[utoipa::path(delete, path = "/posts/repost/{postId}", tag = "posts", operation_id = "posts-stop-repost", params(("postId" = String, Path, description = "The post"), StopRepost), security(("access_token" = [])),
    responses((status = 200, description = "The post", body = PostDetailView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let id: PostId = request.path("postId")?;
    let StopRepost { occurrence } = request.query()?;

    let loaded = Loaded::new(app, caller.user.id, id, "{postId}").await?;
    let (entry, now) = (app.entry(&caller), app.now());
    let (post, scene) = (loaded.post(), loaded.scene());
    let change = match occurrence {
        Some(number) => {
            let new_id = || app.new_id();
            post.skip(&loaded.member, number, &scene, new_id, entry, now)?
        }
        None => post.stop_repeating(&loaded.member, &scene, entry, now)?,
    };
    let guard = Guard {
        member: Some((&loaded.member, Permission::WritePosts)),
        team: None,
    };
    app.store.save_post(&change, &guard).await?;

    let view = PostDetailView::changed(&change, &loaded.record);
    Ok(respond::with_etag(respond::ok(&view)?, change.post.version))
}
