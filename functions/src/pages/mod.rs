//! Pages for people: compiled templates, and a content policy that lets nothing in but their own style and script.

mod en;
mod id;
pub(crate) mod words;

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
    let nonce = URL_SAFE_NO_PAD.encode(app::random::bytes::<NONCE_BYTES>());
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
