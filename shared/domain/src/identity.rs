//! Who somebody is at another provider: a second way to sign in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

use crate::text::Email;

/// Somebody who vouches for people.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, EnumIter,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Provider {
    /// Google, or the OpenID Connect server that the deployment names in its place.
    Google,
    /// Facebook.
    Facebook,
}

impl Provider {
    /// The name that people know.
    pub fn title(self) -> &'static str {
        match self {
            Self::Google => "Google",
            Self::Facebook => "Facebook",
        }
    }
}

/// Somebody at a provider. `issuer` and `subject` together name the person and never change; the address is only shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Where.
    pub provider: Provider,
    /// The provider's own name for itself.
    pub issuer: String,
    /// The provider's name for the person.
    pub subject: String,
    /// The address that the provider knew when the identity was linked.
    pub email: Option<Email>,
    /// Since when it opens the user account.
    pub linked_at: Timestamp,
}
