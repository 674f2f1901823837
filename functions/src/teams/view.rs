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
            created_at: team.created_at.to_string(),
        }
    }
}
