//! The end of every way to sign in: a session, its tokens, and an entry in the user's log.

use app::{App, Request, RequestExt, Result};
use domain::{Kind, Session, User};
use jiff::SignedDuration;
use store::SignIn;

use super::record;
use super::view::{LoggedIn, TokensView, UserView};

/// How long a place counts as one that the user signs in from.
const RECOGNISED: SignedDuration = SignedDuration::from_hours(90 * 24);

/// How somebody proved to be the user.
#[derive(Clone, Copy, Debug)]
pub(super) struct Proof<'a> {
    /// By what: `password`, or the name of a provider.
    pub(super) method: &'a str,
    /// Whether the user signed in from this place before.
    pub(super) recognised: bool,
    /// The password's hash made anew.
    pub(super) rehashed: Option<&'a str>,
    /// The trip that it came from.
    pub(super) trip: Option<&'a str>,
}

/// Starts a session of somebody who has proved to be the user.
pub(super) async fn start(
    app: &App,
    request: &Request,
    user: &User,
    proof: &Proof<'_>,
) -> Result<LoggedIn> {
    let device = request.device()?;
    let session = Session::start(app.new_id(), user, device, app.now());
    let mut entry = record::by_user(app, request, user.id, Kind::SessionStarted)?
        .with("session", session.id.to_string())
        .with("method", proof.method);
    // Nobody needs to be told of the first time.
    if !proof.recognised && user.signed_in_at.is_some() {
        entry = entry.with("new_place", "true");
    }
    let tokens = TokensView::issue(app, &session).await?;
    let sign_in = SignIn {
        user,
        session: &session,
        rehashed: proof.rehashed,
        trip: proof.trip,
        recognised_until: app.now() + RECOGNISED,
        entry: &entry,
    };
    app.store.start_session(&sign_in).await?;
    let user = User {
        signed_in_at: Some(session.started_at),
        ..user.clone()
    };
    Ok(LoggedIn {
        tokens,
        user: UserView::from(&user),
    })
}
