//! GET /teams/{teamId}/accounts/{accountId} — a connected account and how it is

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{AccountId, Permission, TeamId};

use super::view::AccountView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("accounts-get", |app, request| {
    Box::pin(handle(app, request))
});

/// Shows an account of the team.
#[utoipa::path(get, path = "/teams/{teamId}/accounts/{accountId}", tag = "accounts", operation_id = "accounts-get",
    params(("teamId" = String, Path, description = "The team"), ("accountId" = String, Path, description = "The account")), security(("access_token" = [])),
    responses((status = 200, description = "The account", body = AccountView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let team: TeamId = request.path("teamId")?;
    let id: AccountId = request.path("accountId")?;

    let (member, account) = futures::try_join!(
        app.store.member(team, caller.user.id),
        app.store.account(team, id)
    )?;
    let member = member.ok_or_else(|| Error::NotFound("{teamId}".into()))?;
    member.require(Permission::Read)?;
    let account = account.ok_or_else(|| Error::NotFound("{accountId}".into()))?;

    respond::ok(&AccountView::new(&account, app.now()))
}
