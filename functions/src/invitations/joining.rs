//! Becoming a member by an invitation, whichever way it is accepted.

use app::{App, Error, Result};
use domain::{Entry, Invitation, InvitationId, User};
use store::TeamOfUser;

/// An invitation that is open to this user. All others are answered alike.
pub(crate) async fn open(app: &App, id: InvitationId, user: &User) -> Result<Invitation> {
    let invitation = app.store.invitation(id).await?;
    invitation
        .filter(|invitation| invitation.is_open_to(user, app.now()))
        .ok_or_else(|| Error::NotFound("{invitationId}".into()))
}

/// Makes the user a member.
pub(crate) async fn join(
    app: &App,
    invitation: &Invitation,
    user: &User,
    entry: Entry,
) -> Result<TeamOfUser> {
    let team = app.store.team(invitation.team).await?;
    let team = team.ok_or_else(|| Error::NotFound("{invitationId}".into()))?;
    let joined = invitation.accept(user, entry, app.now());
    app.store
        .accept_invitation(invitation, &joined, user)
        .await?;
    let member = joined.member;
    Ok(TeamOfUser { team, member })
}
