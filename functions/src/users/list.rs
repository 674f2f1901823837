//! GET /users — the people of the deployment (admins of the deployment only)

use app::http::cursor;
use app::lambda::Function;
use app::{App, Request, RequestExt, Response, Result, respond};
use domain::{Email, User, UserId};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::auth::view::UserView;

/// The deployed function.
pub const FUNCTION: Function =
    Function::endpoint("users-list", |app, request| Box::pin(handle(app, request)));

/// How many people a page has.
const PAGE: usize = 50;

/// Which part of the list, or whom.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListUsers {
    /// Only who has this address.
    #[param(value_type = Option<String>)]
    email: Option<Email>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists everybody, oldest first, 50 on a page.
#[utoipa::path(get, path = "/users", tag = "users", operation_id = "users-list", params(ListUsers), security(("access_token" = [])),
    responses((status = 200, description = "A page of people", body = inline(crate::system::openapi::PageOf<UserView>))))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    caller.user.require_admin()?;
    let ListUsers {
        email,
        cursor: from,
    } = request.query()?;
    let context = format!("users|{}", caller.user.id);

    let after: Option<UserId> = cursor::begin(app, from.as_deref(), &context).await?;
    let users = match email {
        Some(email) => app.store.user_by_email(&email).await?.into_iter().collect(),
        None => app.store.users(after, PAGE + 1).await?,
    };

    let view = |user: &User| UserView::from(user);
    let page = cursor::page(app, users, PAGE, &context, |user| user.id, view);
    respond::ok(&page.await?)
}
