//! GET /teams/{teamId}/accounts — the accounts connected to the team

use app::http::cursor;
use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Account, AccountId, Permission, TeamId};
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::AccountView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("accounts-list", |app, request| {
    Box::pin(handle(app, request))
});

/// How many accounts a page has.
const PAGE: usize = 100;

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListAccounts {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the team's accounts, the first connected first, 100 on a page.
#[utoipa::path(get, path = "/teams/{teamId}/accounts", tag = "accounts", operation_id = "accounts-list",
    params(("teamId" = String, Path, description = "The team"), ListAccounts), security(("access_token" = [])),
    responses((status = 200, description = "A page of accounts", body = inline(crate::system::openapi::PageOf<AccountView>))))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let team: TeamId = request.path("teamId")?;
    let ListAccounts { cursor: from } = request.query()?;
    let context = format!("accounts|{}|{team}", caller.user.id);

    let member = app
        .store
        .member(team, caller.user.id)
        .await?
        .ok_or_else(|| Error::NotFound("{teamId}".into()))?;
    member.require(Permission::Read)?;
    let after: Option<AccountId> = cursor::begin(app, from.as_deref(), &context).await?;
    let accounts = app.store.accounts(team, after, PAGE + 1).await?;

    let view = |account: &Account| AccountView::new(account, app.now());
    let page = cursor::page(app, accounts, PAGE, &context, |account| account.id, view);
    respond::ok(&page.await?)
}
