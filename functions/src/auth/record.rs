//! Entries of a user's own log, with where and by which program it was done: the mails about it say so.

use app::{App, Request, RequestExt, Result};
use domain::{Activity, Actor, Kind, Scope, UserId};

/// What a user did to the own account.
pub(crate) fn by_user(app: &App, request: &Request, user: UserId, kind: Kind) -> Result<Activity> {
    entry(app, request, user, Actor::User(user), kind)
}

/// What happened to an account because of a request that need not be its user's.
pub(crate) fn by_nobody(
    app: &App,
    request: &Request,
    user: UserId,
    kind: Kind,
) -> Result<Activity> {
    entry(app, request, user, Actor::System, kind)
}

fn entry(app: &App, request: &Request, user: UserId, actor: Actor, kind: Kind) -> Result<Activity> {
    let device = request.device()?;
    let entry = Activity::new(
        app.entry_at(device.place),
        Scope::User(user),
        actor,
        kind,
        app.now(),
    )
    .with("place", device.place.to_string());
    Ok(match device.agent() {
        Some(agent) => entry.with("agent", agent),
        None => entry,
    })
}
