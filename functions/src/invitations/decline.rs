//! DELETE /invitations/{invitationId} — decline an invitation

use app::lambda::Function;
use app::{App, Request, RequestExt, Response, Result, respond};
use domain::InvitationId;

use super::joining;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("invitations-decline", |app, request| {
    Box::pin(handle(app, request))
});

/// Declines the invitation; the team sees that in its activity log.
#[utoipa::path(delete, path = "/invitations/{invitationId}", tag = "members", operation_id = "invitations-decline",
    params(("invitationId" = String, Path, description = "The invitation")), security(("access_token" = [])),
    responses((status = 204, description = "The invitation is gone")))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let id: InvitationId = request.path("invitationId")?;

    let invitation = joining::open(app, id, &caller.user).await?;
    let entry = invitation.decline(&caller.user, app.entry(&caller), app.now());
    app.store.decline_invitation(&invitation, &entry).await?;

    Ok(respond::nothing())
}
