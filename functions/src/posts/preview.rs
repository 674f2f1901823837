//! POST /posts/preview — show how a post will look on each platform, and what is wrong with it

pub mod page;
pub mod view;

use app::http::objects;
use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Account, Content, Permission, PostId};
use serde::Deserialize;
use utoipa::ToSchema;

use self::view::{PreviewView, Shown};
use super::body::{WritePost, Written};
use super::scene::Loaded;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("posts-preview", |app, request| {
    Box::pin(handle(app, request))
});

/// A post that is kept, or one that is not: name one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewPost {
    /// A post that is kept.
    #[schema(value_type = Option<String>)]
    post_id: Option<PostId>,
    /// What you would send to `POST /posts`; nothing is kept.
    #[serde(default, deserialize_with = "objects::optional")]
    post: Option<WritePost>,
}

/// Shows for each account how a post will look there: its text with links, mentions and tags, its length and what remains, where it is folded
/// or cut, its files and how they are cropped, and what is wrong with it. With `Accept: text/html` it is a page of cards to look at.
#[utoipa::path(post, path = "/posts/preview", tag = "posts", operation_id = "posts-preview", request_body = PreviewPost, security(("access_token" = [])),
    responses((status = 200, description = "How it looks on each account", content((PreviewView = "application/json"), (String = "text/html")))))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let PreviewPost { post_id, post } = request.json()?;
    let (content, accounts) = match (post_id, post) {
        (Some(id), None) => {
            let loaded = Loaded::new(app, caller.user.id, id, "/post_id").await?;
            loaded.member.require(Permission::Read)?;
            (loaded.record.post.content, loaded.accounts)
        }
        (None, Some(body)) => Box::pin(unsaved(app, &caller, body)).await?,
        _ => return Err(Error::invalid("", "must have either post_id or post")),
    };
    let shown: Vec<_> = accounts
        .iter()
        .map(|account| Shown::new(account, content.said_by(account)))
        .collect();

    if page::is_wanted(&request) {
        let addresses = addresses(app, &content, &accounts)?;
        page::page(request.locale(), &shown, &addresses)
    } else {
        respond::ok(&PreviewView::new(&shown))
    }
}

/// Where the files can be looked at, for a quarter of an hour.
fn addresses(app: &App, content: &Content, accounts: &[Account]) -> Result<page::Addresses> {
    let Some(account) = accounts.first() else {
        return Ok(page::Addresses::new());
    };
    let each = content.attachments().map(|file| {
        let address = app.attachment_url(account.team, file)?;
        Ok((file.media, address.to_string()))
    });
    each.collect()
}

/// A post that is not kept.
async fn unsaved(
    app: &App,
    caller: &app::Caller,
    body: WritePost,
) -> Result<(Content, Vec<Account>)> {
    let team = body.team_id;
    let team = team.ok_or_else(|| Error::invalid("/post/team_id", "is missing"))?;
    let member = app.store.member(team, caller.user.id).await?;
    let member = member.ok_or_else(|| Error::NotFound("/post/team_id".into()))?;
    member.require(Permission::Read)?;
    let written = Box::pin(Written::load(body, app, team))
        .await
        .map_err(below_post)?;
    Ok((written.content().clone(), written.accounts))
}

/// The same error, of a body that stands one level deeper.
fn below_post(error: Error) -> Error {
    let below = |pointer: String| format!("/post{pointer}");
    match error {
        Error::NotFound(pointer) => Error::NotFound(below(pointer)),
        Error::Invalid(errors) => {
            let each = errors.into_iter().map(|error| app::error::FieldError {
                pointer: below(error.pointer),
                ..error
            });
            Error::Invalid(each.collect())
        }
        other => other,
    }
}
