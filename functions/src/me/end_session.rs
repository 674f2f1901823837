//! DELETE /me/sessions/{sessionId} — sign one device out

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Kind, SessionId};

use crate::auth::record;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("me-end-session", |app, request| {
    Box::pin(handle(app, request))
});

/// Ends a session of one's own.
#[utoipa::path(delete, path = "/me/sessions/{sessionId}", tag = "me", operation_id = "me-end-session",
    params(("sessionId" = String, Path, description = "The session")), security(("access_token" = [])),
    responses((status = 204, description = "The session is over")))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let session: SessionId = request.path("sessionId")?;

    let entry = record::by_user(app, &request, caller.user.id, Kind::SessionEnded)?
        .with("session", session.to_string());
    let ended = app.store.end_session(caller.user.id, session, &entry);
    match ended.await {
        Ok(()) => Ok(respond::nothing()),
        Err(store::Error::Stale) => Err(Error::NotFound("{sessionId}".into())),
        Err(error) => Err(error.into()),
    }
}
