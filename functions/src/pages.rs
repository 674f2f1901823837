//! Pages for people: compiled templates, and a content policy that lets nothing in but their own style and script.

use app::{Response, Result, respond};
use askama::Template;
use http::header::CONTENT_SECURITY_POLICY;
use http::{HeaderValue, StatusCode};

/// The pages have one inline style and at most one inline script; a nonce lets in exactly these.
const NONCE_BYTES: usize = 16;
/// What templates write where the nonce goes.
const NONCE_PLACE: &str = "PAGE-NONCE";

/// Renders a page.
pub(crate) fn html(status: StatusCode, page: &impl Template) -> Result<Response> {
    use std::fmt::Write;
    let body = page.render().map_err(anyhow::Error::from)?;
    let nonce = app::random::bytes::<NONCE_BYTES>()
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let mut response = respond::with_type(
        status,
        "text/html; charset=utf-8",
        body.replace(NONCE_PLACE, &nonce),
    );
    response.headers_mut().insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_str(&policy).map_err(anyhow::Error::from)?,
    );
    Ok(response)
}
