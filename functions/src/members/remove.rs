//! DELETE /teams/{teamId}/members/{userId} — remove a member; or leave the team, with your own id

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{TeamId, UserId};

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("members-remove", |app, request| {
    Box::pin(handle(app, request))
});

/// Takes a member out of the team, who is locked out from the next request on. Everybody can leave. The team's last admin stays.
#[utoipa::path(delete, path = "/teams/{teamId}/members/{userId}", tag = "members", operation_id = "members-remove",
    params(("teamId" = String, Path, description = "The team"), ("userId" = String, Path, description = "The member")), security(("access_token" = [])),
    responses((status = 204, description = "The member is gone")))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let team: TeamId = request.path("teamId")?;
    let user: UserId = request.path("userId")?;

    let (by, member) = futures::try_join!(
        app.store.member(team, caller.user.id),
        app.store.member(team, user)
    )?;
    let by = by.ok_or_else(|| Error::NotFound("{teamId}".into()))?;
    let member = member.ok_or_else(|| Error::NotFound("{userId}".into()))?;
    let removed = by.remove(&member, app.entry(&caller), app.now())?;
    app.store.remove_member(&removed, &by).await?;

    Ok(respond::nothing())
}
