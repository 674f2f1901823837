//! POST /refresh-token — renew an access token that is about to expire

use app::auth::refresh::RefreshToken;
use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::session::Renewal;
use domain::{Kind, Session};
use serde::Deserialize;
use utoipa::ToSchema;

use super::record;
use super::view::TokensView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("auth-refresh-token", |app, request| {
    Box::pin(handle(app, request))
});

/// How often a renewal that lost a race looks again: the second look finds the winner's result.
const LOOKS: u8 = 3;

/// The proof of an earlier sign-in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// The newest refresh token of the session.
    refresh_token: String,
}

/// Moves the session on to its next pair of tokens. A token that was replaced more than 10 seconds ago ends the whole session.
#[utoipa::path(post, path = "/refresh-token", tag = "identity", operation_id = "auth-refresh-token", request_body = Refresh,
    responses((status = 200, description = "The next pair of tokens", body = TokensView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let Refresh { refresh_token } = request.json()?;
    let over = || Error::Unauthenticated("the session is over: log in again");
    let token = RefreshToken::verify(&refresh_token, &app.refresh_key().await?).ok_or_else(over)?;
    let place = request.place()?;

    for _ in 0..LOOKS {
        let signed_in = app.store.signed_in(token.user, token.session).await?;
        let (_, session) = signed_in
            .filter(|(user, session)| session.is_alive(user, app.now()))
            .ok_or_else(over)?;
        match session.renew(token.generation, place, app.now()) {
            Renewal::Rotate(next) => match app.store.renew_session(&next).await {
                Ok(()) => return respond::ok(&TokensView::issue(app, &next).await?),
                Err(store::Error::Stale) => {}
                Err(error) => return Err(error.into()),
            },
            Renewal::Repeat => return respond::ok(&TokensView::issue(app, &session).await?),
            Renewal::Reused => {
                end(app, &request, &session).await?;
                return Err(over());
            }
        }
    }
    Err(over())
}

/// Somebody holds a copy of an old token, and nobody can tell the owner from the thief: the session ends, and the owner is told.
async fn end(app: &App, request: &Request, session: &Session) -> Result<()> {
    tracing::warn!(event = "session.reused", user = %session.user, session = %session.id, "a refresh token was used twice");
    let entry = record::by_nobody(app, request, session.user, Kind::SessionReused)?;
    match app
        .store
        .end_session(session.user, session.id, &entry)
        .await
    {
        Err(store::Error::Stale) => Ok(()),
        done => Ok(done?),
    }
}
