//! GET /openapi.json — the description of the API (OpenAPI 3.1)

use app::lambda::Function;
use app::{App, Request, Response, Result, respond};
use http::HeaderValue;
use http::header::CACHE_CONTROL;
use serde::Serialize;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi, ToSchema};

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("system-openapi", |app, request| {
    Box::pin(handle(app, request))
});

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageOf<T> {
    /// What is on the page.
    pub items: Vec<T>,
    /// Where the next page begins; null on the last one.
    pub next_cursor: Option<String>,
}

/// Why a request was not answered as asked (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Which kind of problem; it never changes.
    #[schema(example = "urn:tayang:problem:invalid")]
    pub r#type: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time.
    pub detail: String,
    /// The id of the request, for asking us about it.
    pub instance: String,
    /// The values that cannot be accepted.
    pub errors: Option<Vec<ProblemField>>,
}

/// A value that cannot be accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemField {
    /// Where it is: a JSON pointer into the body, `?name` for a query parameter, `{name}` for a part of the path.
    #[schema(example = "/publish_at")]
    pub pointer: String,
    /// What is wrong with it.
    pub detail: String,
}

/// The description as data.
#[derive(Debug, OpenApi)]
#[openapi(
    info(title = "Tayang", description = "Plan posts, get them approved, have them published on time: exactly once, and never without approval.", license(name = "Apache-2.0")),
    paths(
        crate::auth::register::handle,
        crate::auth::verify_email::handle,
        crate::auth::verify_email_page::handle,
        crate::auth::login::handle,
        crate::auth::logout::handle,
        crate::auth::refresh_token::handle,
        crate::auth::forgot_password::handle,
        crate::auth::reset_password::handle,
        crate::auth::reset_password_page::handle,
        crate::auth::jwks::handle,
        crate::auth::oauth_authorize::handle,
        crate::auth::oauth_callback::handle,
        crate::auth::oauth_choose::handle,
        crate::me::get::handle,
        crate::me::update::handle,
        crate::me::delete::handle,
        crate::me::change_password::handle,
        crate::me::change_email::handle,
        crate::me::list_sessions::handle,
        crate::me::end_session::handle,
        crate::me::end_sessions::handle,
        crate::me::link_identity::handle,
        crate::me::unlink_identity::handle,
        crate::users::list::handle,
        crate::users::update::handle,
        crate::teams::create::handle,
        crate::teams::list::handle,
        crate::teams::get::handle,
        crate::teams::update::handle,
        crate::teams::delete::handle,
        crate::members::list::handle,
        crate::members::add::handle,
        crate::members::change_role::handle,
        crate::members::remove::handle,
        crate::invitations::list::handle,
        crate::invitations::resend::handle,
        crate::invitations::revoke::handle,
        crate::invitations::mine::handle,
        crate::invitations::accept::handle,
        crate::invitations::decline::handle,
        crate::invitations::accept_page::handle,
        crate::invitations::accept_by_link::handle,
        crate::platforms::list::handle,
        crate::accounts::connect::handle,
        crate::accounts::list::handle,
        crate::accounts::get::handle,
        crate::accounts::reconnect::handle,
        crate::accounts::update::handle,
        crate::accounts::disconnect::handle,
        crate::todos::list::handle,
        crate::todos::dismiss::handle,
        crate::posts::create::handle,
        crate::posts::list::handle,
        crate::posts::get::handle,
        crate::posts::update::handle,
        crate::posts::cancel::handle,
        crate::posts::preview::handle,
        crate::posts::schedule::handle,
        crate::posts::submit::handle,
        crate::posts::approve::handle,
        crate::posts::reject::handle,
        crate::posts::comment::handle,
        crate::posts::repost::handle,
        crate::posts::stop_repost::handle,
        crate::media::create::handle,
        crate::media::get::handle,
        crate::activity::list::handle,
        crate::system::health::handle,
        crate::system::openapi::handle,
        crate::system::swagger_ui::handle,
        crate::system::swagger_ui::file,
    ),
    tags(
        (name = "identity", description = "Sign up, sign in, stay signed in, come back from a consent page"),
        (name = "me", description = "The person who is signed in"),
        (name = "users", description = "The people of this deployment, for its admins"),
        (name = "teams", description = "People who work on the same accounts"),
        (name = "accounts", description = "Social accounts connected to a team"),
        (name = "posts", description = "Write, schedule and follow posts"),
        (name = "media", description = "Files that go out with posts"),
        (name = "activity", description = "What happened"),
        (name = "system", description = "The API itself"),
    ),
    components(schemas(Problem, ProblemField)),
    modifiers(&SharedParts)
)]
pub struct Description;

/// What every operation has in common, said once: how to authenticate, and what an error looks like.
struct SharedParts;

impl Modify for SharedParts {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = Http::builder()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("The access_token of POST /login."))
            .build();
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("access_token", SecurityScheme::Http(scheme));
        let problem = ResponseBuilder::new()
            .description("Any error")
            .content(
                "application/problem+json",
                Content::new(Some(Ref::from_schema_name("Problem"))),
            )
            .build();
        components
            .responses
            .insert("Problem".into(), RefOr::T(problem));
        let operations = openapi.paths.paths.values_mut().flat_map(|path| {
            [
                &mut path.get,
                &mut path.post,
                &mut path.put,
                &mut path.delete,
                &mut path.patch,
            ]
        });
        for operation in operations.flatten() {
            operation.responses.responses.insert(
                "default".into(),
                RefOr::Ref(Ref::from_response_name("Problem")),
            );
        }
    }
}

/// Answers with the description.
#[expect(clippy::unused_async, reason = "every endpoint has the same shape")]
#[utoipa::path(get, path = "/openapi.json", tag = "system", operation_id = "system-openapi", responses((status = 200, description = "This document")))]
pub async fn handle(_: &App, _: Request) -> Result<Response> {
    let mut response = respond::ok(&Description::openapi())?;
    response.headers_mut().insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    Ok(response)
}
