//! POST /logout — end the session that the access token belongs to

use app::lambda::Function;
use app::{App, Request, Response, Result, respond};
use domain::Kind;

use super::record;

/// The deployed function.
pub const FUNCTION: Function =
    Function::endpoint("auth-logout", |app, request| Box::pin(handle(app, request)));

/// Ends the session: its access token and its refresh tokens are worth nothing from now on.
#[utoipa::path(post, path = "/logout", tag = "identity", operation_id = "auth-logout", security(("access_token" = [])),
    responses((status = 204, description = "The session is over")))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let entry = record::by_user(app, &request, caller.user.id, Kind::SessionEnded)?
        .with("session", caller.session.id.to_string());
    let ended = app
        .store
        .end_session(caller.user.id, caller.session.id, &entry);
    match ended.await {
        // Somebody else has just ended it: that is what was asked for.
        Ok(()) | Err(store::Error::Stale) => Ok(respond::nothing()),
        Err(error) => Err(error.into()),
    }
}
