//! The people with a Google account, and the codes they gave out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    call::{Call, text},
    journal::{Rows, Table},
    oauth::Challenge,
    state::State,
};

/// Somebody with a Google account.
#[derive(Debug)]
pub(crate) struct Person {
    /// What the consent page calls this person in its form.
    pub(crate) account: &'static str,
    pub(crate) sub: &'static str,
    pub(crate) name: &'static str,
    pub(crate) given_name: &'static str,
    pub(crate) family_name: &'static str,
    pub(crate) email: &'static str,
    pub(crate) email_verified: bool,
    /// The domain of the organisation that the account belongs to.
    pub(crate) workspace: Option<&'static str>,
    /// Why one would choose this person.
    pub(crate) note: &'static str,
    pub(crate) colours: [&'static str; 2],
}

pub(crate) const PEOPLE: &[Person] = &[
    Person {
        account: "sari",
        sub: "110000000000000000001",
        name: "Sari Wijaya",
        given_name: "Sari",
        family_name: "Wijaya",
        email: "sari.wijaya.sandbox@gmail.com",
        email_verified: true,
        workspace: None,
        note: "Gmail",
        colours: ["#4285f4", "#1a56c4"],
    },
    Person {
        account: "bima",
        sub: "110000000000000000002",
        name: "Bima Prasetyo",
        given_name: "Bima",
        family_name: "Prasetyo",
        email: "bima@kopi-aurora.example",
        email_verified: true,
        workspace: Some("kopi-aurora.example"),
        note: "Workspace",
        colours: ["#34a853", "#14713a"],
    },
    Person {
        account: "citra",
        sub: "110000000000000000003",
        name: "Citra Lestari",
        given_name: "Citra",
        family_name: "Lestari",
        email: "citra@surat.example",
        email_verified: true,
        workspace: None,
        note: "address elsewhere",
        colours: ["#f9ab00", "#b06000"],
    },
    Person {
        account: "dimas",
        sub: "110000000000000000004",
        name: "Dimas Putra",
        given_name: "Dimas",
        family_name: "Putra",
        email: "dimas@surat.example",
        email_verified: false,
        workspace: None,
        note: "address not verified",
        colours: ["#ea4335", "#a50e0e"],
    },
];

/// The person that the consent page's form names.
pub(super) fn person(account: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.account == account)
}

/// An authorization code and what it may be exchanged for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) person: String,
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) expires_at: Timestamp,
    pub(crate) used: bool,
}

/// What the code in the call's body stands for.
pub(super) fn grant_of<'a>(state: &'a State, call: &Call) -> Option<&'a Grant> {
    state.google.grants.get(&text(&call.fields(), "code")?)
}

#[derive(Debug)]
pub(crate) struct Tables {
    /// By code.
    pub(crate) grants: Table<Grant>,
    /// How often the key was changed. It is not kept over a restart, and neither are the keys.
    pub(super) rotations: usize,
}

impl Tables {
    pub(crate) fn new() -> Self {
        Self {
            grants: Table::new("google.grants"),
            rotations: 0,
        }
    }

    pub(crate) fn all(&mut self) -> Vec<&mut dyn Rows> {
        vec![&mut self.grants]
    }

    /// Signs with a new key from now on, and publishes it alone.
    pub(crate) fn rotate_keys(&mut self) {
        self.rotations += 1;
    }
}
