//! GET /activity — the team's activity log

use app::http::cursor;
use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Activity, ActivityId, Permission, TeamId};
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::ActivityView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("activity-list", |app, request| {
    Box::pin(handle(app, request))
});

/// How many entries a page has.
const PAGE: usize = 50;

/// Whose log, and which part of it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListActivity {
    /// The team.
    #[param(value_type = String)]
    team_id: TeamId,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists what happened in the team, newest first, 50 entries on a page.
#[utoipa::path(get, path = "/activity", tag = "activity", operation_id = "activity-list", params(ListActivity), security(("access_token" = [])),
    responses((status = 200, description = "A page of entries", body = inline(crate::system::openapi::PageOf<ActivityView>))))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let ListActivity {
        team_id,
        cursor: from,
    } = request.query()?;
    let context = format!("activity|{}|{team_id}", caller.user.id);

    let member = app
        .store
        .member(team_id, caller.user.id)
        .await?
        .ok_or_else(|| Error::NotFound("?team_id".into()))?;
    member.require(Permission::Read)?;
    let before: Option<ActivityId> = cursor::begin(app, from.as_deref(), &context).await?;
    let entries = app.store.activity(team_id, before, PAGE + 1).await?;

    let view = |entry: &Activity| ActivityView::from(entry);
    let page = cursor::page(app, entries, PAGE, &context, |entry| entry.id, view);
    respond::ok(&page.await?)
}
