//! POST /verify-email — confirm an address with the token from the mail: of a sign-up, or of a user who changes it

use app::auth::links::{self, Purpose};
use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::user::Proof;
use domain::{EmailChangeId, Kind, RegistrationId, User};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::record;
use super::sign_up::{self, Newcomer};
use super::trip::Browser;
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

/// Turns the sign-up into a user account, or gives the user the new address, which ends every session.
#[utoipa::path(post, path = "/verify-email", tag = "identity", operation_id = "auth-verify-email", request_body = VerifyEmail,
    responses((status = 201, description = "The account exists: log in", body = UserView), (status = 200, description = "The address is changed: log in with it", body = UserView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let VerifyEmail { token } = request.json()?;
    let key = app.link_key().await?;
    if let Some(id) = links::verify(&key, Purpose::VerifyEmail, &token) {
        let user = confirm(app, &request, id).await?;
        respond::json(StatusCode::CREATED, &UserView::from(&user))
    } else if let Some(id) = links::verify(&key, Purpose::ChangeEmail, &token) {
        respond::ok(&UserView::from(&change(app, &request, id).await?))
    } else {
        Err(unusable())
    }
}

fn unusable() -> Error {
    Error::invalid("/token", "is not valid any more: ask for a new mail")
}

async fn confirm(app: &App, request: &Request, id: RegistrationId) -> Result<User> {
    let confirmation = app.store.confirmation(id).await?;
    let registration = confirmation
        .registration
        .filter(|registration| app.now() < registration.expires_at)
        .ok_or_else(unusable)?;
    let (password_hash, identity) = match registration.proof {
        Proof::Password(hash) => (Some(hash), None),
        Proof::Identity { identity, browser } => {
            if Browser::of(request).is_none_or(|this| this.hash() != browser) {
                return Err(Error::Forbidden(
                    "open the link in the browser in which you signed up".into(),
                ));
            }
            (None, Some(identity))
        }
    };
    let newcomer = Newcomer {
        email: registration.email,
        name: registration.name,
        locale: registration.locale,
        zone: registration.zone,
        password_hash,
        identity,
        from: Some(id),
    };
    let user = sign_up::create(app, &newcomer, request.place()?, confirmation.has_admin).await;
    user.map_err(gone_meanwhile)
}

async fn change(app: &App, request: &Request, id: EmailChangeId) -> Result<User> {
    let change = app.store.email_change(id).await?.ok_or_else(unusable)?;
    let user = app.store.user(change.user).await?.ok_or_else(unusable)?;
    if !change.is_open(&user, app.now()) {
        return Err(unusable());
    }
    let after = user.with_email(change.to, app.now());
    let entry = record::by_user(app, request, user.id, Kind::EmailChanged)?.about_email_change(id);
    let changed = app.store.change_email(&user, &after, &entry).await;
    changed.map_err(Error::from).map_err(gone_meanwhile)?;
    Ok(after)
}

/// What the link stands for changed while it was looked at.
fn gone_meanwhile(error: Error) -> Error {
    if matches!(error, Error::Stale) {
        unusable()
    } else {
        error
    }
}
