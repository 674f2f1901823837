//! POST /reset-password — choose a new password with the token from the mail

use app::auth::links::{self, Purpose};
use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Kind, PasswordResetId, User};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::MessageView;
use super::{new_password, record};

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("auth-reset-password", |app, request| {
    Box::pin(handle(app, request))
});

/// The proof that the mail arrived, and what to sign in with from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// The token in the mail's link.
    token: String,
    /// At least 15 characters.
    #[schema(value_type = String, format = "password", min_length = 15, example = "another horse battery")]
    new_password: SecretString,
}

/// Gives the user the new password. Every session, every other link, every wish for another address and every linked provider ends:
/// whoever else was in the account is out.
#[utoipa::path(post, path = "/reset-password", tag = "identity", operation_id = "auth-reset-password", request_body = ResetPassword,
    responses((status = 200, description = "The password is changed: log in with it", body = MessageView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let ResetPassword {
        token,
        new_password,
    } = request.json()?;
    let key = app.link_key().await?;
    let id = links::verify(&key, Purpose::ResetPassword, &token).ok_or_else(unusable)?;
    let user = user(app, id).await?;
    new_password::check(&new_password, (&user.email, &user.name), "/new_password")?;
    let hash = new_password::hash(app, &new_password, "/new_password").await?;

    let identities = app.store.identities(user.id).await?;
    let after = user.with_password(hash, app.now());
    let entry = record::by_user(app, &request, user.id, Kind::PasswordReset)?;
    let reset = app
        .store
        .reset_password(&user, &after, id, &identities, &entry);
    match reset.await {
        Err(store::Error::Stale) => return Err(unusable()),
        done => done?,
    }

    let message = "The password is changed and every session is over. Log in with the new one.";
    respond::ok(&MessageView { message })
}

fn unusable() -> Error {
    Error::invalid("/token", "is not valid any more: ask for a new mail")
}

/// The user whose password the token may change.
async fn user(app: &App, id: PasswordResetId) -> Result<User> {
    let reset = app.store.password_reset(id).await?.ok_or_else(unusable)?;
    app.store
        .user_by_email(&reset.email)
        .await?
        .filter(|user| reset.is_open(user, app.now()))
        .ok_or_else(unusable)
}
