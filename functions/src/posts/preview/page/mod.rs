//! How a post will look, as a page: a card for each account, drawn as its platform draws posts.

mod card;
mod en;
mod extras;
mod gallery;
mod id;
mod text;
mod words;

use std::collections::BTreeSet;

use app::{Request, Response, Result};
use askama::Template;
use domain::{Locale, Platform};
use http::header::ACCEPT;
use url::Url;

use self::card::Card;
pub use self::gallery::Addresses;
use self::words::Words;
use super::view::Shown;
use crate::pages;

#[derive(Template)]
#[template(path = "preview/page.html")]
struct Page {
    locale: Locale,
    nonce: String,
    words: Words,
    summary: String,
    is_fine: bool,
    cards: Vec<Card>,
    /// Rules for the shapes of the files.
    style: BTreeSet<String>,
}

/// Whether who asks shows pages, and did not ask for anything else.
pub(crate) fn is_wanted(request: &Request) -> bool {
    let accept = request.headers().get(ACCEPT);
    accept
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.to_ascii_lowercase().contains("text/html"))
}

/// Draws a post on each of its accounts. `addresses` says where its files can be looked at; what has none is drawn as an empty frame.
pub fn page(locale: Locale, shown: &[Shown<'_>], addresses: &Addresses) -> Result<Response> {
    let mut style = BTreeSet::new();
    let card = |(number, shown): (usize, &Shown<'_>)| {
        Card::new(locale, number, shown, addresses, &mut style)
    };
    let cards: Vec<Card> = shown.iter().enumerate().map(card).collect();
    let stopped = cards.iter().filter(|card| !card.errors.is_empty()).count();
    let page = Page {
        locale,
        nonce: pages::nonce(),
        words: words::words(locale),
        summary: words::summary(locale, cards.len(), stopped),
        is_fine: stopped == 0,
        cards,
        style,
    };
    let sources = addresses.values().filter_map(|address| folder(address));
    pages::showing(&page, &page.nonce, &sources.collect())
}

/// Where the files of a team lie, as a source of the content policy. The last two parts of an address are the file and its hash.
fn folder(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let (folder, _) = url.path().rsplit_once('/')?;
    let (folder, _) = folder.rsplit_once('/')?;
    let origin = url.origin();
    // What would end the source or the policy does not stand in a path of ours.
    let is_plain = !folder.contains([';', ',', ' ']);
    (origin.is_tuple() && is_plain).then(|| format!("{}{folder}/", origin.ascii_serialization()))
}
