//! GET /activity — the team's activity log

use app::http::cursor;
use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{AccountId, ActivityId, Permission, PostId, TeamId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Wanted;
use utoipa::{IntoParams, ToSchema};

use super::filter::{By, Kinds};
use super::view::{EntryView, HeadView};

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("activity-list", |app, request| {
    Box::pin(handle(app, request))
});

const PAGE_DEFAULT: usize = 50;
const PAGE_MAX: usize = 100;

/// Whose log, and which part of it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListActivity {
    /// The team.
    #[param(value_type = String)]
    team_id: TeamId,
    /// Only what is of one of these kinds, with commas in between: at most 20.
    #[param(value_type = Option<String>, example = "publication.published,publication.refused")]
    kind: Option<Kinds>,
    /// Only what this user did; `system` for what Tayang did by itself.
    #[param(value_type = Option<String>)]
    actor_id: Option<By>,
    /// Only what concerns this post.
    #[param(value_type = Option<String>)]
    post_id: Option<PostId>,
    /// Only what concerns this account.
    #[param(value_type = Option<String>)]
    account_id: Option<AccountId>,
    /// Only what happened at this time or later (RFC 3339).
    #[param(value_type = Option<String>, format = "date-time", example = "2026-11-01T00:00:00Z")]
    from: Option<Timestamp>,
    /// Only what happened before this time (RFC 3339).
    #[param(value_type = Option<String>, format = "date-time", example = "2026-12-01T00:00:00Z")]
    to: Option<Timestamp>,
    /// How many: 1 to 100, 50 unless said otherwise.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActivityPage {
    /// What is on the page.
    pub items: Vec<EntryView>,
    /// Where the next page begins; null on the last one.
    pub next_cursor: Option<String>,
    /// The end of the team's chain, as it was before the page was read.
    pub head: HeadView,
}

impl ListActivity {
    fn wanted(&self) -> Result<Wanted> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from >= to
        {
            return Err(Error::invalid("?to", "must be later than `from`"));
        }
        Ok(Wanted {
            kinds: self
                .kind
                .as_ref()
                .map_or_else(Vec::new, |kinds| kinds.0.clone()),
            actor: self.actor_id.as_ref().map(|by| by.0),
            post: self.post_id,
            account: self.account_id,
            from: self.from,
            to: self.to,
        })
    }

    fn limit(&self) -> Result<usize> {
        let limit = self.limit.unwrap_or(PAGE_DEFAULT);
        if (1..=PAGE_MAX).contains(&limit) {
            return Ok(limit);
        }
        let detail = format!("must be from 1 to {PAGE_MAX}");
        Err(Error::invalid("?limit", detail))
    }
}

/// Lists what happened in the team, newest first. With filters a page may be shorter than asked for, even empty, while `next_cursor` goes on:
/// each request looks through about 1,000 entries at most. How to check the chain of hashes: docs/activity.md.
#[utoipa::path(get, path = "/activity", tag = "activity", operation_id = "activity-list", params(ListActivity), security(("access_token" = [])),
    responses((status = 200, description = "A page of entries", body = ActivityPage)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let query: ListActivity = request.query()?;
    let (team, wanted, limit) = (query.team_id, query.wanted()?, query.limit()?);
    let context = format!("activity|{}|{team}|{wanted:?}", caller.user.id);
    let before: Option<ActivityId> = cursor::begin(app, query.cursor.as_deref(), &context).await?;

    // The end of the chain is read first: then every entry up to it shows its place, on this page and on the next ones.
    let (member, head) = futures::try_join!(
        app.store.member(team, caller.user.id),
        app.store.chain_head(team)
    )?;
    let member = member.ok_or_else(|| Error::NotFound("?team_id".into()))?;
    member.require(Permission::Read)?;
    let page = app.store.log(team, &wanted, before, limit).await?;

    let next_cursor = match page.rest_after {
        Some(last) => Some(cursor::after(app, &last, &context).await?),
        None => None,
    };
    respond::ok(&ActivityPage {
        items: page.entries.iter().map(EntryView::from).collect(),
        next_cursor,
        head: HeadView::from(&head),
    })
}
