//! POST /me/password — choose another password

use app::lambda::Function;
use app::{App, Request, RequestExt, Response, Result, respond};
use domain::Kind;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::proof;
use crate::auth::view::MessageView;
use crate::auth::{new_password, record};

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("me-change-password", |app, request| {
    Box::pin(handle(app, request))
});

/// The present password and the next one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The present password. An account without one needs a sign-in within the last 10 minutes instead.
    #[schema(value_type = Option<String>, format = "password", example = "correct horse battery")]
    current_password: Option<SecretString>,
    /// At least 15 characters.
    #[schema(value_type = String, format = "password", min_length = 15, example = "another horse battery")]
    new_password: SecretString,
}

/// Changes the password, and ends every session, this one too: whoever else was in the account is out. A mail tells the owner.
#[utoipa::path(post, path = "/me/password", tag = "me", operation_id = "me-change-password", request_body = ChangePassword, security(("access_token" = [])),
    responses((status = 200, description = "The password is changed: log in with it", body = MessageView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let ChangePassword {
        current_password,
        new_password,
    } = request.json()?;
    let who = (&caller.user.email, &caller.user.name);
    new_password::check(&new_password, who, "/new_password")?;
    let current = current_password.as_ref();
    proof::password(app, &caller, current, "/current_password").await?;

    let user = caller.user;
    let hash = new_password::hash(app, &new_password, "/new_password").await?;
    let after = user.with_password(hash, app.now());
    let entry = record::by_user(app, &request, user.id, Kind::PasswordChanged)?;
    app.store.change_user(&user, &after, &[entry]).await?;

    let message = "The password is changed and every session is over. Log in with the new one.";
    respond::ok(&MessageView { message })
}
