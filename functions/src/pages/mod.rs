//! Pages for people: compiled templates, and a content policy that lets nothing in but their own style and script.

mod en;
mod id;
pub(crate) mod words;

use std::collections::BTreeSet;

use app::{Response, Result, respond};
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Email, Locale, Role};
use http::header::CONTENT_SECURITY_POLICY;
use http::{HeaderValue, StatusCode};

use self::words::{End, Invited, Landing, RoleWords, Words};

/// The pages have one inline style and at most one inline script; a nonce lets in exactly these.
const NONCE_BYTES: usize = 16;
/// What templates write where the nonce goes.
const NONCE_PLACE: &str = "PAGE-NONCE";
/// What no page may do.
const OWN_ONLY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What the pages say in a language.
pub(crate) fn words(locale: Locale) -> Words {
    match locale {
        Locale::En => en::words(),
        Locale::Id => id::words(),
    }
}

/// What somebody reads who came back from a provider or a platform.
pub(crate) fn landing(locale: Locale, landing: &Landing<'_>) -> End {
    match locale {
        Locale::En => en::landing(landing),
        Locale::Id => id::landing(landing),
    }
}

/// What a role is called, and what it is good for. Mails use the same words.
pub(crate) fn role(locale: Locale, role: Role) -> RoleWords {
    match locale {
        Locale::En => en::role(role),
        Locale::Id => id::role(role),
    }
}

/// What somebody reads who is invited: to this team, by this person, as this; whether he has an account already.
pub(crate) fn invited(
    locale: Locale,
    invited: (&str, Option<&str>, Role),
    email: &Email,
    is_known: bool,
) -> Invited {
    match locale {
        Locale::En => en::invited(invited, email, is_known),
        Locale::Id => id::invited(invited, email, is_known),
    }
}

/// Renders a page.
pub(crate) fn html(status: StatusCode, page: &impl Template) -> Result<Response> {
    let body = page.render().map_err(anyhow::Error::from)?;
    let nonce = nonce();
    let policy = format!("{OWN_ONLY}; script-src 'nonce-{nonce}'; connect-src 'self'");
    with_policy(status, body.replace(NONCE_PLACE, &nonce), &policy, &nonce)
}

/// A page without a script that shows files from these sources. Its style carries the nonce.
pub(crate) fn showing(
    page: &impl Template,
    nonce: &str,
    sources: &BTreeSet<String>,
) -> Result<Response> {
    let body = page.render().map_err(anyhow::Error::from)?;
    let mut policy = OWN_ONLY.to_owned();
    if !sources.is_empty() {
        let sources: Vec<_> = sources.iter().map(String::as_str).collect();
        let sources = sources.join(" ");
        policy = format!("{policy}; img-src {sources}; media-src {sources}");
    }
    with_policy(StatusCode::OK, body, &policy, nonce)
}

/// What lets in the style of one answer.
pub(crate) fn nonce() -> String {
    URL_SAFE_NO_PAD.encode(app::random::bytes::<NONCE_BYTES>())
}

fn with_policy(status: StatusCode, body: String, policy: &str, nonce: &str) -> Result<Response> {
    let policy = format!("{policy}; style-src 'nonce-{nonce}'");
    let mut response = respond::with_type(status, "text/html; charset=utf-8", body);
    response.headers_mut().insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_str(&policy).map_err(anyhow::Error::from)?,
    );
    Ok(response)
}
