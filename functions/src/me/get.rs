//! GET /me — the person who is signed in

use app::lambda::Function;
use app::{App, Request, Response, Result, respond};

use super::view::MeView;

/// The deployed function.
pub const FUNCTION: Function =
    Function::endpoint("me-get", |app, request| Box::pin(handle(app, request)));

/// Shows the profile, and the ways to sign in.
#[utoipa::path(get, path = "/me", tag = "me", operation_id = "me-get", security(("access_token" = [])),
    responses((status = 200, description = "The person", body = MeView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let identities = app.store.identities(caller.user.id).await?;
    respond::ok(&MeView::new(&caller.user, &identities))
}
