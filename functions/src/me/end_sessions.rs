//! DELETE /me/sessions — sign every other device out

use app::lambda::Function;
use app::{App, Request, Response, Result, respond};
use domain::Kind;

use crate::auth::record;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("me-end-sessions", |app, request| {
    Box::pin(handle(app, request))
});

/// Ends every session but the one that asks.
#[utoipa::path(delete, path = "/me/sessions", tag = "me", operation_id = "me-end-sessions", security(("access_token" = [])),
    responses((status = 204, description = "The other sessions are over")))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let entry = record::by_user(app, &request, caller.user.id, Kind::SessionEnded)?
        .with("all_but", caller.session.id.to_string());
    app.store
        .end_other_sessions(&caller.user, &caller.session, &entry)
        .await?;
    Ok(respond::nothing())
}
