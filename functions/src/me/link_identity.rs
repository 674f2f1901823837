//! POST /me/identities — sign in at a provider too, from now on

use app::lambda::Function;
use app::{App, Request, RequestExt, Response, Result, respond};
use domain::Provider;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::proof;
use crate::auth::provider;
use crate::auth::view::ConsentView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("me-link-identity", |app, request| {
    Box::pin(handle(app, request))
});

/// Which provider.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkIdentity {
    /// `google` or `facebook`.
    #[schema(value_type = String, example = "google")]
    provider: Provider,
}

/// Says where to go. It needs a sign-in within the last 10 minutes, because it opens the account in another way.
#[utoipa::path(post, path = "/me/identities", tag = "me", operation_id = "me-link-identity", request_body = LinkIdentity, security(("access_token" = [])),
    responses((status = 202, description = "The provider must be asked in a browser", body = ConsentView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let LinkIdentity { provider } = request.json()?;
    proof::recent(app, &caller)?;

    let who = (&caller.user, &caller.session);
    let set_out = provider::link(app, &request, provider, who).await?;

    let view = ConsentView::new(&set_out.authorization_url, set_out.expires_at);
    let mut response = respond::json(StatusCode::ACCEPTED, &view)?;
    set_out.cookie.keep(&mut response)?;
    Ok(response)
}
