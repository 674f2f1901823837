//! POST /teams — create a team (admins of the deployment only)

use app::lambda::Function;
use app::{App, Request, RequestExt, Response, Result, respond};
use domain::{Team, TeamName};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::TeamView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("teams-create", |app, request| {
    Box::pin(handle(app, request))
});

/// The team to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTeam {
    /// What it is called.
    #[schema(value_type = String, max_length = 80, example = "Harbour news")]
    name: TeamName,
}

/// Creates a team; its maker becomes its first admin.
#[utoipa::path(post, path = "/teams", tag = "teams", operation_id = "teams-create", request_body = CreateTeam, security(("access_token" = [])),
    responses((status = 201, description = "The team", body = TeamView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let CreateTeam { name } = request.json()?;

    let created = Team::create(app.new_id(), name, &caller.user, app.new_id(), app.now())?;
    app.store.create_team(&created).await?;

    respond::json(
        http::StatusCode::CREATED,
        &TeamView::new(&created.team, &created.member),
    )
}
