//! PATCH /teams/{teamId}/members/{userId} — change what a member may do

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Role, TeamId, UserId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::MemberView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("members-change-role", |app, request| {
    Box::pin(handle(app, request))
});

/// What the member is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeRole {
    /// `admin`, `editor` or `viewer`.
    #[schema(value_type = String, example = "editor")]
    role: Role,
}

/// Gives a member another role, which counts from the next request on. The team's last admin stays one.
#[utoipa::path(patch, path = "/teams/{teamId}/members/{userId}", tag = "members", operation_id = "members-change-role", request_body = ChangeRole,
    params(("teamId" = String, Path, description = "The team"), ("userId" = String, Path, description = "The member")), security(("access_token" = [])),
    responses((status = 200, description = "The member", body = MemberView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let team: TeamId = request.path("teamId")?;
    let user: UserId = request.path("userId")?;
    let ChangeRole { role } = request.json()?;

    let (by, member, user) = futures::try_join!(
        app.store.member(team, caller.user.id),
        app.store.member(team, user),
        app.store.user(user)
    )?;
    let by = by.ok_or_else(|| Error::NotFound("{teamId}".into()))?;
    let both = member.zip(user);
    let (member, user) = both.ok_or_else(|| Error::NotFound("{userId}".into()))?;
    let changed = by.change_role(&member, role, app.entry(&caller), app.now())?;
    if role != member.role {
        app.store.change_role(&member, &changed, &by).await?;
    }

    respond::ok(&MemberView::new(&changed.member, &user, &by))
}
