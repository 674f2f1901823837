//! Teams, as the API shows them.

use domain::{Member, Team};
use serde::Serialize;
use utoipa::ToSchema;

/// A team, as one of its members sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TeamView {
    /// Its id.
    #[schema(example = "team_01kaw3x0fhe9ps6r4h8x5tq7vd")]
    pub id: String,
    /// What it is called.
    #[schema(example = "Harbour news")]
    pub name: String,
    /// What you are in it: `admin`, `editor` or `viewer`.
    #[schema(example = "admin")]
    pub role: String,
    /// Whether a post needs somebody's approval before it goes out.
    pub approval_required: bool,
    /// Whether somebody may approve what he wrote himself.
    pub own_approval: bool,
    /// The time zone (IANA) where nobody says otherwise.
    #[schema(example = "Asia/Jakarta")]
    pub time_zone: String,
    /// How many seconds late a post may go out, where nobody says otherwise.
    #[schema(example = 3600)]
    pub max_late_seconds: i64,
    /// Rises with every change of name or settings; also in the header `ETag`.
    pub revision: u32,
    /// When it was made (RFC 3339).
    #[schema(format = "date-time")]
    pub created_at: String,
}

impl TeamView {
    pub(crate) fn new(team: &Team, member: &Member) -> Self {
        Self {
            id: team.id.to_string(),
            name: team.name.to_string(),
            role: member.role.to_string(),
            approval_required: team.settings.approval_required,
            own_approval: team.settings.own_approval,
            time_zone: team.settings.zone.to_string(),
            max_late_seconds: team.settings.max_late.as_secs(),
            revision: team.revision,
            created_at: team.created_at.to_string(),
        }
    }
}
