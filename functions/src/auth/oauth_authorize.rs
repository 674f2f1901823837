//! GET /oauth/authorize — go to a provider to sign in or up there

use anyhow::Context;
use app::lambda::Function;
use app::{App, Request, RequestExt, Response, Result, respond};
use domain::Provider;
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;

use super::trip::SetOut;
use super::view::ConsentView;
use super::{landing, provider};

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("auth-oauth-authorize", |app, request| {
    Box::pin(handle(app, request))
});

/// Which provider.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Authorize {
    /// `google` or `facebook`.
    #[param(value_type = String, example = "google")]
    provider: Provider,
}

/// Sends a browser to the provider; programs that accept JSON are told the address.
#[utoipa::path(get, path = "/oauth/authorize", tag = "identity", operation_id = "auth-oauth-authorize", params(Authorize),
    responses((status = 302, description = "To the provider"), (status = 200, description = "Where to go, in the browser that made this request", body = ConsentView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let wants_json = request.wants_json();
    let set_out = match set_out(app, &request).await {
        Err(error) if !wants_json => return landing::refused(request.locale(), error),
        set_out => set_out?,
    };
    let mut response = if wants_json {
        respond::ok(&ConsentView::new(
            &set_out.authorization_url,
            set_out.expires_at,
        ))?
    } else {
        let location = HeaderValue::from_str(set_out.authorization_url.as_str())
            .context("the address of a provider")?;
        let mut response = respond::nothing();
        *response.status_mut() = StatusCode::FOUND;
        response.headers_mut().insert(LOCATION, location);
        response
    };
    set_out.cookie.keep(&mut response)?;
    Ok(response)
}

async fn set_out(app: &App, request: &Request) -> Result<SetOut> {
    let Authorize { provider } = request.query()?;
    provider::sign_in(app, request, provider, "?provider").await
}
