//! DELETE /teams/{teamId} — delete a team with everything that hangs on it

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::TeamId;
use serde::Deserialize;
use utoipa::IntoParams;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("teams-delete", |app, request| {
    Box::pin(handle(app, request))
});

/// The proof that it is meant.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// The team's name, once more.
    #[param(example = "Harbour news")]
    name: String,
}

/// Deletes a team, at once for everybody: nothing that it scheduled goes out any more. Its access to social accounts is given back and
/// destroyed, and its posts, members and invitations are removed, within minutes. This cannot be undone.
#[utoipa::path(delete, path = "/teams/{teamId}", tag = "teams", operation_id = "teams-delete",
    params(("teamId" = String, Path, description = "The team"), Confirmation), security(("access_token" = [])),
    responses((status = 204, description = "The team is gone")))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let id: TeamId = request.path("teamId")?;
    let Confirmation { name } = request.query()?;

    let both = app.store.team_of(id, caller.user.id).await?;
    let both = both.ok_or_else(|| Error::NotFound("{teamId}".into()))?;
    let entry = both
        .team
        .delete(&both.member, &name, app.entry(&caller), app.now())?;
    app.store
        .delete_team(&both.team, &entry, &both.member)
        .await?;

    Ok(respond::nothing())
}
