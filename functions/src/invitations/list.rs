//! GET /teams/{teamId}/invitations — the invitations that wait for an answer

use app::http::cursor;
use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Invitation, InvitationId, Permission, TeamId};
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::InvitationView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("invitations-list", |app, request| {
    Box::pin(handle(app, request))
});

/// How many invitations a page has.
const PAGE: usize = 50;

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListInvitations {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the team's invitations, oldest first, 50 on a page. Those that have expired are shown for some days more.
#[utoipa::path(get, path = "/teams/{teamId}/invitations", tag = "members", operation_id = "invitations-list",
    params(("teamId" = String, Path, description = "The team"), ListInvitations), security(("access_token" = [])),
    responses((status = 200, description = "A page of invitations", body = inline(crate::system::openapi::PageOf<InvitationView>))))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let team: TeamId = request.path("teamId")?;
    let ListInvitations { cursor: from } = request.query()?;
    let context = format!("invitations|{}|{team}", caller.user.id);

    let member = app.store.member(team, caller.user.id).await?;
    let member = member.ok_or_else(|| Error::NotFound("{teamId}".into()))?;
    member.require(Permission::ManageTeam)?;
    let after: Option<InvitationId> = cursor::begin(app, from.as_deref(), &context).await?;
    let invitations = app.store.invitations_of_team(team, after, PAGE + 1).await?;

    let view = |invitation: &Invitation| InvitationView::new(invitation, app.now());
    let id = |invitation: &Invitation| invitation.id;
    let page = cursor::page(app, invitations, PAGE, &context, id, view);
    respond::ok(&page.await?)
}
