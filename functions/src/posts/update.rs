//! PUT /posts/{postId} — edit a post before it goes out

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Permission, PostId, Status};
use store::Guard;

use super::body::{WritePost, Written};
use super::scene::{Loaded, findings, require_publishable, use_media};
use super::view::PostDetailView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("posts-update", |app, request| {
    Box::pin(handle(app, request))
});

/// Replaces what a post says, where it goes, its labels and who sees to it; what you leave out is gone. Its time stays. A post that was
/// approved must be approved again: it is `pending` then, or, in a team that does not ask for approval, approved by this. Every edition is kept.
#[utoipa::path(put, path = "/posts/{postId}", tag = "posts", operation_id = "posts-update", request_body = WritePost,
    params(("postId" = String, Path, description = "The post"), ("If-Match" = Option<String>, Header, description = "The `ETag` of what you have seen")), security(("access_token" = [])),
    responses((status = 200, description = "The post", body = PostDetailView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let id: PostId = request.path("postId")?;
    let body: WritePost = request.json()?;
    if body.team_id.is_some() {
        return Err(Error::invalid("/team_id", "never changes: leave it out"));
    }

    let loaded = Loaded::new(app, caller.user.id, id, "{postId}").await?;
    loaded.member.require(Permission::WritePosts)?;
    request.if_match(loaded.post().version)?;
    let written = Box::pin(Written::load(body, app, loaded.team.id)).await?;
    let mut scene = loaded.scene();
    scene.accounts = &written.accounts;
    let (entry, now) = (app.entry(&caller), app.now());
    let new_id = || app.new_id();
    let draft = written.draft();
    let post = loaded.post();
    let change = post.edit(&loaded.member, draft, &scene, new_id, entry, now)?;
    if matches!(change.post.status, Status::Approved | Status::Pending) && change.is_new_edition() {
        // It is on its way already, so it must be right at once.
        for account in &written.accounts {
            account.require_active("/account_ids")?;
        }
        require_publishable(written.content(), &written.accounts, "")?;
    }
    use_media(app, &change.post).await?;
    let guard = Guard {
        member: Some((&loaded.member, Permission::WritePosts)),
        team: Some(&loaded.team),
    };
    app.store.save_post(&change, &guard).await?;

    let found = findings(&change.post.content, &written.accounts);
    let view = PostDetailView::changed(&change, &loaded.record).with_findings(&found);
    Ok(respond::with_etag(respond::ok(&view)?, change.post.version))
}
