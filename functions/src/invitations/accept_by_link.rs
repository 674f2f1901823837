//! POST /accept-invitation — join a team with the token from the mail

use app::auth::links::{self, Purpose};
use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::InvitationId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::joining;
use crate::teams::view::TeamView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("invitations-accept-by-link", |app, request| {
    Box::pin(handle(app, request))
});

/// The proof that the mail arrived.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitation {
    /// The token in the mail's link.
    token: String,
}

/// Makes the user with the invited address a member; the mail proves the address. Who has no user account yet signs up with it first.
#[utoipa::path(post, path = "/accept-invitation", tag = "members", operation_id = "invitations-accept-by-link", request_body = AcceptInvitation,
    responses((status = 200, description = "The team", body = TeamView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let AcceptInvitation { token } = request.json()?;
    let place = request.place()?;
    let unusable = || {
        Error::invalid(
            "/token",
            "is not valid any more: ask the team for a new invitation",
        )
    };

    let id: Option<InvitationId> =
        links::verify(&app.link_key().await?, Purpose::AcceptInvitation, &token);
    let invitation = app.store.invitation(id.ok_or_else(unusable)?).await?;
    let invitation = invitation.filter(|invitation| app.now() < invitation.expires_at);
    let invitation = invitation.ok_or_else(unusable)?;
    let Some(user) = app.store.user_by_email(&invitation.email).await? else {
        return Err(Error::Conflict(format!(
            "nobody has signed up with {} yet: do that, then accept the invitation",
            invitation.email
        )));
    };
    if !invitation.is_open_to(&user, app.now()) {
        return Err(unusable());
    }
    let both = joining::join(app, &invitation, &user, app.entry_at(place)).await;
    let both = both.map_err(|error| match error {
        Error::Stale | Error::NotFound(_) => unusable(),
        error => error,
    })?;

    respond::ok(&TeamView::new(&both.team, &both.member))
}
