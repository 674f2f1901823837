//! The page that a browser gets which is back from a provider or a platform.

use app::{Error, Response, Result};
use askama::Template;
use domain::Locale;
use http::StatusCode;

use super::oauth_choose::MOST;
use crate::pages;
pub(crate) use crate::pages::words::Landing;
use crate::pages::words::{End, Words};

#[derive(Template)]
#[template(path = "pages/landing.html")]
struct Page<'a> {
    locale: Locale,
    words: Words,
    said: End,
    landing: Landing<'a>,
}

/// The page for a browser that is back. Its address goes out of the browser's history: the code in it was used, and shown to others it
/// would look like a theft.
pub(crate) fn page(locale: Locale, landing: &Landing<'_>) -> Result<Response> {
    let status = match landing {
        Landing::Connected { .. }
        | Landing::Choose { .. }
        | Landing::SignedIn { .. }
        | Landing::Linked { .. }
        | Landing::MailSent { .. } => StatusCode::OK,
        Landing::Refused { status, .. } => *status,
    };
    let page = Page {
        locale,
        words: pages::words(locale),
        said: pages::landing(locale, landing),
        landing: *landing,
    };
    pages::html(status, &page)
}

/// The page for a browser whose trip led to nothing; faults of ours are answered like everywhere else.
pub(crate) fn refused(locale: Locale, error: Error) -> Result<Response> {
    if matches!(error, Error::Internal(_) | Error::Unavailable(_)) {
        return Err(error);
    }
    let detail = error.fields().into_iter().next().map_or_else(
        || error.to_string(),
        |field| match field.pointer.as_str() {
            "?state" => format!("this return {}", field.detail),
            pointer => format!("{} {}", pointer.trim_start_matches('?'), field.detail),
        },
    );
    let (status, detail) = (error.kind().status, detail.as_str());
    page(locale, &Landing::Refused { status, detail })
}
