//! GET /teams/{teamId}/members — the members of the team

use app::http::cursor;
use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Member, Permission, TeamId, User, UserId};
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::MemberView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("members-list", |app, request| {
    Box::pin(handle(app, request))
});

/// How many members a page has.
const PAGE: usize = 50;

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListMembers {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the team's members, the oldest user account first, 50 on a page.
#[utoipa::path(get, path = "/teams/{teamId}/members", tag = "members", operation_id = "members-list",
    params(("teamId" = String, Path, description = "The team"), ListMembers), security(("access_token" = [])),
    responses((status = 200, description = "A page of members", body = inline(crate::system::openapi::PageOf<MemberView>))))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let team: TeamId = request.path("teamId")?;
    let ListMembers { cursor: from } = request.query()?;
    let context = format!("members|{}|{team}", caller.user.id);

    let viewer = app.store.member(team, caller.user.id).await?;
    let viewer = viewer.ok_or_else(|| Error::NotFound("{teamId}".into()))?;
    viewer.require(Permission::Read)?;
    let after: Option<UserId> = cursor::begin(app, from.as_deref(), &context).await?;
    let members = app.store.members(team, after, PAGE + 1).await?;
    let ids: Vec<_> = members.iter().map(|member| member.user).collect();
    let users = app.store.users_named(&ids).await?;

    let both: Vec<_> = members
        .iter()
        .filter_map(|member| {
            let user = users.iter().find(|user| user.id == member.user)?;
            Some((member, user))
        })
        .collect();
    let view = |(member, user): &(&Member, &User)| MemberView::new(member, user, &viewer);
    let page = cursor::page(app, both, PAGE, &context, |(member, _)| member.user, view);
    respond::ok(&page.await?)
}
