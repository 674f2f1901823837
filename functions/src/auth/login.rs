//! POST /login — sign in with an e-mail address and a password

use app::auth::passwords;
use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Email, Session};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::{TokensView, UserView};

/// The deployed function.
pub const FUNCTION: Function =
    Function::endpoint("auth-login", |app, request| Box::pin(handle(app, request)));

/// Who signs in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The confirmed address.
    #[schema(value_type = String, format = "email", example = "ana@example.com")]
    email: Email,
    /// The password.
    #[schema(value_type = String, format = "password", example = "correct horse battery")]
    password: SecretString,
}

/// A new session.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoggedIn {
    /// Its tokens.
    #[serde(flatten)]
    tokens: TokensView,
    /// Who signed in.
    user: UserView,
}

/// Starts a session. An unknown address, one that is not confirmed and a wrong password are answered alike and take as long.
#[utoipa::path(post, path = "/login", tag = "identity", operation_id = "auth-login", request_body = Login,
    responses((status = 200, description = "Signed in", body = LoggedIn)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let Login { email, password } = request.json()?;

    let user = app.store.user_by_email(&email).await?;
    let matches = passwords::verify(
        &password,
        user.as_ref().map(|user| user.password_hash.as_str()),
    )
    .await?;
    let user = user.filter(|_| matches).ok_or(Error::Unauthenticated(
        "the address or the password is wrong, or the address is not confirmed yet",
    ))?;

    let session = Session::start(app.new_id(), user.id, app.now());
    let tokens = TokensView::issue(app, &session).await?;
    app.store.start_session(&session).await?;

    respond::ok(&LoggedIn {
        tokens,
        user: UserView::from(&user),
    })
}
