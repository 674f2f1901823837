//! POST /invitations/{invitationId}/accept — join the team that invites you

use app::lambda::Function;
use app::{App, Request, RequestExt, Response, Result, respond};
use domain::InvitationId;

use super::joining;
use crate::teams::view::TeamView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("invitations-accept", |app, request| {
    Box::pin(handle(app, request))
});

/// Makes you a member. An invitation is for the owner of its address: sign up or in with that one.
#[utoipa::path(post, path = "/invitations/{invitationId}/accept", tag = "members", operation_id = "invitations-accept",
    params(("invitationId" = String, Path, description = "The invitation")), security(("access_token" = [])),
    responses((status = 200, description = "The team that you are a member of now", body = TeamView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let id: InvitationId = request.path("invitationId")?;

    let invitation = joining::open(app, id, &caller.user).await?;
    let both = joining::join(app, &invitation, &caller.user, app.entry(&caller)).await?;

    respond::ok(&TeamView::new(&both.team, &both.member))
}
