//! POST /teams/{teamId}/invitations/{invitationId}/resend — have an invitation mailed once more

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{InvitationId, TeamId};
use http::StatusCode;

use super::view::InvitationView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("invitations-resend", |app, request| {
    Box::pin(handle(app, request))
});

/// Mails the invitation again; it is good for another 7 days.
#[utoipa::path(post, path = "/teams/{teamId}/invitations/{invitationId}/resend", tag = "members", operation_id = "invitations-resend",
    params(("teamId" = String, Path, description = "The team"), ("invitationId" = String, Path, description = "The invitation")), security(("access_token" = [])),
    responses((status = 202, description = "The invitation", body = InvitationView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let team: TeamId = request.path("teamId")?;
    let id: InvitationId = request.path("invitationId")?;

    let (member, invitation) = futures::try_join!(
        app.store.member(team, caller.user.id),
        app.store.invitation(id)
    )?;
    let member = member.ok_or_else(|| Error::NotFound("{teamId}".into()))?;
    let before = invitation.filter(|invitation| invitation.team == team);
    let before = before.ok_or_else(|| Error::NotFound("{invitationId}".into()))?;
    let changed = before.resend(&member, app.entry(&caller), app.now())?;
    app.admit_invitation(&before.email, team).await?;
    app.store
        .resend_invitation(&before, &changed, &member)
        .await?;

    let view = InvitationView::new(&changed.invitation, app.now());
    respond::json(StatusCode::ACCEPTED, &view)
}
