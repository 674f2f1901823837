//! The pages on which a person lets an application in.

use askama::Template;
use serde_json::{Map, Value};

use super::{render, views::Person};
use crate::{
    call::{Reply, text},
    facebook, google, mastodon,
    oauth::APPLICATION,
    social::{Choice, Server},
};

/// The same page for every platform, in each one's words and colours.
#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage<'a> {
    platform: &'static str,
    /// Its colours, where they do not come with the platform's name.
    style: Option<String>,
    /// The letter in the platform's sign.
    mark: &'static str,
    /// The platform's name.
    server: &'a str,
    host: &'a str,
    /// Where the form goes, on the host.
    path: &'static str,
    app: &'a str,
    title: &'static str,
    /// What stands between the application's name and the end of the sentence.
    request: &'static str,
    website: Option<&'a str>,
    people: Vec<Person>,
    receives: &'static str,
    scopes: Vec<(String, &'static str)>,
    /// Whether scopes may be left out.
    unticks: bool,
    /// What there is to choose besides the person.
    choices: &'static [Choice],
    yes: &'static str,
    no: &'static str,
    hidden: Vec<(String, String)>,
}

/// The parameters of a request for consent, for the page to send them again with the decision.
pub(crate) fn hidden(parameters: &Map<String, Value>) -> Vec<(String, String)> {
    parameters
        .keys()
        .filter_map(|name| Some((name.clone(), text(parameters, name)?)))
        .collect()
}

pub(crate) fn consent_on_mastodon(
    host: &str,
    app: &str,
    website: Option<&str>,
    scopes: &[String],
    hidden: Vec<(String, String)>,
) -> Reply {
    let people = mastodon::ACCOUNTS
        .iter()
        .map(|account| Person::on_mastodon(host, account))
        .collect();
    let website =
        website.filter(|website| website.starts_with("https://") || website.starts_with("http://"));
    let page = ConsentPage {
        platform: "mastodon",
        style: None,
        mark: "m",
        server: host,
        host,
        path: "/oauth/authorize",
        app,
        title: "Authorization required",
        request: "would like permission to access your account. Approve this request only if you know and trust this application.",
        website,
        people,
        receives: "It will be able to",
        scopes: in_words(scopes, on_mastodon),
        unticks: false,
        choices: &[],
        yes: "Authorize",
        no: "Deny",
        hidden,
    };
    render(200, &page)
}

pub(crate) fn consent_at_google(scopes: &[String], hidden: Vec<(String, String)>) -> Reply {
    let page = ConsentPage {
        platform: "google",
        style: None,
        mark: "G",
        server: "Google",
        host: google::HOST,
        path: "/o/oauth2/v2/auth",
        app: APPLICATION,
        title: "Sign in with Google",
        request: "asks who you are. Choose the account to continue with.",
        website: None,
        people: google::PEOPLE.iter().map(Person::at_google).collect(),
        receives: "Google will share with it",
        scopes: in_words(scopes, of_sign_in),
        unticks: false,
        choices: &[],
        yes: "Continue",
        no: "Cancel",
        hidden,
    };
    render(200, &page)
}

pub(crate) fn consent_at_facebook(
    permissions: &[String],
    choices: &'static [Choice],
    hidden: Vec<(String, String)>,
) -> Reply {
    // Pages are seen only by what is more than sign-in.
    let (title, request) = if choices.is_empty() {
        (
            "Log in with Facebook",
            "asks who you are. Choose the account to continue with.",
        )
    } else {
        (
            "Choose the pages",
            "asks for access to pages that you manage. Those that you tick are shared with it; all of yours, when you tick none.",
        )
    };
    let page = ConsentPage {
        platform: "facebook",
        style: None,
        mark: "f",
        server: "Facebook",
        host: facebook::DIALOG_HOST,
        path: facebook::DIALOG_PATH,
        app: APPLICATION,
        title,
        request,
        website: None,
        people: facebook::PEOPLE.iter().map(Person::at_facebook).collect(),
        receives: "It will receive",
        scopes: in_words(permissions, at_facebook),
        unticks: !choices.is_empty(),
        choices,
        yes: "Continue",
        no: "Not now",
        hidden,
    };
    render(200, &page)
}

/// The page of a platform that is known by its data.
pub(crate) fn consent_at(
    server: &'static Server,
    scopes: &[String],
    hidden: Vec<(String, String)>,
) -> Reply {
    let (host, path) = server.authorize;
    let texts = &server.page;
    let words = |scope: &str| {
        let known = server.scopes.iter().find(|(name, _)| *name == scope);
        known.map_or("", |(_, words)| words)
    };
    let page = ConsentPage {
        platform: server.name,
        style: Some(format!(
            "--sign: {0}; --lit: {1}; --tint: {0}",
            texts.colours[0], texts.colours[1]
        )),
        mark: texts.mark,
        server: texts.title,
        host,
        path,
        app: APPLICATION,
        title: texts.heading,
        request: texts.request,
        website: None,
        people: server
            .people
            .iter()
            .map(|person| Person::at(server, person))
            .collect(),
        receives: "It will be able to",
        scopes: in_words(scopes, words),
        unticks: texts.unticks,
        choices: server.choices,
        yes: texts.yes,
        no: texts.no,
        hidden,
    };
    render(200, &page)
}

fn in_words(
    scopes: &[String],
    words: impl Fn(&str) -> &'static str,
) -> Vec<(String, &'static str)> {
    scopes
        .iter()
        .map(|scope| (scope.clone(), words(scope)))
        .collect()
}

/// What an application learns by a scope for sign-in, in words.
fn of_sign_in(scope: &str) -> &'static str {
    match scope {
        "openid" => "A number that stands for your account",
        "email" => "Your e-mail address",
        _ => "Your name and picture",
    }
}

/// What a permission of Facebook allows, in words.
fn at_facebook(permission: &str) -> &'static str {
    match permission {
        "pages_show_list" => "A list of the pages that you manage",
        "pages_manage_posts" => "Publishing on your pages",
        "pages_read_engagement" => "Posts of your pages, and how they do",
        "pages_manage_engagement" => "Comments on your pages",
        "business_management" => "Pages of your business",
        permission => of_sign_in(permission),
    }
}

/// What a scope of Mastodon allows, in words.
fn on_mastodon(scope: &str) -> &'static str {
    match scope {
        "read" => "Read all of your account’s data",
        "profile" => "Read only your account’s profile",
        "read:accounts" => "See account information",
        "read:statuses" => "See all posts",
        "write" => "Modify all of your account’s data",
        "write:statuses" => "Publish posts",
        "write:media" => "Upload media files",
        "write:accounts" => "Modify your profile",
        "follow" => "Modify account relationships",
        "push" => "Receive your push notifications",
        scope if scope.starts_with("read:") => "Read this part of your account’s data",
        _ => "Modify this part of your account’s data",
    }
}
