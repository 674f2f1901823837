//! DELETE /teams/{teamId}/invitations/{invitationId} — take an invitation back

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{InvitationId, TeamId};

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("invitations-revoke", |app, request| {
    Box::pin(handle(app, request))
});

/// Takes the invitation back: nobody can accept it any more.
#[utoipa::path(delete, path = "/teams/{teamId}/invitations/{invitationId}", tag = "members", operation_id = "invitations-revoke",
    params(("teamId" = String, Path, description = "The team"), ("invitationId" = String, Path, description = "The invitation")), security(("access_token" = [])),
    responses((status = 204, description = "The invitation is gone")))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let team: TeamId = request.path("teamId")?;
    let id: InvitationId = request.path("invitationId")?;

    let (member, invitation) = futures::try_join!(
        app.store.member(team, caller.user.id),
        app.store.invitation(id)
    )?;
    let member = member.ok_or_else(|| Error::NotFound("{teamId}".into()))?;
    let invitation = invitation.filter(|invitation| invitation.team == team);
    let invitation = invitation.ok_or_else(|| Error::NotFound("{invitationId}".into()))?;
    let revoked = invitation.revoke(&member, app.entry(&caller), app.now())?;
    app.store.revoke_invitation(&revoked, &member).await?;

    Ok(respond::nothing())
}
