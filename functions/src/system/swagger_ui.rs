//! GET /docs, GET /docs/{file} — the API's documentation, to read and to try

use std::sync::Arc;

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION,
};
use http::{HeaderValue, StatusCode};
use lambda_http::RequestExt as _;
use utoipa_swagger_ui::{Config, serve};

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("system-swagger-ui", |app, request| {
    Box::pin(async move {
        if request.path_parameters().first("file").is_some() {
            file(app, request).await
        } else {
            handle(app, request).await
        }
    })
});

/// Swagger UI brings its own script, styles and icons, and calls this API.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Leads to the page itself.
#[expect(clippy::unused_async, reason = "every endpoint has the same shape")]
#[utoipa::path(get, path = "/docs", tag = "system", operation_id = "system-swagger-ui", responses((status = 307, description = "The page is at /docs/index.html")))]
pub async fn handle(_: &App, _: Request) -> Result<Response> {
    let mut response = respond::with_type(
        StatusCode::TEMPORARY_REDIRECT,
        "text/plain",
        "/docs/index.html",
    );
    response
        .headers_mut()
        .insert(LOCATION, HeaderValue::from_static("/docs/index.html"));
    Ok(response)
}

/// A file of the page.
#[expect(clippy::unused_async, reason = "every endpoint has the same shape")]
#[utoipa::path(get, path = "/docs/{file}", tag = "system", operation_id = "system-swagger-ui-file", params(("file" = String, Path, description = "The file's name")),
    responses((status = 200, description = "The file")))]
pub async fn file(_: &App, request: Request) -> Result<Response> {
    let name: String = RequestExt::path(&request, "file")?;
    let config = Config::from("/openapi.json")
        .persist_authorization(true)
        .try_it_out_enabled(true)
        .use_base_layout();
    let found = serve(&name, Arc::new(config))
        .map_err(|error| Error::Internal(anyhow::anyhow!("{error}")))?;
    let found = found.ok_or_else(|| Error::NotFound("{file}".into()))?;
    let mut response = respond::with_type(
        StatusCode::OK,
        "application/octet-stream",
        found.bytes.into_owned(),
    );
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_str(&found.content_type).map_err(anyhow::Error::from)?,
    );
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=3600"),
    );
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    if found.gzpipped {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}
