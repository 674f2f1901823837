//! GET /teams — the teams that the user belongs to

use app::http::cursor;
use app::lambda::Function;
use app::{App, Request, RequestExt, Response, Result, respond};
use domain::TeamId;
use serde::Deserialize;
use store::TeamOfUser;
use utoipa::IntoParams;

use super::view::TeamView;

/// The deployed function.
pub const FUNCTION: Function =
    Function::endpoint("teams-list", |app, request| Box::pin(handle(app, request)));

/// How many teams a page has.
const PAGE: usize = 40;

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListTeams {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the caller's teams, oldest first, 40 on a page.
#[utoipa::path(get, path = "/teams", tag = "teams", operation_id = "teams-list", params(ListTeams), security(("access_token" = [])),
    responses((status = 200, description = "A page of teams", body = inline(crate::system::openapi::PageOf<TeamView>))))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let ListTeams { cursor: from } = request.query()?;
    let context = format!("teams|{}", caller.user.id);

    let after: Option<TeamId> = cursor::begin(app, from.as_deref(), &context).await?;
    let teams = app.store.teams_of(caller.user.id, after, PAGE + 1).await?;

    let view = |both: &TeamOfUser| TeamView::new(&both.team, &both.member);
    let page = cursor::page(app, teams, PAGE, &context, |both| both.team.id, view);
    respond::ok(&page.await?)
}
