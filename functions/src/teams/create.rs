//! POST /teams — create a team (admins of the deployment only)

use app::lambda::Function;
use app::{App, Request, RequestExt, Response, Result, respond};
use domain::team::Change;
use domain::{Team, TeamName, Zone};
use jiff::SignedDuration;
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
    /// Whether a post needs somebody's approval before it goes out; not, unless said otherwise.
    approval_required: Option<bool>,
    /// Whether somebody may approve what he wrote himself; not, unless said otherwise.
    own_approval: Option<bool>,
    /// The time zone (IANA) where nobody says otherwise; yours, unless said otherwise.
    #[schema(value_type = Option<String>, example = "Asia/Jakarta")]
    time_zone: Option<Zone>,
    /// How many seconds late a post may go out where nobody says otherwise: 60 to 86,400, 3,600 unless said otherwise.
    #[schema(minimum = 60, maximum = 86_400)]
    max_late_seconds: Option<u32>,
}

/// Creates a team; its maker becomes its first admin.
#[utoipa::path(post, path = "/teams", tag = "teams", operation_id = "teams-create", request_body = CreateTeam, security(("access_token" = [])),
    responses((status = 201, description = "The team", body = TeamView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let CreateTeam {
        name,
        approval_required,
        own_approval,
        time_zone,
        max_late_seconds,
    } = request.json()?;

    let wish = Change {
        name: None,
        approval_required,
        own_approval,
        zone: time_zone,
        max_late: max_late_seconds.map(|seconds| SignedDuration::from_secs(seconds.into())),
    };
    let (id, entry) = (app.new_id(), app.entry(&caller));
    let created = Team::create(id, (name, wish), &caller.user, entry, app.now())?;
    app.store.create_team(&created).await?;

    let view = TeamView::new(&created.team, &created.member);
    let response = respond::json(http::StatusCode::CREATED, &view)?;
    Ok(respond::with_etag(response, created.team.revision))
}
