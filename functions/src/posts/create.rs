//! POST /posts — create a draft for one or more accounts

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Permission, Post};
use store::Guard;

use super::body::{WritePost, Written};
use super::scene::{findings, use_media};
use super::view::PostView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("posts-create", |app, request| {
    Box::pin(handle(app, request))
});

/// Creates a draft. What a platform would refuse is kept all the same, and named in `findings`: it must be mended before the post is scheduled.
#[utoipa::path(post, path = "/posts", tag = "posts", operation_id = "posts-create", request_body = WritePost, security(("access_token" = [])),
    responses((status = 201, description = "The draft", body = PostView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let body: WritePost = request.json()?;
    let team = body.team_id;
    let team = team.ok_or_else(|| Error::invalid("/team_id", "is missing"))?;

    let (member, written) = futures::join!(
        app.store.member(team, caller.user.id),
        Written::load(body, app, team)
    );
    let member = member?.ok_or_else(|| Error::NotFound("/team_id".into()))?;
    let written = written?;
    let draft = written.draft();
    let (entry, now) = (app.entry(&caller), app.now());
    let change = Post::create(app.new_id(), &member, draft, entry, now)?;
    use_media(app, &change.post).await?;
    let guard = Guard {
        member: Some((&member, Permission::WritePosts)),
        team: None,
    };
    app.store.save_post(&change, &guard).await?;

    let found = findings(&change.post.content, &written.accounts);
    let view = PostView::from(&change.post).with_findings(&found);
    let response = respond::json(http::StatusCode::CREATED, &view)?;
    Ok(respond::with_etag(response, change.post.version))
}
