//! The people with a Facebook account, the codes they gave out and the tokens made of these.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    call::{Call, text},
    journal::{Rows, Table},
    oauth::Challenge,
    state::State,
};

/// Somebody with a Facebook account.
#[derive(Debug)]
pub(crate) struct Person {
    /// What the dialog calls this person in its form.
    pub(crate) account: &'static str,
    /// The id that this one application knows the person by.
    pub(crate) id: &'static str,
    pub(crate) first_name: &'static str,
    pub(crate) last_name: &'static str,
    /// Some people registered with a phone number only.
    pub(crate) email: Option<&'static str>,
    pub(crate) colours: [&'static str; 2],
}

impl Person {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

pub(crate) const PEOPLE: &[Person] = &[
    Person {
        account: "eka",
        id: "122100000000000001",
        first_name: "Eka",
        last_name: "Saputra",
        email: Some("eka@surat.example"),
        colours: ["#1877f2", "#0b4aa2"],
    },
    Person {
        account: "fitri",
        id: "122100000000000002",
        first_name: "Fitri",
        last_name: "Handayani",
        email: None,
        colours: ["#a855f7", "#6b21a8"],
    },
    Person {
        account: "sari",
        id: "122100000000000003",
        first_name: "Sari",
        last_name: "Wijaya",
        // The same address as her Google account has.
        email: Some("sari.wijaya.sandbox@gmail.com"),
        colours: ["#14b8a6", "#0f766e"],
    },
];

/// The person that the dialog's form names.
pub(super) fn person(account: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.account == account)
}

/// A code and what it may be exchanged for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) person: String,
    pub(crate) redirect_uri: String,
    pub(crate) permissions: Vec<String>,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) expires_at: Timestamp,
    pub(crate) used: bool,
}

/// A user access token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Token {
    pub(crate) person: String,
    pub(crate) permissions: Vec<String>,
    pub(crate) expires_at: Timestamp,
    pub(crate) revoked: bool,
}

/// The parameters of a call to the Graph API, wherever they stand.
pub(super) fn parameters(call: &Call) -> Map<String, Value> {
    let mut parameters = call.parameters();
    parameters.extend(call.fields());
    parameters
}

/// What the code in the call stands for.
pub(super) fn grant_of<'a>(state: &'a State, call: &Call) -> Option<&'a Grant> {
    state.facebook.grants.get(&text(&parameters(call), "code")?)
}

/// The token text of the call, from its parameters or its header.
pub(super) fn token_text(call: &Call) -> Option<String> {
    text(&parameters(call), "access_token").or_else(|| call.bearer().map(str::to_owned))
}

/// The token of the call, with its text.
pub(super) fn token_of<'a>(state: &'a State, call: &Call) -> Option<(String, &'a Token)> {
    let text = token_text(call)?;
    let token = state.facebook.tokens.get(&text)?;
    Some((text, token))
}

#[derive(Debug)]
pub(crate) struct Tables {
    /// By code.
    pub(crate) grants: Table<Grant>,
    /// By token.
    pub(crate) tokens: Table<Token>,
}

impl Tables {
    pub(crate) fn new() -> Self {
        Self {
            grants: Table::new("facebook.grants"),
            tokens: Table::new("facebook.tokens"),
        }
    }

    pub(crate) fn all(&mut self) -> Vec<&mut dyn Rows> {
        vec![&mut self.grants, &mut self.tokens]
    }
}
