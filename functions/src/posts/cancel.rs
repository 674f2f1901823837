//! DELETE /posts/{postId} — cancel a post before it is published

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{AccountId, Permission, PostId};
use serde::Deserialize;
use store::Guard;
use utoipa::IntoParams;

use super::scene::Loaded;
use super::view::PostDetailView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("posts-cancel", |app, request| {
    Box::pin(handle(app, request))
});

/// Where it is cancelled.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CancelPost {
    /// Only on this account of the post.
    #[param(value_type = Option<String>)]
    account_id: Option<AccountId>,
}

/// Cancels a post, on all its accounts or on one of them. What is out or going out answers 409, says so for each account, and says what can
/// still be done; nothing is cancelled then. The post stays as a record.
#[utoipa::path(delete, path = "/posts/{postId}", tag = "posts", operation_id = "posts-cancel",
    params(("postId" = String, Path, description = "The post"), ("If-Match" = Option<String>, Header, description = "The `ETag` of what you have seen"), CancelPost), security(("access_token" = [])),
    responses((status = 200, description = "The post", body = PostDetailView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let id: PostId = request.path("postId")?;
    let CancelPost { account_id } = request.query()?;

    let loaded = Loaded::new(app, caller.user.id, id, "{postId}").await?;
    let post = loaded.post();
    if account_id.is_some_and(|account| !post.accounts.contains(&account)) {
        return Err(Error::NotFound("?account_id".into()));
    }
    let (entry, now) = (app.entry(&caller), app.now());
    let scene = loaded.scene();
    let change = post.cancel(&loaded.member, account_id, &scene, entry, now)?;
    request.if_match(post.version)?;
    let guard = Guard {
        member: Some((&loaded.member, Permission::WritePosts)),
        team: None,
    };
    app.store.save_post(&change, &guard).await?;

    let view = PostDetailView::changed(&change, &loaded.record);
    Ok(respond::with_etag(respond::ok(&view)?, change.post.version))
}
