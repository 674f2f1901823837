//! Accounts, as the API shows them: never a token.

use domain::Account;
use serde::Serialize;
use utoipa::ToSchema;

/// A social account connected to a team.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountView {
    /// Its id.
    #[schema(example = "account_01kaw3x0fhe9ps6r4h8x5tq7vd")]
    pub id: String,
    /// The team.
    pub team_id: String,
    /// `mastodon` or `bluesky`.
    #[schema(example = "mastodon")]
    pub platform: String,
    /// The server that holds it.
    #[schema(example = "mastodon.social")]
    pub host: String,
    /// Its handle.
    #[schema(example = "ana@mastodon.social")]
    pub handle: String,
    /// Its display name.
    pub name: String,
    /// The address of its profile.
    #[schema(format = "uri")]
    pub url: String,
    /// The most characters its server takes, where the server says so.
    pub max_characters: Option<u32>,
    /// `active`, or `needs_reconnect` when the platform no longer accepts our token.
    #[schema(example = "active")]
    pub status: String,
    /// When it was connected (RFC 3339).
    #[schema(format = "date-time")]
    pub connected_at: String,
}

impl From<&Account> for AccountView {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id.to_string(),
            team_id: account.team.to_string(),
            platform: account.platform.to_string(),
            host: account.host.clone(),
            handle: account.handle.clone(),
            name: account.name.to_string(),
            url: account.url.clone(),
            max_characters: account.max_characters,
            status: account.status.to_string(),
            connected_at: account.connected_at.to_string(),
        }
    }
}
