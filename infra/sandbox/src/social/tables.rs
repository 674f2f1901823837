//! The consents that people gave on these platforms, and the tokens made of them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    journal::{Rows, Table},
    oauth::Challenge,
};

/// A consent: an authorization code, and what it may be exchanged for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Grant {
    /// What all tokens of this consent have in common.
    pub(crate) id: String,
    pub(crate) client_id: String,
    /// The account of the person who agreed.
    pub(crate) person: String,
    pub(crate) redirect_uri: String,
    /// What was granted.
    pub(crate) scopes: Vec<String>,
    /// What was chosen on the page besides the person.
    pub(crate) chosen: Vec<String>,
    pub(crate) challenge: Option<Challenge>,
    /// The parameters of the request, such as `access_type`.
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) given_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) used: bool,
}

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Use {
    Access,
    Refresh,
}

/// A token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Token {
    /// The consent it hangs on.
    pub(crate) grant: String,
    pub(crate) client_id: String,
    pub(crate) person: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) chosen: Vec<String>,
    pub(crate) serves: Use,
    /// What it opens, where that is not the person: a page, a workspace.
    pub(crate) subject: Option<String>,
    pub(crate) given_at: Timestamp,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) revoked: bool,
}

impl Token {
    /// An access token for everything that was granted; [`issue`](super::issue) says when it ends.
    pub(crate) fn of(grant: &Grant, now: Timestamp) -> Self {
        Self {
            grant: grant.id.clone(),
            client_id: grant.client_id.clone(),
            person: grant.person.clone(),
            scopes: grant.scopes.clone(),
            chosen: grant.chosen.clone(),
            serves: Use::Access,
            subject: None,
            given_at: grant.given_at,
            issued_at: now,
            expires_at: None,
            revoked: false,
        }
    }

    /// Whether it allows all of this.
    pub(crate) fn allows(&self, scopes: &[&str]) -> bool {
        scopes
            .iter()
            .all(|needed| self.scopes.iter().any(|scope| scope == needed))
    }
}

#[derive(Debug)]
pub(crate) struct Tables {
    /// By `platform/code`.
    pub(crate) grants: Table<Grant>,
    /// By `platform/token`.
    pub(crate) tokens: Table<Token>,
}

impl Tables {
    pub(crate) fn new() -> Self {
        Self {
            grants: Table::new("social.grants"),
            tokens: Table::new("social.tokens"),
        }
    }

    pub(crate) fn all(&mut self) -> Vec<&mut dyn Rows> {
        vec![&mut self.grants, &mut self.tokens]
    }
}
