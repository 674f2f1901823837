//! What people write stays text, wherever it stands on the page.

use std::collections::BTreeMap;

use domain::options::{Mastodon, Options, Reddit, Threads};
use domain::{AccountName, Content, Locale, Platform};

use super::fixtures::{account, strange, text};
use super::{accounts, drawn, html, page_of};

const MARKUP: &str = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";

/// Every tag that the page holds, as it is written.
fn tags(page: &str) -> Vec<&str> {
    let opened = page.split('<').skip(1);
    opened.map(|tag| tag.split('>').next().unwrap()).collect()
}

fn count(page: &str, name: &str) -> usize {
    let is = |tag: &&&str| tag.split([' ', '\n']).next() == Some(name);
    tags(page).iter().filter(is).count()
}

/// Whatever was written, the page holds no script, one style, and no attribute that is either.
fn assert_harmless(page: &str) {
    for name in [
        "script", "iframe", "b>tag", "object", "base", "form", "link",
    ] {
        assert_eq!(count(page, name), 0, "{name}");
    }
    assert_eq!(count(page, "style"), 1);
    assert_eq!(count(page, "/style"), 1);
    for tag in tags(page) {
        // Between quotes stand the values, and no quote of theirs.
        let names: String = tag.split('"').step_by(2).collect();
        let names = names.to_ascii_lowercase();
        let mut attributes = names.split_whitespace().skip(1);
        assert!(
            !attributes.any(|name| name.starts_with("on") || name.starts_with("style")),
            "{tag}"
        );
    }
}

#[test]
fn nothing_that_a_text_says_becomes_markup() {
    let scene = strange();
    let page = page_of(Locale::En, &scene.content);
    assert_harmless(&page);
    // One picture for each account that shows it, and none of the text's own.
    assert_eq!(count(&page, "img"), accounts().len());
    assert!(page.contains("&#60;script&#62;alert(1)&#60;/script&#62;"));
    assert!(page.contains("{{ 7 * 7 }}"));
    assert!(page.contains("PAGE-NONCE"));
}

#[test]
fn nothing_that_an_account_is_called_becomes_markup() {
    let named = |platform| {
        let mut account = account(platform);
        account.name = AccountName::parse(&MARKUP[..40]).unwrap();
        account.handle = MARKUP.to_owned();
        account
    };
    let accounts: Vec<_> = accounts().iter().map(|of| named(of.platform)).collect();
    let content = Content::of_text(text("Hello"));
    let page = html(&drawn(Locale::En, &content, &accounts, &BTreeMap::new()));
    assert_harmless(&page);
    assert_eq!(count(&page, "img"), 0);
}

#[test]
fn nothing_that_an_option_a_title_or_an_address_says_becomes_markup() {
    let mut content = strange().content;
    content.versions = [
        Options::Mastodon(Mastodon {
            content_warning: Some(MARKUP.into()),
            ..Mastodon::default()
        }),
        Options::Threads(Threads {
            topic_tag: Some(MARKUP.into()),
            ..Threads::default()
        }),
        Options::Reddit(Reddit {
            title: Some(MARKUP.into()),
            ..Reddit::default()
        }),
    ]
    .map(super::fixtures::version)
    .into();
    let media = content.media();
    let in_a_path = MARKUP.replace('/', "");
    let addresses = media.iter().map(|media| {
        let address =
            format!("https://files.example.com/media/team/{in_a_path}/hash?a=\"b\"&c=<d>");
        (*media, address)
    });
    let response = drawn(Locale::En, &content, &accounts(), &addresses.collect());
    let page = html(&response);
    assert_harmless(&page);
    assert!(page.contains("&#34;&#62;&#60;script&#62;"));
    let policy = response.headers()["content-security-policy"].to_str();
    let policy = policy.unwrap();
    assert!(policy.contains("img-src https://files.example.com/media/team/;"));
    assert!(!policy.contains("script"));
}

#[test]
fn only_addresses_of_the_web_become_links() {
    let said = "javascript:alert(1) data:text/html,x file:///etc/passwd https://example.com/a?b=1&c=\"2\" http://example.com";
    let page = page_of(Locale::En, &Content::of_text(text(said)));
    let links = page.split("href=\"").skip(1);
    let links: Vec<&str> = links.map(|link| link.split('"').next().unwrap()).collect();
    let of_web = |link: &&&str| !link.starts_with('#');
    assert!(links.iter().filter(of_web).count() >= accounts().len());
    for link in links.iter().filter(of_web) {
        let is_web = link.starts_with("https://") || link.starts_with("http://");
        assert!(is_web, "{link}");
    }
}

#[test]
fn a_word_that_turns_letters_around_does_so_only_where_it_stands() {
    let page = page_of(Locale::En, &strange().content);
    let turned: Vec<&str> = page.split('\u{202e}').skip(1).collect();
    assert!(!turned.is_empty());
    // Each begins in a block of its own, which takes its direction from what it says.
    for before in page.split('\u{202e}').take(turned.len()) {
        let block = before.rfind("<div class=\"text\" dir=\"auto\">").unwrap();
        assert!(!before[block..].contains("</div>"));
    }
}

#[test]
fn a_page_without_files_loads_nothing_at_all() {
    let content = Content::of_text(text("Hello"));
    let response = drawn(
        Locale::En,
        &content,
        &[account(Platform::X)],
        &BTreeMap::new(),
    );
    let policy = response.headers()["content-security-policy"].to_str();
    let policy = policy.unwrap();
    assert!(policy.starts_with("default-src 'none'; base-uri 'none'; form-action 'none'"));
    assert!(!policy.contains("img-src") && !policy.contains("unsafe"));
    let nonce = policy.split("'nonce-").nth(1).unwrap();
    let nonce = nonce.split('\'').next().unwrap();
    assert!(nonce.len() >= 20);
    assert!(html(&response).contains(&format!("<style nonce=\"{nonce}\">")));
    assert_eq!(response.headers()["cache-control"], "no-store");
}
