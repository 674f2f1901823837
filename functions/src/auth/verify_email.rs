//! POST /verify-email — confirm the address of a sign-up with the token from the mail

use app::auth::links::{self, Purpose};
use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Activity, Actor, Kind, Registration, RegistrationId, Scope, User, UserRole};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::UserView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("auth-verify-email", |app, request| {
    Box::pin(handle(app, request))
});

/// The proof that the mail arrived.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyEmail {
    /// The token in the mail's link.
    token: String,
}

/// Turns the sign-up into a user account. The first account of a deployment becomes its admin, unless an address was named for that.
#[utoipa::path(post, path = "/verify-email", tag = "identity", operation_id = "auth-verify-email", request_body = VerifyEmail,
    responses((status = 201, description = "The account exists: log in", body = UserView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let VerifyEmail { token } = request.json()?;
    let unusable = || {
        Error::invalid(
            "/token",
            "is not valid any more: sign up again to get a new one",
        )
    };
    let id: RegistrationId =
        links::verify(&app.link_key().await?, Purpose::VerifyEmail, &token).ok_or_else(unusable)?;

    let confirmation = app.store.confirmation(id).await?;
    let registration = confirmation
        .registration
        .filter(|registration| app.now() < registration.expires_at)
        .ok_or_else(unusable)?;
    let user = if claims_admin(app, &registration, confirmation.has_admin) {
        match create(app, &registration, UserRole::Admin).await {
            // Two first accounts at the same moment: one of them is a member after all.
            Err(Error::Stale) => create(app, &registration, UserRole::Member).await,
            created => created,
        }
    } else {
        create(app, &registration, UserRole::Member).await
    };
    let user = user.map_err(|error| {
        if matches!(error, Error::Stale) {
            unusable()
        } else {
            error
        }
    })?;

    respond::json(http::StatusCode::CREATED, &UserView::from(&user))
}

fn claims_admin(app: &App, registration: &Registration, has_admin: bool) -> bool {
    !has_admin
        && app
            .config
            .admin_email
            .as_deref()
            .is_none_or(|named| named == registration.email.as_str())
}

async fn create(app: &App, registration: &Registration, role: UserRole) -> Result<User> {
    let Registration {
        id,
        email,
        name,
        password_hash,
        ..
    } = registration.clone();
    let user = User {
        id: app.new_id(),
        email,
        name,
        role,
        password_hash,
        created_at: app.now(),
    };
    let entry = Activity::new(
        app.new_id(),
        Scope::User(user.id),
        Actor::User(user.id),
        Kind::UserCreated,
        app.now(),
    );
    app.store
        .create_user(&user, id, role == UserRole::Admin, &entry)
        .await?;
    Ok(user)
}
