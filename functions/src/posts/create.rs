//! POST /posts — create a draft for one or more accounts

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::post::MAX_ACCOUNTS;
use domain::{AccountId, Content, Post, PostText, TeamId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::PostView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("posts-create", |app, request| {
    Box::pin(handle(app, request))
});

/// The post to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePost {
    /// The team that it belongs to.
    #[schema(value_type = String)]
    team_id: TeamId,
    /// What it says, the same for every account. Each platform's own limit is checked when the post is scheduled.
    #[schema(value_type = String, max_length = 100_000, example = "The harbour market opens at nine. Come early for the bread!")]
    text: PostText,
    /// The accounts that it goes to: 1 to 20, all of the same team.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 20)]
    account_ids: Vec<AccountId>,
}

/// Creates a draft.
#[utoipa::path(post, path = "/posts", tag = "posts", operation_id = "posts-create", request_body = CreatePost, security(("access_token" = [])),
    responses((status = 201, description = "The draft", body = PostView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let CreatePost {
        team_id,
        text,
        account_ids,
    } = request.json()?;
    if account_ids.len() > MAX_ACCOUNTS {
        return Err(Error::invalid(
            "/account_ids",
            format!("must name 1 to {MAX_ACCOUNTS} accounts"),
        ));
    }

    let (member, accounts) = futures::try_join!(
        app.store.member(team_id, caller.user.id),
        app.store.accounts_named(team_id, &account_ids)
    )?;
    let member = member.ok_or_else(|| Error::NotFound("/team_id".into()))?;
    if let Some(unknown) = account_ids
        .iter()
        .position(|id| accounts.iter().all(|account| account.id != *id))
    {
        return Err(Error::NotFound(format!("/account_ids/{unknown}")));
    }
    let created = Post::create(
        app.new_id(),
        &member,
        Content { text },
        &accounts,
        app.new_id(),
        app.now(),
    )?;
    app.store.create_post(&created, &member).await?;

    respond::json(http::StatusCode::CREATED, &PostView::from(&created.post))
}
