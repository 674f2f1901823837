//! Social accounts connected to a team, and the platforms they are on.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, VariantNames};

use crate::error::Refused;
use crate::ids::{AccountId, TeamId, UserId};
use crate::text::AccountName;

/// A social platform that posts can be published on.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    Display,
    EnumString,
    EnumIter,
    VariantNames,
)]
#[serde(rename_all = "snake_case", try_from = "String")]
#[strum(serialize_all = "snake_case")]
pub enum Platform {
    /// Mastodon, on any server.
    Mastodon,
    /// Bluesky, on any personal data server.
    Bluesky,
}

/// Only a name is a platform: what serde would take for an enum besides, such as an object with one field, is not.
impl TryFrom<String> for Platform {
    type Error = String;
    fn try_from(name: String) -> Result<Self, String> {
        let known = || Self::VARIANTS.join(", ");
        name.parse()
            .map_err(|_| format!("must be one of: {}", known()))
    }
}

impl Platform {
    /// Its name, as people write it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Mastodon => "Mastodon",
            Self::Bluesky => "Bluesky",
        }
    }
}

/// Whether an account can publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Display, EnumString)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AccountStatus {
    /// It can.
    Active,
    /// The platform no longer accepts its token: a team admin must connect it again.
    NeedsReconnect,
}

/// A social account connected to a team. Its tokens are kept elsewhere, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The team it belongs to.
    pub team: TeamId,
    /// The platform it is on.
    pub platform: Platform,
    /// The server that holds it, as a host name.
    pub host: String,
    /// What the platform calls it: an id that never changes.
    pub remote_id: String,
    /// Its handle, as people write it.
    pub handle: String,
    /// Its display name.
    pub name: AccountName,
    /// The address of its profile.
    pub url: String,
    /// The most characters its server takes, where the server says so.
    pub max_characters: Option<u32>,
    /// Whether it can publish.
    pub status: AccountStatus,
    /// Counts the tokens it has had: publishing is tied to the newest.
    pub token_generation: u32,
    /// Who connected it.
    pub connected_by: UserId,
    /// When it was connected.
    pub connected_at: Timestamp,
}

impl Account {
    /// Refuses an account that cannot publish; `pointer` says where it was named.
    pub fn require_active(&self, pointer: &str) -> Result<(), Refused> {
        match self.status {
            AccountStatus::Active => Ok(()),
            AccountStatus::NeedsReconnect => Err(Refused::invalid(
                pointer,
                format!(
                    "{} must be connected again before it can publish",
                    self.handle
                ),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_is_written_as_its_name_and_nothing_else() {
        let read = |json| serde_json::from_str::<Platform>(json);
        assert_eq!(read(r#""bluesky""#).unwrap(), Platform::Bluesky);
        assert_eq!(
            serde_json::to_string(&Platform::Bluesky).unwrap(),
            r#""bluesky""#
        );
        for wrong in [r#"{"bluesky":null}"#, r#""Bluesky""#, "1", r#"["bluesky"]"#] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
