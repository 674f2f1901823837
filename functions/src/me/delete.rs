//! DELETE /me — delete the own user account

use app::lambda::Function;
use app::{App, Error, Request, Response, Result, respond};
use domain::{Activity, Actor, Kind, Scope};

use super::proof;

/// The deployed function.
pub const FUNCTION: Function =
    Function::endpoint("me-delete", |app, request| Box::pin(handle(app, request)));

/// The most teams that somebody can leave in one transaction, which has at most 100 writes.
const TEAMS_MAX: usize = 20;

/// Deletes the account, which needs a sign-in within the last 10 minutes: its sessions end, its address is free, it leaves its teams. Posts stay with their teams.
/// The last admin of a team, or of the deployment, cannot go.
#[utoipa::path(delete, path = "/me", tag = "me", operation_id = "me-delete", security(("access_token" = [])),
    responses((status = 204, description = "The account is gone")))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    proof::recent(app, &caller)?;
    let user = &caller.user;

    let (teams, identities) = futures::try_join!(
        app.store.teams_of(user.id, None, TEAMS_MAX + 1),
        app.store.identities(user.id)
    )?;
    if teams.len() > TEAMS_MAX {
        return Err(Error::Conflict(format!(
            "you are in more than {TEAMS_MAX} teams: have yourself removed from some first"
        )));
    }
    let entry = |scope, kind| {
        let actor = Actor::User(user.id);
        Activity::new(app.entry(&caller), scope, actor, kind, app.now())
    };
    let members: Vec<_> = teams
        .into_iter()
        .map(|both| {
            let left = entry(Scope::Team(both.team.id), Kind::MemberLeft);
            (both.member, left)
        })
        .collect();
    let deleted = entry(Scope::User(user.id), Kind::UserDeleted);
    app.store
        .delete_user(user, &identities, &members, &deleted)
        .await?;

    Ok(respond::nothing())
}
