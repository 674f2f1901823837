//! GET /activity — the team's activity log

use app::http::cursor;
use app::http::respond::Page;
use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{ActivityId, Permission, TeamId};
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::ActivityView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("activity-list", |app, request| {
    Box::pin(handle(app, request))
});

/// How many entries a page has.
const PAGE: i32 = 50;

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
    let context = format!("activity|{}|{team_id}", caller.user);

    let member = app
        .store
        .member(team_id, caller.user)
        .await?
        .ok_or_else(|| Error::NotFound("?team_id".into()))?;
    member.require(Permission::Read)?;
    let before: Option<ActivityId> = match from {
        Some(from) => Some(cursor::open(
            &app.cursor_key().await?,
            &from,
            &context,
            app.now(),
        )?),
        None => None,
    };
    let entries = app.store.activity(team_id, before, PAGE).await?;
    let full = entries.len() == usize::try_from(PAGE).unwrap_or(usize::MAX);
    let next_cursor = match entries.last().filter(|_| full) {
        Some(last) => Some(cursor::seal(
            &app.cursor_key().await?,
            &last.id,
            &context,
            app.now(),
        )?),
        None => None,
    };

    respond::ok(&Page {
        items: entries.iter().map(ActivityView::from).collect(),
        next_cursor,
    })
}
