//! GET /oauth/callback — where a platform sends the browser after its consent page

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use askama::Template;
use http::StatusCode;
use http::header::ACCEPT;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::accounts::connection;
use crate::accounts::view::AccountView;
use crate::pages;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("auth-oauth-callback", |app, request| {
    Box::pin(handle(app, request))
});

/// What the platform says (RFC 6749, 4.1.2). Platforms add parameters of their own, so unknown ones are not refused here.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Callback {
    /// What we gave the platform along: it is good for one return.
    state: String,
    /// The code to exchange for tokens.
    code: Option<String>,
    /// Why there is no code.
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/connected.html")]
struct Page<'a> {
    title: &'a str,
    message: &'a str,
    ok: bool,
}

/// Finishes the connection of an account. Browsers get a page, programs that accept JSON the account.
#[utoipa::path(get, path = "/oauth/callback", tag = "accounts", operation_id = "auth-oauth-callback", params(Callback),
    responses((status = 200, description = "The account is connected", body = AccountView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let wants_json = request
        .headers()
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("json"));
    let outcome = finish(app, &request).await;
    if wants_json {
        return respond::ok(&outcome?);
    }
    match outcome {
        Ok(account) => {
            let message = format!("{} is connected. You can close this page.", account.handle);
            pages::html(
                StatusCode::OK,
                &Page {
                    title: "Connected",
                    message: &message,
                    ok: true,
                },
            )
        }
        Err(error @ (Error::Internal(_) | Error::Unavailable(_))) => Err(error),
        Err(error) => {
            let message = error.fields().into_iter().next().map_or_else(
                || error.to_string(),
                |field| format!("this return {}", field.detail),
            );
            pages::html(
                error.kind().status,
                &Page {
                    title: "Not connected",
                    message: &message,
                    ok: false,
                },
            )
        }
    }
}

async fn finish(app: &App, request: &Request) -> Result<AccountView> {
    let Callback { state, code, error } = request.query()?;
    let pending = connection::take(app, &state).await?;
    let code = match (code, error) {
        (Some(code), None) => code,
        (_, Some(error)) if error == "access_denied" => {
            return Err(Error::Conflict(
                "you did not allow it, so nothing was connected".into(),
            ));
        }
        // The platform's words are not repeated: anybody can make a browser bring any words here.
        _ => {
            return Err(Error::Unreadable(
                "the platform sent neither a code nor a known reason: begin again".into(),
            ));
        }
    };
    connection::finish(app, pending, &code).await
}
