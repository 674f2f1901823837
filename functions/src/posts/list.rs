//! GET /posts — list posts, with filters

use std::collections::HashMap;

use app::http::cursor;
use app::lambda::Function;
use app::respond::Page;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{
    AccountId, Label, Member, Permission, Platform, Post, PostText, Status, TeamId, UserId,
};
use futures::future::try_join_all;
use jiff::Timestamp;
use serde::Deserialize;
use store::{Order, Range, Sort};
use utoipa::IntoParams;

use super::view::PostView;

/// The deployed function.
pub const FUNCTION: Function =
    Function::endpoint("posts-list", |app, request| Box::pin(handle(app, request)));

const PAGE_DEFAULT: usize = 20;
const PAGE_MAX: usize = 100;
/// Over how many teams a list without `team_id` goes: the first ones that the caller joined.
const TEAMS_MAX: usize = 50;
/// More accounts than a team has.
const ACCOUNTS_MAX: usize = 1_000;
const TEXT_MAX: usize = 200;

/// Which posts, and in which order.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListPosts {
    /// Only this team's; without it, those of all your teams.
    #[param(value_type = Option<String>)]
    team_id: Option<TeamId>,
    /// Only those in this status. `scheduled` means approved, with a time, and not going out yet.
    #[param(example = "scheduled")]
    status: Option<String>,
    /// Only those that go to this account.
    #[param(value_type = Option<String>)]
    account_id: Option<AccountId>,
    /// Only those that go to an account on this platform.
    #[param(value_type = Option<String>, example = "mastodon")]
    platform: Option<Platform>,
    /// Only those that this user wrote.
    #[param(value_type = Option<String>)]
    author_id: Option<UserId>,
    /// Only those that this user is to see to.
    #[param(value_type = Option<String>)]
    assignee_id: Option<UserId>,
    /// Only those with this label.
    #[param(value_type = Option<String>)]
    label: Option<Label>,
    /// Only those that say this somewhere, in any case: 1 to 200 characters.
    #[param(value_type = Option<String>)]
    text: Option<PostText>,
    /// Not before this time (RFC 3339), of what they are sorted by.
    #[param(value_type = Option<String>, format = "date-time")]
    from: Option<Timestamp>,
    /// Before this time (RFC 3339), of what they are sorted by.
    #[param(value_type = Option<String>, format = "date-time")]
    to: Option<Timestamp>,
    /// `updated_at`, unless said otherwise; or `publish_at`, which leaves out those that have no time.
    sort: Option<String>,
    /// `desc`, the latest first, unless said otherwise; or `asc`.
    order: Option<String>,
    /// How many: 1 to 100, 20 unless said otherwise.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists posts of one team or of all teams of the caller. A page may hold fewer posts than asked for, even none, where filters leave little:
/// go on as long as there is a `next_cursor`. A post that changes while you go through a list by `updated_at` moves to its new place; each
/// post that stays as it is comes exactly once.
#[utoipa::path(get, path = "/posts", tag = "posts", operation_id = "posts-list", params(ListPosts), security(("access_token" = [])),
    responses((status = 200, description = "A page of posts", body = inline(crate::system::openapi::PageOf<PostView>))))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let wanted: ListPosts = request.query()?;
    let mut range = wanted.range()?;
    let context = format!("posts|{}|{}", caller.user.id, wanted.context());
    range.behind = cursor::begin(app, wanted.cursor.as_deref(), &context).await?;

    let members = memberships(app, caller.user.id, wanted.team_id).await?;
    let teams: Vec<_> = members.iter().map(|member| member.team).collect();
    let platforms = platforms_of(app, &teams, wanted.platform).await?;
    let keep = |post: &Post| wanted.keeps(post, platforms.as_ref());
    let listed = app.store.posts_of_teams(&teams, &range, &keep).await?;

    respond::ok(&Page {
        items: listed.posts.iter().map(PostView::from).collect(),
        next_cursor: match listed.next {
            Some(position) => Some(cursor::at(app, &position, &context).await?),
            None => None,
        },
    })
}

impl ListPosts {
    fn range(&self) -> Result<Range> {
        let limit = self.limit.unwrap_or(PAGE_DEFAULT);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Error::invalid(
                "?limit",
                format!("must be from 1 to {PAGE_MAX}"),
            ));
        }
        let text = self.text.as_ref().map(PostText::as_str);
        if text.is_some_and(|text| text.trim().is_empty() || text.chars().count() > TEXT_MAX) {
            return Err(Error::invalid(
                "?text",
                format!("must have 1 to {TEXT_MAX} characters"),
            ));
        }
        let status = match self.status.as_deref() {
            None => None,
            Some("scheduled") => Some(Status::Approved),
            Some(other) => Some(other.parse().map_err(|_| {
                Error::invalid("?status", "must be scheduled, draft, pending, approved, rejected, publishing, published, partly_published, failed or cancelled")
            })?),
        };
        let sort = match self.sort.as_deref() {
            None | Some("updated_at") => Sort::Change,
            Some("publish_at") => Sort::Publish,
            Some(_) => {
                return Err(Error::invalid("?sort", "must be updated_at or publish_at"));
            }
        };
        let order = match self.order.as_deref() {
            None | Some("desc") => Order::Descending,
            Some("asc") => Order::Ascending,
            Some(_) => return Err(Error::invalid("?order", "must be asc or desc")),
        };
        Ok(Range {
            sort,
            order,
            status,
            from: self.from,
            to: self.to,
            behind: None,
            limit,
        })
    }

    /// Everything that makes it this list and no other.
    fn context(&self) -> String {
        let same = Self {
            cursor: None,
            limit: None,
            ..self.clone()
        };
        format!("{same:?}")
    }

    /// Whether a post is among those that are wanted. `platforms` are the accounts on the wanted platform.
    fn keeps(&self, post: &Post, on_platform: Option<&HashMap<AccountId, Platform>>) -> bool {
        let needle = self
            .text
            .as_ref()
            .map(|text| text.as_str().trim().to_lowercase());
        self.account_id.is_none_or(|id| post.accounts.contains(&id))
            && on_platform.is_none_or(|of| post.accounts.iter().any(|id| of.contains_key(id)))
            && self.author_id.is_none_or(|id| post.author == id)
            && self.assignee_id.is_none_or(|id| post.assignee == Some(id))
            && self
                .label
                .as_ref()
                .is_none_or(|label| post.labels.contains(label))
            && needle.is_none_or(|needle| says(post, &needle))
    }
}

/// Whether a post says something in any of its versions, parts or comments.
fn says(post: &Post, needle: &str) -> bool {
    let body = &post.content.body;
    let of_body = std::iter::once(&body.text)
        .chain(body.parts.iter().map(|part| &part.text))
        .chain(&body.first_comment);
    let of_versions = post.content.versions.iter().flat_map(|version| {
        let parts = version.parts.iter().flatten().map(|part| &part.text);
        version
            .text
            .iter()
            .chain(parts)
            .chain(&version.first_comment)
    });
    of_body
        .chain(of_versions)
        .any(|text| text.as_str().to_lowercase().contains(needle))
}

/// The accounts of these teams that are on a platform, if one is wanted.
async fn platforms_of(
    app: &App,
    teams: &[TeamId],
    wanted: Option<Platform>,
) -> Result<Option<HashMap<AccountId, Platform>>> {
    let Some(wanted) = wanted else {
        return Ok(None);
    };
    let accounts = teams
        .iter()
        .map(|team| app.store.accounts(*team, None, ACCOUNTS_MAX));
    let accounts = try_join_all(accounts).await?.into_iter().flatten();
    let of = accounts.filter(|account| account.platform == wanted);
    Ok(Some(
        of.map(|account| (account.id, account.platform)).collect(),
    ))
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
