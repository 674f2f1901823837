//! POST /register — sign up with an e-mail address and a password; a mail asks to confirm the address

use app::auth::passwords;
use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::user::REGISTRATION_LIFETIME;
use domain::{Activity, Actor, Email, Kind, PersonName, Registration, Scope};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("auth-register", |app, request| {
    Box::pin(handle(app, request))
});

/// Who signs up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// The address that the mail goes to.
    #[schema(value_type = String, format = "email", example = "ana@example.com")]
    email: Email,
    /// At least 15 characters; a sentence is easier to keep in mind than a riddle.
    #[schema(value_type = String, format = "password", min_length = 15, example = "correct horse battery")]
    password: SecretString,
    /// The name that others see.
    #[schema(value_type = String, max_length = 80, example = "Ana")]
    name: PersonName,
}

/// What happens next. It is the same whether the address is known or not.
#[derive(Debug, Serialize, ToSchema)]
pub struct Registered {
    /// In words.
    #[schema(
        example = "We have sent a mail to this address. Follow the link in it within 60 minutes."
    )]
    message: &'static str,
}

/// Keeps the sign-up until its address is confirmed.
#[utoipa::path(post, path = "/register", tag = "identity", operation_id = "auth-register", request_body = Register,
    responses((status = 202, description = "A mail is on its way, whether the address is known or not", body = Registered)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let Register {
        email,
        password,
        name,
    } = request.json()?;
    let mailbox = email.as_str().split('@').next().unwrap_or_default();
    passwords::check(&password, &[mailbox, name.as_str(), "tayang"])
        .map_err(|detail| Error::invalid("/password", detail))?;

    // Hashing comes first, so that a known address takes as long as an unknown one.
    let password_hash = passwords::hash(&password).await?;
    let (now, entry) = (app.now(), app.new_id());
    if let Some(owner) = app.store.email_owner(&email).await? {
        app.store
            .note(&Activity::new(
                entry,
                Scope::User(owner),
                Actor::System,
                Kind::RegistrationRepeated,
                now,
            ))
            .await?;
    } else {
        let registration = Registration {
            id: app.new_id(),
            email,
            name,
            password_hash,
            expires_at: now + REGISTRATION_LIFETIME,
        };
        let requested = Activity::new(
            entry,
            Scope::Registration(registration.id),
            Actor::System,
            Kind::RegistrationRequested,
            now,
        );
        app.store.register(&registration, &requested).await?;
    }

    let message = "We have sent a mail to this address. Follow the link in it within 60 minutes.";
    respond::json(http::StatusCode::ACCEPTED, &Registered { message })
}
