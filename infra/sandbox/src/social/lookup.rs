//! Which token a call carries, whose it is, and whether it is alive.

use jiff::Timestamp;

use super::{Server, Token, Use, given, parameters, token::key};
use crate::{call::Call, state::State};

/// Why a token opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dead {
    /// There is none in the call.
    Missing,
    Unknown,
    Expired,
    Revoked,
}

/// The token with that text, if it is alive.
pub(crate) fn find_token(
    server: &Server,
    state: &State,
    text: &str,
    now: Timestamp,
) -> Result<Token, Dead> {
    let token = state.social.tokens.get(&key(server, text));
    let token = token.ok_or(Dead::Unknown)?;
    if token.revoked {
        return Err(Dead::Revoked);
    }
    if token.expires_at.is_some_and(|end| end <= now) {
        return Err(Dead::Expired);
    }
    Ok(token.clone())
}

/// The text of the token that a call to the API carries, in its header or as `access_token`.
pub(crate) fn token_text(call: &Call) -> Option<String> {
    call.bearer()
        .map(str::to_owned)
        .or_else(|| given(&parameters(call), "access_token"))
}

/// The living access token of a call to the API.
pub(crate) fn token_of(server: &Server, state: &State, call: &Call) -> Result<Token, Dead> {
    let text = token_text(call).ok_or(Dead::Missing)?;
    let token = find_token(server, state, &text, call.now)?;
    if token.serves == Use::Refresh {
        return Err(Dead::Unknown);
    }
    Ok(token)
}

/// The token that the call carries anywhere, dead or alive.
pub(super) fn known_token(server: &Server, state: &State, call: &Call) -> Option<Token> {
    let fields = parameters(call);
    let named = ["refresh_token", "token", "access_token"]
        .into_iter()
        .filter_map(|name| given(&fields, name));
    call.bearer()
        .map(str::to_owned)
        .into_iter()
        .chain(named)
        .find_map(|text| state.social.tokens.get(&key(server, &text)))
        .cloned()
}

/// The account whose token or code the call carries.
pub(super) fn person_of(server: &Server, state: &State, call: &Call) -> Option<String> {
    let of_code = || {
        let code = given(&parameters(call), "code")?;
        let grant = state.social.grants.get(&key(server, &code))?;
        Some(grant.person.clone())
    };
    known_token(server, state, call)
        .map(|token| token.person)
        .or_else(of_code)
}

/// Ends every token of a consent.
pub(crate) fn end_grant(server: &Server, state: &mut State, grant: &str) {
    let here = format!("{}/", server.name);
    let keys: Vec<String> = state
        .social
        .tokens
        .iter()
        .filter(|(key, token)| key.starts_with(&here) && token.grant == grant)
        .map(|(key, _)| key.clone())
        .collect();
    for key in keys {
        if let Some(token) = state.social.tokens.get_mut(&key) {
            token.revoked = true;
        }
    }
}
