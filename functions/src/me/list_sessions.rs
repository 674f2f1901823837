//! GET /me/sessions — the devices that are signed in

use app::lambda::Function;
use app::{App, Request, Response, Result, respond};

use super::view::SessionView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("me-list-sessions", |app, request| {
    Box::pin(handle(app, request))
});

/// Lists the sessions that are alive, oldest first; of more than 100 the newest.
#[utoipa::path(get, path = "/me/sessions", tag = "me", operation_id = "me-list-sessions", security(("access_token" = [])),
    responses((status = 200, description = "The sessions, on one page", body = inline(crate::system::openapi::PageOf<SessionView>))))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let sessions = app.store.sessions(caller.user.id).await?;
    let items = sessions
        .iter()
        .filter(|session| session.is_alive(&caller.user, app.now()))
        .map(|session| SessionView::new(session, caller.session.id))
        .collect();
    respond::ok(&respond::Page {
        items,
        next_cursor: None,
    })
}
