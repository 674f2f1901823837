//! POST /register — sign up with an e-mail address and a password, or start at a provider

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::user::{LINK_LIFETIME, Proof};
use domain::{
    Activity, Actor, Email, Kind, Locale, PersonName, Place, Provider, Registration, Scope, Zone,
};
use http::StatusCode;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{new_password, provider};

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("auth-register", |app, request| {
    Box::pin(handle(app, request))
});

/// Who signs up: an address, a password and a name, or a provider alone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// The address that the mail goes to.
    #[schema(value_type = Option<String>, format = "email", example = "ana@example.com")]
    email: Option<Email>,
    /// At least 15 characters; a sentence is easier to keep in mind than a riddle.
    #[schema(value_type = Option<String>, format = "password", min_length = 15, example = "correct horse battery")]
    password: Option<SecretString>,
    /// The name that others see.
    #[schema(value_type = Option<String>, max_length = 80, example = "Ana")]
    name: Option<PersonName>,
    /// The language of mails, `en` or `id`; without it the first of `Accept-Language` that there is.
    #[schema(value_type = Option<String>, example = "en")]
    locale: Option<Locale>,
    /// The time zone (IANA); UTC unless said otherwise.
    #[schema(value_type = Option<String>, example = "Asia/Jakarta")]
    time_zone: Option<Zone>,
    /// `google` or `facebook`: the answer says where to go. Nothing else is needed then.
    #[schema(value_type = Option<String>)]
    provider: Option<Provider>,
}

/// What happens next. It is the same whether the address is known or not.
#[derive(Debug, Serialize, ToSchema)]
pub struct Registered {
    /// In words.
    #[schema(
        example = "We have sent a mail to this address. Follow the link in it within 60 minutes."
    )]
    message: &'static str,
    /// With a provider: where to go, in the browser that made this request.
    #[schema(format = "uri")]
    #[serde(skip_serializing_if = "Option::is_none")]
    authorization_url: Option<String>,
    /// With a provider: until when that is possible (RFC 3339).
    #[schema(format = "date-time")]
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

/// Keeps the sign-up until its address is confirmed, or sends the browser to a provider.
#[utoipa::path(post, path = "/register", tag = "identity", operation_id = "auth-register", request_body = Register,
    responses((status = 202, description = "A mail is on its way, whether the address is known or not; or the provider must be asked in a browser", body = Registered)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let body: Register = request.json()?;
    if let Some(named) = body.provider {
        alone(&[
            ("/email", body.email.is_some()),
            ("/password", body.password.is_some()),
            ("/name", body.name.is_some()),
        ])?;
        return set_out(app, &request, named).await;
    }
    let email = body.email.ok_or_else(|| missing("/email"))?;
    let password = body.password.ok_or_else(|| missing("/password"))?;
    let name = body.name.ok_or_else(|| missing("/name"))?;

    new_password::check(&password, (&email, &name), "/password")?;
    let place = request.place()?;
    app.admit_mail(&email, place).await?;
    // Whether anybody has the address is not looked at here: the mail says it, so every sign-up takes as long.
    let hash = new_password::hash(app, &password, "/password").await?;
    let registration = Registration {
        id: app.new_id(),
        email,
        name,
        locale: body.locale.unwrap_or_else(|| request.locale()),
        zone: body.time_zone.unwrap_or_else(Zone::utc),
        proof: Proof::Password(hash),
        expires_at: app.now() + LINK_LIFETIME,
    };
    keep(app, &registration, place).await?;

    let message = "We have sent a mail to this address. Follow the link in it within 60 minutes.";
    let view = Registered {
        message,
        authorization_url: None,
        expires_at: None,
    };
    respond::json(StatusCode::ACCEPTED, &view)
}

/// Keeps a sign-up, with the entry that has the mail sent.
pub(super) async fn keep(app: &App, registration: &Registration, place: Place) -> Result<()> {
    let entry = Activity::new(
        app.entry_at(place),
        Scope::Registration(registration.id),
        Actor::System,
        Kind::RegistrationRequested,
        app.now(),
    );
    Ok(app.store.register(registration, &entry).await?)
}

async fn set_out(app: &App, request: &Request, named: Provider) -> Result<Response> {
    let set_out = provider::sign_in(app, request, named, "/provider").await?;
    let view = Registered {
        message: "Open the address in the browser that made this request.",
        authorization_url: Some(set_out.authorization_url.to_string()),
        expires_at: Some(set_out.expires_at.to_string()),
    };
    let mut response = respond::json(StatusCode::ACCEPTED, &view)?;
    set_out.cookie.keep(&mut response)?;
    Ok(response)
}

/// A field that is needed where no provider is named.
pub(super) fn missing(pointer: &str) -> Error {
    Error::invalid(pointer, "is missing")
}

/// Refuses fields that have no meaning beside a provider.
pub(super) fn alone(others: &[(&str, bool)]) -> Result<()> {
    match others.iter().find(|(_, given)| *given) {
        Some((pointer, _)) => Err(Error::invalid(
            *pointer,
            "must not stand beside a provider, which says it",
        )),
        None => Ok(()),
    }
}
