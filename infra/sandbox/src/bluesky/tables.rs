//! What the Bluesky server stores, and the people who live on it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::journal::{Rows, Table};

/// A person or organisation with an account on the server.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) did: &'static str,
    pub(crate) handle: &'static str,
    pub(crate) app_password: &'static str,
    pub(crate) name: &'static str,
    pub(crate) colours: [&'static str; 2],
}

impl Account {
    pub(crate) fn name_in_urls(&self) -> &'static str {
        self.handle.split('.').next().unwrap_or_default()
    }
}

pub(crate) const ACCOUNTS: &[Account] = &[
    Account {
        did: "did:plc:alice2sandbox2sandbox2aa",
        handle: "alice.bluesky.sandbox",
        app_password: "demo-pass-word-0001",
        name: "Alice Hartono",
        colours: ["#ec4899", "#7c3aed"],
    },
    Account {
        did: "did:plc:bakery2sandbox2sandbox2b",
        handle: "bakery.bluesky.sandbox",
        app_password: "demo-pass-word-0002",
        name: "Corner Bakery",
        colours: ["#f97316", "#be123c"],
    },
    Account {
        did: "did:plc:museum2sandbox2sandbox2c",
        handle: "museum.bluesky.sandbox",
        app_password: "demo-pass-word-0003",
        name: "Museum of the Sea",
        colours: ["#14b8a6", "#1d4ed8"],
    },
];

/// The sample account with that DID, handle or e-mail address.
pub(crate) fn account(identifier: &str) -> Option<&'static Account> {
    let identifier = identifier.trim_start_matches('@');
    ACCOUNTS.iter().find(|account| {
        account.did == identifier
            || account.handle.eq_ignore_ascii_case(identifier)
            || identifier == format!("{}@example.com", account.name_in_urls())
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Use {
    Access,
    Refresh,
}

/// One of the two tokens of a session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Token {
    pub(crate) did: String,
    pub(crate) session: String,
    pub(crate) serves: Use,
    pub(crate) expires_at: Timestamp,
    pub(crate) revoked: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) uri: String,
    pub(crate) cid: String,
    pub(crate) value: Value,
    /// Listings leave it out until then.
    pub(crate) unlisted_until: Option<Timestamp>,
}

#[derive(Debug)]
pub(crate) struct Tables {
    /// By token.
    pub(crate) tokens: Table<Token>,
    /// By `did/collection/rkey`.
    pub(crate) records: Table<Record>,
}

impl Tables {
    pub(crate) fn new() -> Self {
        Self {
            tokens: Table::new("bluesky.tokens"),
            records: Table::new("bluesky.records"),
        }
    }

    pub(crate) fn all(&mut self) -> Vec<&mut dyn Rows> {
        vec![&mut self.tokens, &mut self.records]
    }
}
