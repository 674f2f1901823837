//! DELETE /teams/{teamId}/accounts/{accountId} — disconnect an account

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{AccountId, TeamId};

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("accounts-disconnect", |app, request| {
    Box::pin(handle(app, request))
});

/// Takes the account from the team: nothing goes out on it from this moment. What is scheduled for it is cancelled, the access is given back
/// to the platform, and its tokens are destroyed, within minutes.
#[utoipa::path(delete, path = "/teams/{teamId}/accounts/{accountId}", tag = "accounts", operation_id = "accounts-disconnect",
    params(("teamId" = String, Path, description = "The team"), ("accountId" = String, Path, description = "The account")), security(("access_token" = [])),
    responses((status = 204, description = "The account is disconnected")))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let team: TeamId = request.path("teamId")?;
    let id: AccountId = request.path("accountId")?;

    let (member, account) = futures::try_join!(
        app.store.member(team, caller.user.id),
        app.store.account(team, id)
    )?;
    let member = member.ok_or_else(|| Error::NotFound("{teamId}".into()))?;
    let account = account.ok_or_else(|| Error::NotFound("{accountId}".into()))?;
    let changed = account.disconnect(&member, app.entry(&caller), app.now())?;
    app.store
        .disconnect_account(&account, &changed, Some(&member))
        .await?;

    Ok(respond::nothing())
}
