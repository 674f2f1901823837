//! Accounts, as the API shows them: never a token.

use domain::Account;
use domain::queue::{PostingTimes, SlotText};
use jiff::Timestamp;
use platforms::Connected;
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
    /// The platform, such as `mastodon`: see `GET /platforms`.
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
    /// `active`; `expiring`, when its access ends within 7 days unless you connect it again; `needs_reconnect`, when the platform no longer
    /// lets us in: what is scheduled waits until an admin of the team connects it again.
    #[schema(example = "active")]
    pub status: String,
    /// Why it needs to be connected again, in the platform's words.
    pub problem: Option<String>,
    /// What the platform has granted, in its words (scopes).
    pub scopes: Vec<String>,
    /// What we may do there besides, in the platform's words: tasks on a page, rights of a bot.
    pub permissions: Vec<String>,
    /// When the access ends unless its owner agrees again, where that is known (RFC 3339).
    #[schema(format = "date-time")]
    pub access_ends_at: Option<String>,
    /// When the platform last said that the access works (RFC 3339).
    #[schema(format = "date-time")]
    pub checked_at: String,
    /// The times of each week at which its queue has slots.
    pub posting_times: Option<PostingTimesView>,
    /// Who connected it.
    pub connected_by: String,
    /// When it was connected (RFC 3339).
    #[schema(format = "date-time")]
    pub connected_at: String,
}

impl AccountView {
    pub(crate) fn new(account: &Account, now: Timestamp) -> Self {
        Self {
            id: account.id.to_string(),
            team_id: account.team.to_string(),
            platform: account.platform.to_string(),
            host: account.host.clone(),
            handle: account.handle.clone(),
            name: account.name.to_string(),
            url: account.url.clone(),
            max_characters: account.max_characters,
            status: account.health(now).to_string(),
            problem: account.problem.clone(),
            scopes: account.access.scopes.clone(),
            permissions: account.access.permissions.clone(),
            access_ends_at: account.access.ends_at.map(|end| end.to_string()),
            checked_at: account.checked_at.to_string(),
            posting_times: account.posting_times.as_ref().map(PostingTimesView::from),
            connected_by: account.connected_by.to_string(),
            connected_at: account.connected_at.to_string(),
        }
    }
}

/// The times of each week at which the queue of an account has slots.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostingTimesView {
    /// The time zone (IANA) that they are in.
    #[schema(example = "Asia/Jakarta")]
    pub time_zone: String,
    /// The slots, from Monday on.
    pub slots: Vec<SlotText>,
}

impl From<&PostingTimes> for PostingTimesView {
    fn from(times: &PostingTimes) -> Self {
        Self {
            time_zone: times.zone().to_string(),
            slots: times.slots().iter().map(SlotText::from).collect(),
        }
    }
}

/// Several accounts that one consent opened, for somebody to choose from with `POST /oauth/choose`.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferView {
    /// Its id.
    pub offer_id: String,
    /// The team that they can be connected to.
    pub team_id: String,
    /// The platform.
    #[schema(example = "facebook")]
    pub platform: String,
    /// What can be chosen.
    pub accounts: Vec<OfferedView>,
    /// Until when (RFC 3339).
    #[schema(format = "date-time")]
    pub expires_at: String,
}

/// An account that can be chosen.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfferedView {
    /// What the platform calls it: choose by this.
    pub remote_id: String,
    /// Its handle.
    pub handle: String,
    /// Its display name.
    pub name: String,
    /// The address of its profile.
    #[schema(format = "uri")]
    pub url: String,
    /// Whether the team has it already: choosing it connects it again.
    pub connected: bool,
}

impl OfferedView {
    pub(crate) fn new(account: &Connected, connected: bool) -> Self {
        Self {
            remote_id: account.target.remote_id.clone(),
            handle: account.target.handle.clone(),
            name: account.display_name.clone(),
            url: account.url.to_string(),
            connected,
        }
    }
}
