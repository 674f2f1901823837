//! The page on which people see how a post will look, drawn without a server: every scene on an account of every platform.

mod escaping;
mod fixtures;
mod looks;
mod views;

use std::collections::BTreeMap;

use app::Response;
use domain::{Account, Content, Locale, MediaId, Platform};
use functions::posts::preview::page;
use functions::posts::preview::view::Shown;
use strum::IntoEnumIterator;

/// An account on every platform.
fn accounts() -> Vec<Account> {
    Platform::iter().map(fixtures::account).collect()
}

/// The answer for a post on these accounts.
fn drawn(
    locale: Locale,
    content: &Content,
    accounts: &[Account],
    addresses: &BTreeMap<MediaId, String>,
) -> Response {
    let shown: Vec<_> = accounts
        .iter()
        .map(|account| Shown::new(account, content.said_by(account)))
        .collect();
    page::page(locale, &shown, addresses).unwrap()
}

/// The page for a post on an account of every platform.
fn page_of(locale: Locale, content: &Content) -> String {
    let addresses = fixtures::addresses(content, "");
    html(&drawn(locale, content, &accounts(), &addresses))
}

fn html(response: &Response) -> String {
    String::from_utf8(response.body().to_vec()).unwrap()
}

/// The part of a page that shows one account.
fn card(page: &str, platform: Platform) -> &str {
    let class = format!("class=\"account {platform}\"");
    let cards = page.split("<article ").skip(1);
    let mut found = cards.filter(|card| card.contains(&class));
    let card = found.next().expect("every account has a card");
    card.split("</article>").next().unwrap()
}
