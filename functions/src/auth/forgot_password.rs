//! POST /forgot-password — have a mail sent with a link for choosing a new password

use app::lambda::Function;
use app::{App, Request, RequestExt, Response, Result, respond};
use domain::{Activity, Actor, Email, Kind, PasswordReset, Scope};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::MessageView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("auth-forgot-password", |app, request| {
    Box::pin(handle(app, request))
});

/// Who cannot sign in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgotPassword {
    /// The address of the account.
    #[schema(value_type = String, format = "email", example = "ana@example.com")]
    email: Email,
}

/// Notes the wish. Whether anybody has the address is not looked at here, so the answer and its time are always the same.
#[utoipa::path(post, path = "/forgot-password", tag = "identity", operation_id = "auth-forgot-password", request_body = ForgotPassword,
    responses((status = 202, description = "If the address has an account, a mail is on its way", body = MessageView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let ForgotPassword { email } = request.json()?;
    let place = request.place()?;
    app.admit_mail(&email, place).await?;

    let reset = PasswordReset {
        id: app.new_id(),
        email,
        requested_at: app.now(),
    };
    let entry = Activity::new(
        app.entry_at(place),
        Scope::PasswordReset(reset.id),
        Actor::System,
        Kind::PasswordResetRequested,
        app.now(),
    );
    app.store.request_password_reset(&reset, &entry).await?;

    let message = "If this address has an account, we have sent a mail to it. Follow the link in it within 60 minutes.";
    respond::json(StatusCode::ACCEPTED, &MessageView { message })
}
