//! PATCH /teams/{teamId}/accounts/{accountId} — change when an account's queue has slots

use app::http::objects;
use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::queue::{PostingTimes, SlotText};
use domain::{AccountId, TeamId, Zone};
use serde::Deserialize;
use store::TeamOfUser;
use utoipa::ToSchema;

use super::view::AccountView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("accounts-update", |app, request| {
    Box::pin(handle(app, request))
});

/// What changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateAccount {
    /// The times of each week at which its queue has slots: at most 100; an empty list takes the queue away.
    #[schema(max_items = 100)]
    #[serde(deserialize_with = "objects::list")]
    posting_times: Vec<SlotText>,
    /// The time zone (IANA) that they are in; the team's, unless said otherwise.
    #[schema(value_type = Option<String>, example = "Asia/Jakarta")]
    time_zone: Option<Zone>,
}

/// Gives the queue of an account other slots: `POST /posts/schedule` can put a post into the next free one. What took a slot before keeps
/// its time.
#[utoipa::path(patch, path = "/teams/{teamId}/accounts/{accountId}", tag = "accounts", operation_id = "accounts-update", request_body = UpdateAccount,
    params(("teamId" = String, Path, description = "The team"), ("accountId" = String, Path, description = "The account")), security(("access_token" = [])),
    responses((status = 200, description = "The account", body = AccountView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let team: TeamId = request.path("teamId")?;
    let id: AccountId = request.path("accountId")?;
    let UpdateAccount {
        posting_times,
        time_zone,
    } = request.json()?;

    let (both, account) = futures::try_join!(
        app.store.team_of(team, caller.user.id),
        app.store.account(team, id)
    )?;
    let TeamOfUser { team, member } = both.ok_or_else(|| Error::NotFound("{teamId}".into()))?;
    let account = account.ok_or_else(|| Error::NotFound("{accountId}".into()))?;
    let zone = time_zone.unwrap_or(team.settings.zone);
    let times = (!posting_times.is_empty())
        .then(|| PostingTimes::parse(zone, &posting_times, "/posting_times"))
        .transpose()?;
    let changed = account.plan(&member, times, app.entry(&caller), app.now())?;
    app.store.plan_account(&account, &changed, &member).await?;

    respond::ok(&AccountView::new(&changed.account, app.now()))
}
