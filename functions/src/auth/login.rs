//! POST /login — sign in with an e-mail address and a password, or start at a provider

use app::auth::passwords;
use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Email, Provider, User, UserStatus};
use http::StatusCode;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::provider;
use super::register::{alone, missing};
use super::sign_in::{self, Proof};
use super::view::{ConsentView, LoggedIn};

/// The deployed function.
pub const FUNCTION: Function =
    Function::endpoint("auth-login", |app, request| Box::pin(handle(app, request)));

/// Who signs in: an address and its password, or a provider alone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The confirmed address.
    #[schema(value_type = Option<String>, format = "email", example = "ana@example.com")]
    email: Option<Email>,
    /// The password.
    #[schema(value_type = Option<String>, format = "password", example = "correct horse battery")]
    password: Option<SecretString>,
    /// `google` or `facebook`: the answer says where to go. Nothing else is needed then.
    #[schema(value_type = Option<String>)]
    provider: Option<Provider>,
}

/// Starts a session. An unknown address, one that is not confirmed and a wrong password are answered alike and take as long.
#[utoipa::path(post, path = "/login", tag = "identity", operation_id = "auth-login", request_body = Login,
    responses((status = 200, description = "Signed in", body = LoggedIn), (status = 202, description = "The provider must be asked in a browser", body = ConsentView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let body: Login = request.json()?;
    if let Some(named) = body.provider {
        alone(&[
            ("/email", body.email.is_some()),
            ("/password", body.password.is_some()),
        ])?;
        let set_out = provider::sign_in(app, &request, named, "/provider").await?;
        let view = ConsentView::new(&set_out.authorization_url, set_out.expires_at);
        let mut response = respond::json(StatusCode::ACCEPTED, &view)?;
        set_out.cookie.keep(&mut response)?;
        return Ok(response);
    }
    let email = body.email.ok_or_else(|| missing("/email"))?;
    let password = body.password.ok_or_else(|| missing("/password"))?;
    respond::ok(&log_in(app, &request, &email, &password).await?)
}

async fn log_in(
    app: &App,
    request: &Request,
    email: &Email,
    password: &SecretString,
) -> Result<LoggedIn> {
    let place = request.place()?;
    // Counted before it is known to fail: tries made at the same moment cannot slip past the limit.
    let attempt = app.admit_sign_in(email, place).await?;
    let pepper = app.pepper().await?;
    let stored = attempt.user.as_ref();
    let stored = stored.and_then(|user| user.password_hash.as_deref());
    let verdict = passwords::verify(password, stored, &pepper).await?;
    let user = attempt.user.filter(|_| verdict.matches);
    let user = user.ok_or(Error::Unauthenticated(
        "the address or the password is wrong, or the address is not confirmed yet",
    ))?;
    require_active(&user)?;

    let rehashed = if verdict.outdated {
        Some(passwords::hash(password, &pepper).await?)
    } else {
        None
    };
    let proof = Proof {
        method: "password",
        recognised: attempt.recognised,
        rehashed: rehashed.as_deref(),
        trip: None,
    };
    let (logged_in, ()) = futures::try_join!(
        sign_in::start(app, request, &user, &proof),
        app.forgive_sign_in(place)
    )?;
    Ok(logged_in)
}

/// Tells somebody who has proved to be the user that the account is closed; others are not told that it exists.
pub(super) fn require_active(user: &User) -> Result<()> {
    match user.status {
        UserStatus::Active => Ok(()),
        UserStatus::Disabled => Err(Error::Forbidden(
            "an admin of this deployment has closed your account".into(),
        )),
    }
}
