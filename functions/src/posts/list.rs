//! GET /posts — list posts, newest first

use std::cmp::Reverse;

use app::http::cursor;
use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Member, Permission, Post, PostId, Status, TeamId, UserId};
use futures::future::try_join_all;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::PostView;

/// The deployed function.
pub const FUNCTION: Function =
    Function::endpoint("posts-list", |app, request| Box::pin(handle(app, request)));

const PAGE_DEFAULT: usize = 20;
const PAGE_MAX: usize = 100;
/// Over how many teams a list without `team_id` goes: the first ones that the caller joined.
const TEAMS_MAX: usize = 50;

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
    limit: Option<usize>,
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
    let context = format!("posts|{}|{team_id:?}|{status:?}", caller.user.id);
    let before: Option<PostId> = cursor::begin(app, from.as_deref(), &context).await?;

    let members = memberships(app, caller.user.id, team_id).await?;
    // Post ids sort by time in every team, so one cursor serves them all.
    let lists = members.iter().map(|member| {
        app.store
            .posts_of_team(member.team, status, before, limit + 1)
    });
    let mut posts: Vec<_> = try_join_all(lists).await?.into_iter().flatten().collect();
    posts.sort_unstable_by_key(|post| Reverse(post.id));

    let view = |post: &Post| PostView::from(post);
    let page = cursor::page(app, posts, limit, &context, |post| post.id, view);
    respond::ok(&page.await?)
}

/// The caller's membership of one team, or of all of them.
async fn memberships(app: &App, user: UserId, team: Option<TeamId>) -> Result<Vec<Member>> {
    let members = if let Some(team) = team {
        let member = app.store.member(team, user).await?;
        vec![member.ok_or_else(|| Error::NotFound("?team_id".into()))?]
    } else {
        let teams = app.store.teams_of(user, None, TEAMS_MAX).await?;
        teams.into_iter().map(|both| both.member).collect()
    };
    for member in &members {
        member.require(Permission::Read)?;
    }
    Ok(members)
}
