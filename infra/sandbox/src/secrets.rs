//! Everything that opens something here, for tests that look whether any of it got out.

use crate::{bluesky, brought, facebook, google, social, state::State};

/// The codes and tokens that were given out, and the secrets that people and applications have from the start.
pub(crate) fn all(state: &State) -> Vec<String> {
    let apps = state.mastodon.apps.iter();
    let clients = apps.map(|(_, app)| app.client_secret.as_str());
    let codes = state.mastodon.grants.iter().map(|(code, _)| code.as_str());
    let tokens = state
        .mastodon
        .tokens
        .iter()
        .map(|(token, _)| token.as_str());
    let of_mastodon = clients.chain(codes).chain(tokens);
    let of_bluesky = state.bluesky.tokens.iter().map(|(token, _)| token.as_str());
    let of_google = state.google.grants.iter().map(|(code, _)| code.as_str());
    let codes = state.facebook.grants.iter().map(|(code, _)| code.as_str());
    let tokens = state
        .facebook
        .tokens
        .iter()
        .map(|(token, _)| token.as_str());
    let of_facebook = codes.chain(tokens);
    // Their keys begin with the name of the platform.
    let codes = state.social.grants.iter().map(|(key, _)| key);
    let keys = codes.chain(state.social.tokens.iter().map(|(key, _)| key));
    let of_others = keys.filter_map(|key| Some(key.split_once('/')?.1));
    let from_the_start = from_the_start().map(str::to_owned);
    let given = of_mastodon
        .chain(of_bluesky)
        .chain(of_google)
        .chain(of_facebook)
        .chain(of_others);
    from_the_start.chain(given.map(str::to_owned)).collect()
}

fn from_the_start() -> impl Iterator<Item = &'static str> {
    let clients = social::SERVERS.iter().flat_map(|server| server.clients);
    let samples = brought::SERVICES.iter().flat_map(|service| service.samples);
    let passwords = bluesky::ACCOUNTS.iter();
    clients
        .map(|client| client.secret)
        .chain(samples.map(|sample| sample.secret))
        .chain(passwords.map(|account| account.app_password))
        .chain([google::CLIENT_SECRET, facebook::APP_SECRET])
}
