//! GET /posts — list posts, newest first

use app::http::cursor;
use app::http::respond::Page;
use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Permission, PostId, Status, TeamId};
use futures::future::try_join_all;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::PostView;

/// The deployed function.
pub const FUNCTION: Function =
    Function::endpoint("posts-list", |app, request| Box::pin(handle(app, request)));

const PAGE_DEFAULT: u8 = 20;
const PAGE_MAX: u8 = 100;
/// Over how many teams a list without `team_id` goes: the first ones that the caller joined.
const TEAMS_MAX: i32 = 50;

/// Which posts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListPosts {
    /// Only this team's; without it, those of all your teams.
    #[param(value_type = Option<String>)]
    team_id: Option<TeamId>,
    /// Only those in this status.
    #[param(value_type = Option<String>, example = "approved")]
    status: Option<Status>,
    /// How many: 1 to 100, 20 unless said otherwise.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u8>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists posts of one team or of all teams of the caller, newest first.
#[utoipa::path(get, path = "/posts", tag = "posts", operation_id = "posts-list", params(ListPosts), security(("access_token" = [])),
    responses((status = 200, description = "A page of posts", body = inline(crate::system::openapi::PageOf<PostView>))))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let ListPosts {
        team_id,
        status,
        limit,
        cursor: from,
    } = request.query()?;
    let limit = limit.unwrap_or(PAGE_DEFAULT);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(Error::invalid(
            "?limit",
            format!("must be from 1 to {PAGE_MAX}"),
        ));
    }
    let context = format!("posts|{}|{team_id:?}|{status:?}", caller.user);
    let before: Option<PostId> = match from {
        Some(from) => Some(cursor::open(
            &app.cursor_key().await?,
            &from,
            &context,
            app.now(),
        )?),
        None => None,
    };

    let members = match team_id {
        Some(team) => vec![
            app.store
                .member(team, caller.user)
                .await?
                .ok_or_else(|| Error::NotFound("?team_id".into()))?,
        ],
        None => app
            .store
            .teams_of(caller.user, None, TEAMS_MAX)
            .await?
            .into_iter()
            .map(|both| both.member)
            .collect(),
    };
    members
        .iter()
        .try_for_each(|member| member.require(Permission::Read))?;
    // One more than asked for tells whether there is a next page. Post ids sort by time in every team, so one cursor serves them all.
    let lists = members.iter().map(|member| {
        app.store
            .posts_of_team(member.team, status, before, i32::from(limit) + 1)
    });
    let mut posts: Vec<_> = try_join_all(lists).await?.into_iter().flatten().collect();
    posts.sort_unstable_by(|a, b| b.id.cmp(&a.id));
    let more = posts.len() > usize::from(limit);
    posts.truncate(limit.into());
    let next_cursor = match posts.last().filter(|_| more) {
        Some(last) => Some(cursor::seal(
            &app.cursor_key().await?,
            &last.id,
            &context,
            app.now(),
        )?),
        None => None,
    };

    respond::ok(&Page {
        items: posts.iter().map(PostView::from).collect(),
        next_cursor,
    })
}
