//! GET /teams — the teams that the user belongs to

use app::http::cursor;
use app::http::respond::Page;
use app::lambda::Function;
use app::{App, Request, RequestExt, Response, Result, respond};
use domain::TeamId;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::TeamView;

/// The deployed function.
pub const FUNCTION: Function =
    Function::endpoint("teams-list", |app, request| Box::pin(handle(app, request)));

/// How many teams a page has.
const PAGE: i32 = 50;

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListTeams {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the caller's teams, oldest first, 50 on a page.
#[utoipa::path(get, path = "/teams", tag = "teams", operation_id = "teams-list", params(ListTeams), security(("access_token" = [])),
    responses((status = 200, description = "A page of teams", body = inline(crate::system::openapi::PageOf<TeamView>))))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let ListTeams { cursor: from } = request.query()?;
    let context = format!("teams|{}", caller.user);

    let after: Option<TeamId> = match from {
        Some(from) => Some(cursor::open(
            &app.cursor_key().await?,
            &from,
            &context,
            app.now(),
        )?),
        None => None,
    };
    let teams = app.store.teams_of(caller.user, after, PAGE).await?;
    let full = teams.len() == usize::try_from(PAGE).unwrap_or(usize::MAX);
    let next_cursor = match teams.last().filter(|_| full) {
        Some(last) => Some(cursor::seal(
            &app.cursor_key().await?,
            &last.team.id,
            &context,
            app.now(),
        )?),
        None => None,
    };

    let items = teams
        .iter()
        .map(|both| TeamView::new(&both.team, &both.member))
        .collect();
    respond::ok(&Page { items, next_cursor })
}
