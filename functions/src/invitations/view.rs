//! Invitations, as the API shows them.

use domain::{Invitation, Team};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// An invitation, as the team sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitationView {
    /// Its id.
    #[schema(example = "invitation_01kaw3x0fhe9ps6r4h8x5tq7vd")]
    pub id: String,
    /// The team.
    pub team_id: String,
    /// Who is invited.
    #[schema(format = "email", example = "ana@example.com")]
    pub email: String,
    /// What the person will be: `admin`, `editor` or `viewer`.
    #[schema(example = "editor")]
    pub role: String,
    /// `open`, or `expired`: have it mailed once more.
    #[schema(example = "open")]
    pub status: &'static str,
    /// Who invited.
    pub invited_by: String,
    /// When it was mailed last (RFC 3339).
    #[schema(format = "date-time")]
    pub sent_at: String,
    /// Until when it can be accepted (RFC 3339).
    #[schema(format = "date-time")]
    pub expires_at: String,
}

impl InvitationView {
    pub(crate) fn new(invitation: &Invitation, now: Timestamp) -> Self {
        let is_open = now < invitation.expires_at;
        Self {
            id: invitation.id.to_string(),
            team_id: invitation.team.to_string(),
            email: invitation.email.to_string(),
            role: invitation.role.to_string(),
            status: if is_open { "open" } else { "expired" },
            invited_by: invitation.invited_by.to_string(),
            sent_at: invitation.sent_at.to_string(),
            expires_at: invitation.expires_at.to_string(),
        }
    }
}

/// An invitation, as whoever is invited sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyInvitationView {
    /// Its id.
    #[schema(example = "invitation_01kaw3x0fhe9ps6r4h8x5tq7vd")]
    pub id: String,
    /// The team.
    pub team_id: String,
    /// The team's name.
    #[schema(example = "Harbour news")]
    pub team_name: String,
    /// What you will be: `admin`, `editor` or `viewer`.
    #[schema(example = "editor")]
    pub role: String,
    /// When it was mailed last (RFC 3339).
    #[schema(format = "date-time")]
    pub sent_at: String,
    /// Until when you can accept it (RFC 3339).
    #[schema(format = "date-time")]
    pub expires_at: String,
}

impl MyInvitationView {
    pub(crate) fn new(invitation: &Invitation, team: &Team) -> Self {
        Self {
            id: invitation.id.to_string(),
            team_id: team.id.to_string(),
            team_name: team.name.to_string(),
            role: invitation.role.to_string(),
            sent_at: invitation.sent_at.to_string(),
            expires_at: invitation.expires_at.to_string(),
        }
    }
}
