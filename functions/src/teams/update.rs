//! PATCH /teams/{teamId} — change a team's name or settings

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::team::Change;
use domain::{TeamId, TeamName, Zone};
use jiff::SignedDuration;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::TeamView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("teams-update", |app, request| {
    Box::pin(handle(app, request))
});

/// What changes; the rest stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateTeam {
    /// What it is called.
    #[schema(value_type = Option<String>, max_length = 80, example = "Harbour news")]
    name: Option<TeamName>,
    /// Whether a post needs somebody's approval before it goes out. What is scheduled already was approved and goes out.
    approval_required: Option<bool>,
    /// Whether somebody may approve what he wrote himself.
    own_approval: Option<bool>,
    /// The time zone (IANA) where nobody says otherwise.
    #[schema(value_type = Option<String>, example = "Asia/Jakarta")]
    time_zone: Option<Zone>,
    /// How many seconds late a post may go out where nobody says otherwise: 60 to 86,400.
    #[schema(minimum = 60, maximum = 86_400)]
    max_late_seconds: Option<u32>,
}

/// Changes a team. With the header `If-Match` only the revision that you have seen is changed.
#[utoipa::path(patch, path = "/teams/{teamId}", tag = "teams", operation_id = "teams-update", request_body = UpdateTeam,
    params(("teamId" = String, Path, description = "The team"), ("If-Match" = Option<String>, Header, description = "The `ETag` of what you have seen")), security(("access_token" = [])),
    responses((status = 200, description = "The team", body = TeamView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let id: TeamId = request.path("teamId")?;
    let UpdateTeam {
        name,
        approval_required,
        own_approval,
        time_zone,
        max_late_seconds,
    } = request.json()?;

    let both = app.store.team_of(id, caller.user.id).await?;
    let both = both.ok_or_else(|| Error::NotFound("{teamId}".into()))?;
    let change = Change {
        name,
        approval_required,
        own_approval,
        zone: time_zone,
        max_late: max_late_seconds.map(|seconds| SignedDuration::from_secs(seconds.into())),
    };
    let changed = both
        .team
        .change(&both.member, change, app.entry(&caller), app.now())?;
    request.if_match(both.team.revision)?;
    app.store.change_team(&changed, &both.member).await?;

    let response = respond::ok(&TeamView::new(&changed.team, &both.member))?;
    Ok(respond::with_etag(response, changed.team.revision))
}
