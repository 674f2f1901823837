//! Proving again who one is, before what cannot be taken back: a stolen access token alone is not enough.

use app::auth::passwords;
use app::{App, Caller, Error, Result};
use domain::session::RECENT;
use secrecy::SecretString;

/// Asks for the present password; without one, or for a user who has none, for a sign-in of the last minutes.
pub(super) async fn password_or_recent(
    app: &App,
    caller: &Caller,
    password: Option<&SecretString>,
    pointer: &str,
) -> Result<()> {
    match (password, &caller.user.password_hash) {
        (Some(given), Some(stored)) => password_is(app, caller, given, stored, pointer).await,
        (Some(_), None) => Err(Error::invalid(
            pointer,
            "cannot be checked: this account has no password",
        )),
        (None, _) => recent(app, caller),
    }
}

/// Asks for the present password, if there is one; else for a sign-in of the last minutes.
pub(super) async fn password(
    app: &App,
    caller: &Caller,
    given: Option<&SecretString>,
    pointer: &str,
) -> Result<()> {
    if caller.user.password_hash.is_some() && given.is_none() {
        return Err(Error::invalid(pointer, "is missing"));
    }
    password_or_recent(app, caller, given, pointer).await
}

/// Asks for a sign-in of the last minutes.
pub(super) fn recent(app: &App, caller: &Caller) -> Result<()> {
    if caller.session.is_recent(app.now()) {
        return Ok(());
    }
    Err(Error::Forbidden(format!(
        "log in again first: this needs a sign-in within the last {} minutes",
        RECENT.as_mins()
    )))
}

async fn password_is(
    app: &App,
    caller: &Caller,
    given: &SecretString,
    stored: &str,
    pointer: &str,
) -> Result<()> {
    app.admit_proof(caller.user.id).await?;
    let pepper = app.pepper().await?;
    let verdict = passwords::verify(given, Some(stored), &pepper).await?;
    if !verdict.matches {
        return Err(Error::invalid(pointer, "is wrong"));
    }
    app.proved(caller.user.id).await
}
