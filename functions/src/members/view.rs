//! Members, as the API shows them.

use domain::{Member, Permission, User};
use serde::Serialize;
use utoipa::ToSchema;

/// A user in a team.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberView {
    /// The user.
    #[schema(example = "user_01kaw3x0fhe9ps6r4h8x5tq7vd")]
    pub user_id: String,
    /// The person's name.
    #[schema(example = "Ana")]
    pub name: String,
    /// The person's address: for those who manage the team, and for the person.
    #[schema(format = "email", example = "ana@example.com")]
    pub email: Option<String>,
    /// `admin`, `editor` or `viewer`.
    #[schema(example = "editor")]
    pub role: String,
    /// `active`, or `disabled`: an admin of the deployment has closed the user account.
    #[schema(example = "active")]
    pub status: String,
    /// Since when (RFC 3339).
    #[schema(format = "date-time")]
    pub joined_at: String,
}

impl MemberView {
    /// A member, as `viewer` sees him.
    pub(crate) fn new(member: &Member, user: &User, viewer: &Member) -> Self {
        let shown = viewer.role.may(Permission::ManageTeam) || viewer.user == user.id;
        Self {
            user_id: user.id.to_string(),
            name: user.name.to_string(),
            email: shown.then(|| user.email.to_string()),
            role: member.role.to_string(),
            status: user.status.to_string(),
            joined_at: member.joined_at.to_string(),
        }
    }
}
