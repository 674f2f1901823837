//! GET /teams/{teamId} — a team with its settings

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Permission, TeamId};

use super::view::TeamView;

/// The deployed function.
pub const FUNCTION: Function =
    Function::endpoint("teams-get", |app, request| Box::pin(handle(app, request)));

/// Shows a team. The header `ETag` is good for `If-Match` when you change it.
#[utoipa::path(get, path = "/teams/{teamId}", tag = "teams", operation_id = "teams-get",
    params(("teamId" = String, Path, description = "The team")), security(("access_token" = [])),
    responses((status = 200, description = "The team", body = TeamView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let id: TeamId = request.path("teamId")?;

    let both = app.store.team_of(id, caller.user.id).await?;
    let both = both.ok_or_else(|| Error::NotFound("{teamId}".into()))?;
    both.member.require(Permission::Read)?;

    let response = respond::ok(&TeamView::new(&both.team, &both.member))?;
    Ok(respond::with_etag(response, both.team.revision))
}
