//! DELETE /todos/{postId} — take note of what failed of a post

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::post::{Scene, TodoKind};
use domain::{Permission, PostId};
use store::{Guard, TeamOfUser};

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("todos-dismiss", |app, request| {
    Box::pin(handle(app, request))
});

/// Takes note of a post that did not go out, so that it waits for nobody any more. Whatever else waits goes away by being done.
#[utoipa::path(delete, path = "/todos/{postId}", tag = "me", operation_id = "todos-dismiss", params(("postId" = String, Path, description = "The post")), security(("access_token" = [])),
    responses((status = 204, description = "It waits for nobody any more")))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let id: PostId = request.path("postId")?;
    let missing = || Error::NotFound("{postId}".into());

    let record = app.store.post(id).await?.ok_or_else(missing)?;
    let both = app.store.team_of(record.post.team, caller.user.id).await?;
    let TeamOfUser { team, member } = both.ok_or_else(missing)?;
    member.require(Permission::WritePosts)?;
    let todo = record.post.todo(&record.publications);
    if todo.is_none_or(|todo| todo.kind != TodoKind::FailedPublication) {
        return Err(Error::Conflict(
            "only what failed can be dismissed; everything else on the list goes away by being done".into(),
        ));
    }
    let scene = Scene {
        settings: &team.settings,
        accounts: &[],
        publications: &record.publications,
    };
    let (entry, now) = (app.entry(&caller), app.now());
    let change = record.post.note(&member, &scene, entry, now)?;
    let guard = Guard {
        member: Some((&member, Permission::WritePosts)),
        team: None,
    };
    app.store.save_post(&change, &guard).await?;

    Ok(respond::nothing())
}
