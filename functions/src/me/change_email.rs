//! POST /me/email — ask for another e-mail address; a mail to the new one asks to confirm it

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Email, EmailChange, Kind};
use http::StatusCode;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::proof;
use crate::auth::record;
use crate::auth::view::MessageView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("me-change-email", |app, request| {
    Box::pin(handle(app, request))
});

/// The next address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeEmail {
    /// The new address.
    #[schema(value_type = String, format = "email", example = "ana@example.org")]
    email: Email,
    /// The present password; without it, a sign-in within the last 10 minutes is needed.
    #[schema(value_type = Option<String>, format = "password", example = "correct horse battery")]
    current_password: Option<SecretString>,
}

/// Notes the wish and tells both addresses. The old one stays until the new one is confirmed. Whether somebody else has the new one is not told.
#[utoipa::path(post, path = "/me/email", tag = "me", operation_id = "me-change-email", request_body = ChangeEmail, security(("access_token" = [])),
    responses((status = 202, description = "A mail is on its way to the new address", body = MessageView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let ChangeEmail {
        email,
        current_password,
    } = request.json()?;
    let current = current_password.as_ref();
    proof::password_or_recent(app, &caller, current, "/current_password").await?;
    if email == caller.user.email {
        return Err(Error::invalid("/email", "is your address already"));
    }
    app.admit_mail(&email, request.place()?).await?;

    let user = caller.user;
    let change = EmailChange {
        id: app.new_id(),
        user: user.id,
        epoch: user.epoch,
        from: user.email,
        to: email,
        requested_at: app.now(),
    };
    let entry = record::by_user(app, &request, user.id, Kind::EmailChangeRequested)?
        .about_email_change(change.id);
    app.store.request_email_change(&change, &entry).await?;

    let message =
        "We have sent a mail to the new address. Follow the link in it within 60 minutes.";
    respond::json(StatusCode::ACCEPTED, &MessageView { message })
}
