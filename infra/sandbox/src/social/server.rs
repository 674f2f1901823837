//! What one platform's authorization server is, as data.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::{Grant, Token};
use crate::{
    call::{Call, Reply},
    state::State,
};

/// An operation: done, or refused; both are answers.
pub(crate) type Handler = fn(&'static Server, &mut State, &Call) -> Result<Reply, Reply>;

/// One platform.
#[derive(Debug)]
pub(crate) struct Server {
    /// What it is called in keys, in the log and in style sheets.
    pub(crate) name: &'static str,
    /// Its consent page.
    pub(crate) page: Page,
    /// Every host it answers for.
    pub(crate) hosts: &'static [&'static str],
    /// Where browsers are sent: host and path.
    pub(crate) authorize: (&'static str, &'static str),
    /// Where codes and refresh tokens are exchanged: host and path; nothing, where its own routes do that.
    pub(crate) token: Option<(&'static str, &'static str)>,
    /// Where tokens are given back.
    pub(crate) revoke: Option<Revoke>,
    /// The applications it knows.
    pub(crate) clients: &'static [Client],
    /// What the id of an application is called in addresses and forms.
    pub(crate) client_id: &'static str,
    pub(crate) client_auth: ClientAuth,
    /// The scopes it knows, with what each allows in words.
    pub(crate) scopes: &'static [(&'static str, &'static str)],
    /// What stands between scopes in a request.
    pub(crate) separator: char,
    pub(crate) pkce: Pkce,
    pub(crate) lives: Lives,
    pub(crate) refresh: Refresh,
    /// How its tokens and codes begin.
    pub(crate) prefixes: Prefixes,
    pub(crate) answer: TokenAnswer,
    /// What the browser brings back when a person says no.
    pub(crate) denial: &'static [(&'static str, &'static str)],
    /// What the browser brings back besides code and state.
    pub(crate) returns: fn(&Grant) -> Vec<(&'static str, String)>,
    /// What stands behind `#` in the address that the browser is sent back to.
    pub(crate) fragment: Option<&'static str>,
    /// What the token endpoint answers when it refuses.
    pub(crate) refusal: fn(Problem) -> Reply,
    /// The platform's answer to too many requests: when the limit resets, and what time it is.
    pub(crate) too_many: fn(Timestamp, Timestamp) -> Reply,
    /// The body that a bare status has at the API.
    pub(crate) failure: fn(u16) -> Reply,
    /// The people with an account there.
    pub(crate) people: &'static [Person],
    /// What a person may choose from on the consent page (a channel, pages), each by who sees it.
    pub(crate) choices: &'static [Choice],
    /// Its own API, after the routes that follow from this data.
    pub(crate) routes: fn(&Call) -> Option<(&'static str, Handler)>,
}

impl Server {
    /// The person that the consent page's form names.
    pub(crate) fn person(&self, account: &str) -> Option<&'static Person> {
        self.people.iter().find(|person| person.account == account)
    }
}

/// The consent page in a platform's words and colours.
#[derive(Debug)]
pub(crate) struct Page {
    /// The platform's name.
    pub(crate) title: &'static str,
    /// The letter in its sign.
    pub(crate) mark: &'static str,
    /// The colour of its sign and buttons, and that under the pointer.
    pub(crate) colours: [&'static str; 2],
    /// The heading.
    pub(crate) heading: &'static str,
    /// What stands between the application's name and the end of the sentence.
    pub(crate) request: &'static str,
    pub(crate) yes: &'static str,
    pub(crate) no: &'static str,
    /// Whether a person may leave out scopes. The form's `without` works everywhere.
    pub(crate) unticks: bool,
    /// What the list of sample accounts says about the platform.
    pub(crate) how: &'static str,
}

/// Somebody with an account.
#[derive(Debug)]
pub(crate) struct Person {
    /// What the consent page calls this person in its form.
    pub(crate) account: &'static str,
    /// The platform's id.
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) handle: &'static str,
    /// Why one would choose this person.
    pub(crate) note: Option<&'static str>,
    pub(crate) colours: [&'static str; 2],
}

/// Something to choose on the consent page, besides the person.
#[derive(Debug)]
pub(crate) struct Choice {
    /// The account of the person who sees it.
    pub(crate) account: &'static str,
    /// What the form sends as `choice`; without any, the first one of the person counts, or all where `many`.
    pub(crate) value: &'static str,
    pub(crate) label: &'static str,
    /// Whether several of them may be chosen.
    pub(crate) many: bool,
}

/// An application that is registered at the platform.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) id: &'static str,
    pub(crate) secret: &'static str,
}

/// How an application proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClientAuth {
    Basic,
    Form,
    Either,
}

/// What becomes of a code challenge (RFC 7636).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pkce {
    /// There must be one.
    Required,
    /// One that is there is checked.
    Accepted,
    /// Nobody looks at it.
    Ignored,
}

/// How long things live.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lives {
    pub(crate) code: SignedDuration,
    /// Without end, when there is none.
    pub(crate) access: Option<SignedDuration>,
}

/// What there is to renew access with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Refresh {
    /// Nothing.
    None,
    /// Refresh tokens.
    Tokens {
        /// Who is given one.
        granted: fn(&Grant) -> bool,
        rotation: Rotation,
        /// How long one lives; without end, when there is none.
        life: Option<SignedDuration>,
        /// Whether a renewal begins this life anew; otherwise it runs from the first consent.
        extended: bool,
    },
}

/// What a renewal does to the refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rotation {
    /// It stays, and the answer does not repeat it.
    Stays,
    /// It stays, and the answer repeats it.
    Repeated,
    /// A new one takes its place, and the old one is good for nothing.
    Replaced,
}

/// Where tokens are given back (RFC 7009).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Revoke {
    /// Host and path.
    pub(crate) place: (&'static str, &'static str),
    pub(crate) ends: Ends,
    /// Whether the application must prove who it is.
    pub(crate) authenticated: bool,
    /// Whether an unknown token is refused; the specification says that it counts as given back.
    pub(crate) refuses_unknown: bool,
}

/// What giving back one token ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ends {
    /// This token.
    Token,
    /// All tokens of the consent.
    Grant,
}

/// How codes and tokens begin; what follows is never the same twice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prefixes {
    pub(crate) code: &'static str,
    pub(crate) access: &'static str,
    pub(crate) refresh: &'static str,
}

/// What an answer of the token endpoint looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TokenAnswer {
    pub(crate) token_type: &'static str,
    /// What stands between the scopes; nothing, where it does not tell them.
    pub(crate) scope: Option<&'static str>,
    /// The name of the field that tells how long the refresh token lives.
    pub(crate) refresh_life: Option<&'static str>,
    /// Adds, changes and wraps what is the platform's own.
    pub(crate) shape: fn(&mut State, &Call, &Token, Map<String, Value>) -> Value,
}

/// Why a token endpoint refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The application is unknown, or its secret is wrong.
    Client,
    GrantType,
    /// This parameter is not there.
    Missing(&'static str),
    /// There is no such code, or it is another application's.
    UnknownCode,
    UsedCode,
    ExpiredCode,
    /// The redirect address is not that of the request for consent.
    Redirect,
    /// The code verifier does not fit the challenge.
    Verifier,
    /// The refresh token is unknown, replaced, over or revoked.
    Refresh,
    /// There is no such token to give back.
    UnknownToken,
}
