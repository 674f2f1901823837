//! What a Mastodon server stores, and the people who live on it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::journal::{Rows, Table};

/// A person or organisation with an account on every Mastodon server of the sandbox.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) id: &'static str,
    pub(crate) username: &'static str,
    pub(crate) name: &'static str,
    pub(crate) note: &'static str,
    pub(crate) colours: [&'static str; 2],
}

pub(crate) const ACCOUNTS: &[Account] = &[
    Account {
        id: "109340000000000001",
        username: "aurora",
        name: "Aurora Coffee Roasters",
        note: "Small batches, long evenings.",
        colours: ["#f59e0b", "#b45309"],
    },
    Account {
        id: "109340000000000002",
        username: "harbour",
        name: "Harbour News",
        note: "What happens between the tides.",
        colours: ["#0ea5e9", "#1e40af"],
    },
    Account {
        id: "109340000000000003",
        username: "lintang",
        name: "Lintang Trail Club",
        note: "We walk, whatever the weather.",
        colours: ["#22c55e", "#166534"],
    },
];

/// The sample account with that username.
pub(crate) fn account(username: &str) -> Option<&'static Account> {
    ACCOUNTS.iter().find(|account| account.username == username)
}

/// A registered application.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) name: String,
    pub(crate) website: Option<String>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) scopes: Vec<String>,
}

/// An authorization code and what it may be exchanged for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) host: String,
    pub(crate) client_id: String,
    pub(crate) account: String,
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) challenge: Option<String>,
    pub(crate) expires_at: Timestamp,
    pub(crate) used: bool,
}

/// An access token; it lasts until it is revoked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Token {
    pub(crate) host: String,
    pub(crate) client_id: String,
    pub(crate) app: String,
    pub(crate) account: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) revoked: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Status {
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) app: String,
    pub(crate) text: String,
    pub(crate) warning: String,
    pub(crate) visibility: String,
    pub(crate) sensitive: bool,
    pub(crate) language: Option<String>,
    pub(crate) in_reply_to: Option<String>,
    pub(crate) created_at: Timestamp,
    /// Listings leave it out until then.
    pub(crate) unlisted_until: Option<Timestamp>,
}

/// Which status an `Idempotency-Key` made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Remembered {
    pub(crate) status: String,
    pub(crate) until: Timestamp,
}

#[derive(Debug)]
pub(crate) struct Tables {
    /// By `host/client_id`.
    pub(crate) apps: Table<App>,
    /// By code.
    pub(crate) grants: Table<Grant>,
    /// By token.
    pub(crate) tokens: Table<Token>,
    /// By `host/id`.
    pub(crate) statuses: Table<Status>,
    /// By `host/account/key`.
    pub(crate) remembered: Table<Remembered>,
}

impl Tables {
    pub(crate) fn new() -> Self {
        Self {
            apps: Table::new("mastodon.apps"),
            grants: Table::new("mastodon.grants"),
            tokens: Table::new("mastodon.tokens"),
            statuses: Table::new("mastodon.statuses"),
            remembered: Table::new("mastodon.remembered"),
        }
    }

    pub(crate) fn all(&mut self) -> Vec<&mut dyn Rows> {
        vec![
            &mut self.apps,
            &mut self.grants,
            &mut self.tokens,
            &mut self.statuses,
            &mut self.remembered,
        ]
    }
}
