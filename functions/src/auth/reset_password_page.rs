//! GET /reset-password — the page that the link in the mail opens; its form changes the password

use app::auth::passwords::MIN_CHARACTERS;
use app::lambda::Function;
use app::{App, Request, RequestExt, Response, Result};
use askama::Template;
use domain::Locale;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::pages;
use crate::pages::words::Words;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("auth-reset-password-page", |app, request| {
    Box::pin(handle(app, request))
});

/// What the link says.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The token to choose a password with.
    token: String,
    /// The language, `en` or `id`; without it, the one that the browser asks for.
    #[param(value_type = Option<String>, example = "en")]
    locale: Option<Locale>,
}

#[derive(Template)]
#[template(path = "pages/reset_password.html")]
struct Page<'a> {
    locale: Locale,
    words: Words,
    token: &'a str,
    min: usize,
}

/// Shows a form. It looks the same whether the link can be used or not: only sending it finds out.
#[expect(clippy::unused_async, reason = "every endpoint has the same shape")]
#[utoipa::path(get, path = "/reset-password", tag = "identity", operation_id = "auth-reset-password-page", params(Link),
    responses((status = 200, description = "A page for people", content_type = "text/html", body = String)))]
pub async fn handle(_: &App, request: Request) -> Result<Response> {
    let Link { token, locale } = request.query()?;
    let locale = locale.unwrap_or_else(|| request.locale());
    let page = Page {
        locale,
        words: pages::words(locale),
        token: &token,
        min: MIN_CHARACTERS,
    };
    pages::html(http::StatusCode::OK, &page)
}
