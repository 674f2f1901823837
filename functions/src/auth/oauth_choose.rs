//! POST /oauth/choose — choose among the accounts that a consent opened

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::OfferId;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::trip::Browser;
use crate::accounts::connection;
use crate::accounts::view::AccountView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("auth-oauth-choose", |app, request| {
    Box::pin(handle(app, request))
});

/// The most accounts that are connected at once.
pub(crate) const MOST: usize = 50;

/// What is chosen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choose {
    /// `offer_id`, as the way back from the platform answered.
    #[schema(value_type = String)]
    offer_id: OfferId,
    /// The `remote_id` of each account to connect: 1 to 50.
    #[schema(min_items = 1, max_items = 50)]
    accounts: Vec<String>,
}

/// What was chosen.
#[derive(Debug, Serialize, ToSchema)]
pub struct Chosen {
    /// The accounts, which are connected now.
    pub items: Vec<AccountView>,
}

/// Connects the chosen accounts. Only the browser that brought the consent back can choose, within 30 minutes.
#[utoipa::path(post, path = "/oauth/choose", tag = "accounts", operation_id = "auth-oauth-choose", request_body = Choose,
    responses((status = 201, description = "The accounts are connected", body = Chosen)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let Choose { offer_id, accounts } = request.json()?;
    if accounts.is_empty() || accounts.len() > MOST {
        let detail = format!("must name 1 to {MOST} accounts");
        return Err(Error::invalid("/accounts", detail));
    }
    let browser = Browser::of(&request).ok_or_else(|| Error::NotFound("/offer_id".into()))?;

    let items = connection::choose(app, &browser, offer_id, &accounts, request.place()?).await?;

    respond::json(StatusCode::CREATED, &Chosen { items })
}
